"""Whatever events a Responses server sends, they make a message that can be kept, or a named error."""

from typing import Any

import pytest

from harness.clients.client import BadReply, ClientError, ContextTooLong, Overloaded, Rejected
from harness.clients.responses import Responses
from harness.registry.provider import Quirks
from scenarios.transcript import AssistantMessage, Carried, ToolCall, Usage
from tests.harness.clients.endpoint import KEY
from tests.harness.clients.responses_events import (
    LOOK,
    Item,
    added,
    call,
    delta,
    done,
    end,
    reply,
    said,
    whole,
)


def calls(*events: dict[str, Any]) -> list[str]:
    return [one.arguments_json for one in reply(*events, end()).message.tool_calls]


def test_deltas_are_merged_by_index_and_not_by_id() -> None:
    grown = (
        added(call(1, id="same"), 0),
        added(call(2, id="same"), 1),
        delta("function_call_arguments", '{"a"', 0, item_id="same"),
        delta("function_call_arguments", '{"b"', 1, item_id="same"),
        delta("function_call_arguments", ":1}", 0, item_id="other"),
        delta("function_call_arguments", ":2}", 1, item_id="other"),
    )
    assert calls(*grown) == ['{"a":1}', '{"b":2}']


def test_what_is_told_whole_does_not_double_what_grew() -> None:
    text = {"type": "response.output_text.done", "output_index": 0, "text": "four"}
    found = reply(delta("output_text", "fo"), delta("output_text", "ur"), text, done(said("four")), end())
    assert found.message.text == "four"
    assert reply(delta("output_text", "four"), end("completed", said("four"))).message.text == "four"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_text.done", "output_index": 0, "text": "four"},
        done(said("four")),
        end("completed", said("four")),
    ],
)
def test_text_that_is_only_told_whole_is_taken(event: dict[str, Any]) -> None:
    found = reply(event, end())
    assert found.message.text == "four"
    assert found.exchange.ttft_ms == 1000


def test_late_and_double_deltas_do_no_harm() -> None:
    whole_call = call(1, '{"a":1}')
    half = delta("function_call_arguments", '{"a"')
    assert calls(added(call()), half, half, done(whole_call), half) == ['{"a":1}']
    assert calls(half, delta("function_call_arguments", ":1}"), added(call())) == ['{"a":1}']
    assert calls(done(whole_call), done(whole_call), added(call())) == ['{"a":1}']


def test_an_end_that_lists_nothing_takes_nothing_away() -> None:
    assert reply(delta("output_text", "four"), done({"type": "message", "content": []}), end()).message == (
        AssistantMessage(text="four")
    )


def test_the_end_may_name_and_number_its_items_anew() -> None:
    """vLLM did before it kept the ids that it had streamed."""
    events = (added(call(1), 1), done(call(1, "{}"), 1), added(call(2), 3), done(call(2, '{"b":2}'), 3))
    listed = (said("ok"), call(7, "{}", call_id="call_1"), call(8, '{"b":2}', call_id="call_2"))
    found = reply(*events, end("completed", *listed)).message
    assert [(one.id, one.arguments_json) for one in found.tool_calls] == [
        ("call_1", "{}"),
        ("call_2", '{"b":2}'),
    ]
    assert found.text == "ok"


def test_items_that_all_have_the_number_0_stay_apart() -> None:
    events = (
        added({"type": "reasoning", "id": "rs"}),
        delta("reasoning_text", "hm"),
        added({"type": "message", "id": "msg"}),
        delta("output_text", "ok"),
        added(call(1)),
        done(call(1, "{}")),
        added(call(2)),
        done(call(2, '{"b":2}')),
    )
    found = reply(*events, end()).message
    assert (found.text, found.reasoning) == ("ok", "hm")
    assert [one.arguments_json for one in found.tool_calls] == ["{}", '{"b":2}']


def test_events_without_a_number_go_to_the_last_item_of_their_type() -> None:
    events = (
        added(call(1), None),
        delta("function_call_arguments", "{}", None),
        added(said(""), None),
        delta("output_text", "o", None),
        delta("output_text", "k", "x"),
    )
    found = reply(*events, end()).message
    assert (found.text, [one.arguments_json for one in found.tool_calls]) == ("ok", ["{}"])


def test_several_messages_of_one_reply_are_kept_apart() -> None:
    found = reply(
        done(said("I look.", phase="commentary"), 0), done(said("4", phase="final_answer"), 2), end()
    )
    assert found.message.text == "I look.\n\n4"


def test_parts_of_one_message_are_joined_in_their_order() -> None:
    events = (delta("output_text", "b", content_index=1), delta("output_text", "a", content_index=0))
    assert reply(*events, end()).message.text == "ab"


def test_thinking_that_is_told_beats_its_summary_and_is_no_answer() -> None:
    both = {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "short"}],
        "content": [{"type": "reasoning_text", "text": "long"}],
    }
    assert reply(done(both), done(said("4"), 1), end()).message.reasoning == "long"
    parts = [delta("reasoning_summary_text", text, summary_index=n) for n, text in enumerate(("a", "b"))]
    found = reply(*parts, delta("output_text", "4", 1), end())
    assert (found.message.reasoning, found.message.text) == ("a\n\nb", "4")
    assert (found.exchange.ttft_ms, found.exchange.first_answer_ms) == (1000, 3000)
    assert found.exchange.chunk_ms == (1000, 1000)


