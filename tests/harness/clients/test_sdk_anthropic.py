"""Anthropic's own SDK is the judge: what it makes of a stream is what our client makes of it."""

from typing import Any

import pytest
from anthropic import APIStatusError, AsyncAnthropic
from anthropic.types import Message

from harness.clients.client import ClientError, Reply
from scenarios.transcript import UserMessage, parse_arguments
from tests.harness.clients.endpoint import ASK, EXAM, KEY
from tests.harness.clients.messages_endpoint import NAMES, asking, kept, serving, streamed

pytestmark = pytest.mark.anyio

CUT_WITHIN_A_CALL = "cut_call"
NO_REPLY = {"overloaded", "paused", "refusal", "window_full"}
AGREED = sorted(set(NAMES) - NO_REPLY)


async def theirs(base: str, *, is_whole: bool) -> Message:
    """What the SDK makes of it; it appends `/v1` itself."""
    asked: Any = {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]}
    async with AsyncAnthropic(api_key=KEY, base_url=base.removesuffix("/v1"), max_retries=0) as client:
        if is_whole:
            message: Message = await client.messages.create(**asked)
            return message
        async with client.messages.stream(**asked) as stream:
            return await stream.get_final_message()


async def ours(base: str) -> Reply:
    async with asking(base) as model:
        return await model.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)


def blocks(message: Message, kind: str) -> list[dict[str, Any]]:
    return [block.to_dict() for block in message.content if block.type == kind]


@pytest.mark.parametrize("name", AGREED)
async def test_both_read_the_same_reply(name: str) -> None:
    events = kept(name)
    async with serving(streamed(events)) as base:
        judge = await theirs(base, is_whole=name == "whole")
        found = await ours(base)

    message, usage = found.message, judge.usage
    assert message.text == "".join(block["text"] for block in blocks(judge, "text"))
    assert (message.reasoning or "") == "".join(block["thinking"] for block in blocks(judge, "thinking"))
    assert [(call.id, call.name) for call in message.tool_calls] == [
        (block["id"], block["name"]) for block in blocks(judge, "tool_use")
    ]
    if name != CUT_WITHIN_A_CALL:  # of which the SDK keeps what it can guess, and we what was written
        assert [parse_arguments(call.arguments_json) for call in message.tool_calls] == [
            block["input"] for block in blocks(judge, "tool_use")
        ]
    assert [one.item for one in message.carried] == [
        block.to_dict() for block in judge.content if block.type in {"thinking", "redacted_thinking"}
    ]
    kept_tokens = (usage.cache_creation_input_tokens, usage.cache_read_input_tokens)
    assert (found.exchange.usage.written, found.exchange.usage.cached) == kept_tokens
    assert found.exchange.usage.input == usage.input_tokens + sum(count or 0 for count in kept_tokens)
    assert found.exchange.usage.output == usage.output_tokens
    thought = usage.output_tokens_details
    assert found.exchange.usage.reasoning == (thought.thinking_tokens if thought else None)
    assert found.exchange.finish == judge.stop_reason
    assert found.exchange.served_model == judge.model
    assert found.cut_short == (judge.stop_reason == "max_tokens")


@pytest.mark.parametrize("name", sorted(NO_REPLY - {"overloaded"}))
async def test_what_the_sdk_says_was_no_end_is_no_reply(name: str) -> None:
    async with serving(streamed(kept(name))) as base:
        judge = await theirs(base, is_whole=False)
        with pytest.raises(ClientError, match=str(judge.stop_reason)):
            await ours(base)

    assert judge.stop_reason in {"refusal", "pause_turn", "model_context_window_exceeded"}


async def test_an_error_within_the_stream_is_one_to_both() -> None:
    async with serving(streamed(kept("overloaded"))) as base:
        with pytest.raises(APIStatusError, match="Overloaded"):
            await theirs(base, is_whole=False)
        with pytest.raises(ClientError, match="Overloaded") as caught:
            await ours(base)

    assert caught.value.retryable
