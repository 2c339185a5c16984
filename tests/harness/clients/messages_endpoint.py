"""Streams of the Messages format as they were kept, and an endpoint that plays them."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.clients.http_model import HttpModel
from harness.clients.messages import Messages
from harness.registry.provider import Patience, Quirks
from harness.runs.record import ModelVariant
from tests.harness.clients.endpoint import KEY
from tests.harness.clients.recorded import recorded

STREAMS = recorded("anthropic_messages")
NAMES = sorted(STREAMS)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def kept(name: str) -> list[dict[str, Any]]:
    return STREAMS[name]


def as_bytes(events: Sequence[dict[str, Any]]) -> bytes:
    """As they go over the wire."""
    written = (f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "".join(written).encode()


def streamed(events: Sequence[dict[str, Any]]) -> Answer:
    """Answers with events, or with a whole reply where that is what was kept."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if events[0].get("type") == "message":
            return web.json_response(events[0])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(as_bytes(events))
        return response

    return answer


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """The base URL of an endpoint."""
    app = web.Application()
    app.router.add_post("/v1/messages", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


@asynccontextmanager
async def asking(base: str, quirks: Quirks | None = None, **variant: Any) -> AsyncIterator[HttpModel]:
    """A model that is asked there."""
    async with aiohttp.ClientSession() as http:
        yield HttpModel(
            wire=Messages(),
            now=lambda: "",
            variant=ModelVariant.model_validate({"label": "m", "wire": "messages", "model": "m", **variant}),
            http=http,
            url=f"{base}/messages",
            key=KEY,
            clock=time.perf_counter,
            quirks=quirks or Quirks(auth="x-api-key", patience=Patience(first_byte=5, idle=5)),
        )
