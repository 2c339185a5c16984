"""What went wrong in a trial as a whole, and what went wrong first."""

from scenarios.exam import Exam
from scenarios.scenario import CallPattern, Final
from scenarios.transcript import Failure, ToolMessage, Transcript
from scoring.codes import CODES
from scoring.grade import Grade, grade
from tests.scoring.trials import (
    LIST,
    PAY,
    REFUNDED,
    REPLY,
    Called,
    broken,
    call,
    changed,
    exam,
    expecting,
    gold,
    refund_exam,
    refund_trial,
    said,
    trial,
)

WRONG_ORDER = call("shop__refund", order="O-16", amount=42.5)


def refund(*steps: Called | list[Called] | str, refunded: bool = True, of: Exam | None = None) -> Grade:
    return grade(of or refund_exam(), refund_trial(*steps, refunded=refunded))


def test_all_codes_that_are_found_are_codes_of_the_taxonomy() -> None:
    torn = Called(tool="shop__refund", args="{", problem="malformed")
    found = refund(WRONG_ORDER, torn, LIST, LIST, "?", refunded=False).codes

    assert found.keys() <= CODES.keys()


def test_silence_is_a_refusal() -> None:
    found = refund("I cannot do that.", refunded=False)

    assert found.root_cause == "refused_when_needed"
    assert found.missing == {"list": "missing_call", "pay": "missing_call"}
    assert found.codes["missing_call"] == 2


def test_stopping_half_way_is_stopping_early() -> None:
    found = refund(LIST, "I refunded 42.5.", refunded=False)

    assert found.root_cause == "premature_stop"
    assert found.reason == "refund: stopped without pay"


def test_a_missing_call_is_noticed_before_the_call_that_needs_it() -> None:
    found = refund(PAY, "Done.")

    assert found.root_cause in {"dependency_fabricated", "missing_call"}
    assert {"missing_call", "wrong_order"} <= found.codes.keys()


def test_the_earliest_finding_is_the_root_cause() -> None:
    found = refund(LIST, call("shop__refund", order="O-17", amount=1), "Sorry.", refunded=False)

    assert found.root_cause == "wrong_arg_value"
    assert found.codes == {"wrong_arg_value": 1, "answer_wrong": 1, "state_wrong": 1}


def test_a_needless_lookup_is_not_what_made_a_trial_fail() -> None:
    found = refund(LIST, LIST, call("shop__refund", order="O-17", amount=1), REPLY, refunded=False)

    assert found.codes["redundant_repeat"] == 1
    assert found.root_cause == "wrong_arg_value"


def test_a_lookup_where_no_call_is_needed_is_the_root_cause() -> None:
    short = exam(expecting("s", no_call=True, answer={"number": 4}))

    assert grade(short, trial(said("s", LIST, "It is 4."))).root_cause == "no_call_violation"


def test_a_success_with_a_blemish_has_no_root_cause() -> None:
    found = refund(LIST, LIST, PAY, REPLY)

    assert (found.success, found.root_cause) == (True, None)
    assert found.reason == "succeeded, with redundant_repeat"


def test_an_argument_that_was_made_up_is_told_from_one_that_was_misread() -> None:
    two = [{"id": "O-17", "total": 42.5}, {"id": "O-16", "total": 1}]
    made_up = refund(LIST, WRONG_ORDER, REPLY, refunded=False)
    misread = refund(call("shop__list_orders", two, customer="u1"), WRONG_ORDER, REPLY, refunded=False)

    assert made_up.root_cause == "dependency_fabricated"
    assert misread.root_cause == "wrong_arg_value"


def test_a_right_guess_before_the_result_was_there_is_made_up_too() -> None:
    assert refund([LIST, PAY], REPLY).codes == {"dependency_fabricated": 1, "wrong_order": 1}


def test_what_the_user_said_is_not_made_up() -> None:
    told = trial(said("refund", [LIST, PAY], REPLY, user="Refund O-17."), changes={"shop": REFUNDED})

    assert grade(refund_exam(), told).codes == {"wrong_order": 1}


