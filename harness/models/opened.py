"""From a variant to something that can be asked: in process, served by us, or at somebody's endpoint."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
from pydantic import JsonValue

from harness.clients.client import Gate, Model, OpenGate
from harness.clients.http_model import HttpModel, auth_headers
from harness.clients.retry import RetryingModel
from harness.clients.wires import PATHS, WIRES
from harness.environment import ANY_KEY, Environment, without_key
from harness.exams.reference import ReferenceModel
from harness.models.local_names import LOCAL, catalog_model, is_local, local_quirks
from harness.models.served import Served, Servers, attached, prepare
from harness.models.wanted import ModelError, base_url, quirks_of
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.registry.provider import Concession, Provider, Quirks, WireName
from harness.runs.record import Hosting, ModelVariant
from scenarios.documents.shelf import Shelf
from scenarios.serving import Serving

_PREFLIGHT_SECONDS = 20.0
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a model of ours answers, for others who ask it as well."""

    base_url: str
    model: str
    """The name to ask for."""
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class OpenModel:
    model: Model
    engine: JsonValue = None
    """What serves it, for models of ours."""
    gone: Callable[[], Exception | None] = lambda: None
    """Why it can never be asked again, if so: the server that we started has ended."""
    metrics: tuple[str, ...] = ()
    """Root URLs of the servers whose /metrics can be read while it is played."""
    hosting: Hosting | None = None
    """What it runs on, for models of ours."""
    lost: Callable[[], tuple[str, ...]] = tuple
    """Which of several servers are gone, and why, while others carry on."""
    place: Place | None = None
    """Of a model of ours."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What models are opened with."""

    environment: Environment
    known: Knowledge
    logs: Path
    concurrency: int
    seed: int
    shelf: Shelf = field(default_factory=Shelf)
    now: Callable[[], str]
    """UTC, ISO 8601."""
    gate: Callable[[ModelVariant], Gate] = lambda _: OpenGate()
    """What a variant's requests have to pass."""
    conceded: tuple[Concession, ...] = ()
    """What is given up from the start, before any endpoint asks for it."""
    serving: Mapping[str, Serving] = field(default_factory=dict)
    """By label: what is said of how models of ours are served."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """By label: models of ours that somebody else has opened."""
    say: Callable[[str], None] = lambda _: None
    """Tells the person who waits what is going to be loaded, and what they should know of it."""
    servers: Servers | None = None
    """Keeps a server for rows that are served alike; None: each row has its own."""

    def new_servers(self) -> Servers:
        """Nothing is up in them yet; they have to be closed."""
        return Servers(
            environment=self.environment,
            known=self.known,
            logs=self.logs,
            concurrency=self.concurrency,
            serving=self.serving,
            say=self.say,
        )


async def make_sure(
    variant: ModelVariant, environment: Environment, known: Knowledge, serving: Serving | None = None
) -> None:
    """One cheap look before a run of thousands. Raises `ModelError` for a model that cannot be asked now."""
    if variant.wire == "reference":
        return
    if is_local(variant) and variant.base_url is None:
        prepare(variant, serving, environment, known)
        return
    key = key_of(variant, environment, known)
    async with aiohttp.ClientSession() as http:
        if is_local(variant):
            await attached(variant, serving, http, key, known)
        else:
            await _preflight(http, address(variant, environment, known), key, known, variant)


@asynccontextmanager
async def open_model(variant: ModelVariant, opening: Opening) -> AsyncIterator[OpenModel]:
    """The model, ready to be asked; one of ours is served until the block ends. Raises `ModelError`."""
    if variant.wire == "reference":
        yield OpenModel(model=ReferenceModel(variant=variant, seed=opening.seed, shelf=opening.shelf))
        return
    environment, known = opening.environment, opening.known
    connector = aiohttp.TCPConnector(limit=opening.concurrency)
    no_limit = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=no_limit, read_bufsize=2**20) as http,
        AsyncExitStack() as stack,
    ):
        if (place := opening.places.get(variant.label)) is not None:
            model = _asked(variant, http, place.base_url, place.key, opening, sent_as=place.model)
            yield OpenModel(model=model, place=place)
            return
        if is_local(variant):
            yield _opened(variant, await _local(variant, http, opening, stack), http, opening)
            return
        base, key = address(variant, environment, known), key_of(variant, environment, known)
        await _preflight(http, base, key, known, variant)
        yield OpenModel(model=_asked(variant, http, base, key, opening))


async def _local(
    variant: ModelVariant, http: aiohttp.ClientSession, opening: Opening, stack: AsyncExitStack
) -> Served:
    """The servers of a model of ours: those at its URL, or those that we start."""
    if variant.base_url is None:
        servers = opening.servers
        if servers is None:
            servers = await stack.enter_async_context(opening.new_servers())
        return await servers.get(variant)
    key = key_of(variant, opening.environment, opening.known)
    served, notes = await attached(variant, opening.serving.get(variant.label), http, key, opening.known)
    for note in notes:
        opening.say(note)
    return served


def _opened(
    variant: ModelVariant, served: Served, http: aiohttp.ClientSession, opening: Opening
) -> OpenModel:
    endpoint = served.endpoint
    return OpenModel(
        model=_asked(variant, http, endpoint.base_url, endpoint.key, opening, sent_as=endpoint.model),
        engine=dict(endpoint.manifest),
        gone=endpoint.ended,
        metrics=endpoint.metrics,
        hosting=served.hosting,
        lost=endpoint.lost,
        place=Place(base_url=endpoint.base_url, model=endpoint.model, key=endpoint.key),
    )


def address(variant: ModelVariant, environment: Environment, known: Knowledge) -> str:
    """The base URL that requests go to. Raises `ModelError` when nobody says."""
    row = known.provider(variant.provider or COMPATIBLE)
    if moved := moved_to(variant, environment, known):
        return row.base(base_url(moved, variant.label), _wire_name(variant))
    if variant.base_url is None:
        where = f", or set {row.address_variable}" if row.address_variable else ""
        raise ModelError(f"{variant.label}: {row.title} has no one address; write {variant.label}@URL{where}")
    return variant.base_url


def moved_to(variant: ModelVariant, environment: Environment, known: Knowledge) -> str | None:
    """The URL in the variable that replaces the provider's address; a place in the name comes first."""
    variable = known.provider(variant.provider or COMPATIBLE).address_variable
    said = variable is None or "@" in variant.label or variant.label.startswith(LOCAL)
    return None if said or variable is None else environment.variables.get(variable, "").strip() or None


