"""One primary code for each call."""

from scenarios.exam import Exam
from scenarios.scenario import CallPattern, Final
from scenarios.transcript import Transcript
from scoring.codes import CODES, CODES_ZH, NEUTRAL
from scoring.grade import CallVerdict, grade
from tests.scoring.trials import (
    LIST,
    PAY,
    REPLY,
    Called,
    broken,
    call,
    exam,
    expecting,
    gold,
    refund_exam,
    refund_trial,
    said,
    trial,
)


def verdicts(*steps: Called | list[Called] | str, of: Exam | None = None) -> tuple[CallVerdict, ...]:
    return grade(of or refund_exam(), refund_trial(*steps, REPLY)).calls


def codes(*steps: Called | list[Called] | str, of: Exam | None = None) -> list[str]:
    return [verdict.code for verdict in verdicts(*steps, of=of)]


def test_every_code_has_a_meaning_in_two_languages() -> None:
    assert CODES.keys() == CODES_ZH.keys()
    assert not NEUTRAL & CODES.keys()


def test_gold_calls_are_matched_and_name_their_gold() -> None:
    assert [(v.code, v.gold, v.position) for v in verdicts(LIST, PAY)] == [
        ("matched", "list", 0),
        ("matched", "pay", 1),
    ]


def test_a_wrong_argument_is_shown_with_what_was_wanted() -> None:
    (_, verdict) = verdicts(LIST, call("shop__refund", order="O-17", amount=40))

    assert (verdict.code, verdict.gold) == ("wrong_arg_value", "pay")
    assert [(m.path, m.wanted, m.given) for m in verdict.mismatches] == [("amount", "42.5 ± 0.01", 40)]


def test_malformed_arguments_come_before_everything_else() -> None:
    torn = Called(tool="shop__refund", args='{"order": "O-17"', problem="malformed")

    assert codes(LIST, torn) == ["matched", "malformed_call"]


def test_an_invented_tool_is_shown_with_the_nearest_real_one() -> None:
    (_, verdict) = verdicts(LIST, broken("shop__refunds", "unknown_tool", order="O-17"))

    assert (verdict.code, verdict.gold) == ("hallucinated_tool", "pay")
    assert "the nearest is shop__refund" in verdict.why


def test_a_schema_violation_says_which() -> None:
    (_, verdict) = verdicts(LIST, broken("shop__refund", "schema", "amount is missing", order="O-17"))

    assert (verdict.code, verdict.why) == ("schema_violation", "amount is missing")


def test_another_tool_of_the_same_kind_stands_in_for_the_missing_one() -> None:
    (_, verdict) = verdicts(LIST, call("shop__cancel_order", order="O-17"))

    assert (verdict.code, verdict.gold) == ("wrong_tool", "pay")


def test_a_lookup_never_stands_in_for_a_missing_write() -> None:
    of = exam(expecting("refund", gold("pay", "shop__refund", order="O-1", amount=1)))

    assert codes(LIST, of=of) == ["extra_call"]


def test_a_call_before_what_the_gold_call_needs_does_not_stand_in_for_it() -> None:
    assert codes(call("shop__cancel_order", order="O-17"), LIST) == ["extra_call", "matched"]


def test_extra_calls_of_an_allowed_tool_are_allowed() -> None:
    assert codes(LIST, call("shop__get_order", order="O-17"), PAY)[1] == "allowed"


def test_a_successful_call_made_again_is_redundant() -> None:
    assert codes(LIST, LIST, PAY) == ["matched", "redundant_repeat", "matched"]


def test_looking_again_after_a_write_is_not_redundant() -> None:
    assert codes(LIST, PAY, LIST) == ["matched", "matched", "extra_call"]


def test_the_same_failing_call_again_and_again_is_a_storm() -> None:
    refused = broken("desk__open_ticket", "tool_error", title="x")

    assert codes(refused, refused, LIST, PAY)[:2] == ["extra_call"] * 2
    assert codes(refused, refused, refused, LIST, PAY)[:3] == ["retry_storm"] * 3


def test_a_call_hit_by_a_fault_is_not_the_models_doing() -> None:
    hit = broken("shop__list_orders", "fault", "timeout", customer="u1")

    assert codes(hit, LIST, PAY) == ["fault", "matched", "matched"]


def test_a_forbidden_call_is_named_as_such() -> None:
    of = refund_exam(final=Final(never=(CallPattern(tool="shop__cancel_order"),)))

    assert codes(LIST, call("shop__cancel_order", order="O-17"), of=of) == ["matched", "policy_violation"]


def test_a_call_where_none_is_needed_is_named_as_such() -> None:
    assert codes(LIST, of=exam(expecting("refund", no_call=True))) == ["no_call_violation"]


def test_a_call_that_was_never_executed_is_not_matched() -> None:
    unsent = Called(tool="shop__refund", args={"order": "O-17", "amount": 42.5}, executed=False)

    def code(made: Transcript) -> str:
        return grade(refund_exam(), made).calls[-1].code

    assert code(trial(said("refund", LIST, unsent), ended="truncated")) == "budget_exhausted"
    assert code(trial(said("refund", LIST, unsent))) == "transcript_broken"


def test_a_matched_call_that_the_tool_refused_says_so() -> None:
    (_, verdict) = verdicts(LIST, broken("shop__refund", "tool_error", order="O-17", amount=42.5))

    assert verdict.code == "matched"
    assert "the tool refused it" in verdict.why
