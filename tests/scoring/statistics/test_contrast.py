"""What changes from one model to another on the same scenarios; many comparisons at once."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from scoring.statistics import contrast as module
from scoring.statistics.contrast import Contrast, PairedTrials, contrast, discordant, holm, student
from scoring.statistics.proportions import mcnemar
from scoring.statistics.sign_flips import sign_flip

Played = list[tuple[list[float], list[float]]]
OUTCOMES = st.integers(1, 3).flatmap(
    lambda n: st.tuples(*[st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n)] * 2)
)


def of(played: Played, *, shares: bool = True, seed: int = 0) -> Contrast:
    return contrast([PairedTrials(*one) for one in played], range(len(played)), seed=seed, shares=shares)


@settings(deadline=None, max_examples=50)
@given(st.lists(OUTCOMES, min_size=1, max_size=10))
def test_sides_that_change_places_change_the_sign(played: Played) -> None:
    one, other = of(played), of([(second, first) for first, second in played])

    assert one.gap == pytest.approx(-(other.gap or 0.0))
    assert (one.p, one.more, one.less) == (other.p, other.less, other.more)
    if one.low is not None and one.high is not None and one.gap is not None:
        assert -1 - 1e-9 <= one.low <= one.gap <= one.high <= 1 + 1e-9


def test_a_scenario_counts_once_however_often_it_was_played() -> None:
    found = of([([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]), ([1.0], [0.0])])

    assert (found.gap, found.first, found.second, found.scenarios, found.trials) == (0.0, 0.5, 0.5, 2, 4)


def test_p_is_exact_over_scenarios() -> None:
    played: Played = [([0.0, 1.0], [1.0, 1.0])] * 6 + [([1.0, 1.0], [0.0, 0.0])]

    assert of(played).p == sign_flip([0.5] * 6 + [-1.0])


def test_repeats_of_one_lucky_scenario_are_no_proof() -> None:
    """Over trials 16 of 16 say that the second is better; it is one scenario of four."""
    played: Played = [([0.0] * 16, [1.0] * 16), *[([1.0] * 16, [1.0] * 16)] * 3]

    assert discordant([PairedTrials(*one) for one in played]).p < 0.0001
    found = of(played)
    assert found.p == 1.0
    assert found.low is not None
    assert found.low <= 0


def test_for_single_trials_both_tests_are_one() -> None:
    played: Played = [([0.0], [1.0])] * 9 + [([1.0], [0.0])] * 2 + [([1.0], [1.0])] * 20

    assert of(played).p == pytest.approx(mcnemar(2, 9))
    assert discordant([PairedTrials(*one) for one in played]).p == mcnemar(2, 9)


def test_without_bounds_the_interval_holds_that_of_students_paired_test() -> None:
    random = np.random.default_rng(3)
    first = random.normal(10.0, 4.0, 15)
    second = first + random.normal(0.7, 1.0, 15)
    found = of([([one], [other]) for one, other in zip(first, second, strict=True)], shares=False)
    theirs = ttest_rel(second, first).confidence_interval()

    assert found.low == pytest.approx(theirs.low, abs=0.02)
    assert found.high == pytest.approx(theirs.high, abs=0.02)


def test_models_that_never_differ_may_still_do_so_elsewhere() -> None:
    found = of([([1.0], [1.0])] * 20)

    assert (found.gap, found.p) == (0.0, 1.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.05 < 0.05 < found.high


def test_questions_on_one_document_are_drawn_together() -> None:
    played = [PairedTrials([0.0], [1.0])] * 10 + [PairedTrials([1.0], [1.0])] * 30
    together = contrast(played, [n // 10 for n in range(40)], seed=0, shares=True)
    apart = contrast(played, range(40), seed=0, shares=True)

    assert together.gap == apart.gap == 0.25
    assert together.p == 1.0
    assert apart.p == mcnemar(10, 0)


def test_nothing_in_common_has_no_gap() -> None:
    assert of([]).gap is None
    assert of([]).note


@pytest.mark.parametrize(("scenarios", "repeats"), [(12, 1), (12, 4), (40, 4)])
def test_of_intervals_of_a_gap_about_as_many_hold_it_as_they_claim(scenarios: int, repeats: int) -> None:
    random = np.random.default_rng(13)
    held = 0
    for seed in range(200):
        chances = random.beta(2, 2, scenarios)[:, None]
        first = (random.random((scenarios, repeats)) < 0.8 * chances).astype(float).tolist()
        second = (random.random((scenarios, repeats)) < 0.8 * chances + 0.2).astype(float).tolist()
        found = of(list(zip(first, second, strict=True)), seed=seed)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.2 <= found.high

    assert held >= 184


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 19, 49, 400])
def test_students_percentile_is_scipys(df: int) -> None:
    assert student(df) == pytest.approx(t.ppf(0.975, df), rel=2e-3)


def test_holms_p_is_that_of_statsmodels() -> None:
    """statsmodels 0.15.0, multipletests(…, method="holm")."""
    ps = [0.01, 0.04, 0.03, 0.005, 0.5, 0.03]

    assert holm(ps) == pytest.approx([0.05, 0.12, 0.12, 0.03, 0.5, 0.12])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_makes_p_smaller_nor_larger_than_bonferroni(ps: list[float]) -> None:
    found = holm(ps)

    assert all(
        one <= adjusted <= min(1.0, len(ps) * one) + 1e-12 for one, adjusted in zip(ps, found, strict=True)
    )
    assert sorted(range(len(ps)), key=lambda at: (ps[at], at)) == sorted(
        range(len(ps)), key=lambda at: (found[at], ps[at], at)
    )


def test_the_examples_of_the_documentation_are_true() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_with_repeats_p_over_scenarios_promises_no_more_than_it_keeps() -> None:
    """Two models that are alike on average and differ on every scenario: of 300 such runs about 15 may have a
    p below 0.05. McNemar's test over trials has far more of them.
    """
    random = np.random.default_rng(17)
    over_scenarios = over_trials = 0
    for _ in range(300):
        chances = random.beta(0.3, 0.3, (2, 25, 1))
        first, second = (random.random((2, 25, 5)) < chances).astype(float)
        found = (second - first).mean(axis=1)
        over_scenarios += sign_flip(found.tolist()) < 0.05
        gaps = (second - first).ravel()
        over_trials += mcnemar(int((gaps < 0).sum()), int((gaps > 0).sum())) < 0.05

    assert over_scenarios <= 24
    assert over_trials >= 60
