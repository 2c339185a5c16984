"""Means with intervals, over scenarios and over documents; pass@k and pass^k, percentiles, McNemar."""

import doctest
from itertools import combinations
from math import comb
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from scoring import statistics as module
from scoring.statistics import (
    clustered,
    effective_size,
    estimate,
    intraclass_correlation,
    mcnemar,
    paired,
    pass_at_k,
    pass_hat_k,
    percentile,
    wilson,
)

VALUES = st.lists(st.lists(st.floats(0, 1), max_size=4), max_size=8)
TRIALS = st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=6)


@settings(deadline=None)
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


@settings(deadline=None)
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


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([5], 95) == 5
    assert percentile([], 50) is None


QUESTIONS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), max_size=40)


@settings(deadline=None)
@given(QUESTIONS)
def test_a_clustered_interval_holds_its_mean_and_stays_within_bounds(asked: list[tuple[float, str]]) -> None:
    found = clustered([value for value, _ in asked], [document for _, document in asked])

    assert (found.n, found.clusters) == (len(asked), len({document for _, document in asked}))
    if found.mean is None:
        assert found.note
    elif found.low is not None and found.high is not None:
        assert -1e-9 <= found.low <= found.mean <= found.high <= 1 + 1e-9
    else:
        assert found.note


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_no_clustered_mean(random: Random) -> None:
    asked = [(float(n % 3 == 0), n // 4) for n in range(20)]
    shuffled = random.sample(asked, len(asked))
    one, other = (clustered([v for v, _ in some], [d for _, d in some]) for some in (asked, shuffled))

    assert one.mean == pytest.approx(other.mean)
    assert one.icc == pytest.approx(other.icc)


def test_questions_on_one_document_say_less_than_as_many_documents() -> None:
    values = [1.0] * 30 + [0.0] * 30
    apart = clustered(values, range(60))
    together = clustered(values, [n // 10 for n in range(60)])

    assert together.low is not None
    assert apart.low is not None
    assert together.low < apart.low - 0.1
    assert together.icc == pytest.approx(1.0)
    assert together.n_eff == pytest.approx(6.0)
    assert apart.n_eff == 60


def test_without_bounds_the_clustered_interval_is_scipys_bootstrap_over_documents() -> None:
    values = np.random.default_rng(5).normal(size=(12, 7)) + np.arange(12)[:, None] / 6
    found = clustered(values.ravel().tolist(), np.repeat(np.arange(12), 7).tolist())
    means = values.mean(axis=1)
    theirs = bootstrap((means,), np.mean, n_resamples=20_000, method="percentile", rng=2).confidence_interval

    assert found.low == pytest.approx(theirs.low, abs=0.05)
    assert found.high == pytest.approx(theirs.high, abs=0.05)


def test_documents_of_different_sizes_count_by_their_questions() -> None:
    assert clustered([1.0, 1.0, 1.0, 0.0], ["long", "long", "long", "short"]).mean == 0.75


def test_where_all_is_right_the_interval_is_wilsons_over_the_questions() -> None:
    found = clustered([1.0] * 50, [n // 10 for n in range(50)])

    assert found.low == pytest.approx(wilson(50, 50)[0])
    assert found.high == 1.0
    assert found.icc is None


def test_one_wrong_answer_never_raises_the_lower_bound() -> None:
    documents = [n // 10 for n in range(20)]
    lows = [clustered([0.0] * wrong + [1.0] * (20 - wrong), documents).low for wrong in range(21)]

    assert all(low is not None for low in lows)
    assert lows == sorted(lows, key=lambda low: low or 0.0, reverse=True)


def test_a_single_document_says_nothing_of_others() -> None:
    found = clustered([1.0, 0.0, 1.0], ["a", "a", "a"])

    assert (found.low, found.high) == pytest.approx(wilson(2, 3))
    assert "one cluster" in found.note
    assert found.n_eff is None


def test_one_document_without_bounds_has_no_interval() -> None:
    found = clustered([-0.5, 0.25], ["a", "a"])

    assert (found.mean, found.low, found.high) == (-0.125, None, None)
    assert found.note


def test_values_and_clusters_go_together() -> None:
    with pytest.raises(ValueError, match="2 values cannot be of 1 clusters"):
        clustered([1.0, 0.0], ["a"])


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_of_intervals_over_five_documents_about_as_many_hold_the_truth_as_they_claim(share: float) -> None:
    """Ten questions on each of five documents, ρ = 0.1: 95 % are claimed, and drawing five documents again
    and nothing else gives about 82 %.
    """
    random = np.random.default_rng(11)
    documents = np.repeat(np.arange(5), 10).tolist()
    held = 0
    for seed in range(200):
        chances = random.beta(9 * share, 9 * (1 - share), 5)
        right = (random.random((5, 10)) < chances[:, None]).ravel().astype(float)
        found = clustered(right.tolist(), documents, seed)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= share <= found.high

    assert held >= 174


def test_the_intraclass_correlation_is_the_one_of_the_textbook() -> None:
    """Shrout and Fleiss, Psychological Bulletin 86, 1979, table 2: ICC(1, 1) = .17."""
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    values = [float(one) for row in ratings for one in row]

    assert intraclass_correlation(values, [n // 4 for n in range(24)]) == pytest.approx(0.1657, abs=1e-4)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0, 1.0], []])
def test_where_nothing_varies_there_is_no_correlation(values: list[float]) -> None:
    assert intraclass_correlation(values, [n // 2 for n in range(len(values))]) is None


def test_observations_that_are_a_cluster_each_have_no_correlation() -> None:
    assert intraclass_correlation([1.0, 0.0, 1.0], [1, 2, 3]) is None


@pytest.mark.parametrize(
    ("m", "count", "rho", "n_eff"),
    [(10, 5, 0.1, 26.3), (10, 5, 0.2, 17.9), (50, 1, 0.05, 14.5), (5, 4, -1, 20)],
)
def test_the_effective_size_shrinks_as_questions_share_documents(
    m: int, count: int, rho: float, n_eff: float
) -> None:
    assert effective_size([m] * count, rho) == pytest.approx(n_eff, abs=0.05)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_test_is_scipys_binomial_test_of_the_pairs_that_differ(first: int, second: int) -> None:
    differ = first + second
    expected = binomtest(first, differ, 0.5).pvalue if differ else 1.0

    assert mcnemar(first, second) == pytest.approx(expected)


def test_the_examples_of_the_documentation_are_true() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_mcnemars_test_holds_for_thousands_of_pairs() -> None:
    assert mcnemar(2600, 2400) == pytest.approx(binomtest(2600, 5000, 0.5).pvalue)


PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(0, 5)))


@settings(deadline=None)
@given(PAIRS)
def test_two_readers_swapped_differ_the_other_way(asked: list[tuple[float, float, int]]) -> None:
    documents = [document for _, _, document in asked]
    one = paired([(first, second) for first, second, _ in asked], documents)
    other = paired([(second, first) for first, second, _ in asked], documents)

    assert (one.n, one.p, one.first_only) == (len(asked), other.p, other.second_only)
    if one.gap is not None and other.gap is not None and one.low is not None and one.high is not None:
        assert one.gap == pytest.approx(-other.gap)
        assert -1 <= one.low <= one.gap <= one.high <= 1


def test_readers_that_never_differ_may_still_do_so_elsewhere() -> None:
    found = paired([(1.0, 1.0)] * 20, [n // 10 for n in range(20)])

    assert (found.gap, found.p) == (0.0, 1.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.1 < 0.1 < found.high


def test_a_gap_on_few_documents_is_less_sure_than_on_as_many_questions() -> None:
    """One document's ten answers are all of the difference."""
    pairs = [(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 30
    together = paired(pairs, [n // 10 for n in range(40)])
    apart = paired(pairs, range(40))

    assert together.gap == apart.gap == 0.25
    assert together.p == apart.p == mcnemar(10, 0)
    assert together.low is not None
    assert apart.low is not None
    assert together.low <= 0 < apart.low


def test_scores_between_right_and_wrong_have_a_gap_and_no_exact_test() -> None:
    found = paired([(0.5, 0.25), (1.0, 0.5)], ["a", "b"])

    assert (found.gap, found.p, found.first_only) == (0.375, None, 0.75)


def test_no_pairs_have_no_gap() -> None:
    assert paired([], []).gap is None
