"""vllm-router, the real one, before two little servers: who stays with whom, and what a death costs."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.clients.chat import Chat
from harness.clients.client import Ask, Shared
from harness.clients.http_model import HttpModel
from harness.clients.retry import RetryingModel
from harness.environment import read_environment
from harness.registry.provider import load_providers
from harness.runs.record import ModelVariant
from local_models.engine import ROUTER, build_environment
from local_models.router import route
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import UserMessage

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]

QUIRKS = load_providers().providers["vllm"].wires["chat"].quirks
EVENTS = (
    '{"choices": [{"index": 0, "delta": {"content": "yes"}, "finish_reason": "stop"}]}',
    '{"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}}',
    "[DONE]",
)
TRIALS = 12
TURNS = 3


class Worker:
    """A server of chat completions that remembers who asked it."""

    def __init__(self) -> None:
        self.sessions: list[str] = []
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.answer)
        for path in ("/health", "/v1/models"):
            app.router.add_get(path, self.healthy)
        self.server = TestServer(app, host="127.0.0.1")

    async def healthy(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "m"}]})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.sessions.append(request.headers["X-Session-ID"])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in EVENTS:
            await response.write(f"data: {event}\n\n".encode())
        return response

    @property
    def root(self) -> str:
        return str(self.server.make_url("")).rstrip("/")


@pytest.fixture(scope="module")
def python() -> Path:
    """The router's environment, made where it is not yet."""
    return build_environment(ROUTER, read_environment().home, print).python


@asynccontextmanager
async def routed(python: Path, log: Path) -> AsyncIterator[tuple[tuple[Worker, Worker], str]]:
    workers = (Worker(), Worker())
    for worker in workers:
        await worker.server.start_server()
    roots = [worker.root for worker in workers]
    try:
        async with route(python, roots, log=log, environ={"PATH": "/usr/bin:/bin"}) as (root, gone):
            yield workers, root
            assert gone() is None
    finally:
        for worker in workers:
            await worker.server.close()


def exam(number: int) -> Exam:
    scenario = Scenario(suite="s", id=f"x{number}", title="t", segments=(Segment(id="a", user=("hi",)),))
    return Exam(scenario=scenario, key=AnswerKey(), digest=f"{number:016d} and more")


async def ask(http: aiohttp.ClientSession, root: str, number: int, ask: Ask) -> int:
    """One trial of a few turns; how many requests were sent in vain."""
    inner = HttpModel(
        variant=ModelVariant(label="local/m", wire="chat", model="m", provider="vllm"),
        http=http,
        url=f"{root}/v1/chat/completions",
        wire=Chat(),
        quirks=QUIRKS,
        clock=time.perf_counter,
        now=lambda: "",
    )
    dice = random.Random(number)  # noqa: S311 # jitter, not secrets
    model = RetryingModel(
        inner=inner, sleep=asyncio.sleep, dice=dice, clock=time.perf_counter, now=lambda: ""
    )
    talk, failed = model.converse(exam(number), 0), 0
    for turn in range(TURNS):
        reply = await talk.reply([UserMessage(text="hi")] * (turn + 1), ask)
        failed += len(reply.exchange.failed)
    return failed


async def test_a_conversation_stays_with_its_server_and_both_have_work(python: Path, tmp_path: Path) -> None:
    async with routed(python, tmp_path / "log") as (workers, root), aiohttp.ClientSession() as http:
        for number in range(TRIALS):
            assert await ask(http, root, number, Ask(output_tokens=5, seconds=60)) == 0
        where = defaultdict(set)
        for place, worker in enumerate(workers):
            for session in worker.sessions:
                where[session].add(place)
        assert len(where) == TRIALS
        assert all(len(places) == 1 for places in where.values())
        assert [len(set(worker.sessions)) for worker in workers] == [TRIALS / 2] * 2


async def test_conversations_that_share_a_beginning_come_to_one_server(python: Path, tmp_path: Path) -> None:
    shared = Ask(output_tokens=5, seconds=60, shared=Shared(messages=1, key="d1"))
    async with routed(python, tmp_path / "log") as (workers, root), aiohttp.ClientSession() as http:
        for number in range(TRIALS):
            await ask(http, root, number, shared)
        assert sorted(len(worker.sessions) for worker in workers) == [0, TRIALS * TURNS]


async def test_a_dead_server_costs_a_few_requests_and_no_trial(python: Path, tmp_path: Path) -> None:
    asked = Ask(output_tokens=5, seconds=60)
    async with routed(python, tmp_path / "log") as (workers, root), aiohttp.ClientSession() as http:
        for number in range(TRIALS):
            await ask(http, root, number, asked)
        await workers[0].server.close()
        before = len(workers[1].sessions)
        failed = [await ask(http, root, number, asked) for number in range(TRIALS)]
        assert len(workers[1].sessions) - before == TRIALS * TURNS
        assert 0 < sum(failed) <= TRIALS  # those that were on their way to it, each at most a few times
