"""Between scenarios and within them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway

from scoring.statistics.sample_size import needed
from scoring.statistics.variance import split


def test_for_as_many_trials_each_it_is_analysis_of_variance() -> None:
    played = np.random.default_rng(1).normal(size=(9, 4)) + np.arange(9)[:, None] / 3
    found = split(played.tolist())
    within = float(played.var(axis=1, ddof=1).mean())
    ratio = f_oneway(*played).statistic

    assert found is not None
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx((ratio * within - within) / 4)
    assert found.repeats == pytest.approx(4)


def test_it_is_what_a_mixed_model_finds() -> None:
    """statsmodels 0.15.0, MixedLM by REML on the same numbers: scale 0.16417, variance of groups 0.36704."""
    played = [[1.0, 1.6, 1.1], [2.2, 1.9, 2.9], [0.4, 1.2, 0.8], [1.5, 2.0, 1.3]]
    found = split(played)

    assert found is not None
    assert found.within == pytest.approx(0.16417, abs=1e-4)
    assert found.between == pytest.approx(0.36704, abs=1e-4)


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=5), min_size=2, max_size=8))
def test_the_error_of_the_mean_is_that_of_the_scenario_means(played: list[list[float]]) -> None:
    found = split(played)
    means = [sum(trials) / len(trials) for trials in played]

    assert found is not None
    half = found.half_width()
    assert half == pytest.approx(1.959964 * np.std(means, ddof=1) / len(means) ** 0.5, abs=1e-6)


def test_luck_alone_leaves_nothing_between_scenarios() -> None:
    found = split([[0.0, 1.0]] * 6)

    assert found is not None
    assert (found.between, found.within, found.share_between) == (0.0, 0.5, 0.0)


def test_scenarios_that_always_end_alike_leave_nothing_within() -> None:
    found = split([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]])

    assert found is not None
    assert (found.within, found.share_between, found.again) == (0.0, 1.0, 0.0)
    assert found.half_width(repeats=8) == pytest.approx(found.half_width())


def test_without_repeats_nobody_can_tell() -> None:
    found = split([[1.0], [0.0], [1.0]])

    assert found is not None
    assert (found.between, found.within, found.again, found.half_width(repeats=2)) == (None, None, None, None)
    assert found.half_width(scenarios=4) == pytest.approx((found.half_width() or 0) / 2)


def test_one_scenario_has_nothing_to_differ_from() -> None:
    assert split([[1.0, 0.0]]) is None


def test_what_more_repeats_bring_is_what_they_bring() -> None:
    """Drawn with half the variance of scenarios: eight repeats as predicted from two."""
    random = np.random.default_rng(5)
    chances = random.beta(2, 2, 4000)
    two = split((random.random((4000, 2)) < chances[:, None]).astype(float).tolist())
    eight = split((random.random((4000, 8)) < chances[:, None]).astype(float).tolist())

    assert two is not None
    assert eight is not None
    assert two.half_width(repeats=4) == pytest.approx(eight.half_width(), rel=0.03)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=5), min_size=2, max_size=8))
def test_more_of_anything_never_widens_and_luck_is_never_all_and_more(played: list[list[float]]) -> None:
    found = split(played)

    assert found is not None
    now, again = found.half_width(), found.again
    assert now is not None
    assert again is not None
    assert again <= now + 1e-9
    for half in (
        found.half_width(repeats=2),
        found.half_width(scenarios=2),
        found.half_width(repeats=float("inf")),
    ):
        assert half is not None
        assert half <= now + 1e-9


def test_rounding_is_no_variance() -> None:
    found = split([[0.1, 0.1], [0.1, 0.1], [0.1, 0.1]])

    assert found is not None
    assert (found.of_means, found.between, found.within, found.share_between) == (0.0, 0.0, 0.0, None)
    assert needed(found, 0.1).scenarios is None