def test_a_failure_that_nobody_heeds_is_ignored() -> None:
    hit = broken("shop__refund", "fault", "timeout", order="O-17", amount=42.5)
    found = refund(LIST, hit, "I refunded 42.5.", refunded=False)

    assert found.root_cause == "ignored_tool_error"


def test_a_failure_that_the_model_asks_about_is_not_ignored() -> None:
    hit = broken("shop__refund", "fault", "timeout", order="O-17", amount=42.5)
    found = refund(LIST, hit, "That failed. Shall I try again?", refunded=False)

    assert "ignored_tool_error" not in found.codes


def test_a_failure_that_the_model_works_around_is_not_ignored() -> None:
    refused = broken("shop__refund", "tool_error", order="O-17", amount=4250)
    found = refund(LIST, refused, call("shop__cancel_order", order="O-17"), "Cancelled.", refunded=False)

    assert "ignored_tool_error" not in found.codes


def test_a_storm_of_broken_calls_is_found_beside_their_own_code() -> None:
    torn = Called(tool="shop__refund", args="{", problem="malformed")
    found = refund(LIST, torn, torn, torn, "Sorry.", refunded=False)

    assert (found.codes["malformed_call"], found.codes["retry_storm"]) == (3, 1)


def test_running_out_of_steps_is_the_models_own_failure() -> None:
    stopped = refund_trial(LIST, refunded=False, ended="limit")
    failure = Failure(kind="steps", message="12 requests were not enough")
    found = grade(refund_exam(), stopped.model_copy(update={"failure": failure}))

    assert (found.graded, found.success, found.root_cause) == (True, False, "budget_exhausted")
    assert found.reason == "ended as limit: 12 requests were not enough"


def test_acting_where_the_model_must_ask_is_named_at_the_act() -> None:
    of = exam(expecting("s", ask=["order number"]))
    found = grade(of, trial(said("s", call("shop__cancel_order", order="O-1"), "Cancelled.")))

    assert (found.root_cause, found.score) == ("ask_missing", 0.0)


def test_not_asking_is_named_at_the_reply() -> None:
    of = exam(expecting("s", ask=["order number"]))

    assert grade(of, trial(said("s", "Done."))).root_cause == "ask_missing"


def test_a_forbidden_call_that_stands_in_for_another_is_a_broken_policy() -> None:
    of = refund_exam(final=Final(never=(CallPattern(tool="shop__cancel_order"),)))
    found = refund(LIST, call("shop__cancel_order", order="O-17"), REPLY, refunded=False, of=of)

    assert (found.root_cause, found.score) == ("policy_violation", 0.0)
    assert found.missing == {"pay": "policy_violation"}


def test_what_changed_unasked_is_told_from_what_did_not_change() -> None:
    stray = changed("/orders/99/status", "lost", "open")
    made = trial(said("refund", LIST, PAY, REPLY), changes={"shop": (stray,)})

    assert grade(refund_exam(), made).codes == {"state_wrong": 1, "side_effect": 1}


def test_a_forbidden_statement_is_a_wrong_answer() -> None:
    of = exam(expecting("s", not_say=["secret"]))

    assert grade(of, trial(said("s", "The secret."))).root_cause == "answer_wrong"


def test_a_result_without_a_call_breaks_the_transcript() -> None:
    record = said("s", "x")
    stray = record.model_copy(update={"messages": (*record.messages, ToolMessage(call_id="c", text="?"))})

    assert "transcript_broken" in grade(exam(expecting("s", say=["x"])), trial(stray)).codes


def test_segments_that_were_never_reached_are_not_refused() -> None:
    of = exam(
        expecting("a", gold("x", "shop__get_order", order="O-1")),
        expecting("b", gold("y", "shop__get_order", order="O-2")),
    )
    unfinished: Transcript = trial(said("a", call("shop__get_order", order="O-9")), ended="limit")
    found = grade(of, unfinished)

    assert found.codes == {"wrong_arg_value": 1, "budget_exhausted": 1, "missing_call": 1}
    assert found.missing == {"x": "wrong_arg_value", "y": "missing_call"}
