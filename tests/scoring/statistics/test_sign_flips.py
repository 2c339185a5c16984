"""The exact paired test over scenarios."""

import doctest
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from scoring.statistics import sign_flips as module
from scoring.statistics.proportions import mcnemar
from scoring.statistics.sign_flips import sign_flip

SHARES = st.lists(st.integers(-4, 4).map(lambda units: units / 4), max_size=10)


def by_hand(gaps: list[float]) -> float:
    """Every way to give each gap its sign."""
    found = abs(sum(gaps))
    sums = [
        abs(sum(s * g for s, g in zip(signs, gaps, strict=True)))
        for signs in product((1, -1), repeat=len(gaps))
    ]
    return sum(one >= found - 1e-9 for one in sums) / len(sums)


@settings(deadline=None)
@given(SHARES)
def test_p_is_the_share_of_all_ways_to_give_the_signs(gaps: list[float]) -> None:
    assert sign_flip(gaps) == pytest.approx(by_hand(gaps))


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3).map(lambda units: units / 3), max_size=9))
def test_thirds_are_counted_exactly_too(gaps: list[float]) -> None:
    assert sign_flip(gaps) == pytest.approx(by_hand(gaps))


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_for_single_trials_it_is_mcnemars_exact_test(first: int, second: int, alike: int) -> None:
    gaps = [1.0] * first + [-1.0] * second + [0.0] * alike

    assert sign_flip(gaps) == pytest.approx(mcnemar(first, second))


@settings(deadline=None)
@given(SHARES)
def test_whose_gap_it_is_does_not_matter(gaps: list[float]) -> None:
    assert sign_flip(gaps) == sign_flip([-gap for gap in gaps])


def test_it_is_scipys_permutation_test_of_paired_samples() -> None:
    random = np.random.default_rng(2)
    gaps = (random.integers(0, 5, 12) - random.integers(0, 5, 12)) / 4
    theirs = permutation_test((gaps,), np.sum, permutation_type="samples", n_resamples=5000)

    assert sign_flip(gaps.tolist()) == pytest.approx(theirs.pvalue)


def test_values_without_a_common_unit_are_drawn_and_p_is_never_0() -> None:
    random = np.random.default_rng(4)
    near, far = random.normal(0.0, 1.0, 30), random.normal(3.0, 1.0, 30)
    theirs = permutation_test((near,), np.sum, permutation_type="samples", n_resamples=20_000, rng=1)

    assert sign_flip(near.tolist(), seed=1) == pytest.approx(theirs.pvalue, abs=0.02)
    assert 0 < sign_flip(far.tolist(), seed=1) < 1e-4


def test_hundreds_of_scenarios_are_counted_exactly() -> None:
    gaps = [0.25] * 170 + [-0.25] * 130

    assert sign_flip(gaps) == pytest.approx(mcnemar(170, 130))


def test_the_examples_of_the_documentation_are_true() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


@pytest.mark.parametrize(
    ("gaps", "p"),
    [
        ([4999.9998], 1.0),
        ([1234.5678, 2345.6789], 0.5),
        ([0.9998, 0.9994, 0.1231, 0.3331], 0.125),
        ([0.1, 0.2, -0.3], 1.0),
        ([1e-9, 2.5e-9, 7e-9], 0.25),
    ],
)
def test_a_few_gaps_of_any_size_are_flipped_in_every_way(gaps: list[float], p: float) -> None:
    assert sign_flip(gaps) == p


def test_gaps_with_a_unit_that_is_far_smaller_take_little_memory() -> None:
    gaps = [500.1234 + n / 5000 for n in range(15)]
    tracemalloc.start()
    p = sign_flip(gaps)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert p == pytest.approx(2 / 2**15, abs=2e-4)
    assert peak < 100_000_000