@pytest.mark.parametrize(("opening", "thinks"), [("<think>", False), ("<think>", True), ("", True)])
def test_thinking_that_was_left_in_the_text_is_no_answer(opening: str, thinks: bool) -> None:
    pieces = [delta("output_text", text) for text in (f"{opening}h", "m</thi", "nk>\n\n", "fo", "ur")]
    found = reply(*pieces, end(), thinks=thinks)
    assert (found.message.reasoning, found.message.text) == ("hm", "four")
    assert (found.exchange.ttft_ms, found.exchange.first_answer_ms) == (1000, 4000)


def test_a_call_after_thinking_that_was_left_in_the_text_is_the_first_answer() -> None:
    found = reply(delta("output_text", "<think>hm</think>"), added(call(1), 1), done(call(1, "{}"), 1), end())
    assert (found.message.reasoning, found.message.text) == ("hm", "")
    assert found.exchange.first_answer_ms == 2000


def test_thinking_that_a_server_can_read_is_kept_at_its_place_as_it_came() -> None:
    sealed: Item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "encrypted_content": "gAAA",
        "new": None,
    }
    told: Item = {"type": "reasoning", "id": "rs_2", "summary": [{"type": "summary_text", "text": "no use"}]}
    plain: Item = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]}
    events = [done(one, n) for n, one in enumerate((sealed, told, said("so"), call(1, "{}"), plain))]
    assert reply(*events, end()).message.carried == (Carried(item=sealed), Carried(item=plain, place=2))


def test_thinking_is_taken_from_the_done_item_since_the_added_one_may_hold_less() -> None:
    begun = {"type": "reasoning", "id": "rs_1", "encrypted_content": "gA"}
    assert reply(added(begun), done(said("x"), 1), end()).message.carried == ()


def test_the_part_that_a_message_plays_is_kept() -> None:
    found = reply(done(said("x", phase="commentary")), end())
    assert found.message.carried == (Carried(item={"type": "message", "phase": "commentary"}),)


@pytest.mark.parametrize(
    ("last", "finish", "cut"),
    [
        (end(), "completed", False),
        (end("incomplete", incomplete_details={"reason": "max_output_tokens"}), "max_output_tokens", True),
        (end("incomplete", incomplete_details=None), "incomplete", True),
        (end("incomplete", incomplete_details={"reason": 5}), "incomplete", True),
        ({"type": "response.completed", "response": {"status": "in_progress"}}, "completed", False),
        ({"type": "response.completed"}, "completed", False),
    ],
)
def test_why_a_reply_ended(last: dict[str, Any], finish: str, cut: bool) -> None:
    found = reply(delta("output_text", "x"), last)
    assert (found.exchange.finish, found.cut_short) == (finish, cut)


def test_vllm_ends_every_stream_as_completed_and_the_response_in_it_tells() -> None:
    details = {"reason": "max_output_tokens"}
    last = {"type": "response.completed", "response": {"status": "incomplete", "incomplete_details": details}}
    assert reply(delta("output_text", "x"), last).cut_short


@pytest.mark.parametrize(
    ("event", "error", "kind"),
    [
        (end("failed", error={"code": "server_error", "message": "died"}), Overloaded, "stream_error"),
        (end("failed", error={"code": "rate_limit_exceeded", "message": "slow"}), Overloaded, "stream_error"),
        (end("failed"), Overloaded, "cut_stream"),
        (end("cancelled"), Overloaded, "cut_stream"),
        (end("failed", error={"code": "invalid_prompt", "message": "no"}), Rejected, "invalid_prompt"),
        (end("incomplete", incomplete_details={"reason": "content_filter"}), Rejected, "content_filter"),
        ({"type": "error", "code": "server_error", "message": "died"}, Overloaded, "stream_error"),
        ({"type": "error", "error": {"code": "x", "message": "died"}}, Overloaded, "stream_error"),
        ({"type": "error", "code": "context_length_exceeded", "message": "no"}, ContextTooLong, "context"),
        ({"type": "error", "message": "Your input exceeds the context window"}, ContextTooLong, "context"),
        ({"error": "died"}, Overloaded, "stream_error"),
        ({"error": {"message": ["died"]}}, Overloaded, "stream_error"),
        ({"type": "error"}, Overloaded, "stream_error"),
    ],
)
def test_a_reply_that_the_server_ended_is_not_the_models(
    event: dict[str, Any], error: type[ClientError], kind: str
) -> None:
    with pytest.raises(error) as caught:
        reply(delta("output_text", "x"), event)
    assert caught.value.kind == kind


def test_a_stream_without_an_end_is_cut() -> None:
    with pytest.raises(Overloaded, match="before the model finished"):
        reply(delta("output_text", "x"), done(said("x")))


