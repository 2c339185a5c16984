"""A call or thinking that the serving side left in the text: only an unmistakable call counts."""

import pytest

from harness.trial.mangled import breaks_off, mangled_call, unbalanced_think
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, ToolCall, Usage

TOOLS = (ToolSpec(name="shop__refund"),)
WHOLE = '{"name": "shop__refund", "arguments": {"order": "O-17"}}'


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>{WHOLE}</tool_call>",
        f"I will refund it.\n<tool_call>\n{WHOLE}\n</tool_call>\n",
        f"<tool_call>{{</tool_call> <tool_call>{WHOLE}</tool_call>",
        '<tool_call>{"name": "shop__refund", "arguments": {"note": "退款 {好}"}}</tool_call>',
    ],
)
def test_a_whole_call_in_the_text_is_the_parsers_fault(text: str) -> None:
    assert mangled_call(AssistantMessage(text=text), TOOLS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        WHOLE,
        f"<tool_call>{WHOLE}",
        f"<tool_call>{WHOLE[:-1]}</tool_call>",
        '<tool_call>{"name": "shop__invent", "arguments": {}}</tool_call>',
        '<tool_call>{"name": "shop__refund"}</tool_call>',
        '<tool_call>{"name": "shop__refund", "arguments": "{}"}</tool_call>',
        '<tool_call>{"name": ["shop__refund"], "arguments": {}}</tool_call>',
        "<tool_call>[]</tool_call>",
        "<tool_call>" + "[" * 100_000 + "</tool_call>",
        "Write <tool_call> before a call.",
    ],
)
def test_what_may_be_the_models_own_mistake_stays_its_own(text: str) -> None:
    assert not mangled_call(AssistantMessage(text=text), TOOLS)


def test_a_reply_whose_calls_were_parsed_is_not_mangled() -> None:
    call = ToolCall(id="1", name="shop__refund", arguments_json="{}")

    assert not mangled_call(
        AssistantMessage(text=f"<tool_call>{WHOLE}</tool_call>", tool_calls=(call,)), TOOLS
    )


def test_a_model_that_was_offered_nothing_can_only_have_made_it_up() -> None:
    assert not mangled_call(AssistantMessage(text=f"<tool_call>{WHOLE}</tool_call>"), ())


@pytest.mark.parametrize("end", range(1, len(WHOLE)))
def test_every_beginning_of_an_object_breaks_off(end: int) -> None:
    assert breaks_off(WHOLE[:end])


@pytest.mark.parametrize("text", ['{"a": nul', '{"a": -', '{"a": 14', '{"a": [true, f', ' {"a": "\\'])
def test_so_does_an_object_within_a_number_a_word_or_an_escape(text: str) -> None:
    assert breaks_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        WHOLE,
        f"{WHOLE}}}",
        '{"a": 1]',
        '{"a": none',
        '{"a" 1',
        '{"a": 1,, ',
        '[{"a"',
        "null",
        "O-17",
    ],
)
def test_what_is_whole_or_wrong_in_another_way_does_not_break_off(text: str) -> None:
    assert not breaks_off(text)


@pytest.mark.parametrize("text", ["<think>hm", "hm</think>\n\n4", "\n<think>\nhm"])
def test_thinking_whose_begin_or_end_is_missing_is_no_answer(text: str) -> None:
    assert unbalanced_think(AssistantMessage(text=text), Usage())


@pytest.mark.parametrize(
    ("message", "usage"),
    [
        (AssistantMessage(text="Four."), Usage()),
        (AssistantMessage(text="<think> opens and </think> closes."), Usage()),
        (AssistantMessage(text="Write </think> at the end.", reasoning="hm"), Usage()),
        (AssistantMessage(text="Write </think> at the end."), Usage(reasoning=7)),
    ],
)
def test_a_reply_that_speaks_of_tags_is_an_answer(message: AssistantMessage, usage: Usage) -> None:
    assert not unbalanced_think(message, usage)