def key_variable(variant: ModelVariant, known: Knowledge) -> str:
    """The environment variable that holds what opens the variant's endpoint: its provider's at the addresses
    of that provider, and at any other the one for any address.
    """
    row = known.provider(variant.provider or COMPATIBLE)
    if "@" in variant.label and variant.base_url is not None:
        at = known.providers.at(variant.base_url)
        return (at[1].key_variable if at else None) or ANY_KEY
    return row.key_variable or ANY_KEY


def key_of(variant: ModelVariant, environment: Environment, known: Knowledge) -> str | None:
    """The key that is sent to the variant's endpoint, and to nobody else. Raises `ModelError` where it would
    travel in the clear.
    """
    row = _key_holder(variant, known)
    names = (ANY_KEY,) if row is None else row.key_variables
    key = next((found for name in names if (found := environment.keys.get(name))), None)
    if key and row is not None and moved_to(variant, environment, known) is None:
        base = address(variant, environment, known)
        if urlsplit(base).scheme != "https" and not (row.address or "").startswith("http:"):
            raise ModelError(
                f"{variant.label}: the key of {row.title} is sent over https only, not to {base}"
            )
    return key


def _key_holder(variant: ModelVariant, known: Knowledge) -> Provider | None:
    """Whose key opens the variant's endpoint; None: that of any address."""
    variable = key_variable(variant, known)
    rows = known.providers.providers.values()
    return next((row for row in rows if row.key_variable == variable), None)


def _asked(  # who is asked, where, and with what
    variant: ModelVariant,
    http: aiohttp.ClientSession,
    base: str,
    key: str | None,
    opening: Opening,
    *,
    sent_as: str | None = None,
) -> Model:
    """The variant at an address, by the id that its server knows it by."""
    if variant.wire == "reference":
        raise ModelError(f"{variant.label} is asked in process, over no wire")
    asked = HttpModel(
        variant=variant if sent_as is None else variant.model_copy(update={"model": sent_as}),
        http=http,
        url=f"{base}{PATHS[variant.wire]}",
        wire=WIRES[variant.wire],
        quirks=_fitted(variant, opening.known),
        key=key,
        clock=time.perf_counter,
        now=opening.now,
        gate=opening.gate(variant),
        conceded=opening.conceded,
    )
    dice = random.Random(opening.seed)  # noqa: S311 # jitter, not secrets
    return RetryingModel(
        inner=asked, sleep=asyncio.sleep, dice=dice, clock=time.perf_counter, now=opening.now
    )


def _fitted(variant: ModelVariant, known: Knowledge) -> Quirks:
    """The quirks of the variant's endpoint, with what is known of its model."""
    quirks = quirks_of(variant, known)
    if is_local(variant):
        return local_quirks(quirks, catalog_model(variant.model, known), variant)
    entry = known.registry.models.get(variant.entry or "")
    if entry is None or entry.provider != variant.provider or entry.most_output is None:
        return quirks
    return quirks.model_copy(update={"most_output": entry.most_output})


async def _preflight(
    http: aiohttp.ClientSession, base: str, key: str | None, known: Knowledge, variant: ModelVariant
) -> None:
    """Is anybody there, and is the key good?"""
    row, variable = known.provider(variant.provider or COMPATIBLE), key_variable(variant, known)
    if variable != ANY_KEY and not key:
        raise ModelError(f"{variant.label} needs a key of {row.title}; set {variable}")
    if not row.lists_models:
        return
    try:
        headers = auth_headers(key, quirks_of(variant, known))
        async with (
            asyncio.timeout(_PREFLIGHT_SECONDS),
            http.get(f"{base}/models", headers=headers, allow_redirects=False) as response,
        ):
            status, place = response.status, response.headers.get("Location", "nowhere")
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:  # a key may be no header's value
        said = without_key(str(error).encode(), key).decode() or type(error).__name__
        raise ModelError(f"cannot reach {base}: {said}; start the server or correct the URL") from error
    if status in {401, 403}:
        state = "was refused" if key else "is missing"
        regions = f"; a key opens its own region only ({', '.join(row.regions)})" if row.regions else ""
        raise ModelError(f"{base} answers HTTP {status}: the key {state}; set {variable}{regions}")
    if status in _REDIRECTS and _origin(urljoin(f"{base}/models", place)) != _origin(base):
        said = without_key(place.encode(), key).decode()
        raise ModelError(f"{base} redirects to {said}, and is not followed; write that URL if it is meant")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _wire_name(variant: ModelVariant) -> WireName:
    if variant.wire == "reference":
        raise ModelError(f"{variant.label} is asked in process, over no wire")
    return variant.wire