def test_a_whole_reply_is_read() -> None:
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    found = whole(status="completed", model="m-1", output=[said("x"), call(1, {"a": "é"})], usage=usage)
    assert found.message == AssistantMessage(
        text="x", tool_calls=(ToolCall(id="call_1", name=LOOK, arguments_json='{"a": "é"}'),)
    )
    assert (found.exchange.served_model, found.exchange.finish) == ("m-1", "completed")
    assert (found.exchange.usage, found.exchange.ttft_ms) == (Usage(input=5, output=2), None)


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled"])
def test_a_whole_reply_that_is_none_yet_is_no_reply(status: str) -> None:
    with pytest.raises(Overloaded):
        whole(status=status, output=[said("x")])


def test_a_refusal_is_what_the_model_said() -> None:
    assert (
        reply(delta("refusal", "I ca"), done(said("I can't.", "refusal")), end()).message.text == "I can't."
    )
    assert whole(status="completed", output=[said("No.", "refusal")]).message.text == "No."


def test_usage_says_what_was_cached_written_and_thought() -> None:
    raw = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 20},
        "output_tokens": 30,
        "output_tokens_details": {"reasoning_tokens": 12},
        "total_tokens": 130,
        "cost_in_usd_ticks": 5,
    }
    quirks = Quirks(cost_field="cost_in_usd_ticks", cost_unit=1e-10)
    found = reply(delta("output_text", "x"), end(usage=raw), quirks=quirks).exchange
    assert found.usage == Usage(input=100, cached=64, written=20, output=30, reasoning=12)
    assert found.raw_usage == raw
    assert found.reported_usd == pytest.approx(5e-10)


@pytest.mark.parametrize(
    "event",
    [
        delta("output_text", 5),
        delta("function_call_arguments", {"a": 1}),
        done(5),  # type: ignore[arg-type] # what a server may send
        done({"type": ["message"]}),
        done({"type": "message", "content": 5}),
        done({"type": "message", "content": ["x"]}),
        done({"type": "message", "content": [{"type": "output_text", "text": 5}]}),
        done(call(1, float("inf"))),
        done({"type": "function_call", "name": 5}),
        done({"type": "function_call", "name": None}),
        done({"type": "reasoning", "content": [{"type": "reasoning_text", "text": ["x"]}]}),
        done({"type": "reasoning", "encrypted_content": [float("nan")]}),
        {"type": "response.completed", "response": []},
        {"type": "response.completed", "response": {"output": {"a": 1}}},
        {"type": "response.completed", "response": {"output": ["x"]}},
        {"type": "response.incomplete", "response": {"incomplete_details": "x"}},
        {"type": "response.created", "response": "x"},
    ],
)
def test_what_has_not_the_shape_of_a_reply_is_a_bad_reply(event: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        reply(event, delta("output_text", "x", 9), end())


def test_what_nobody_knows_is_passed_over() -> None:
    strange: tuple[dict[str, Any], ...] = (
        {},
        {"type": "keepalive", "sequence_number": 3},
        {"type": ["x"]},
        {"type": "response.output_text.annotation.added", "annotation": 5},
        added({"type": "web_search_call", "id": "ws_1"}),
        done({"type": "image_generation_call", "result": "x"}),
        done({"type": "message", "content": [{"type": "output_audio", "data": "x"}]}, 5),
    )
    assembly = Responses().assembly(0.0, Quirks(), None, thinks=False)
    assert [assembly.add(event, 1.0) for event in strange] == [False] * 6 + [True]
    assert reply(*strange, delta("output_text", "x"), end()).message == AssistantMessage(text="x")


def test_only_what_brings_the_reply_on_is_a_sign_of_life() -> None:
    assembly = Responses().assembly(0.0, Quirks(), None, thinks=False)
    lively = (
        added({"type": "reasoning"}),
        delta("reasoning_summary_text", "x"),
        done({"type": "reasoning", "encrypted_content": "x"}),
        delta("output_text", "x", 1),
        added(call(), 2),
        end(),
    )
    assert all(assembly.add(event, 1.0) for event in lively)
    assert not any(assembly.add(event, 1.0) for event in (lively[0], lively[2], lively[4], lively[5]))
    idle = ({"type": "response.in_progress"}, {"type": "response.created"}, delta("output_text", "", 1))
    assert not any(assembly.add(event, 1.0) for event in idle)


def test_what_the_server_repeats_of_our_key_is_hidden() -> None:
    sealed = {"type": "reasoning", "encrypted_content": KEY}
    found = reply(done(sealed), delta("output_text", KEY[:5], 1), delta("output_text", KEY[5:], 1), end())
    assert found.message == AssistantMessage(text="***")


@pytest.mark.parametrize(
    "events",
    [
        [delta("output_text", "x" * 5_000_000)],
        [done(call(1, "x" * 5_000_000))],
        [done({"type": "reasoning", "encrypted_content": "x" * 5_000_000})],
        [added(call(n), n) for n in range(5000)],
        [delta("output_text", "x", content_index=n) for n in range(5000)],
    ],
)
def test_more_than_any_model_says_is_the_servers_doing(events: list[dict[str, Any]]) -> None:
    with pytest.raises(BadReply) as caught:
        reply(*events, end())
    assert caught.value.kind == "too_long"
