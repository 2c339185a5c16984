"""Whatever shape events have, they make a message that can be kept, or a named error."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clients.client import BadReply, ClientError, ContextTooLong, Overloaded, Rejected, Reply
from harness.clients.event_stream import EventStream
from harness.clients.messages import Messages
from harness.registry.provider import Quirks
from scenarios.transcript import AssistantMessage, Carried, Exchange, ToolCall, Usage
from tests.harness.clients.endpoint import KEY
from tests.harness.clients.messages_endpoint import NAMES, as_bytes, kept

FAILS = {"overloaded", "paused", "refusal", "window_full"}
SPLIT = sorted(set(NAMES) - FAILS - {"whole"})
USED = {"input_tokens": 5, "output_tokens": 1}
START = {"type": "message_start", "message": {"model": "m-1", "usage": USED}}


def reply(*events: dict[str, Any]) -> Reply:
    assembly = Messages().assembly(0.0, Quirks(), KEY, thinks=False)
    for n, event in enumerate(events):
        assembly.add(event, float(n))
    return assembly.reply(100.0, ended=True)


def whole(**body: Any) -> Reply:
    assembly = Messages().assembly(0.0, Quirks(), KEY, thinks=False)
    assembly.add_whole({"type": "message", "stop_reason": "end_turn", **body})
    return assembly.reply(1.0, ended=True)


def begin(index: object, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def part(index: object, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def end(reason: object = "end_turn", **usage: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage or None}


def called(*parts: str, **given: Any) -> tuple[ToolCall, ...]:
    start = begin(0, type="tool_use", id="a", name="look", **given)
    return reply(start, *(part(0, partial_json=text) for text in parts), end("tool_use")).message.tool_calls


def test_text_comes_in_parts_and_in_several_blocks() -> None:
    assert reply(*kept("citations")).message == AssistantMessage(text="The lamp is green.")


def test_arguments_stay_exactly_as_the_model_wrote_them() -> None:
    found = reply(*kept("call")).message

    assert found.text == "I will look it up."
    assert [call.arguments_json for call in found.tool_calls] == ['{"item": "lamp", "n": 2}']
    assert called('{"n": 1.50', "") == (ToolCall(id="a", name="look", arguments_json='{"n": 1.50'),)


def test_an_input_that_stands_at_the_start_gives_way_to_one_that_is_streamed() -> None:
    assert called(input={"n": 1})[0].arguments_json == '{"n": 1}'
    assert called('{"n"', ": 2}", input={"n": 1})[0].arguments_json == '{"n": 2}'


def test_thinking_is_kept_apart_and_as_it_has_to_be_handed_back() -> None:
    found = reply(*kept("thinking_and_calls")).message

    assert (found.text, found.reasoning) == ("Both at once.", "Two lamps are asked for.")
    assert [call.id for call in found.tool_calls] == ["toolu_A", "toolu_B"]
    assert found.carried == (
        Carried(item={"type": "thinking", "thinking": found.reasoning, "signature": "sig-one=="}),
        Carried(item={"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}),
    )


def test_thinking_between_calls_keeps_its_place() -> None:
    (carried,) = reply(*kept("thinking_between_calls")).message.carried

    assert carried.place == 2  # after the text and the first call


def test_thinking_that_nobody_may_read_is_handed_back_all_the_same() -> None:
    found = reply(*kept("thinking_omitted"))

    assert found.message.reasoning is None
    assert [one.item for one in found.message.carried] == [
        {"type": "thinking", "thinking": "", "signature": "EosnCkYICxIMMb3LzNrMu"}
    ]
    assert found.exchange.usage.reasoning == 290


def test_a_block_that_nobody_ended_is_not_lost() -> None:
    found = reply(begin(0, type="thinking", thinking="hm"), begin(1, type="text", text="4"), end()).message

    assert (found.text, found.reasoning, len(found.carried)) == ("4", "hm", 1)


def test_a_block_that_begins_ends_the_one_under_its_number() -> None:
    found = reply(
        begin(0, type="thinking", thinking="hm"), begin(0, type="text", text=""), part(0, text="4"), end()
    ).message

    assert (found.text, found.reasoning, len(found.carried)) == ("4", "hm", 1)


def test_thinking_that_the_server_left_in_the_text_is_taken_out_of_it() -> None:
    parts = [part(0, text=text) for text in ("<thi", "nk>hm</th", "ink>\n4", "2")]
    found = reply(begin(0, type="text", text=""), *parts, end())

    assert (found.message.text, found.message.reasoning) == ("42", "hm")
    assert (found.exchange.ttft_ms, found.exchange.first_answer_ms) == (1000, 3000)
    assert whole(content=[{"type": "text", "text": "<think>hm</think>4"}]).message.text == "4"


def test_what_may_have_been_garbled_on_its_way_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="came twice"):
        called('{"item": ', '"lamp"', '"lamp"', "}")
    with pytest.raises(BadReply, match="repeats what was said before"):
        reply(begin(0, type="text"), *[part(0, text="The lamp is green"[:n]) for n in (4, 8, 12, 17)], end())


def test_the_first_token_and_the_first_of_the_answer_are_timed_apart() -> None:
    exchange = reply(
        START, begin(0, type="thinking", thinking=""), part(0, thinking="hm"), part(0, signature="s"),
        begin(1, type="text", text=""), part(1, text="4"), part(1, text="2"), end(),
    ).exchange  # fmt: skip

    assert (exchange.ttft_ms, exchange.first_answer_ms, exchange.chunk_ms) == (2000, 5000, (3000, 1000))


@pytest.mark.parametrize("event", [{"type": "ping"}, START, {"type": "new"}, {"type": ["x"]}, {}, end(None)])
def test_what_says_nothing_is_no_sign_of_life(event: dict[str, Any]) -> None:
    assembly = Messages().assembly(0.0, Quirks(), KEY, thinks=False)

    assert not assembly.add(event, 1.0)


def test_the_prompt_is_all_that_was_read_whether_cached_or_written() -> None:
    found = reply(*kept("cached")).exchange

    assert found.usage == Usage(input=21 + 188 + 1800, cached=1800, written=188, output=393)
    assert isinstance(found.raw_usage, dict)
    assert found.raw_usage["cache_creation"] == {
        "ephemeral_5m_input_tokens": 188,
        "ephemeral_1h_input_tokens": 0,
    }


def test_what_the_end_leaves_out_of_the_usage_is_not_forgotten() -> None:
    found = reply(START, begin(0, type="text", text="x"), end("end_turn", output_tokens=7)).exchange

    assert found.usage == Usage(input=5, output=7)
    assert found.served_model == "m-1"


def test_a_count_that_nobody_reported_is_unknown_and_not_zero() -> None:
    assert reply(begin(0, type="text", text="x"), end()).exchange.usage == Usage()


def test_more_thinking_than_output_is_doubted() -> None:
    usage = {"input_tokens": 1, "output_tokens": 5, "output_tokens_details": {"thinking_tokens": 9}}
    found = reply(begin(0, type="text"), end("end_turn", **usage)).exchange

    assert "9 reasoning tokens" in (found.usage.doubt or "")


@pytest.mark.parametrize(("name", "cut"), [("cut", True), ("cut_call", True), ("text", False)])
def test_a_reply_cut_by_the_output_limit_says_so(name: str, cut: bool) -> None:  # a row's answer
    assert reply(*kept(name)).cut_short == cut


def test_a_reply_that_was_not_streamed_says_the_same() -> None:
    body = kept("whole")[0]
    found = whole(**body)

    assert (found.message.text, found.message.reasoning) == ("I look.", "Look first.")
    assert found.message.tool_calls == (
        ToolCall(id="toolu_01", name="shop__look", arguments_json='{"item": "灯", "n": 2}'),
    )
    assert [one.place for one in found.message.carried] == [0, 0]
    assert found.exchange.usage == Usage(input=1033, cached=1024, written=0, output=50, reasoning=12)
    assert (found.exchange.ttft_ms, found.exchange.chunk_ms) == (None, ())


@pytest.mark.parametrize(
    ("name", "error", "kind"),
    [
        ("refusal", Rejected, "content_filter"),
        ("window_full", ContextTooLong, "context"),
        ("paused", Overloaded, "cut_stream"),
        ("overloaded", Overloaded, "http_529"),
    ],
)
def test_an_end_that_is_not_the_models_has_a_name(name: str, error: type[ClientError], kind: str) -> None:
    with pytest.raises(error) as caught:
        reply(*kept(name))

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("told", "error", "kind"),
    [
        ({"type": "rate_limit_error", "message": "slow"}, Overloaded, "http_429"),
        ({"type": "api_error", "message": "oops"}, Overloaded, "http_500"),
        ({"type": "invalid_request_error", "message": "no"}, Rejected, "http_400"),
        (
            {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"},
            ContextTooLong,
            "context",
        ),
        ({"type": "authentication_error"}, Rejected, "http_401"),
        ({"type": "internal_error", "message": "vLLM's"}, Overloaded, "stream_error"),
        ({"type": ["x"]}, Overloaded, "stream_error"),
        ("gone", Overloaded, "stream_error"),
    ],
)
def test_an_error_in_the_place_of_a_reply_has_a_name(
    told: object, error: type[ClientError], kind: str
) -> None:
    with pytest.raises(error) as streamed:
        reply({"type": "error", "error": told})
    with pytest.raises(error) as unstreamed:
        whole(error=told)

    assert (streamed.value.kind, unstreamed.value.kind) == (kind, kind)


@pytest.mark.parametrize("count", range(1, len(kept("thinking_and_calls")) - 1))
def test_a_stream_that_breaks_off_is_never_a_reply(count: int) -> None:
    with pytest.raises(Overloaded, match="ended before the model finished"):
        reply(*kept("thinking_and_calls")[:count])


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message_start", "message": "x"},
        begin("0", type="text"),
        begin(True, type="text"),
        begin(None, type="text"),
        begin(0, type="text", text=5),
        begin(0, type="thinking", thinking=["x"]),
        begin(0, type="thinking", thinking="x", signature=5),
        begin(0, type="redacted_thinking", data={}),
        begin(0, type="tool_use", id=["x"], name="look"),
        begin(0, type="tool_use", id="a", name={"x": 1}),
        begin(0, type="tool_use", id="a", name=""),
        begin(0, type="tool_use", id="a", name="look", input={"a": float("inf")}),
        {"type": "content_block_start", "index": 0, "content_block": []},
        part(7, text="x"),
        part(0, text="x"),
        {"type": "content_block_stop"},
        {"type": "message_delta", "delta": "x"},
    ],
)
def test_what_has_not_the_shape_of_a_reply_is_a_bad_reply(event: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        reply(event, end())


@pytest.mark.parametrize("delta", [{"text": 5}, {"thinking": {}}, {"partial_json": {}}, {"signature": []}])
def test_a_part_of_the_wrong_type_is_a_bad_reply(delta: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        reply(begin(0, type="tool_use", id="a", name="look"), part(0, **delta), end())


@pytest.mark.parametrize("content", ["x", {"type": "text"}, [5], [{"type": "text", "text": 5}]])
def test_a_whole_body_of_the_wrong_shape_is_a_bad_reply(content: object) -> None:
    with pytest.raises(BadReply):
        whole(content=content)


def test_a_reply_longer_than_any_models_is_none() -> None:
    with pytest.raises(BadReply, match="more than"):
        reply(begin(0, type="thinking"), *[part(0, thinking="x" * 2**20)] * 5, end())


def test_a_flood_of_calls_is_none() -> None:
    with pytest.raises(BadReply, match="tool calls"):
        reply(*(begin(n, type="tool_use", id="a", name="look") for n in range(5000)), end())


def test_half_characters_can_be_kept_and_halves_in_two_parts_make_one() -> None:
    found = reply(
        begin(0, type="thinking"), part(0, thinking="\ud83d"), part(0, thinking="\ude00 \ud800"),
        begin(1, type="text"), part(1, text="\ud83d"), part(1, text="\ude00"), end(),
    ).message  # fmt: skip

    assert (found.text, found.reasoning) == ("😀", "😀 �")
    found.model_dump_json()


def test_the_key_is_never_repeated() -> None:
    blocks = (begin(0, type="thinking", thinking=KEY, signature="s"), begin(1, type="text", text=KEY))

    assert KEY not in reply(*blocks, end()).message.model_dump_json()


@pytest.mark.parametrize("name", SPLIT)
@settings(max_examples=30)
@given(st.data())
def test_bytes_that_are_cut_anywhere_make_the_same_reply(name: str, data: st.DataObject) -> None:
    whole_stream = as_bytes(kept(name))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole_stream) - 1), max_size=8)))
    stream, assembly = EventStream(), Messages().assembly(0.0, Quirks(), KEY, thinks=False)
    for start, stop in zip((0, *cuts), (*cuts, None), strict=True):
        for event in stream.feed(whole_stream[start:stop]):
            assembly.add(event, 0.0)
    for event in stream.close():
        assembly.add(event, 0.0)

    found, expected = assembly.reply(0.0, ended=True), reply(*kept(name))
    assert found.message == expected.message
    assert found.exchange.usage == expected.exchange.usage
    assert found.exchange.finish == expected.exchange.finish


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *("type", "text", "thinking", "signature", "data", "partial_json", "id", "name", "input"),
    *("stop_reason", "stop_sequence"),
)
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "output_tokens_details")
TYPES = (
    *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
    *("message_delta", "message_stop", "ping", "message"),
)
KINDS = st.sampled_from(("text", "thinking", "redacted_thinking", "tool_use", "server_tool_use")) | JSON
LIKELY = st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=3) | JSON, max_size=4)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES) | JSON,
        "content_block": st.tuples(KINDS, LIKELY).map(lambda pair: {**pair[1], "type": pair[0]}) | JSON,
        "content": st.lists(LIKELY, max_size=2) | JSON,
        "delta": LIKELY | JSON,
        "usage": st.dictionaries(st.sampled_from(COUNTS), JSON),
        "error": JSON,
    },
)


@settings(max_examples=400)
@given(st.lists(EVENTS, max_size=6))
def test_no_events_raise_anything_but_a_client_error(events: list[dict[str, Any]]) -> None:
    try:
        found = reply(*events, end())
    except ClientError:
        return
    assert AssistantMessage.model_validate_json(found.message.model_dump_json()) == found.message
    Exchange.model_validate_json(found.exchange.model_dump_json())


@settings(max_examples=200)
@given(EVENTS)
def test_no_body_raises_anything_but_a_client_error(body: dict[str, Any]) -> None:
    with suppress(ClientError):
        found = whole(**body)
        assert AssistantMessage.model_validate_json(found.message.model_dump_json()) == found.message
