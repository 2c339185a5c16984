"""pass@k and pass^k: against all choices of k trials, by laws, and with intervals."""

from itertools import combinations, pairwise
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.statistics.proportions import wilson
from scoring.statistics.reliability import pass_at_curve, pass_at_k, pass_hat_curve, pass_hat_k

TRIALS = st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=6)


def test_pass_at_k_and_pass_hat_k_are_the_shares_of_all_choices_of_k_trials() -> None:
    for n in range(1, 6):
        for c in range(n + 1):
            for k in range(1, n + 1):
                chosen = list(combinations([True] * c + [False] * (n - c), k))
                assert len(chosen) == comb(n, k)
                assert pass_at_k([(n, c)], k) == pytest.approx(sum(map(any, chosen)) / len(chosen))
                assert pass_hat_k([(n, c)], k) == pytest.approx(sum(map(all, chosen)) / len(chosen))


@settings(deadline=None)
@given(TRIALS, st.integers(1, 8))
def test_all_of_k_is_never_likelier_than_one_of_k(trials: list[tuple[int, int]], k: int) -> None:
    every, one = pass_hat_k(trials, k), pass_at_k(trials, k)

    if every is None or one is None:
        assert every is one is None
        assert all(n < k for n, _ in trials)
    else:
        assert 0 <= every <= one + 1e-12 <= 1 + 2e-12


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=4), st.integers(1, 6))
def test_both_are_means_over_every_subset_of_every_scenario(played: list[list[bool]], k: int) -> None:
    """By brute force over all subsets of k trials, of whatever trials in whatever order."""
    counts = [(len(trials), sum(trials)) for trials in played]
    chosen = [list(combinations(trials, k)) for trials in played if len(trials) >= k]
    for found, holds in ((pass_hat_k(counts, k), all), (pass_at_k(counts, k), any)):
        if not chosen:
            assert found is None
        else:
            shares = [sum(map(holds, subsets)) / len(subsets) for subsets in chosen]
            assert found == pytest.approx(sum(shares) / len(shares))


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_more_tries_never_make_all_likelier_or_one_less_likely(successes: list[int]) -> None:
    counts = [(6, c) for c in successes]
    every, one = pass_hat_curve(counts, seed=1), pass_at_curve(counts, seed=1)

    assert [chance.k for chance in every] == [1, 2, 3, 4, 5, 6]
    assert all(later.mean <= before.mean + 1e-12 for before, later in pairwise(every))
    assert all(later.mean >= before.mean - 1e-12 for before, later in pairwise(one))


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=5), st.integers(1, 5))
def test_at_least_one_success_is_not_all_failures(successes: list[int], k: int) -> None:
    counts, failures = [(5, c) for c in successes], [(5, 5 - c) for c in successes]
    one, none = pass_at_k(counts, k), pass_hat_k(failures, k)

    assert one is not None
    assert none is not None
    assert one == pytest.approx(1 - none)


def test_every_k_has_its_interval_and_says_over_how_many_scenarios() -> None:
    found = pass_hat_curve([(4, 4)] * 8 + [(2, 1)] * 2, seed=1)

    assert [(chance.k, chance.scenarios) for chance in found] == [(1, 10), (2, 10), (3, 8), (4, 8)]
    assert found[1].mean == pytest.approx(0.8)
    assert found[1].low is not None
    assert found[1].high is not None
    assert found[1].low < 0.8 < found[1].high
    assert found[3].low == pytest.approx(wilson(8, 8)[0])


def test_nothing_played_has_no_curve() -> None:
    assert pass_hat_curve([], seed=1) == ()
