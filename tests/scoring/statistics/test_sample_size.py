"""How many scenarios or repeats a difference needs."""

import numpy as np
import pytest

from scoring.statistics.sample_size import needed, visible_difference
from scoring.statistics.variance import Split


def gaps(of_means: float = 0.25, scenarios: int = 50) -> Split:
    return Split(of_means=of_means, scenarios=scenarios, repeats=1.0)


@pytest.mark.parametrize(("difference", "n"), [(0.1, 199), (0.2, 52), (0.5, 10)])
def test_as_many_scenarios_as_a_paired_t_test_needs(difference: float, n: int) -> None:
    """statsmodels 0.15.0, TTestPower().solve_power(difference / 0.5, alpha=0.05, power=0.8), rounded up."""
    assert needed(gaps(), difference).scenarios == pytest.approx(n, abs=1)


def test_what_is_visible_needs_as_many_as_there_are() -> None:
    found = gaps(scenarios=80)

    assert needed(found, visible_difference(found)).scenarios == 80


def test_repeats_help_only_against_luck() -> None:
    luck = Split(of_means=0.1, between=0.0, within=0.2, scenarios=50, repeats=2.0)
    differ = Split(of_means=0.1, between=0.1, within=0.0, scenarios=50, repeats=2.0)

    assert needed(luck, 0.05).repeats == 14
    assert needed(differ, 0.05).repeats is None
    assert needed(differ, 0.05).why_no_repeats == "too_few_scenarios"
    assert needed(luck, 0.05).scenarios == needed(differ, 0.05).scenarios


def test_without_repeats_nobody_knows_what_they_bring() -> None:
    assert needed(gaps(), 0.1).why_no_repeats == "one_repeat"


def test_no_difference_cannot_be_seen() -> None:
    assert needed(gaps(), 0.0).scenarios is None


def test_with_so_many_scenarios_eight_of_ten_runs_see_it() -> None:
    """Gaps of 1, 0 and -1 that average 0.2, tested by Student's t."""
    chances = [0.3, 0.6, 0.1]
    n = needed(gaps(of_means=0.4 - 0.04), 0.2).scenarios
    assert n is not None
    random = np.random.default_rng(3)
    drawn = random.choice([1.0, 0.0, -1.0], p=chances, size=(2000, n))
    seen = np.abs(drawn.mean(axis=1)) / (drawn.std(axis=1, ddof=1) / n**0.5) > 1.99

    assert seen.mean() == pytest.approx(0.8, abs=0.04)
