"""Whatever shape chunks have, they make a message that can be kept, or a named error."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clients.chat import Chat
from harness.clients.client import BadReply, ClientError, ContextTooLong, Overloaded, Rejected, Reply
from harness.registry.provider import Quirks
from scenarios.transcript import AssistantMessage, Exchange, ToolCall, Usage
from tests.harness.clients.endpoint import KEY, call, delta

LOOK = "shop__look"


def reply(*chunks: dict[str, Any], ended: bool = True, quirks: Quirks | None = None) -> Reply:
    assembly = Chat().assembly(0.0, quirks or Quirks(), KEY, thinks=quirks is not None)
    for chunk in chunks:
        assembly.add(chunk, 1.0)
    return assembly.reply(2.0, ended=ended)


def part(**fields: Any) -> dict[str, Any]:
    return delta(
        tool_calls=[{"index": 0, "id": "1", "function": {"name": LOOK, "arguments": "{}"}, **fields}]
    )


def calls(*chunks: dict[str, Any]) -> list[tuple[str, str]]:
    return [(c.name, c.arguments_json) for c in reply(*chunks, delta("tool_calls")).message.tool_calls]


def test_calls_that_all_have_the_number_0_stay_apart() -> None:
    assert calls(call(0, "a", '{"x": 1}', "1"), call(0, "b", '{"y": 2}', "2")) == [
        ("a", '{"x": 1}'),
        ("b", '{"y": 2}'),
    ]


def test_a_call_whose_id_changes_from_part_to_part_stays_one() -> None:
    assert calls(call(0, "a", '{"x"', "1"), call(0, "", ": 1", "2"), call(0, "", "}", "3")) == [
        ("a", '{"x": 1}')
    ]


def test_a_name_that_is_repeated_in_every_part_is_taken_once() -> None:
    assert calls(call(0, "a", '{"x"', "1"), call(0, "a", ": 1}", "1")) == [("a", '{"x": 1}')]


def test_parts_without_a_number_go_to_the_last_call() -> None:
    unnumbered = (
        call(None, "a", "{", "1"),
        call(None, "", "}"),
        call(None, "b", "{", "2"),
        call(None, "", "}", "2"),
    )
    assert calls(*unnumbered) == [("a", "{}"), ("b", "{}")]


@pytest.mark.parametrize("index", ["1", 1, -5, 10**30, None, [0], 1.5, True])
def test_any_number_will_do(index: object) -> None:
    first = call(0, "a", "{}", "1")
    assert sorted(calls(first, part(index=index, id="2"))) == [("a", "{}"), (LOOK, "{}")]


@pytest.mark.parametrize(("given", "id_"), [(7, "7"), (None, "call_0"), ("", "call_0")])
def test_an_id_is_text_or_is_made(given: object, id_: str) -> None:
    assert reply(part(id=given), delta("stop")).message.tool_calls[0].id == id_


def test_arguments_that_the_server_has_already_read_are_written_anew() -> None:
    assert calls(part(function={"name": LOOK, "arguments": {"a": "é"}})) == [(LOOK, '{"a": "é"}')]


def test_the_old_format_of_one_call_is_understood() -> None:
    function = {"name": LOOK, "arguments": "{}"}
    assert calls(delta(function_call=function)) == [(LOOK, "{}")]


@pytest.mark.parametrize(
    "said",
    [
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "4"},
            ]
        },
        {"content": "4", "reasoning": "hm"},
        {"content": None, "refusal": "4", "reasoning_content": "hm", "reasoning": None},
    ],
)
def test_a_reply_may_come_in_parts_or_as_a_refusal(said: dict[str, Any]) -> None:
    message = reply(delta(**said), delta("stop")).message
    assert (message.text, message.reasoning) == ("4", "hm")


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": {"delta": {}}},
        {"choices": ["x"]},
        {"choices": [{"delta": "x"}]},
        delta(content=5),
        delta(content=["x"]),
        delta(content=[{"type": "text", "text": 5}]),
        delta(tool_calls={"a": 1}),
        delta(tool_calls=["x"]),
        part(function="x"),
        part(function=None),
        part(function={"name": None, "arguments": "{}"}),
        part(function={"name": 5}),
        part(id=["x"]),
        part(function={"name": LOOK, "arguments": {"a": float("inf")}}),
    ],
)
def test_what_has_not_the_shape_of_a_reply_is_a_bad_reply(chunk: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        reply(chunk, delta("stop"))


@pytest.mark.parametrize(
    ("reason", "error", "kind"),
    [
        ("content_filter", Rejected, "content_filter"),
        ("abort", Overloaded, "cut_stream"),
        ("insufficient_system_resource", Overloaded, "cut_stream"),
        ("model_context_window_exceeded", ContextTooLong, "context"),
    ],
)
def test_a_reply_that_the_server_ended_is_not_the_models(
    reason: str, error: type[ClientError], kind: str
) -> None:
    with pytest.raises(error) as caught:
        reply(delta(content="x"), delta(reason))
    assert caught.value.kind == kind


@pytest.mark.parametrize("reason", ["stop", "eos", "tool_calls", "function_call", "length", "MAX_TOKENS"])
def test_a_reply_that_the_model_ended_is_read(reason: str) -> None:
    found = reply(delta(content="x"), delta(None), delta(reason), delta(None))
    assert (found.message.text, found.exchange.finish) == ("x", reason)
    assert found.cut_short is (reason in ("length", "MAX_TOKENS"))


def test_the_end_mark_is_enough_where_no_reason_is_given() -> None:
    assert reply(delta(content="x")).exchange.finish is None
    with pytest.raises(Overloaded, match="before the model finished"):
        reply(delta(content="x"), ended=False)
    with pytest.raises(Overloaded, match="before the model finished"):
        reply(delta())


def test_only_the_first_of_several_choices_is_read() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}]}
    assert reply(delta(content="x"), other, delta("stop")).message.text == "x"


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 3.0, "completion_tokens": 4}, Usage(input=3, output=4)),
        ({"prompt_tokens": "3", "completion_tokens": -1}, Usage()),
        ({"prompt_tokens": True, "completion_tokens": 10**400}, Usage()),
        ({"prompt_tokens": float("inf"), "completion_tokens": float("nan")}, Usage()),
        ({"prompt_tokens_details": "x", "completion_tokens_details": {"reasoning_tokens": None}}, Usage()),
        ("many", Usage()),
        ([1], Usage()),
    ],
)
def test_a_count_that_is_none_is_unknown(usage: Any, counts: Usage) -> None:
    assert reply(delta(content="x"), delta("stop"), {"usage": usage}).exchange.usage == counts


def test_usage_in_several_chunks_is_put_together() -> None:
    found = reply(
        {"usage": {"prompt_tokens": 5, "completion_tokens": 0}},
        delta(content="x"),
        {"usage": {"prompt_tokens": None, "completion_tokens": 7}},
        delta("stop"),
    )
    assert found.exchange.usage == Usage(input=5, output=7)
    assert found.exchange.raw_usage == {"prompt_tokens": 5, "completion_tokens": 7}


@pytest.mark.parametrize("raw", [{"a": [[[[]]]] * 1}, {"a": "x" * 20_000}, {"a": 1e999}, {"a": KEY}])
def test_a_usage_object_is_kept_where_it_can_be_read_back(raw: dict[str, Any]) -> None:
    kept = reply(delta(content="x"), delta("stop"), {"usage": raw}).exchange.raw_usage
    assert kept == (raw if raw == {"a": [[[[]]]]} else None)


def test_what_the_server_repeats_of_our_key_is_hidden_also_when_it_comes_in_pieces() -> None:
    echo = {"name": KEY, "arguments": f'{{"a": "{KEY}"}}'}
    message = reply(
        delta(content=KEY[:5], reasoning=KEY),
        delta(content=KEY[5:]),
        part(function=echo, id=KEY),
        delta("stop"),
    ).message
    assert message.tool_calls == (ToolCall(id="***", name="***", arguments_json='{"a": "***"}'),)
    assert (message.text, message.reasoning) == ("***", "***")


def test_halves_of_characters_are_joined_and_lone_ones_replaced() -> None:
    found = reply(
        delta(content="\ud83d"),
        delta(content="\ude00 \ud800"),
        part(function={"name": "\udfff"}),
        delta("stop"),
    )
    assert found.message.text == "😀 �"
    assert found.message.tool_calls[0].name == "�"


@pytest.mark.parametrize(
    "chunk",
    [
        delta(content="x" * 5_000_000),
        part(function={"name": LOOK, "arguments": "x" * 5_000_000}),
        delta(tool_calls=[{"index": n, "id": str(n), "function": {"name": LOOK}} for n in range(5000)]),
    ],
)
def test_more_than_any_model_says_is_the_servers_doing(chunk: dict[str, Any]) -> None:
    with pytest.raises(BadReply) as caught:
        reply(chunk, delta("stop"))
    assert caught.value.kind == "too_long"


def test_only_what_brings_the_reply_on_is_a_sign_of_life() -> None:
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    idle: tuple[dict[str, Any], ...] = (
        {},
        delta(),
        delta(content=""),
        delta(role="assistant"),
        {"choices": []},
        {"usage": {"prompt_tokens": 1}},
    )
    assert not any(assembly.add(chunk, 1.0) for chunk in idle)
    assert all(
        assembly.add(chunk, 1.0)
        for chunk in (delta(content="x"), delta(reasoning="x"), part(), delta("stop"))
    )
    assert not assembly.add(delta("stop"), 1.0)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | ANYTHING


FUNCTIONS = st.fixed_dictionaries(
    {}, optional={"name": one_of(LOOK, None), "arguments": one_of("{", "{}", None)}
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "index": one_of(0, 1, None),
        "id": one_of("1", "2", None),
        "function": FUNCTIONS | ANYTHING,
        "extra_content": one_of({"google": {"thought_signature": "s"}}),
    },
)
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "x"}]}
DETAIL = {"type": "reasoning.text", "text": "x", "index": 0}
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": one_of("x", None, "<think>", "</think>", [{"type": "text", "text": "x"}], [THOUGHT]),
        "reasoning_details": st.lists(
            st.just(DETAIL) | st.dictionaries(st.sampled_from(["type", "text"]), ANYTHING)
        ),
        "reasoning": one_of("x", None),
        "refusal": one_of(None),
        "tool_calls": st.lists(PARTS | ANYTHING, max_size=3) | ANYTHING,
        "function_call": one_of(None),
    },
)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "index": one_of(0),
        "delta": DELTAS | ANYTHING,
        "finish_reason": one_of(None, "stop", "length"),
    },
)
CHUNKS = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICES | ANYTHING, max_size=2) | ANYTHING,
        "usage": st.dictionaries(
            one_of("prompt_tokens", "completion_tokens").filter(lambda key: isinstance(key, str)), ANYTHING
        )
        | ANYTHING,
        "model": one_of("m"),
        "error": one_of(None),
    },
)


QUIRKS = st.builds(
    Quirks,
    reasoning_back=st.sampled_from(["no", "reasoning_details", "content", "extra_content"]),
    deltas=st.sampled_from(["incremental", "cumulative"]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(CHUNKS, max_size=5), st.booleans(), QUIRKS)
def test_every_reply_can_be_written_and_read_back_or_has_a_name(
    chunks: list[Any], ended: bool, quirks: Quirks
) -> None:
    try:
        found = reply(*chunks, ended=ended, quirks=quirks)
    except ClientError as error:
        assert error.kind  # noqa: PT017 # any of the kinds will do
        return
    assert AssistantMessage.model_validate_json(found.message.model_dump_json()) == found.message
    assert Exchange.model_validate_json(found.exchange.model_dump_json()) == found.exchange
