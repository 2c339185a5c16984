"""From a variant to something that can be asked: in process, served by us, or at somebody's endpoint."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
from harness.reference import ReferenceModel
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.registry.provider import Concession, Provider, Quirks, WireName
from harness.run_record import ModelVariant
from harness.variants import ModelError, base_url, quirks_of
from local_models.catalog import find_model
from local_models.command import ServeOptions
from local_models.failure import ServerFailed
from local_models.install import Installed, installed
from local_models.server import Endpoint, serve
from scenarios.documents.shelf import Shelf

_PREFLIGHT_SECONDS = 20.0
_REDIRECTS = range(300, 400)
_LOCAL = "local/"


@dataclass(frozen=True, kw_only=True)
class OpenModel:
    model: Model
    engine: JsonValue = None
    """What serves it, for models of ours."""
    gone: Callable[[], Exception | None] = lambda: None
    """Why it can never be asked again, if so: the server that we started has ended."""


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


async def make_sure(variant: ModelVariant, environment: Environment, known: Knowledge) -> None:
    """One cheap look before a run of thousands. Raises `ModelError` for a model that cannot be asked now."""
    if variant.wire == "reference":
        return
    if variant.label.startswith(_LOCAL):
        _installed(variant, environment)
        return
    async with aiohttp.ClientSession() as http:
        await _preflight(
            http, address(variant, environment, known), key_of(variant, environment, known), known, variant
        )


@asynccontextmanager
async def open_model(variant: ModelVariant, opening: Opening) -> AsyncIterator[OpenModel]:
    """The model, ready to be asked; one of ours is served until the block ends. Raises `ModelError`."""
    if variant.wire == "reference":
        yield OpenModel(model=ReferenceModel(variant=variant, seed=opening.seed, shelf=opening.shelf))
        return
    environment, known = opening.environment, opening.known
    connector = aiohttp.TCPConnector(limit=opening.concurrency)
    no_limit = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=no_limit, read_bufsize=2**20) as http:
        if not variant.label.startswith(_LOCAL):
            base, key = address(variant, environment, known), key_of(variant, environment, known)
            await _preflight(http, base, key, known, variant)
            yield OpenModel(model=_asked(variant, http, base, key, opening))
            return
        async with _served(variant, environment, opening.logs) as endpoint:
            model = _asked(variant, http, endpoint.base_url, None, opening)
            yield OpenModel(model=model, engine=dict(endpoint.manifest), gone=endpoint.ended)


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
    said = variable is None or "@" in variant.label or variant.label.startswith(_LOCAL)
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


@asynccontextmanager
async def _served(variant: ModelVariant, environment: Environment, logs: Path) -> AsyncIterator[Endpoint]:
    local, ready = find_model(variant.model), _installed(variant, environment)
    try:
        async with serve(
            local, ready, logs=logs, environ=environment.variables, options=_options(variant)
        ) as endpoint:
            yield endpoint
    except ServerFailed as error:
        raise ModelError(str(error)) from error


def _installed(variant: ModelVariant, environment: Environment) -> Installed:
    ready = installed(find_model(variant.model), environment.home)
    if ready is None:
        raise ModelError(f"{variant.label} is not installed; run `longspan models install {variant.label}`")
    return ready


def _options(variant: ModelVariant) -> ServeOptions:
    """A call that is forced is also held to its tool's schema: what a model can do is not measured by it."""
    return ServeOptions(tool_strict_level="parameter" if variant.first_call == "required" else "auto")


def _asked(
    variant: ModelVariant, http: aiohttp.ClientSession, base: str, key: str | None, opening: Opening
) -> Model:
    if variant.wire == "reference":
        raise ModelError(f"{variant.label} is asked in process, over no wire")
    asked = HttpModel(
        variant=variant,
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
