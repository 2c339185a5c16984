"""When a server that was started may be asked: it is alive, it is ours, and it has generated something.

vLLM lists a name that only this start of it knows, so a stranger on the port is never mistaken for it.
`transformers serve` lists no such thing: there the answer to a request for this very folder has to do, and
that the process is still alive after it. Then a few tokens are generated through the path of tool calls too,
so that no measured request pays for what is compiled or built on first use.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import JsonValue

from local_models.command import LOOPBACK, ServeSpec
from local_models.failure import ServerFailed

_POLL_S = 0.25
_PROBE_TIMEOUT_S = 60.0
_WARM_UP_TIMEOUT_S = 300.0
_WARM_UP_TOKENS = 8
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 # an address to recognise
_OK = 200
_TOOL: JsonValue = {
    "type": "function",
    "function": {
        "name": "clock__now",
        "description": "The time now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@dataclass(frozen=True, kw_only=True)
class Start:
    """What identifies one start of one server."""

    spec: ServeSpec
    alias: str
    """A name that only this start knows."""
    log: Path
    key: str | None = field(default=None, repr=False)

    @property
    def root(self) -> str:
        """Where this machine reaches it."""
        host = LOOPBACK if self.spec.host in _EVERYWHERE else self.spec.host
        return f"http://[{host}]:{self.spec.port}" if ":" in host else f"http://{host}:{self.spec.port}"

    @property
    def model(self) -> str:
        """The name to ask for: `transformers serve` knows its model by the folder alone."""
        return self.spec.weights if self.spec.engine == "transformers" else self.spec.names[0]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the server said of itself once it answered."""

    version: str | None
    max_model_len: int | None
    """None: it does not say, and goes as far as the model does."""
    seconds: float
    """From the start to the first token."""
    warm_up: Mapping[str, JsonValue]


async def ready(start: Start, ended: Callable[[], ServerFailed | None]) -> Facts:
    """Wait until the server answers, and warm it up. Raises `ServerFailed` as soon as it never will."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {start.key}"} if start.key else {}
    timeout = aiohttp.ClientTimeout(total=_PROBE_TIMEOUT_S)
    async with aiohttp.ClientSession(start.root, timeout=timeout, headers=headers) as http:
        window = await _answered(http, start, ended)
        seconds = time.monotonic() - began
        version = await _version(http, start.spec)
        warm_up = await _warm_up(http, start, ended)
    if failed := ended():
        raise failed
    return Facts(version=version, max_model_len=window or None, seconds=seconds, warm_up=warm_up)


async def _answered(
    http: aiohttp.ClientSession, start: Start, ended: Callable[[], ServerFailed | None]
) -> int:
    """The context, once one token was generated; 0 where the server does not say."""
    while True:
        if failed := ended():
            raise failed
        with suppress(aiohttp.ClientError, TimeoutError):
            window = await _listed(http, start)
            if window is not None:
                await _generate(http, start, 1)
                return window
        await asyncio.sleep(_POLL_S)


async def _listed(http: aiohttp.ClientSession, start: Start) -> int | None:
    """The context of our model if this is our server and it is healthy; 0 where it does not say."""
    async with http.get("/health") as reply:
        if reply.status != _OK:
            return None
    if start.spec.engine == "transformers":
        return 0
    cards = (await _json(http, "/v1/models"))["data"]
    return next((card["max_model_len"] for card in cards if card["id"] == start.alias), None)


async def _version(http: aiohttp.ClientSession, spec: ServeSpec) -> str | None:
    return None if spec.engine == "transformers" else str((await _json(http, "/version"))["version"])


async def _generate(http: aiohttp.ClientSession, start: Start, tokens: int, **more: JsonValue) -> None:
    """Through the chat template; a refusal will not go away, so it is a failure at once."""
    messages = [{"role": "user", "content": "What time is it in Paris?"}]
    body = {"model": start.model, "messages": messages, "max_tokens": tokens, **more}
    async with http.post("/v1/chat/completions", json=body) as reply:
        if reply.status != _OK:
            said = " ".join((await reply.text()).split())[:200]
            what = f"the server refused a first request with HTTP {reply.status}: {said}"
            raise ServerFailed(start.spec.names[0], "refused", what, start.log)
        await reply.read()


async def _warm_up(
    http: aiohttp.ClientSession, start: Start, ended: Callable[[], ServerFailed | None]
) -> Mapping[str, JsonValue]:
    began = time.monotonic()
    calls: dict[str, JsonValue] = {"tools": [_TOOL], "tool_choice": "auto"} if start.spec.tool_parser else {}
    try:
        async with asyncio.timeout(_WARM_UP_TIMEOUT_S):
            await _generate(http, start, _WARM_UP_TOKENS, **calls)
    except (aiohttp.ClientError, TimeoutError) as error:
        if failed := ended():
            raise failed from error
        what = f"the server did not answer a request of {_WARM_UP_TOKENS} tokens"
        raise ServerFailed(start.spec.names[0], "timed out", what, start.log) from error
    seconds = round(time.monotonic() - began, 3)
    return {"requests": 2, "tokens": 1 + _WARM_UP_TOKENS, "tools": bool(calls), "seconds": seconds}


async def _json(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(path) as reply:
        reply.raise_for_status()
        return await reply.json()
