from harness.report.view import CallView, TrialView, WordsView, trial_view
from scenarios.transcript import AssistantMessage, ToolCall, Transcript
from tests.harness.report.sample_run import LIST, bad, broken, call, good, graded, transcript


def view(played: Transcript, limit: int = 10_000) -> TrialView:
    ((trial, asked, shown, grade),) = graded(played)
    return trial_view(trial, asked, shown, grade, limit)


def calls(of: TrialView) -> list[CallView]:
    return [entry for segment in of.segments for entry in segment.entries if isinstance(entry, CallView)]


def test_every_call_stands_with_what_came_back_and_what_is_said_of_it() -> None:
    listed, paid, cancelled = calls(view(bad()))
    assert (listed.code, listed.gold) == ("matched", "list")
    assert '"O-17"' in (listed.result or "")
    assert paid.code == "wrong_arg_value"
    (difference,) = paid.mismatches
    assert (difference.argument, difference.expected, difference.given) == ("amount", "42.5", "24.5")
    assert cancelled.code == "extra_call"


def test_what_was_missed_is_shown_where_it_was_due() -> None:
    found = view(transcript(*LIST, reply="I looked.", changes=()))
    (segment,) = found.segments
    assert [(one.tool, one.code) for one in segment.missing] == [("shop__refund", "missing_call")]
    assert [(fact.kind, fact.expected, fact.met) for fact in segment.facts] == [("say", "42.5", False)]
    assert [(leaf.path, leaf.outcome, leaf.found) for leaf in found.state] == [
        ("/orders/O-17/status", "missing", None)
    ]


def test_a_side_effect_is_named_with_what_it_became() -> None:
    outcomes = {leaf.path: (leaf.outcome, leaf.found) for leaf in view(bad()).state}
    assert outcomes["/orders/O-16/status"] == ("side_effect", '"cancelled"')


def test_parallel_calls_keep_their_own_results() -> None:
    both = AssistantMessage(
        tool_calls=(
            ToolCall(id="same", name="shop__list_orders", arguments_json='{"customer": "u1"}'),
            ToolCall(id="same", name="shop__list_orders", arguments_json='{"customer": "u2"}'),
        )
    )
    results = [call("x", "{}", text)[1] for text in ("first", "second")]
    assert [one.result for one in calls(view(transcript(both, *results)))] == ["first", "second"]


def test_a_call_that_was_never_executed_has_no_result() -> None:
    cut = AssistantMessage(tool_calls=(ToolCall(id="c", name="shop__refund", arguments_json='{"ord'),))
    (one,) = calls(view(transcript(cut, reply=None, ended="truncated", changes=())))
    assert one.result is None
    assert one.arguments == '{"ord'


def test_an_excluded_trial_is_not_judged() -> None:
    found = view(broken())
    assert (found.success, found.state, found.scores) == (None, (), ())
    assert found.failure == "http_503: the endpoint answered 503 five times (request 1)"


def test_no_text_in_a_view_is_longer_than_the_limit_or_can_move_a_cursor() -> None:
    found = view(transcript(reply="\x1b]52;c;x\x07" + "y" * 1_000_000), limit=1000)
    said = found.segments[0].entries[-1]
    assert isinstance(said, WordsView)
    assert len(said.text) < 1100
    assert "\x1b" not in found.model_dump_json()


def test_half_a_character_that_a_model_escaped_can_be_shown() -> None:
    odd = call("shop__refund", '{"order": "\\ud800", "amount": 42.5}', "no such order", problem="tool_error")
    view(transcript(*LIST, *odd)).model_dump_json().encode()


def test_a_trial_is_named_after_its_place_in_the_run() -> None:
    assert view(good()).name == "chat~alpha/shop/refund/0"
