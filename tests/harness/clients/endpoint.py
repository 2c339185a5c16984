"""Endpoints that say what a test tells them to, and a model that asks them."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.clients.client import Ask, Reply
from harness.clients.http_model import HttpModel
from harness.clients.wires import PATHS, WIRES
from harness.registry.provider import Patience, Quirks, WireName
from harness.runs.record import ModelVariant
from scenarios.exam import AnswerKey, Exam, ToolSpec
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import UserMessage

KEY = "sk-0123456789abcdef"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
EXAM = Exam(
    scenario=Scenario(
        suite="s", id="x", title="t", system="Be brief.", segments=(Segment(id="a", user=("hi",)),)
    ),
    key=AnswerKey(tools=(ToolSpec(name="shop__look", description="Look.", input_schema={"type": "object"}),)),
    digest="d",
)
ASK = Ask(output_tokens=100, seconds=5)


@asynccontextmanager
async def model(
    answer: Answer,
    idle: float = 5.0,
    *,
    wire: WireName = "chat",
    quirks: Quirks | None = None,
    **sampling: Any,
) -> AsyncIterator[HttpModel]:
    """A model behind an endpoint that answers as the test says."""
    path = f"/v1{PATHS[wire]}"
    app = web.Application()
    app.router.add_post(path, answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield HttpModel(
            wire=WIRES[wire],
            now=lambda: "",
            variant=ModelVariant(label="m", wire=wire, model="m", sampling=sampling),
            http=http,
            url=str(server.make_url(path)),
            key=KEY,
            clock=time.perf_counter,
            quirks=quirks or Quirks(patience=Patience(first_byte=idle, idle=idle)),
        )


async def ask(answer: Answer, idle: float = 5.0) -> Reply:
    async with model(answer, idle) as asked:
        return await asked.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)


def stream(*chunks: dict[str, Any] | bytes, done: bool = True) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks:
            data = chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()
            await response.write(b"data: " + data + b"\n\n")
        if done:
            await response.write(b"data: [DONE]\n\n")
        return response

    return answer


def plain(status: int, body: str, headers: dict[str, str] | None = None) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers=headers)

    return answer


def delta(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(
    index: int | None, name: str = "", arguments: str = "", call_id: str | None = None
) -> dict[str, Any]:
    function = {"name": name or None, "arguments": arguments}
    return delta(tool_calls=[{"index": index, "id": call_id, "function": function}])
