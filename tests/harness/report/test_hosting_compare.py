"""Laws of frontiers and of break-even, whatever the numbers."""

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.report.hosting_compare import Point, break_even, cost_points, frontier
from harness.report.hosting_figures import BreakEven, HostingRow
from harness.report.interval import Interval
from scoring.ratio import Amount

share, price = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.sampled_from([0.1, 0.2, 0.5, 1.0, 3.0])
some_points = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.tuples(share, price), max_size=8)


def beats(one: Point, other: Point) -> bool:
    return one[0] >= other[0] and one[1] <= other[1] and one != other


@given(some_points)
def test_no_point_beats_one_of_the_frontier(points: dict[str, Point]) -> None:
    for name in frontier(points):
        assert not any(beats(other, points[name]) for other in points.values())


@given(some_points)
def test_whoever_is_not_on_the_frontier_is_beaten_by_one_that_is(points: dict[str, Point]) -> None:
    best = frontier(points)
    for name in points.keys() - set(best):
        assert any(beats(points[other], points[name]) for other in best)


@given(some_points, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_frontier(points: dict[str, Point], random: Random) -> None:
    names = list(points)
    random.shuffle(names)
    assert frontier({name: points[name] for name in names}) == frontier(points)


@given(some_points.filter(bool))
def test_the_best_of_each_kind_is_always_on_it(points: dict[str, Point]) -> None:
    best = frontier(points)
    assert max(large for large, _ in points.values()) in {points[name][0] for name in best}
    assert min(small for _, small in points.values()) in {points[name][1] for name in best}


def row(model: str, cost: Amount, *, hour: float | None = None, rate: float | None = None) -> HostingRow:
    """Of ours where it has the price of an hour; half of its trials are solved."""
    return HostingRow(
        model=model,
        where="hosted" if hour is None else "own",
        hosting=None,
        hour_usd=hour,
        trials=10,
        solved=5,
        success=Interval(mean=0.5, low=0.3, high=0.7),
        busy_seconds=None,
        in_flight=None,
        trials_per_hour=rate,
        usd=None if cost.mean is None else 10 * cost.mean,
        cost_per_trial=cost,
        cost_per_solved=cost.scaled(2),
        untold="no_price" if cost.mean is None else None,
        unpriced=0,
        seconds_per_trial=Amount(),
        input_per_trial=None,
        output_per_trial=None,
        cached_share=None,
        saturation=None,
        unsaturated=None,
    )


def even(hour: float, cost: float, rate: float | None = None, spread: float = 1.0) -> BreakEven:
    """By trial."""
    hosted = row("hosted", Amount(mean=cost, low=cost / spread, high=cost * spread, clusters=9))
    own = row("own", Amount(mean=1.0), hour=hour, rate=rate)
    by_trial, by_solved = break_even([own, hosted])
    assert (by_trial.unit, by_solved.unit) == ("trial", "solved")
    return by_trial


money = st.floats(0.001, 1000)


@given(hour=money, cost=money)
def test_at_break_even_both_cost_the_same(hour: float, cost: float) -> None:
    needed = even(hour, cost).per_hour.mean
    assert needed is not None
    assert hour / needed == pytest.approx(cost)


@given(hour=money, cost=money, volume=money)
def test_above_break_even_own_machines_are_cheaper_and_below_dearer(
    hour: float, cost: float, volume: float
) -> None:
    needed = even(hour, cost).per_hour.mean
    assert needed is not None
    assume(abs(volume - needed) > 1e-9 * needed)
    assert (hour / volume < cost) == (volume > needed)


@given(hour=money, cost=money, factor=st.floats(1.1, 10))
def test_a_dearer_hour_needs_more_and_dearer_requests_need_less(
    hour: float, cost: float, factor: float
) -> None:
    base = even(hour, cost).per_hour.mean
    assert base is not None
    assert even(hour * factor, cost).per_hour.mean == pytest.approx(base * factor)
    assert even(hour, cost * factor).per_hour.mean == pytest.approx(base / factor)


@pytest.mark.parametrize(("rate", "verdict"), [(30, "yes"), (20, "yes"), (10, "unsure"), (4.9, "no")])
def test_a_rate_within_the_interval_decides_nothing(rate: float, verdict: str) -> None:
    assert even(10.0, 1.0, rate, spread=2.0).measured == verdict


def test_a_rate_that_nobody_knows_gets_no_verdict() -> None:
    assert even(10.0, 1.0).measured is None


def test_solved_trials_are_held_against_solved_trials() -> None:
    own = row("own", Amount(mean=1.0), hour=10.0, rate=8.0)
    _, by_solved = break_even([own, row("hosted", Amount(mean=1.0, clusters=9))])
    assert (by_solved.per_hour.mean, by_solved.measured_per_hour, by_solved.measured) == (5.0, 4.0, "no")


def test_a_lower_bound_of_the_hosted_cost_is_an_upper_one_of_what_is_needed() -> None:
    hosted = row("hosted", Amount(mean=1.0, clusters=9)).model_copy(update={"unpriced": 3})
    own = row("own", Amount(mean=1.0), hour=10.0, rate=8.0)
    first, _ = break_even([own, hosted])
    assert (first.at_most, first.measured) == (True, "unsure")
    assert next(break_even([own.model_copy(update={"trials_per_hour": 10.0}), hosted])).measured == "yes"


def test_only_rows_with_prices_are_compared() -> None:
    own, free = row("own", Amount(mean=1.0), hour=10.0), row("unpriced", Amount())
    assert list(break_even([own, free])) == []
    assert list(break_even([row("hosted", Amount(mean=1.0)), free])) == []


def test_a_cost_that_is_not_whole_stands_on_no_frontier() -> None:
    whole = row("whole", Amount(mean=1.0))
    part = row("part", Amount(mean=0.1)).model_copy(update={"unpriced": 1})
    assert cost_points([whole, part]) == {"whole": (0.5, 1.0)}
