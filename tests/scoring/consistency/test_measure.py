"""All the figures of a model: laws, readers whose figures are known, and what rests on nothing."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.reading import FactKind, Layout
from scoring.consistency.figure import NothingObserved
from scoring.consistency.measure import ConsistencyFigures, figures_by_name, measure, require
from scoring.consistency.observation import Observation
from scoring.consistency.pairs import LAYOUTS
from tests.scoring.consistency.answers import answer, at_end, flipping, row

OBSERVATIONS = st.lists(
    st.builds(
        lambda right, unread, **some: answer(
            right and not unread,
            after=some["lag"] + 1,
            **some,
            **({"answer": None, "outcome": "unparsed"} if unread else {}),
        ),
        right=st.booleans(),
        unread=st.booleans(),
        document=st.sampled_from(["one", "two", "three"]),
        layout=st.sampled_from(["single", "concat", "segmented"]),
        repeat=st.integers(0, 1),
        fact=st.sampled_from(["keeper", "gate"]),
        kind=st.sampled_from(["static", "update", "ledger"]),
        lag=st.integers(0, 4),
        wording=st.integers(0, 2),
        permutation=st.integers(0, 1),
        replaced=st.integers(0, 1),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda one: str(
        (one.document, one.layout, one.repeat, one.permutation, one.fact, one.after, one.wording)
    ),
)


@settings(deadline=None, max_examples=40)
@given(OBSERVATIONS, st.randoms(use_true_random=False))
def test_figures_are_in_their_bounds_and_hang_on_no_order(asked: list[Observation], dice: Random) -> None:
    found = measure(asked)

    assert measure(dice.sample(asked, len(asked))) == found
    for name, figure in figures_by_name(found).items():
        assert (figure.value is None) == (figure.n == 0) == (figure.documents == 0), name
        assert figure.value is not None or figure.note, name
        if figure.value is not None and name not in {"first_sway", "pwc"}:
            assert -1 - 1e-9 <= figure.value <= 1 + 1e-9, name
        if figure.value is not None and figure.low is not None and figure.high is not None:
            assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9, name


@settings(deadline=None, max_examples=40)
@given(OBSERVATIONS)
def test_being_right_throughout_is_agreeing_throughout(asked: list[Observation]) -> None:
    found = measure(asked)
    row_ = (found.consistent_and_correct, found.strict_agreement, found.agreement)

    if found.accuracy.value is not None:
        values = [figure.value or 0.0 for figure in row_]
        assert values == sorted(values)
        assert values[0] <= found.accuracy.value + 1e-9
    assert {figure.n for figure in row_} == {found.accuracy.n}


@pytest.mark.parametrize("chance", [0.05, 0.2, 0.5, 0.9])
def test_a_reader_that_flips_agrees_as_often_as_it_must(chance: float) -> None:
    found = measure(flipping(chance, documents=60, times=5, seed=11))
    agreeing, right = chance**2 + (1 - chance) ** 2, 1 - chance

    for figure, expected in (
        (found.agreement, agreeing),
        (found.accuracy, right),
        (found.strict_agreement, chance**5 + right**5),
        (found.consistent_and_correct, right**5),
        (found.harmful_flips, chance),
        (found.helpful_flips, right),
        (found.retention[0].figure, right),
    ):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= expected <= figure.high
    assert found.kappa.value == pytest.approx(0, abs=0.1)


def test_constant_nonsense_agrees_with_itself_and_is_worth_nothing() -> None:
    found = measure(one for number in range(6) for one in row([False] * 4, document=f"paper-{number}"))

    assert (found.agreement.value, found.strict_agreement.value) == (1, 1)
    assert (found.consistent_and_correct.value, found.accuracy.value, found.pwc.value) == (0, 0, 0)
    assert found.kappa.value is None
    assert found.consistent_and_correct.n == found.consistent_and_correct.documents == 6


def test_silence_does_not_agree_with_itself() -> None:
    found = measure(row([False] * 4, answer=None, outcome="unparsed"))

    assert (found.agreement.value, found.unparsed.value) == (0, 1)


def test_figures_over_time_are_those_of_the_first_wording() -> None:
    asked = [*row([True, False, True]), answer(False, after=3, lag=2, wording=1, answer="per dahl")]
    found = measure(asked)

    assert (found.harmful_flips.value, found.harmful_flips.n) == (1, 1)
    assert (found.helpful_flips.value, found.helpful_flips.n) == (1, 1)
    assert (found.swayed.value, found.first_sway.value) == (1, 1)
    assert [(one.first, one.figure.value) for one in found.retention] == [(1, 0), (2, 1)]
    assert [(one.first, one.last, one.figure.n) for one in found.accuracy_by_lag_tokens] == [
        (0, 0, 1),
        (1, 1024, 1),
        (1025, 2048, 1),
    ]
    assert found.consistent_and_correct.value == 0
    assert found.agreement.value == pytest.approx(1 / 6)
    assert (found.wording_agreement.value, found.wording_agreement.n) == (0, 1)


def test_before_it_is_told_a_fact_is_measured_by_itself() -> None:
    found = measure([answer(after=1, lag=-1, answer="not stated"), *row([True, True], told=2)])

    assert (found.before_told.value, found.before_told.n) == (1, 1)
    assert found.agreement.value == 1


def test_an_update_begins_anew_and_its_outcomes_add_up() -> None:
    def updated(outcome: str, after: int, **some: object) -> Observation:
        right = outcome == "right"
        said = {"kind": "update", "replaced": 1, "after": after, "lag": after - 3, "outcome": outcome}
        return answer(right, **(said | some))

    asked = [
        *row([True, True], kind="update"),
        updated("stale", 3),
        updated("right", 4),
        updated("mixed", 5),
        updated("unparsed", 6, answer=None),
    ]
    found = measure(asked)
    shares = [found.update_uptake, found.update_stale, found.update_mixed, found.update_other]

    assert [figure.value for figure in shares] == [0.25] * 4
    assert {figure.n for figure in shares} == {4}
    assert (found.update_before.value, found.update_before.n) == (1, 2)
    assert found.accuracy.n == 2
    assert found.harmful_flips.n == 2  # the update itself is none


def test_contradictions_are_measured_by_what_is_named() -> None:
    named = {"precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    asked = [
        answer(False, kind="contradiction", fact="conflicts", entry="names", lag=None, figures=named),
        answer(False, kind="contradiction", fact="seal", figures={"f1": 0.5, "precision": 1, "recall": 0.5}),
    ]
    found = measure(asked)

    assert (found.contradiction_precision.value, found.contradiction_recall.value) == (0.5, 1)
    assert found.contradiction_f1.value == 2 / 3
    assert (found.contradiction_values_f1.value, found.contradiction_values_f1.n) == (0.5, 1)


def test_orders_and_sums_bring_figures_of_their_own() -> None:
    found = measure(
        [
            answer(False, kind="timeline", fact="events", figures={"tau": -1 / 3}),
            answer(True, kind="timeline", fact="dates", figures={"tau": 1.0}),
            answer(False, kind="ledger", fact="costs", figures={"closeness": 0.9}),
        ]
    )

    assert found.timeline_tau.value == pytest.approx(1 / 3)
    assert (found.timeline_exact.value, found.ledger_exact.value, found.ledger_nearness.value) == (
        0.5,
        0,
        0.9,
    )


def test_a_ledger_is_checked_where_nothing_of_it_is_missing() -> None:
    def ledger(document: str, total: str | None, **entries: str | None) -> list[Observation]:
        said = {"": total, **entries}
        return [
            at_end(
                False,
                kind="ledger",
                document=document,
                fact="costs",
                entry=entry,
                answer=one,
                repeat=repeat,
                lag=None if entry else 0,
            )
            for repeat in (0, 1)
            for entry, one in said.items()
            if not (repeat and entry == "roof")  # that trial was excluded
        ]

    asked = [
        *ledger("one", "2000", roof="1200", crane="800"),
        *ledger("two", "2000", roof="1200", crane=None),
    ]
    found = measure(asked)

    assert (found.ledger_self_check.value, found.ledger_self_check.n) == (0.5, 2)


def test_gaps_between_layouts_are_of_the_same_questions_at_the_end() -> None:
    layouts: tuple[Layout, ...] = ("segmented", "concat")
    asked = [
        at_end(right, layout, document=f"paper-{number}", fact="keeper")
        for number in range(6)
        for layout, right in zip(layouts, (False, number > 0), strict=True)
    ]
    alone = [at_end(True, "segmented", fact="gate"), *row([True] * 3)]
    found = {(gap.layout, gap.against): gap for gap in measure([*asked, *alone]).layout_gaps}
    gap = found["segmented", "concat"]

    assert tuple(found) == LAYOUTS
    assert gap.gap.value == pytest.approx(-5 / 6)
    assert (gap.gap.n, gap.gap.documents) == (6, 6)
    assert (gap.layout_only, gap.against_only, gap.p) == (0, 5, 0.0625)
    assert (found["tools", "single"].gap.n, found["tools", "single"].p) == (0, None)


def test_an_order_of_the_parts_is_held_against_the_told_one() -> None:
    def both(fact: str, told: bool, swapped: bool, kind: FactKind = "static") -> list[Observation]:
        return [at_end(told, kind=kind, fact=fact), at_end(swapped, kind=kind, fact=fact, permutation=1)]

    asked = [*both("keeper", True, True), *both("gate", True, False), *both("mill", False, False)]
    found = measure([*asked, at_end(True, kind="update", fact="toll")])

    assert found.order_invariance.value == pytest.approx(2 / 3)
    assert found.order_spread.value == pytest.approx(1 / 3)
    assert found.order_invariance.n == found.order_spread.n == 3


def test_repeats_tell_what_a_model_can_do_and_how_surely() -> None:
    asked = [
        one
        for repeat in range(5)
        for one in (*row([repeat > 0, repeat > 1], repeat=repeat), *row([True], repeat=repeat, fact="gate"))
    ]
    found = measure(asked)

    assert (found.aptitude.value, found.aptitude.n) == (1, 2)
    assert found.unreliability.value == pytest.approx((0.8 + 0) / 2)
    assert measure(row([True])).aptitude.value is None


def test_one_model_is_measured_at_a_time() -> None:
    with pytest.raises(ValueError, match="a, b"):
        measure([answer(model="a"), answer(model="b")])
    with pytest.raises(ValueError, match="none"):
        measure([])


def test_what_rests_on_nothing_can_be_made_an_error() -> None:
    found = measure(row([True, True]))

    require(found, ["agreement", "accuracy_by_kind.static", "retention"])
    with pytest.raises(NothingObserved, match=r"timeline_tau \(no question on a timeline\)"):
        require(found, ["agreement", "timeline_tau"])
    with pytest.raises(NothingObserved, match="segmented and concat"):
        require(found, ["layout_gaps.segmented-concat"])
    with pytest.raises(NothingObserved, match="accuracy_by_lag"):
        require(measure([at_end(True, kind="static", entry="x")]), ["accuracy_by_lag"])
    with pytest.raises(ValueError, match="there is no figure 'agrement'"):
        require(found, ["agrement"])


def test_figures_are_written_and_read_again() -> None:
    found = measure(flipping(0.3, documents=3, times=4, seed=2))

    assert ConsistencyFigures.model_validate_json(found.model_dump_json()) == found
