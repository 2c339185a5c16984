import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ratio import Amount, amount, ratio

sums = st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 4)), min_size=2, max_size=12)


def found(values: list[tuple[float, int]], seed: int = 1) -> Amount:
    return amount(values, ratio, seed=seed)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios() -> None:
    assert found([(1.0, 1), (9.0, 3)]).mean == 2.5


def test_what_nothing_solved_costs_all_the_same() -> None:
    assert found([(1.0, 1), (5.0, 0)]).mean == 6.0


def test_without_a_success_there_is_no_figure() -> None:
    assert found([(1.0, 0), (5.0, 0)]) == Amount(clusters=2)


def test_nothing_played_is_nothing() -> None:
    assert found([]) == Amount()


def test_a_single_cluster_has_no_interval() -> None:
    assert found([(3.0, 2)]) == Amount(mean=1.5, clusters=1)


def test_where_draws_may_hold_no_success_the_interval_has_no_end() -> None:
    one = found([(1.0, 1), (1.0, 0), (1.0, 0)])
    assert (one.mean, one.high, one.unbounded) == (3.0, None, True)
    assert one.low is not None


@given(sums)
def test_the_figure_lies_in_its_interval(values: list[tuple[float, int]]) -> None:
    one = found(values)
    if one.mean is not None and one.low is not None:
        assert one.low <= one.mean <= (math.inf if one.high is None else one.high)


@given(sums)
def test_the_order_of_clusters_changes_no_figure(values: list[tuple[float, int]]) -> None:
    one, other = found(values).mean, found(values[::-1]).mean
    assert one == (None if other is None else pytest.approx(other))


@given(sums, st.floats(0.1, 10))
def test_another_unit_scales_all_of_it(values: list[tuple[float, int]], factor: float) -> None:
    scaled, other = found(values).scaled(factor), found([(cost * factor, n) for cost, n in values])
    for name in ("mean", "low", "high"):
        assert getattr(scaled, name) == (
            None if getattr(other, name) is None else pytest.approx(getattr(other, name))
        )


def test_an_inverse_turns_its_interval_around() -> None:
    inverse = Amount(mean=2.0, low=1.0, high=4.0, clusters=3).inverted(8.0)
    assert (inverse.low, inverse.mean, inverse.high) == (2.0, 4.0, 8.0)


def test_the_inverse_of_what_has_no_end_begins_at_nothing() -> None:
    inverse = Amount(mean=2.0, low=1.0, unbounded=True, clusters=3).inverted(8.0)
    assert (inverse.low, inverse.mean, inverse.high) == (0.0, 4.0, 8.0)


def test_nothing_can_be_divided_by_what_costs_nothing() -> None:
    assert Amount(mean=0.0, low=0.0, high=0.0, clusters=3).inverted(8.0) == Amount(clusters=3)


def test_more_clusters_make_a_narrower_interval() -> None:
    few = found([(1.0, 1), (2.0, 1), (3.0, 1)] * 2)
    many = found([(1.0, 1), (2.0, 1), (3.0, 1)] * 40)
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low < few.high - few.low
