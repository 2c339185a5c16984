"""What a model behind HTTP tells its gate, and which of four time-outs ends a request."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import example, given
from hypothesis import strategies as st

from harness.clients.chat import Chat
from harness.clients.client import Ask, ClientError, Passage, Reply, Sending, Shared
from harness.clients.http_model import HttpModel, new_bytes
from harness.registry.provider import Patience, Quirks
from harness.runs.record import ModelVariant
from scenarios.transcript import AssistantMessage, Message, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, Answer, delta, plain, stream

pytestmark = pytest.mark.anyio

USAGE = {"choices": [], "usage": {"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 75}}
GOOD = stream(delta("stop", content="Hello."), USAGE)


@dataclass
class Watching:
    """Lets everything through, and remembers what passed and what became of it."""

    asked: list[Sending] = field(default_factory=list)
    passed: list[Passage] = field(default_factory=list)

    @asynccontextmanager
    async def passage(self, sending: Sending) -> AsyncIterator[Passage]:
        self.asked.append(sending)
        self.passed.append(Passage())
        yield self.passed[-1]


@asynccontextmanager
async def behind(
    gate: Watching, answer: Answer, patience: Patience | None = None
) -> AsyncIterator[HttpModel]:
    app = web.Application()
    app.router.add_post("/v1", answer)
    async with TestServer(app) as server, asked_at(str(server.make_url("/v1")), gate, patience) as model:
        yield model


@asynccontextmanager
async def asked_at(url: str, gate: Watching, patience: Patience | None = None) -> AsyncIterator[HttpModel]:
    async with aiohttp.ClientSession() as http:
        yield HttpModel(
            wire=Chat(),
            now=lambda: "2026-03-14T10:00:00+00:00",
            variant=ModelVariant(label="m", wire="chat", model="m"),
            http=http,
            url=url,
            clock=time.perf_counter,
            quirks=Quirks(patience=patience or Patience()),
            gate=gate,
        )


async def said(model: HttpModel, *messages: Message, ask: Ask = ASK) -> Reply:
    return await model.converse(EXAM, 0).reply(messages or [UserMessage(text="hi")], ask)


async def failed(answer: Answer, patience: Patience | None = None, seconds: float = 5) -> tuple[str, bool]:
    """How a request ended, and whether it is known that nothing is charged for it."""
    gate = Watching()
    async with behind(gate, answer, patience) as model:
        with pytest.raises(ClientError) as caught:
            await said(model, ask=Ask(output_tokens=10, seconds=seconds))
    assert caught.value.sent == "2026-03-14T10:00:00+00:00"
    assert caught.value.ms > 0
    return caught.value.kind, gate.passed[-1].refused


async def silent(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()  # until the server is closed
    return web.Response()


async def silent_in_the_middle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n')
    await asyncio.Event().wait()
    return response


async def test_each_time_out_has_its_name_and_may_have_been_charged() -> None:
    assert await failed(silent, Patience(first_byte=0.2)) == ("timeout_first_byte", False)
    assert await failed(silent_in_the_middle, Patience(idle=0.2)) == ("timeout_idle", False)
    assert await failed(silent_in_the_middle, Patience(total=0.2)) == ("timeout_total", False)
    assert await failed(silent, seconds=0.2) == ("timeout_total", False)


async def test_a_line_that_never_stands_costs_nothing() -> None:
    async def never_shakes_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server, gate = await asyncio.start_server(never_shakes_hands, "127.0.0.1", 0), Watching()
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with asked_at(url, gate, Patience(connect=0.2)) as model:
            with pytest.raises(ClientError) as caught:
                await said(model)
    assert (caught.value.kind, gate.passed[-1].refused) == ("timeout_connect", True)


@pytest.mark.parametrize("status", [400, 429, 500, 529])
async def test_a_refusal_by_status_costs_nothing(status: int) -> None:
    assert await failed(plain(status, "no")) == (f"http_{status}", True)


async def test_what_breaks_after_a_reply_began_may_be_charged() -> None:
    assert await failed(stream(delta(content="x"), done=False)) == ("cut_stream", False)
    assert await failed(stream(b'{"error": {"message": "busy"}}')) == ("stream_error", False)


async def test_the_gate_sees_what_was_counted_before_and_what_is_new() -> None:
    gate = Watching()
    async with behind(gate, GOOD) as model:
        talk = model.converse(EXAM, 0)
        messages: list[Message] = [UserMessage(text="x" * 1000)]
        reply = await talk.reply(messages, ASK)
        messages += [reply.message, UserMessage(text="And?")]
        await talk.reply(messages, ASK)

    first, second = gate.asked
    assert (first.known_tokens, first.new_bytes) == (None, first.size)
    assert (second.known_tokens, second.output_tokens) == (75, ASK.output_tokens)
    assert second.new_bytes == second.size - first.size < 200
    assert gate.passed[0].exchange == reply.exchange


async def test_the_gate_sees_how_much_of_a_request_is_shared() -> None:
    gate, document = Watching(), "Straße " * 100
    async with behind(gate, GOOD) as model:
        ask = Ask(output_tokens=10, seconds=5, shared=Shared(messages=2, key="k"))
        await said(
            model,
            UserMessage(text=document),
            AssistantMessage(text="Read."),
            UserMessage(text="What?"),
            ask=ask,
        )

    (asked,) = gate.asked
    assert (asked.shared, asked.shared_bytes) == ("k", len(document.encode()) + len("Read."))
    assert asked.shared_bytes < asked.size


@given(st.binary(), st.binary(), st.binary(), st.binary())
@example(b"ab", b"", b"ab", b"")
@example(b"", b"a", b"aa", b"")
async def test_no_more_is_new_than_what_stands_between_the_same_beginning_and_the_same_end(
    head: bytes, before: bytes, body: bytes, tail: bytes
) -> None:
    one, other = head + before + tail, head + body + tail
    new = new_bytes(one, other)
    assert 0 <= new <= len(body)
    assert len(other) - new <= len(one)
    kept = len(other) - new
    assert any(
        one.startswith(other[:start]) and one.endswith(other[start + new :]) for start in range(kept + 1)
    )
