"""From the name of a model to something that can be asked.

A name is `reference/NAME` (in process), `local/NAME` (we serve it) or `chat:ID@BASE_URL` (somebody does).
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from pydantic import JsonValue

from harness.clients.chat import ChatModel
from harness.clients.client import Model
from harness.clients.retry import RetryingModel
from harness.environment import Environment, without_key
from harness.reference import REFERENCE_MODELS, ReferenceModel
from harness.reference_reading import READERS, NoReader, parse_reader
from harness.run_record import FirstCall, ModelVariant
from local_models.catalog import LocalModel, UnknownLocalModel, find_model
from local_models.command import ServeOptions
from local_models.failure import ServerFailed
from local_models.install import Installed, installed
from local_models.server import Endpoint, serve
from scenarios.documents.shelf import Shelf
from scenarios.problem import choices

_CHAT = re.compile(r"chat:(?P<id>[^@]+)@(?P<url>https?://.+)")
_PREFLIGHT_SECONDS = 20.0
_ROOM_FOR_OUTPUT = 8
"""One eighth of a window is for the answer, where the makers name no limit."""


class ModelError(Exception):
    """A model that cannot be asked; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class OpenModel:
    model: Model
    engine: JsonValue = None
    """What serves it, for models of ours."""
    gone: Callable[[], Exception | None] = lambda: None
    """Why it can never be asked again, if so: the server that we started has ended."""


def find_variant(
    name: str, *, first_call: FirstCall = "auto", sampling: Mapping[str, JsonValue] | None = None
) -> ModelVariant:
    """The variant that a name and its settings mean. Raises `ModelError`, saying which names there are."""
    kind, _, rest = name.partition("/")
    asked = dict(sampling or {})
    if kind == "reference" and rest:
        try:
            reader = parse_reader(rest)
        except NoReader as error:
            raise ModelError(str(error)) from error
        if reader is None and rest not in REFERENCE_MODELS:
            known = (*REFERENCE_MODELS, *READERS)
            raise ModelError(f"no reference model is called {rest!r}; {choices(rest, known)}")
        return ModelVariant(label=name, wire="reference", model=rest, simulated=True)
    if kind == "local" and rest:
        try:
            local = find_model(rest)
        except UnknownLocalModel as error:
            raise ModelError(str(error)) from error
        served = {**_recommended(local), **asked}
        return ModelVariant(label=name, wire="chat", model=rest, sampling=served, first_call=first_call)
    if match := _CHAT.fullmatch(name):
        url = match["url"].rstrip("/").removesuffix("/chat/completions")
        if "@" in _host(url):
            raise ModelError(f"{match['id']}: a key does not belong in a URL; set LONGSPAN_API_KEY instead")
        return ModelVariant(
            label=f"{match['id']}@{_host(url)}",
            wire="chat",
            model=match["id"],
            base_url=url,
            sampling=asked,
            first_call=first_call,
        )
    raise ModelError(
        f"no model is called {name!r}; write reference/NAME ({', '.join(REFERENCE_MODELS)}), local/NAME "
        "(see `longspan list models`) or chat:ID@BASE_URL, such as chat:qwen3@http://127.0.0.1:8000/v1"
    )


async def make_sure(variant: ModelVariant, environment: Environment) -> None:
    """One cheap look before a run of thousands. Raises `ModelError` for a model that cannot be asked now."""
    if variant.base_url is not None:
        async with aiohttp.ClientSession() as http:
            await _preflight(http, variant.base_url, environment.key)
    elif variant.wire != "reference":
        _installed(variant, environment)


@asynccontextmanager
async def open_model(
    variant: ModelVariant,
    *,
    environment: Environment,
    logs: Path,
    concurrency: int,
    seed: int,
    shelf: Shelf | None = None,
) -> AsyncIterator[OpenModel]:
    """The model, ready to be asked; one of ours is served until the block ends. Raises `ModelError`."""
    if variant.wire == "reference":
        yield OpenModel(model=ReferenceModel(variant=variant, seed=seed, shelf=shelf or Shelf()))
        return
    connector = aiohttp.TCPConnector(limit=concurrency)
    no_limit = aiohttp.ClientTimeout(total=None, sock_connect=30)
    async with aiohttp.ClientSession(connector=connector, timeout=no_limit, read_bufsize=2**20) as http:
        if variant.base_url is not None:
            await _preflight(http, variant.base_url, environment.key)
            yield OpenModel(model=_chat(variant, http, variant.base_url, environment.key, seed))
            return
        async with _served(variant, environment, logs) as endpoint:
            model = _chat(variant, http, endpoint.base_url, None, seed)
            yield OpenModel(model=model, engine=dict(endpoint.manifest), gone=endpoint.ended)


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


def _recommended(local: LocalModel) -> dict[str, JsonValue]:
    """The sampling that the makers recommend, and an output limit that leaves room to read."""
    asked = local.sampling["default"].model_dump(exclude_none=True, exclude={"source", "max_output_tokens"})
    most = local.sampling["default"].max_output_tokens or local.context // _ROOM_FOR_OUTPUT
    return {**asked, "max_tokens": most}


def _chat(variant: ModelVariant, http: aiohttp.ClientSession, base: str, key: str | None, seed: int) -> Model:
    url = f"{base}/chat/completions"
    asked = ChatModel(variant=variant, http=http, url=url, key=key, clock=time.perf_counter)
    return RetryingModel(inner=asked, sleep=asyncio.sleep, dice=random.Random(seed))  # noqa: S311 # jitter, not secrets


async def _preflight(http: aiohttp.ClientSession, base: str, key: str | None) -> None:
    """Is anybody there, and is the key good?"""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with (
            asyncio.timeout(_PREFLIGHT_SECONDS),
            http.get(f"{base}/models", headers=headers) as response,
        ):
            status = response.status
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:  # a key may be no header's value
        said = without_key(str(error).encode(), key).decode() or type(error).__name__
        raise ModelError(f"cannot reach {base}: {said}; start the server or correct the URL") from error
    if status in {401, 403}:
        state = "was refused" if key else "is missing"
        raise ModelError(f"{base} answers HTTP {status}: the key {state}; set LONGSPAN_API_KEY")


def _host(url: str) -> str:
    return url.split("//", 1)[1].split("/", 1)[0]
