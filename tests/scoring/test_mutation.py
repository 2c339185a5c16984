"""Every mutant of the gold behaviour, played in a little shop: each is caught as it was predicted."""

from collections import Counter
from typing import get_args

import pytest

from scenarios.exam import Exam
from scenarios.scenario import CallPattern, Fault, Final, Scenario, Segment, Tools
from scoring.behaviour import gold_behaviour
from scoring.codes import CODES
from scoring.grade import grade, prepare
from scoring.mutant import CallOperator
from scoring.mutation import Mutant, Operator, mutants, survives
from tests.scoring.little_shop import keyed, play
from tests.scoring.trials import expecting, gold

LIST = gold("list", "shop__list_orders", customer="u1")
PAY = gold(
    "pay",
    "shop__refund",
    order={"ref": "list.result.0.id"},
    amount={"number": {"ref": "list.result.0.total"}, "within": 0.01},
    way={"any_of": ["card", "voucher"], "optional": True},
)


def shop(*segments: Segment, faults: tuple[Fault, ...] = (), final: Final | None = None) -> Exam:
    return keyed(
        Scenario(
            suite="s",
            id="c",
            title="t",
            segments=segments,
            tools=Tools(faults=faults),
            final=final or Final(),
        )
    )


REFUND = shop(
    expecting("refund", LIST, PAY, say=[{"ref": "list.result.0.id"}], answer={"number": 42.5}),
    expecting("thanks", no_call=True, answer={"number": 4}),
    final=Final(never=(CallPattern(tool="shop__cancel_order", args={"order": "O-17"}),)),
)
TICKETS = shop(
    expecting("which", ask=["order number"], say=["orders"], not_say=["O-16"]),
    expecting(
        "tickets",
        gold("one", "desk__open_ticket", title={"contains": ["printer", "O-17"]}, priority=1),
        gold("two", "desk__open_ticket", title={"any": True, "example": "screen"}),
        gold("seen", "shop__get_order", order="O-17", optional=True),
        allow=["shop__list_orders", "shop__get_order"],
        say=[{"set": ["T-1", "T-2"], "of": ["T-1", "T-2", "T-3"]}, {"ref": "two.result.id"}],
    ),
    final=Final.model_validate({"state": {"desk": {"changed": {"/tickets/T-2/title": {"any": True}}}}}),
)
FAULTS = shop(
    expecting("refund", LIST, PAY, say=[{"number": 42.5}], allow=["shop__list_orders"]),
    faults=(
        Fault(tool="shop__refund", error="timeout"),
        Fault(tool="shop__list_orders", error="garbled"),
        Fault(tool="shop__get_order", error="error"),
    ),
)
EXAMS = {"refund": REFUND, "tickets": TICKETS, "faults": FAULTS}


def found(exam: Exam, operator: Operator) -> dict[str, Mutant]:
    return {mutant.target: mutant for mutant in mutants(exam) if mutant.operator == operator}


@pytest.mark.parametrize("name", EXAMS)
def test_the_gold_behaviour_itself_is_right(name: str) -> None:
    made = grade(EXAMS[name], play(EXAMS[name], gold_behaviour(EXAMS[name])))

    assert (made.success, made.score) == (True, 1.0)
    assert not made.codes


@pytest.mark.parametrize("name", EXAMS)
def test_every_mutant_is_caught_as_predicted(name: str) -> None:
    exam, prepared = EXAMS[name], prepare(EXAMS[name])
    played = [mutant for mutant in mutants(exam) if mutant.equivalent is None]
    reasons = {
        (mutant.operator, mutant.target): survives(mutant, grade(prepared, play(exam, mutant.behaviour)))
        for mutant in played
    }

    assert {key: why for key, why in reasons.items() if why is not None} == {}


def test_every_operator_is_used() -> None:
    uses = Counter(m.operator for exam in EXAMS.values() for m in mutants(exam) if m.equivalent is None)

    assert uses.keys() == set(get_args(CallOperator))


@pytest.mark.parametrize("name", EXAMS)
def test_every_mutant_differs_from_gold_and_predicts_codes_of_the_taxonomy(name: str) -> None:
    for mutant in mutants(EXAMS[name]):
        if mutant.equivalent is None:
            assert mutant.behaviour != gold_behaviour(EXAMS[name])
            assert mutant.predicted
            assert set(mutant.predicted) <= CODES.keys()


