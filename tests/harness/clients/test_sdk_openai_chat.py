"""The official SDK reads the same streams from the same server, and agrees with our client on what was said.

What the SDK does not know it hands on in `model_extra`: reasoning, and what providers want back. A content
that is a list of parts is beyond its own assembly, and is put together here from its chunks.
"""

import time
from typing import Any

import aiohttp
import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk

from harness.clients.chat import Chat
from harness.clients.client import Reply
from harness.clients.http_model import HttpModel
from harness.runs.record import ModelVariant
from scenarios.transcript import UserMessage
from tests.harness.clients.chat_streams import STREAMS, ChatStream
from tests.harness.clients.endpoint import ASK, EXAM, KEY, stream

pytestmark = pytest.mark.anyio


async def both(given: ChatStream) -> tuple[Reply, list[ChatCompletionChunk]]:
    """What our client makes of a stream, and the SDK's chunks of it."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", stream(*given.chunks))
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        ours = HttpModel(
            wire=Chat(),
            now=lambda: "",
            variant=ModelVariant(label="m", wire="chat", model="m", thinking=given.thinking),
            http=http,
            url=str(server.make_url("/v1/chat/completions")),
            key=KEY,
            clock=time.perf_counter,
            quirks=given.quirks,
        )
        reply = await ours.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)
        address = str(server.make_url("/v1"))
        async with openai.AsyncOpenAI(base_url=address, api_key=KEY, max_retries=0) as sdk:
            asked = await sdk.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hi"}], stream=True
            )
            return reply, [chunk async for chunk in asked]


def usage_of(chunks: list[ChatCompletionChunk]) -> CompletionUsage:
    return next(chunk.usage for chunk in reversed(chunks) if chunk.usage is not None)


def extra(chunks: list[ChatCompletionChunk], *names: str) -> str:
    """The texts that chunks carry under names that the SDK does not know."""
    deltas = [choice.delta.model_extra or {} for chunk in chunks for choice in chunk.choices]
    return "".join(str(delta[name] or "") for delta in deltas for name in names if name in delta)


def parts_of(chunks: list[ChatCompletionChunk]) -> tuple[str, str]:
    """Text and thinking of contents that are lists of parts."""
    text, thought = "", ""
    for content in (choice.delta.content for chunk in chunks for choice in chunk.choices):
        listed: Any = content
        parts: list[dict[str, Any]] = listed if isinstance(listed, list) else [{"text": listed or ""}]
        for part in parts:
            text += part.get("text", "")
            thought += "".join(inner["text"] for inner in part.get("thinking", ()))
    return text, thought


ASSEMBLED = [one for one in STREAMS if one.head.get("sdk") != "parts"]
IN_PARTS = [one for one in STREAMS if one.head.get("sdk") == "parts"]


@pytest.mark.parametrize("given", ASSEMBLED, ids=[one.name for one in ASSEMBLED])
async def test_the_sdk_agrees_on_text_calls_reasoning_and_finish(given: ChatStream) -> None:
    reply, chunks = await both(given)
    state = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(chunk)
    choice = state.current_completion_snapshot.choices[0]
    calls = [
        (call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()
    ]
    thought = extra(chunks, "reasoning", "reasoning_content")

    assert (choice.message.content or "") == given.head.get("sdk_text", reply.message.text)
    assert calls == [(call.id, call.name, call.arguments_json) for call in reply.message.tool_calls]
    assert thought == ("" if "sdk_text" in given.head else reply.message.reasoning or "")
    assert choice.finish_reason == reply.exchange.finish


@pytest.mark.parametrize("given", IN_PARTS, ids=[one.name for one in IN_PARTS])
async def test_the_sdks_chunks_agree_where_the_content_is_a_list_of_parts(given: ChatStream) -> None:
    reply, chunks = await both(given)
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]

    assert parts_of(chunks) == (reply.message.text, reply.message.reasoning)
    assert [(one.id, one.function and one.function.arguments) for one in calls] == [
        (call.id, call.arguments_json) for call in reply.message.tool_calls
    ]
    assert chunks[-1].choices[0].finish_reason == reply.exchange.finish


@pytest.mark.parametrize("given", STREAMS, ids=[one.name for one in STREAMS])
async def test_the_sdk_agrees_on_usage(given: ChatStream) -> None:
    reply, chunks = await both(given)
    theirs, ours = usage_of(chunks), reply.exchange.usage
    told, counted = theirs.prompt_tokens_details, theirs.completion_tokens_details
    outside = given.quirks.reasoning_count == "outside"

    assert (theirs.prompt_tokens, theirs.total_tokens) == (ours.input, (ours.input or 0) + (ours.output or 0))
    assert theirs.completion_tokens == (ours.output or 0) - (ours.reasoning or 0) * outside
    assert (told.cached_tokens if told else None) == ours.cached
    assert (counted.reasoning_tokens if counted else None) == ours.reasoning
    assert theirs.model_dump(exclude_unset=True) == reply.exchange.raw_usage
    assert ours.doubt is None
