"""Endpoints that are broken or hostile: each ends as a reply or as a `ClientError`, within bounds."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from harness.clients.chat import Chat
from harness.clients.client import Ask, BadReply, ClientError, ContextTooLong, Overloaded, Rejected, Reply
from harness.clients.http_model import HttpModel
from harness.registry.provider import Patience, Quirks
from harness.runs.record import ModelVariant
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, KEY, Answer, ask, delta, model, plain, stream

pytestmark = pytest.mark.anyio

GOOD = json.dumps(delta("stop", content="x")).encode()
SSE = "text/event-stream"
Line = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def raw(*body: bytes, status: int = 200, content_type: str = SSE, **headers: str) -> Answer:
    """A body in these chunks; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": content_type, **named})
        await response.prepare(request)
        for chunk in body:
            await response.write(chunk)
        return response

    return answer


def again(chunk: bytes) -> Answer:
    """The same chunk until nobody listens any more."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": SSE})
        await response.prepare(request)
        assert request.transport is not None
        while not request.transport.is_closing():
            await response.write(chunk)
            await asyncio.sleep(0)  # let the one who listens have a turn
        return response

    return answer


@asynccontextmanager
async def line(answer: Line, scheme: str = "http", **given: Any) -> AsyncIterator[HttpModel]:
    """A model at a port that speaks what it likes."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(100)
            await answer(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as http:
        url = f"{scheme}://127.0.0.1:{port}/v1/chat/completions"
        variant = ModelVariant(label="m", wire="chat", model="m")
        yield HttpModel(
            wire=Chat(),
            now=lambda: "",
            variant=variant,
            http=http,
            url=url,
            key=KEY,
            clock=time.perf_counter,
            **given,
        )


async def said(asked: HttpModel, seconds: float = 5.0) -> Reply:
    limits = Ask(output_tokens=100, seconds=seconds)
    return await asked.converse(EXAM, 0).reply([UserMessage(text="hi")], limits)


async def refusal(answer: Answer, idle: float = 5.0) -> ClientError:
    with pytest.raises(ClientError) as caught:
        await ask(answer, idle)
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        raw(*(bytes([byte]) for byte in b"data: " + GOOD + b"\r\n\r\ndata: [DONE]\r\n\r\n")),
        raw(b"data:" + GOOD + b"\n\n", content_type="TEXT/Event-Stream; charset=utf-8"),
        raw(b"data: " + GOOD),
        raw(gzip.compress(b"data: " + GOOD + b"\n\n"), Content_Encoding="gzip"),
        stream({"choices": [{"delta": {"content": "x"}}]}),
        stream(b'{"choices": [{"delta": {"content": "x", "pad": "' + b"y" * 6_000_000 + b'"}}]}'),
        stream(delta(content="x"), delta(None), delta("eos")),
    ],
)
async def test_a_sloppy_server_is_understood(answer: Answer) -> None:
    assert (await ask(answer)).message.text == "x"


@pytest.mark.parametrize(
    ("answer", "error", "kind"),
    [
        (raw(b"data: " + b"x" * 70_000_000), BadReply, "too_long"),
        (raw(b"x" * 70_000_000, content_type="application/json"), BadReply, "too_long"),
        (again(b": " + b"nothing" * 20_000 + b"\n"), BadReply, "too_long"),
        (stream(delta(content="x" * 5_000_000), delta("stop")), BadReply, "too_long"),
        (stream(b"[" * 100_000), BadReply, "bad_stream"),
        (raw(b"[" * 100_000, content_type="application/json"), BadReply, "bad_reply"),
        (raw(b'data: {"a": "\xff"}\n\n'), BadReply, "bad_stream"),
        (plain(200, "<html>", {"Content-Type": "text/html"}), BadReply, "bad_reply"),
        (plain(200, '{"error": {"message": "busy"}}'), Overloaded, "stream_error"),
        (plain(200, '{"error": {"message": "longer than the context length"}}'), ContextTooLong, "context"),
        (stream(b'{"error": "prompt is too long"}'), ContextTooLong, "context"),
        (stream(b'{"error": "\\ud800"}'), Overloaded, "stream_error"),
        (raw(b"junk", Content_Encoding="gzip"), Overloaded, "cut_stream"),
        (raw(gzip.compress(b"\0" * 200_000_000), Content_Encoding="gzip"), BadReply, "too_long"),
        (raw(*[b"x" * 1_000_000] * 50, status=500), Overloaded, "http_500"),
        (raw(b"\xff\xfe", status=500, content_type="text/plain; charset=hex"), Overloaded, "http_500"),
        (plain(307, "", {"Location": "http://127.0.0.1:9/"}), Rejected, "http_307"),
        (plain(302, "", {"Location": "/v1/chat/completions"}), Rejected, "http_302"),
        (plain(204, ""), Rejected, "http_204"),
    ],
)
async def test_every_attack_has_a_name(answer: Answer, error: type[ClientError], kind: str) -> None:
    found = await refusal(answer)
    assert (type(found), found.kind) == (error, kind)
    assert len(str(found)) <= 1000
    str(found).encode()


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", 10.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("Sun, 99 Xxx 2026", None),
        ("1e9", 1e9),
        ("-5", 0.0),
        ("nan", None),
        ("1e999", None),
    ],
)
async def test_a_wish_to_wait_is_read_or_passed_over(wish: str, seconds: float | None) -> None:
    headers = {"Retry-After": wish, "Date": "Wed, 21 Oct 2026 07:27:50 GMT"}
    assert (await refusal(plain(429, "", headers))).retry_after == seconds


