"""Arrivals of an open loop follow their law, and their seed."""

from itertools import islice, pairwise
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from harness.bench.arrivals import arrivals, moment

RATES = st.floats(0.01, 1000)
SHAPES = st.floats(0.1, 50)
MANY = 4000


def gaps(rate: float, burstiness: float, seed: str, many: int = MANY) -> list[float]:
    moments = [0.0, *islice(arrivals(rate, burstiness, seed), many)]
    return [after - before for before, after in pairwise(moments)]


@given(RATES, SHAPES, st.text(max_size=8), st.floats(0, 100))
def test_arrivals_follow_one_another_and_the_same_seed_gives_the_same(
    rate: float, burstiness: float, seed: str, ramp: float
) -> None:
    found = list(islice(arrivals(rate, burstiness, seed, ramp), 50))

    assert found == sorted(found)
    assert found[0] >= 0
    assert found == list(islice(arrivals(rate, burstiness, seed, ramp), 50))


@pytest.mark.parametrize("burstiness", [0.25, 1.0, 4.0])
def test_gaps_have_the_mean_of_the_rate_and_the_variance_of_the_shape(burstiness: float) -> None:
    rate = 5.0

    found = gaps(rate, burstiness, "law")

    error = (1 / burstiness / MANY) ** 0.5 / rate  # of the mean
    assert abs(fmean(found) - 1 / rate) < 4 * error
    assert variance(found) == pytest.approx(1 / burstiness / rate**2, rel=0.25)


def test_without_burstiness_the_gaps_are_exponential() -> None:
    assert kstest(gaps(2.0, 1.0, "poisson"), "expon", args=(0, 0.5)).pvalue > 0.01


def test_another_seed_gives_other_arrivals() -> None:
    assert gaps(1.0, 1.0, "a", 5) != gaps(1.0, 1.0, "b", 5)


@given(st.floats(0.001, 1e6), RATES, st.floats(0.001, 1000))
def test_while_the_rate_grows_the_expected_count_is_that_of_a_straight_line(
    count: float, rate: float, ramp: float
) -> None:
    at = moment(count, rate, ramp)

    expected = rate * at**2 / (2 * ramp) if at < ramp else rate * ramp / 2 + rate * (at - ramp)
    assert expected == pytest.approx(count)


@given(st.floats(0, 1e6), RATES)
def test_without_a_ramp_the_count_is_the_rate_times_the_time(count: float, rate: float) -> None:
    assert moment(count, rate, 0.0) == pytest.approx(count / rate)
