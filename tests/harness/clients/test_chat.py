"""The chat-completions client against a server that lives in this file."""

import json
import time

import aiohttp
import pytest
from aiohttp import web

from harness.clients.chat import Chat
from harness.clients.client import Ask, BadReply, ClientError, ContextTooLong, Overloaded, Rejected
from harness.clients.http_model import HttpModel
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, Usage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, Answer, ask, call, delta, model, plain, stream

pytestmark = pytest.mark.anyio


async def test_parallel_calls_are_merged_by_index_although_their_ids_repeat() -> None:
    reply = await ask(
        stream(
            call(0, "shop__look", '{"a"', call_id="same"),
            call(1, "shop__look", '{"b"', call_id="same"),
            call(0, arguments=": 1}"),
            call(1, arguments=": 2}"),
            delta("tool_calls"),
        )
    )

    assert [c.arguments_json for c in reply.message.tool_calls] == ['{"a": 1}', '{"b": 2}']


async def test_calls_that_are_not_numbered_stay_apart() -> None:
    reply = await ask(
        stream(
            call(None, "shop__look", '{"a": 1}', call_id="x"),
            call(None, "shop__look", '{"b": 2}', call_id="y"),
            delta("tool_calls"),
        )
    )

    assert [c.id for c in reply.message.tool_calls] == ["x", "y"]


async def test_arguments_stay_exactly_as_the_model_wrote_them() -> None:
    reply = await ask(stream(call(0, "shop__look", '{"day": ', call_id="1"), delta("tool_calls")))

    assert reply.message.tool_calls == (ToolCall(id="1", name="shop__look", arguments_json='{"day": '),)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_is_kept_apart_and_the_first_answer_is_timed_apart(field: str) -> None:
    reply = await ask(stream(delta(**{field: "hm"}), delta(content="four"), delta("stop")))

    assert (reply.message.reasoning, reply.message.text) == ("hm", "four")
    assert reply.exchange.ttft_ms is not None
    assert reply.exchange.first_answer_ms is not None
    assert reply.exchange.ttft_ms <= reply.exchange.first_answer_ms <= reply.exchange.ms
    assert len(reply.exchange.chunk_ms) == 1


async def test_usage_comes_from_the_last_chunk_and_the_raw_object_is_kept() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 4,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 8},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }

    reply = await ask(stream(delta(content="x"), delta("stop"), {"choices": [], "usage": usage}))

    assert reply.exchange.usage == Usage(input=10, cached=8, output=4, reasoning=1)
    assert reply.exchange.raw_usage == usage


async def test_a_count_that_nobody_reported_is_unknown_and_not_zero() -> None:
    reply = await ask(stream(delta(content="x"), delta("stop")))

    assert reply.exchange.usage == Usage()
    assert reply.exchange.tpot_ms is None


async def test_a_reply_cut_by_the_output_limit_says_so() -> None:
    assert (await ask(stream(delta(content="x"), delta("length")))).cut_short


async def test_a_server_that_does_not_stream_is_read_whole_without_a_first_token_time() -> None:
    body = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}

    reply = await ask(plain(200, json.dumps(body), {"Content-Type": "application/json"}))

    assert (reply.message.text, reply.exchange.ttft_ms) == ("x", None)


@pytest.mark.parametrize(
    ("answer", "error", "kind"),
    [
        (plain(429, "slow down"), Overloaded, "http_429"),
        (plain(503, "busy"), Overloaded, "http_503"),
        (plain(400, "This model's maximum context length is 8192"), ContextTooLong, "context"),
        (plain(401, "bad key"), Rejected, "http_401"),
        (plain(200, "<html>"), BadReply, "bad_reply"),
        (stream(b"{not json"), BadReply, "bad_stream"),
        (stream(b'{"error": {"message": "engine died"}}'), Overloaded, "stream_error"),
        (stream(delta(content="half"), done=False), Overloaded, "cut_stream"),
    ],
)
async def test_every_failure_has_a_name(answer: Answer, error: type[ClientError], kind: str) -> None:
    with pytest.raises(error) as caught:
        await ask(answer)

    assert caught.value.kind == kind


async def test_the_server_says_how_long_to_wait() -> None:
    with pytest.raises(Overloaded) as caught:
        await ask(plain(429, "", {"Retry-After": "7"}))

    assert caught.value.retry_after == 7.0


async def test_a_line_that_falls_silent_is_given_up() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: " + json.dumps(delta(content="x")).encode() + b"\n\n")
        assert request.transport is not None
        while not request.transport.is_closing():
            await response.write(b": still here\n")  # a comment is no token and keeps nothing alive
        return response

    with pytest.raises(Overloaded, match="given up after"):
        await ask(answer, idle=0.2)


async def test_the_next_request_repeats_the_first_one_byte_for_byte() -> None:
    bodies: list[bytes] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return await stream(delta(content="x"), delta("stop"))(request)

    messages: list[Message] = [
        UserMessage(text="hi"),
        AssistantMessage(tool_calls=(ToolCall(id="1", name="shop__look", arguments_json="{}"),)),
        ToolMessage(call_id="1", text="空"),
    ]
    async with model(answer, temperature=0.0, seed=5) as asked:
        talk = asked.converse(EXAM, 2)
        await talk.reply(messages[:1], ASK)
        await talk.reply(messages, Ask(output_tokens=100, seconds=5, tool_choice="required"))

    first, second = (json.loads(body) for body in bodies)
    assert second["messages"][:2] == first["messages"]
    assert second["messages"][3] == {"role": "tool", "tool_call_id": "1", "content": "空"}
    assert first["tools"][0]["function"]["name"] == "shop__look"
    assert (first.get("tool_choice"), second["tool_choice"]) == (None, "required")
    assert (first["max_tokens"], first["temperature"], first["seed"]) == (100, 0.0, 7)


async def test_an_unreachable_server_is_named() -> None:
    async with model(plain(200, "")) as asked:
        pass
    async with aiohttp.ClientSession() as http:
        gone = HttpModel(
            wire=Chat(),
            now=lambda: "",
            variant=asked.variant,
            http=http,
            url=asked.url,
            clock=time.perf_counter,
        )
        with pytest.raises(Overloaded, match="cannot reach http://127") as caught:
            await gone.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)

    assert caught.value.kind == "unreachable"
