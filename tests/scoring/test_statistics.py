"""Means with intervals, pass@k and pass^k, percentiles."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from scoring.statistics import estimate, pass_at_k, pass_hat_k, percentile, wilson

VALUES = st.lists(st.lists(st.floats(0, 1), max_size=4), max_size=8)
TRIALS = st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=6)


@given(VALUES)
def test_an_interval_holds_its_mean(values: list[list[float]]) -> None:
    found = estimate(values, seed=1, draws=200)

    if found.low is not None and found.high is not None and found.mean is not None:
        assert found.low - 1e-9 <= found.mean <= found.high + 1e-9
    else:
        assert found.note


def test_every_scenario_counts_the_same_however_often_it_was_played() -> None:
    found = estimate([[1.0, 1.0, 1.0], [0.0]], seed=1)

    assert (found.mean, found.n, found.scenarios) == (0.5, 4, 2)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [[0.1], [0.5], [0.9], [1.0]]

    assert estimate(values, seed=1) == estimate(values, seed=1)


def test_the_interval_is_scipys_percentile_bootstrap_over_scenarios() -> None:
    means = np.random.default_rng(3).random(40)
    found = estimate([[value] for value in means], seed=1, draws=20_000)
    theirs = bootstrap((means,), np.mean, n_resamples=20_000, method="percentile", rng=2).confidence_interval

    assert found.low == pytest.approx(theirs.low, abs=0.01)
    assert found.high == pytest.approx(theirs.high, abs=0.01)


def test_repeats_of_one_scenario_do_not_narrow_the_interval() -> None:
    once = estimate([[0.0], [1.0], [1.0], [0.0]], seed=1)
    often = estimate([[0.0] * 50, [1.0] * 50, [1.0] * 50, [0.0] * 50], seed=1)

    assert (once.low, once.high) == (often.low, often.high)


def test_nothing_has_no_mean() -> None:
    assert estimate([[], []], seed=1).mean is None
    assert estimate([], seed=1).note == "nothing to average"


def test_one_scenario_has_no_interval() -> None:
    found = estimate([[0.0, 1.0]], seed=1)

    assert (found.mean, found.low, found.high) == (0.5, None, None)
    assert found.note == "one scenario: there is no interval"


def test_ten_of_ten_is_not_certainty() -> None:
    found = estimate([[1.0]] * 10, seed=1)

    assert found.low is not None
    assert 0.7 < found.low < 0.75
    assert "Wilson" in found.note


def test_equal_means_that_are_no_proportion_say_that_they_have_no_spread() -> None:
    found = estimate([[0.5]] * 3, seed=1)

    assert (found.low, found.high, found.note) == (
        0.5,
        0.5,
        "all scenarios have the same mean: the interval has no width",
    )


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_scipys(case: tuple[int, int]) -> None:
    successes, n = case
    theirs = binomtest(successes, n).proportion_ci(method="wilson")

    assert wilson(successes, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_proportion_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        wilson(successes, n)


def test_pass_at_k_and_pass_hat_k_are_the_shares_of_all_choices_of_k_trials() -> None:
    for n in range(1, 6):
        for c in range(n + 1):
            for k in range(1, n + 1):
                chosen = list(combinations([True] * c + [False] * (n - c), k))
                assert len(chosen) == comb(n, k)
                assert pass_at_k([(n, c)], k) == pytest.approx(sum(map(any, chosen)) / len(chosen))
                assert pass_hat_k([(n, c)], k) == pytest.approx(sum(map(all, chosen)) / len(chosen))


@given(TRIALS, st.integers(1, 8))
def test_all_of_k_is_never_likelier_than_one_of_k(trials: list[tuple[int, int]], k: int) -> None:
    every, one = pass_hat_k(trials, k), pass_at_k(trials, k)

    if every is None or one is None:
        assert every is one is None
        assert all(n < k for n, _ in trials)
    else:
        assert 0 <= every <= one + 1e-12 <= 1 + 2e-12


@given(TRIALS)
def test_with_one_trial_both_are_the_success_rate(trials: list[tuple[int, int]]) -> None:
    if trials:
        rate = sum(c / n for n, c in trials) / len(trials)

        assert pass_at_k(trials, 1) == pytest.approx(rate)
        assert pass_hat_k(trials, 1) == pytest.approx(rate)


def test_scenarios_with_too_few_trials_are_left_out() -> None:
    assert pass_at_k([(1, 1), (4, 0)], 2) == 0.0
    assert pass_at_k([(1, 1)], 2) is None


@pytest.mark.parametrize(("trials", "k"), [([(1, 1)], 0), ([(1, 2)], 1)])
def test_impossible_counts_are_refused(trials: list[tuple[int, int]], k: int) -> None:
    with pytest.raises(ValueError, match="k must be 1 or more"):
        pass_at_k(trials, k)


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([5], 95) == 5
    assert percentile([], 50) is None
