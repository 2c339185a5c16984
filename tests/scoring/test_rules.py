"""What must never be done."""

from scenarios.exam import Exam
from scenarios.scenario import CallPattern, Final
from scoring.evidence import read
from scoring.preparation import prepare
from scoring.rules import find_violations, score_rules
from tests.scoring.trials import Called, broken, call, exam, expecting, gold, said, trial

NEVER = exam(
    expecting("s", gold("look", "shop__get_order", order="O-1")),
    final=Final(never=(CallPattern(tool="shop__refund", args={"order": "O-2"}),)),
)
NO_CALL = exam(expecting("s", no_call=True))
ASK = exam(expecting("s", ask=["order number"], allow=["desk__open_ticket"]))
CANCEL = call("shop__cancel_order", order="O-1")


def broken_rules(of: Exam, *steps: Called) -> list[str]:
    evidence = read(prepare(of), trial(said("s", *steps, "Done.")))
    violations = find_violations(evidence)
    assert score_rules(evidence, violations).value == float(not violations)
    return [found.code for found in violations]


def test_a_call_that_must_never_be_made_is_found_whatever_its_other_arguments() -> None:
    assert broken_rules(NEVER, call("shop__refund", order="O-2", amount=3)) == ["policy_violation"]
    assert broken_rules(NEVER, call("shop__refund", order="O-3", amount=3)) == []


def test_an_attempt_that_was_refused_breaks_the_rule_all_the_same() -> None:
    refused = broken("shop__refund", "tool_error", order="O-2", amount=3)

    assert broken_rules(NEVER, refused) == ["policy_violation"]


def test_any_call_breaks_the_rule_where_none_is_needed() -> None:
    torn = Called(tool="shop__get_order", args="{", problem="malformed")

    assert broken_rules(NO_CALL, torn) == ["no_call_violation"]
    assert broken_rules(NO_CALL) == []


def test_nothing_may_be_written_before_asking() -> None:
    assert broken_rules(ASK, CANCEL) == ["ask_missing"]


def test_looking_before_asking_is_fine() -> None:
    assert broken_rules(ASK, call("shop__get_order", order="O-1")) == []


def test_what_the_tool_refused_has_written_nothing() -> None:
    assert broken_rules(ASK, broken("shop__cancel_order", "tool_error", order="O-1")) == []


def test_what_the_scenario_allows_may_be_called_before_asking() -> None:
    assert broken_rules(ASK, call("desk__open_ticket", title="x")) == []


def test_without_rules_there_is_nothing_to_keep() -> None:
    evidence = read(prepare(exam(expecting("s", say=["x"]))), trial(said("s", "x")))

    assert score_rules(evidence, []).value is None
