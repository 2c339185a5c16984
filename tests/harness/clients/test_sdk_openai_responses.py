"""OpenAI's own SDK is the judge: what it makes of a Responses reply is what our client makes of it."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from openai import APIError, AsyncOpenAI
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFailedEvent,
    ResponseIncompleteEvent,
    ResponseReasoningItem,
    ResponseRefusalDeltaEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)

from harness.clients.client import ClientError, Overloaded, Rejected, Reply
from harness.clients.http_model import HttpModel
from harness.clients.responses import Responses
from harness.registry.provider import Concession
from harness.runs.record import ModelVariant
from scenarios.transcript import Usage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, KEY
from tests.harness.clients.responses_events import STREAMS, WHOLE

pytestmark = pytest.mark.anyio

LISTED = [name for name in WHOLE if STREAMS[name][-1]["response"]["output"]]
NOT_STREAMED = (Concession(says=("x",), gives_up="stream", why="w"),)


@asynccontextmanager
async def serving(events: list[dict[str, Any]]) -> AsyncIterator[str]:
    """A server that sends these events, or the response that they end in; its base URL."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not (await request.json()).get("stream"):
            return web.json_response(events[-1]["response"])
        lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return web.Response(text="".join(lines), content_type="text/event-stream")

    app = web.Application()
    app.router.add_post("/v1/responses", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


async def theirs(base: str) -> list[ResponseStreamEvent]:
    async with AsyncOpenAI(api_key=KEY, base_url=base, max_retries=0) as client:
        stream = await client.responses.create(model="m", input="hi", stream=True)
        return [event async for event in stream]


async def theirs_whole(base: str) -> Response:
    async with AsyncOpenAI(api_key=KEY, base_url=base, max_retries=0) as client:
        return await client.responses.create(model="m", input="hi")


async def ours(base: str, conceded: tuple[Concession, ...] = ()) -> Reply:
    async with aiohttp.ClientSession() as http:
        model = HttpModel(
            wire=Responses(),
            now=lambda: "",
            variant=ModelVariant(label="m", wire="responses", model="m"),
            http=http,
            url=f"{base}/responses",
            key=KEY,
            clock=time.perf_counter,
            conceded=conceded,
        )
        return await model.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)


def end_of(events: list[ResponseStreamEvent]) -> Response:
    last = events[-1]
    assert isinstance(last, ResponseCompletedEvent | ResponseIncompleteEvent | ResponseFailedEvent)
    return last.response


def grown(events: list[ResponseStreamEvent]) -> str:
    said = ResponseTextDeltaEvent | ResponseRefusalDeltaEvent
    return "".join(event.delta for event in events if isinstance(event, said))


def texts(response: Response) -> list[str]:
    """What each message says, a refusal being a message too."""
    return [
        "".join(part.text if part.type == "output_text" else part.refusal for part in item.content)
        for item in response.output
        if item.type == "message"
    ]


def thinking(response: Response) -> str:
    items = [item for item in response.output if item.type == "reasoning"]
    return "\n\n".join(thought for item in items if (thought := _thought(item)))


def _thought(item: ResponseReasoningItem) -> str:
    return "".join(part.text for part in item.content or ()) or "\n\n".join(
        part.text for part in item.summary
    )


def calls(response: Response) -> list[tuple[str, str, str]]:
    return [
        (item.call_id, item.name, item.arguments) for item in response.output if item.type == "function_call"
    ]


def usage(response: Response) -> Usage:
    told = response.usage
    assert told is not None
    return Usage(
        input=told.input_tokens,
        cached=told.input_tokens_details.cached_tokens,
        # a field that the SDK takes for granted and some servers leave out
        written=getattr(told.input_tokens_details, "cache_write_tokens", None),
        output=told.output_tokens,
        reasoning=told.output_tokens_details.reasoning_tokens,
    )


def ended_by(response: Response) -> str | None:
    details = response.incomplete_details
    return details.reason if details is not None else response.status


def agree(found: Reply, judge: Response) -> None:
    message, exchange = found.message, found.exchange
    assert [(call.id, call.name, call.arguments_json) for call in message.tool_calls] == calls(judge)
    assert (message.reasoning or "") == thinking(judge)
    assert exchange.usage == usage(judge)
    assert exchange.finish == ended_by(judge)
    assert found.cut_short == (judge.status == "incomplete")
    assert exchange.served_model == judge.model


@pytest.mark.parametrize("name", WHOLE)
async def test_both_read_the_same_stream(name: str) -> None:
    async with serving(STREAMS[name]) as base:
        events, found = await theirs(base), await ours(base)
    judge = end_of(events)
    agree(found, judge)
    assert found.message.text.replace("\n\n", "") == grown(events)
    if name in LISTED:
        assert found.message.text == "\n\n".join(texts(judge))
        assert judge.output_text in {found.message.text.replace("\n\n", ""), ""}


@pytest.mark.parametrize("name", LISTED)
async def test_both_read_the_same_whole_reply(name: str) -> None:
    async with serving(STREAMS[name]) as base:
        judge, found = await theirs_whole(base), await ours(base, NOT_STREAMED)
    agree(found, judge)
    assert found.message.text == "\n\n".join(texts(judge))
    assert found.exchange.ttft_ms is None


@pytest.mark.parametrize("name", LISTED)
async def test_what_is_handed_back_is_what_the_sdk_would_hand_back(name: str) -> None:
    async with serving(STREAMS[name]) as base:
        judge, found = end_of(await theirs(base)), await ours(base)
    readable = [
        item.to_dict(mode="json", exclude_unset=True)
        for item in judge.output
        if item.type == "reasoning" and (item.encrypted_content or item.content)
    ]
    given = [one.item for one in found.message.carried if isinstance(one.item, dict)]
    assert [item for item in given if item["type"] == "reasoning"] == readable
    phases = [item.phase for item in judge.output if item.type == "message" and item.phase]
    assert [item["phase"] for item in given if item["type"] == "message"] == phases


async def test_what_the_sdk_calls_failed_or_filtered_is_no_reply() -> None:
    async with serving(STREAMS["failed"]) as base:
        assert end_of(await theirs(base)).status == "failed"
        with pytest.raises(Overloaded, match=r"The model failed\."):
            await ours(base)
    async with serving(STREAMS["filtered"]) as base:
        details = end_of(await theirs(base)).incomplete_details
        assert details is not None
        assert details.reason == "content_filter"
        with pytest.raises(Rejected, match="content filter"):
            await ours(base)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "Slow down."}},
        {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down.", "sequence_number": 2},
    ],
)
async def test_an_error_in_the_middle_is_an_error_to_both(said: dict[str, Any]) -> None:
    """OpenAI documents the second form and sends the first."""
    async with serving([*STREAMS["text"][:3], said]) as base:
        with pytest.raises(ClientError, match=r"Slow down\."):
            await ours(base)
        if "error" in said:
            with pytest.raises(APIError, match=r"Slow down\."):
                await theirs(base)
        else:
            assert (await theirs(base))[-1].type == "error"