def test_the_same_exam_gives_the_same_mutants() -> None:
    assert list(mutants(TICKETS)) == list(mutants(TICKETS))


def test_every_gold_call_and_every_leaf_has_its_mutants() -> None:
    assert found(REFUND, "drop_call").keys() == {"list", "pay"}
    leaves = {"list.customer", "pay.order", "pay.amount", "pay.way"}
    assert found(REFUND, "alter_argument").keys() == found(REFUND, "retype_argument").keys() == leaves
    assert found(REFUND, "forget_fact").keys() == {"refund.say.0", "refund.answer.1", "thanks.answer.0"}


def test_what_may_be_anything_cannot_be_altered() -> None:
    assert found(TICKETS, "alter_argument")["two.title"].equivalent
    assert found(REFUND, "alter_argument")["pay.way"].equivalent


def test_what_may_be_left_out_is_not_missed() -> None:
    assert found(REFUND, "drop_argument")["pay.way"].equivalent
    assert found(REFUND, "drop_argument")["pay.order"].equivalent is None


def test_an_optional_call_that_only_reads_is_not_missed() -> None:
    assert found(TICKETS, "drop_call")["seen"].equivalent
    assert found(TICKETS, "drop_call")["one"].equivalent is None


def test_independent_calls_may_come_in_any_order() -> None:
    assert found(TICKETS, "reorder")["two before one"].equivalent
    assert found(REFUND, "reorder")["pay before list"].equivalent is None


def test_an_extra_call_that_is_allowed_is_not_blamed() -> None:
    assert found(TICKETS, "duplicate_call")["seen"].equivalent
    assert found(FAULTS, "duplicate_call")["list"].equivalent


def test_a_fact_that_another_sentence_states_is_not_forgotten() -> None:
    assert found(TICKETS, "forget_fact")["tickets.say.1"].equivalent
    assert found(TICKETS, "forget_fact")["tickets.say.0"].equivalent is None


def test_a_fault_that_hits_nothing_cannot_be_ignored() -> None:
    assert found(FAULTS, "ignore_error")["shop__get_order 1"].equivalent


def test_altered_arguments_are_still_accepted_by_the_tool() -> None:
    for mutant in found(REFUND, "alter_argument").values():
        if mutant.equivalent is None:
            assert mutant.predicted == ("wrong_arg_value",)


def test_a_mutant_that_succeeds_survives() -> None:
    mutant = found(REFUND, "drop_call")["pay"]
    perfect = grade(REFUND, play(REFUND, gold_behaviour(REFUND)))

    assert survives(mutant, perfect) == "it succeeds, and its score is not below 1"


def test_a_mutant_that_is_found_elsewhere_survives() -> None:
    dropped = found(REFUND, "drop_call")
    made = grade(REFUND, play(REFUND, dropped["list"].behaviour))

    assert survives(dropped["list"], made) is None
    assert survives(dropped["pay"], made) == "missing_call was expected of pay; found matched"


def test_a_mutant_whose_trial_was_not_graded_survives() -> None:
    mutant = found(REFUND, "drop_call")["pay"]
    failed = play(REFUND, mutant.behaviour).model_copy(update={"ended": "server"})

    assert str(survives(mutant, grade(REFUND, failed))).startswith("it was not graded")


def test_a_call_made_twice_is_in_one_message_where_nothing_is_called_after_it() -> None:
    asked = expecting("list", LIST)
    both = [
        keyed(Scenario(suite="s", id="c", title="t", segments=(asked,), tools=Tools(answered=answered)))
        for answered in (True, False)
    ]
    steps = [found(exam, "duplicate_call")["list"].behaviour[0].steps for exam in both]

    assert [[len(step) for step in one] for one in steps] == [[1, 1], [2]]


def test_what_may_be_left_out_is_not_missed_where_the_tool_would_refuse_gold_too() -> None:
    """As answers of other benchmarks have it, which hold nulls where the schema wants a text."""
    odd = gold("list", "shop__list_orders", customer=None, note={"any": True, "example": 3, "optional": True})

    left_out = found(shop(expecting("list", odd)), "drop_argument")["list.note"]

    assert left_out.equivalent is not None
