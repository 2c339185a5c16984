"""The calls made against the gold calls: pairs, precision, recall, argument accuracy."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.evidence import Evidence, read
from scoring.preparation import prepare
from scoring.score import Score
from scoring.tool_calls import score_calls
from tests.scoring.trials import (
    LIST,
    ORDERS,
    PAY,
    REPLY,
    Called,
    Key,
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

TWO_ORDERS = exam(
    expecting(
        "look",
        gold("one", "shop__get_order", order={"any_of": ["O-1", "O-2"]}),
        gold("two", "shop__get_order", order="O-1"),
    )
)


def evidence(of: Exam, transcript: Transcript) -> Evidence:
    return read(prepare(of), transcript)


def scored(of: Exam, transcript: Transcript) -> Score:
    return score_calls(evidence(of, transcript))


def refund(*steps: Called | list[Called] | str) -> Score:
    return scored(refund_exam(), refund_trial(*steps))


def test_the_gold_calls_score_exactly_one() -> None:
    score = refund(LIST, PAY, REPLY)

    assert score.value == 1.0
    assert score.details["argument_accuracy"] == 1.0


def test_silence_scores_nothing_where_calls_are_needed() -> None:
    assert refund("No.").value == 0.0


def test_one_call_cannot_meet_two_expectations() -> None:
    score = scored(TWO_ORDERS, trial(said("look", call("shop__get_order", order="O-1"), "Done.")))

    assert score.details["exact_recall"] == 0.5


def test_a_call_is_not_spent_on_the_wrong_expectation() -> None:
    made = [call("shop__get_order", order="O-1"), call("shop__get_order", order="O-2")]

    assert scored(TWO_ORDERS, trial(said("look", made, "Done."))).value == 1.0


def test_a_needless_call_costs_precision_only() -> None:
    score = refund(LIST, PAY, call("desk__open_ticket", title="x"), REPLY)

    assert score.details["exact_recall"] == 1.0
    assert score.details["exact_precision"] == 2 / 3


def test_an_allowed_extra_call_costs_nothing() -> None:
    assert refund(LIST, call("shop__get_order", order="O-17"), PAY, REPLY).value == 1.0


def test_a_call_that_a_fault_hit_is_neither_expected_nor_extra() -> None:
    hit = broken("shop__list_orders", "fault", "timeout", customer="u1")

    assert refund(hit, LIST, PAY, REPLY).value == 1.0
    assert refund(hit, PAY, REPLY).details["exact_recall"] == 0.5


def test_malformed_arguments_are_right_by_name_only() -> None:
    torn = Called(tool="shop__refund", args='{"order": ', result="no", problem="malformed")
    score = refund(LIST, torn, REPLY)

    assert (score.details["name_f1"], score.details["schema_f1"], score.details["exact_f1"]) == (
        1.0,
        0.5,
        0.5,
    )


def test_arguments_that_break_the_schema_are_right_by_name_only() -> None:
    wrong = broken("shop__refund", "schema", "amount: '42.5' is not a number", order="O-17", amount="42.5")

    assert refund(LIST, wrong, REPLY).details["schema_recall"] == 0.5


def test_argument_accuracy_counts_leaves_wanted_or_given() -> None:
    score = refund(LIST, call("shop__refund", order="O-17", amount=1, way="voucher"), REPLY)

    assert score.details["argument_accuracy"] == 2 / 4


def test_an_argument_that_is_given_its_default_is_not_extra() -> None:
    assert refund(LIST, call("shop__refund", order="O-17", amount=42.5, way="card"), REPLY).value == 1.0


def test_calls_meet_only_gold_of_their_own_segment() -> None:
    two = exam(
        expecting("a", gold("x", "shop__get_order", order="O-1")),
        expecting("b", gold("y", "shop__get_order", order="O-2")),
    )
    early = trial(said("a", call("shop__get_order", order="O-2"), "Done."), said("b", "Done."))

    assert evidence(two, early).pairs.keys() == {"x"}
    assert scored(two, early).value == 0.0


def test_an_optional_call_is_right_when_made_and_not_missing_when_left_out() -> None:
    optional = exam(
        expecting(
            "a",
            gold("x", "shop__get_order", order="O-1"),
            gold("y", "shop__list_orders", optional=True, customer="u1"),
        )
    )
    short = trial(said("a", call("shop__get_order", order="O-1"), "Done."))
    long = trial(said("a", call("shop__get_order", order="O-1"), LIST, "Done."))

    assert scored(optional, short).value == scored(optional, long).value == 1.0


def test_a_call_that_meets_an_optional_and_a_needed_call_counts_for_the_needed_one() -> None:
    either = exam(
        expecting(
            "a",
            gold("spare", "shop__get_order", optional=True, order={"any": True}),
            gold("needed", "shop__get_order", order={"any": True}),
        )
    )

    assert scored(either, trial(said("a", call("shop__get_order", order="O-1"), "Done."))).value == 1.0


def test_where_no_call_is_needed_none_earns_nothing_and_one_costs_all() -> None:
    nothing = exam(expecting("a", say=["hello"]))

    assert scored(nothing, trial(said("a", "Hello."))).value is None
    assert scored(nothing, trial(said("a", LIST, "Hello."))).value == 0.0


def test_a_reference_means_the_models_own_result() -> None:
    """Orders have other ids in this run, and the whole chain is right all the same."""
    chain = exam(
        expecting(
            "a",
            gold("x", "desk__open_ticket", title="first"),
            gold("y", "desk__open_ticket", title={"ref": "x.result.id"}),
            gold("z", "desk__open_ticket", title={"ref": "y.result.id"}),
        ),
        key=Key(results={"x": {"id": "T-1"}, "y": {"id": "T-2"}, "z": {"id": "T-3"}}),
    )
    made = (
        call("desk__open_ticket", {"id": "T-7"}, title="first"),
        call("desk__open_ticket", {"id": "T-8"}, title="T-7"),
        call("desk__open_ticket", {"id": "T-9"}, title="T-8"),
    )

    assert scored(chain, trial(said("a", *made, "Done."))).value == 1.0


def test_the_result_of_a_wrong_call_gives_no_reference() -> None:
    other = call("shop__list_orders", [{"id": "O-99"}], customer="u2")
    follow = call("shop__refund", order="O-99", amount=42.5)
    pairs = evidence(refund_exam(), refund_trial(other, follow, REPLY)).pairs

    assert not pairs["pay"].exact


def test_of_equal_calls_the_one_that_went_well_is_paired() -> None:
    refused = broken("shop__refund", "tool_error", order="O-17", amount=42.5)
    pairs = evidence(refund_exam(), refund_trial(refused, LIST, PAY, REPLY)).pairs

    assert pairs["pay"].made.position == 2


def test_of_equal_calls_the_one_in_its_place_is_paired() -> None:
    pairs = evidence(refund_exam(), refund_trial(LIST, LIST, PAY, REPLY)).pairs

    assert pairs["list"].made.position == 0


@given(st.sampled_from(list(permutations(range(3)))))
def test_the_order_of_independent_calls_changes_nothing(order: tuple[int, ...]) -> None:
    three = exam(expecting("a", *(gold(f"g{n}", "shop__get_order", order=f"O-{n}") for n in range(3))))
    made = [call("shop__get_order", order=f"O-{n}") for n in order]

    assert scored(three, trial(said("a", *made, "Done."))).value == 1.0


@given(st.lists(st.sampled_from([LIST, PAY, call("shop__get_order", order="O-9")]), max_size=6))
def test_an_allowed_call_anywhere_changes_nothing(steps: list[Called]) -> None:
    extra = call("shop__get_order", ORDERS, order="O-17")
    without = refund(*steps, REPLY)

    for place in range(len(steps) + 1):
        with_extra = refund(*steps[:place], extra, *steps[place:], REPLY)
        assert with_extra == without
