"""SmolLM2 behind vLLM's own Messages endpoint: what our client writes it takes, and what it counts we count.

No test here asserts what the model says, but for this: at temperature 0 it says the same, streamed or whole,
to us and to Anthropic's SDK.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import pytest
from anthropic import AsyncAnthropic

from harness.clients.client import Ask, ContextTooLong, Reply, Shared
from harness.clients.http_model import HttpModel
from harness.registry.provider import Concession, Quirks
from scenarios.exam import Exam, ToolSpec
from scenarios.transcript import Message, ToolMessage, UserMessage, parse_arguments
from tests.e2e.served import MODEL, counters
from tests.harness.clients.endpoint import EXAM
from tests.harness.clients.messages_endpoint import asking
from tests.harness.known import KNOWN

pytestmark = [pytest.mark.e2e, pytest.mark.anyio]

QUIRKS = KNOWN.provider("vllm").wires["messages"].quirks
QUESTION = "Which colours has a rainbow? " * 20
TOLD: list[Message] = [UserMessage(text=QUESTION)]
ASK = Ask(output_tokens=24, seconds=120)
FORCED = Ask(output_tokens=160, seconds=120, tool_choice="required")
WHOLE = Concession(says=("x",), gives_up="stream", why="asked for whole")
LOOK = ToolSpec(
    name="shop__look",
    description="Look at an item.",
    input_schema={"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
)
TO_LOOK: list[Message] = [UserMessage(text='What is the lamp like? Call shop__look with {"item": "lamp"}.')]
PLAIN = EXAM.model_copy(update={"key": EXAM.key.model_copy(update={"tools": ()}), "digest": "plain"})
TOOLS = EXAM.model_copy(update={"key": EXAM.key.model_copy(update={"tools": (LOOK,)}), "digest": "tools"})


def asked(url: str, quirks: Quirks = QUIRKS) -> AbstractAsyncContextManager[HttpModel]:
    return asking(url, quirks, model=MODEL, sampling={"temperature": 0})


async def counted(
    url: str, exam: Exam, talk: Sequence[Message], ask: Ask, *, whole: bool = False, marks: bool = False
) -> Reply:
    """A reply whose usage is what the server counted meanwhile."""
    before = counters(url)
    async with asked(url, QUIRKS.model_copy(update={"cache_marks": marks})) as model:
        model.conceded = (WHOLE,) if whole else ()
        reply = await model.converse(exam, 0).reply(talk, ask)
    after, usage = counters(url), reply.exchange.usage
    assert usage.input == after["prompt_tokens"] - before["prompt_tokens"]
    assert usage.output == after["generation_tokens"] - before["generation_tokens"]
    assert usage.doubt is None
    assert (reply.exchange.ttft_ms is None) == whole
    return reply


async def test_a_text_is_the_same_streamed_and_whole(smollm2: str) -> None:
    streamed, whole = [await counted(smollm2, PLAIN, TOLD, ASK, whole=whole) for whole in (False, True)]

    assert streamed.message.text == whole.message.text != ""
    one, other = streamed.exchange.usage, whole.exchange.usage
    assert (one.input, one.output) == (other.input, other.output)
    assert (one.written, other.cached) != (None, None)
    assert (streamed.exchange.finish, streamed.cut_short) == (whole.exchange.finish, whole.cut_short)
    assert MODEL in (streamed.exchange.served_model or "")


async def test_a_forced_call_is_the_same_streamed_and_whole(smollm2: str) -> None:
    streamed, whole = [await counted(smollm2, TOOLS, TO_LOOK, FORCED, whole=whole) for whole in (False, True)]

    (call,), (same,) = streamed.message.tool_calls, whole.message.tool_calls
    assert call.name == same.name == LOOK.name
    assert parse_arguments(call.arguments_json) == parse_arguments(same.arguments_json)
    assert streamed.exchange.finish == whole.exchange.finish == "tool_use"


async def test_a_loop_of_calls_goes_on_and_finds_its_beginning_in_the_cache(smollm2: str) -> None:
    first = await counted(smollm2, TOOLS, TO_LOOK, FORCED)
    assert first.message.tool_calls
    results = [ToolMessage(call_id=call.id, text="It is green.") for call in first.message.tool_calls]
    talk: list[Message] = [*TO_LOOK, first.message, *results]

    second = await counted(smollm2, TOOLS, talk, ASK)

    assert second.exchange.usage.input > (first.exchange.usage.input or 0)  # type: ignore[operator] # counted
    assert second.exchange.usage.cached


async def test_marks_change_nothing_here(smollm2: str) -> None:
    ask = Ask(output_tokens=24, seconds=120, shared=Shared(messages=1, key="k"))
    talk = [*TOLD, UserMessage(text="Well?")]
    plain, marked = [await counted(smollm2, TOOLS, talk, ask, marks=marks) for marks in (False, True)]

    assert plain.message == marked.message
    assert plain.exchange.usage.input == marked.exchange.usage.input


async def test_the_sdk_reads_the_same_text_and_the_same_counts(smollm2: str) -> None:
    ours = await counted(smollm2, PLAIN, TOLD, ASK)
    counts = ours.exchange.usage
    address = smollm2.removesuffix("/v1")
    async with (
        AsyncAnthropic(api_key="none", base_url=address, max_retries=0) as client,
        client.messages.stream(
            model=MODEL,
            max_tokens=ASK.output_tokens,
            extra_body={"temperature": 0},
            system=PLAIN.scenario.system,
            messages=[{"role": "user", "content": QUESTION}],
        ) as stream,
    ):
        theirs = await stream.get_final_message()

    assert ours.message.text == "".join(block.text for block in theirs.content if block.type == "text")
    cached = (theirs.usage.cache_read_input_tokens, theirs.usage.cache_creation_input_tokens)
    assert counts.output == theirs.usage.output_tokens
    assert counts.input == theirs.usage.input_tokens + sum(count or 0 for count in cached)
    assert ours.exchange.finish == theirs.stop_reason


async def test_a_prompt_that_does_not_fit_is_an_overflow(smollm2: str) -> None:
    async with asked(smollm2) as model:
        with pytest.raises(ContextTooLong):
            await model.converse(PLAIN, 0).reply([UserMessage(text="lamp " * 9000)], ASK)
