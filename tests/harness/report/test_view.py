from harness.models.pricing import Tariff
from harness.report.view import CallView, TrialView, WordsView, trial_view
from scenarios.line import Copy, Value
from scenarios.transcript import AssistantMessage, Attempt, ToolCall, Transcript
from tests.harness.report.sample_costs import SPRINTER, STREAMING, asked, hosted, spent
from tests.harness.report.sample_reading import TOLD, UNREADABLE, WRONG, Probe, played
from tests.harness.report.sample_run import LIST, bad, broken, call, good, graded, model, transcript


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


def about_document(probe: Probe, limit: int = 10_000) -> TrialView:
    ((trial, asked, shown, grade),) = played(probe)
    return trial_view(trial, asked, shown, grade, limit)


def test_a_failed_question_shows_the_evidence_what_was_expected_and_what_was_given() -> None:
    found = about_document(Probe(replies=(WRONG,), layout="concat")).document
    assert found is not None
    assert (found.name, found.layout, found.after, found.parts) == ("needle-en-4096-1", "concat", 2, 2)
    assert (found.tokens, found.tokenizer) == (4090, "words 1")
    (evidence,) = found.evidence
    assert (evidence.text, evidence.part) == (TOLD, 1)
    assert round(evidence.depth, 2) == 0.25
    assert (found.expected, found.given, found.outcome) == ("4711", "99", "wrong_value")
    assert "4711" in found.why


def test_a_question_that_the_document_does_not_answer_has_no_evidence() -> None:
    found = about_document(Probe(line=Value(gold=None), replies=(WRONG,))).document
    assert found is not None
    assert (found.evidence, found.expected, found.outcome) == ((), "not stated", "false_answer")


def test_a_reply_without_an_answer_line_gives_none() -> None:
    found = about_document(Probe(replies=(UNREADABLE,))).document
    assert found is not None
    assert (found.given, found.whole_reply, found.outcome) == (None, False, "unparsed")


def test_a_trial_that_was_not_graded_has_no_outcome() -> None:
    found = about_document(Probe(ended="provider", replies=("",))).document
    assert found is not None
    assert (found.outcome, found.value, found.why) == (None, None, "")


def test_neither_a_long_answer_nor_a_long_gold_text_floods_the_view() -> None:
    copy = Copy(common="apple", unique="pear", count=50_000, place=7)
    found = about_document(Probe(line=copy, replies=("apple " * 50_000,)), limit=1000)
    assert len(found.model_dump_json()) < 8_000


def test_work_with_tools_has_no_document() -> None:
    assert view(good()).document is None


def priced(played: Transcript) -> TrialView:
    ((trial, exam_of, shown, grade),) = graded(played, of=hosted("m", "8192"))
    return trial_view(trial, exam_of, shown, grade, tariff=Tariff(prices=SPRINTER))


def test_every_request_says_what_it_cost_and_how_that_is_known() -> None:
    doubtful = asked(input=1, output=1, doubt="they are not the total", conceded=(STREAMING,))
    late = asked(input=4000, output=250, failed=(Attempt(kind="http_429"),))
    found = priced(spent(good(), late, doubtful, asked(reported_usd=0.5)))
    assert [(one.cost_usd, one.basis) for one in found.requests] == [
        (0.01, "computed"),
        (None, "doubtful"),
        (0.5, "reported"),
    ]
    assert found.requests[0].failed == ("http_429",)
    assert (found.requests[1].doubt, found.requests[1].conceded) == ("they are not the total", (STREAMING,))
    assert (found.cost_usd, found.thinking_not_engaged) == (0.51, True)


def test_a_request_that_was_never_answered_names_its_attempts() -> None:
    assert priced(spent(broken(), failed=(Attempt(kind="timeout"),))).unanswered == ("timeout",)


def test_a_reference_model_is_sent_no_requests() -> None:
    ((trial, exam_of, shown, grade),) = graded(good(), of=model("reference/oracle", simulated=True))
    assert trial_view(trial, exam_of, shown, grade, tariff=Tariff(simulated=True)).requests == ()


def test_what_an_endpoint_says_of_itself_cannot_move_a_cursor() -> None:
    odd = asked(served_model="\x1b[2J", conceded=("\x1b[2J",), doubt="\x1b", failed=(Attempt(kind="\x1b"),))
    assert "\x1b" not in repr(priced(spent(good(), odd)))