async def test_a_wish_in_milliseconds_is_the_finer_one() -> None:
    headers = {"Retry-After": "1", "retry-after-ms": "250"}
    assert (await refusal(plain(429, "", headers))).retry_after == 0.25


@pytest.mark.parametrize(
    "chunk", [delta(), delta(content=""), {"choices": []}, {"usage": {"prompt_tokens": 1}}]
)
async def test_a_stream_that_says_nothing_new_falls_silent(chunk: dict[str, Any]) -> None:
    found = await refusal(again(b"data: " + json.dumps(chunk).encode() + b"\n\n"), idle=0.2)
    assert found.kind == "timeout_first_byte"


async def test_a_stream_that_never_ends_ends_with_the_time_of_the_scenario() -> None:
    async with model(again(b"data: " + json.dumps(delta(content="x")).encode() + b"\n\n")) as asked:
        with pytest.raises(Overloaded) as caught:
            await said(asked, seconds=0.2)
    assert caught.value.kind == "timeout_total"


@pytest.mark.parametrize("place", ["body", "header", "stream", "spelt otherwise", "cut"])
async def test_our_key_is_in_no_error(place: str) -> None:
    spelt = json.dumps({"error": {"message": KEY}}).replace("s", "\\u0073").encode()
    answer = {
        "body": plain(401, f"Incorrect API key: Bearer {KEY}"),
        "header": plain(307, "", {"Location": f"http://elsewhere/{KEY}"}),
        "stream": raw(f"data: {{{KEY}\n\n".encode()),
        "spelt otherwise": stream(spelt),
        "cut": plain(400, "x" * 975 + KEY),
    }[place]
    found = await refusal(answer)
    assert KEY not in str(found)
    assert KEY[:8] not in str(found)


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await writer.drain()
    writer.transport.abort()


async def endless_headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: " + b"a" * 1000 + b"\r\n")
        await writer.drain()


async def bad_chunks(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx"
    )
    await writer.drain()


async def half_a_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\ndata: ")
    await writer.drain()


async def not_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp.example.com ESMTP\r\n")
    await writer.drain()


async def gone(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("answer", [reset, endless_headers, bad_chunks, half_a_body, not_http, gone])
async def test_a_line_that_breaks_is_a_cut_stream(answer: Line) -> None:
    async with line(answer) as asked:
        with pytest.raises(Overloaded) as caught:
            await said(asked)
    assert caught.value.kind == "cut_stream"


async def test_tls_to_a_port_that_speaks_none_is_a_kind_of_its_own() -> None:
    async with line(not_http, scheme="https") as asked:
        with pytest.raises(Overloaded, match="cannot reach") as caught:
            await said(asked)
    assert caught.value.kind == "tls"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n"])
async def test_headers_that_never_end_are_given_up(start: bytes) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await reader.read()

    async with line(slow, quirks=Quirks(patience=Patience(first_byte=0.2, idle=0.2))) as asked:
        with pytest.raises(Overloaded) as caught:
            await said(asked)
    assert caught.value.kind == "timeout_first_byte"


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        (ToolCall(id="1", name="shop look!", arguments_json="{}"), ("shop_look_", "{}")),
        (ToolCall(id="1", name="x" * 300, arguments_json=""), ("x" * 64, "{}")),
        (ToolCall(id="1", name="a", arguments_json='{"half'), ("a", '{"unreadable": "{\\"half"}')),
        (ToolCall(id="1", name="a", arguments_json='{"é":  1}'), ("a", '{"é":  1}')),
    ],
)
async def test_a_call_that_a_server_would_not_take_back_is_sent_so_that_it_does(
    made: ToolCall, sent: tuple[str, str]
) -> None:
    bodies: list[Any] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.json())
        return await stream(delta("stop", content="x"))(request)

    talk: list[Message] = [
        UserMessage(text="hi"),
        AssistantMessage(tool_calls=(made,)),
        ToolMessage(call_id="1", text=""),
    ]
    async with model(answer) as asked:
        await asked.converse(EXAM, 0).reply(talk, ASK)
    function = bodies[0]["messages"][2]["tool_calls"][0]["function"]
    assert (function["name"], function["arguments"]) == sent
