"""Wilson's interval, Bonett and Price's, and McNemar's test."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from scoring.statistics import proportions as module
from scoring.statistics.proportions import bonett_price, mcnemar, wilson


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


def test_the_adjusted_wald_interval_of_pairs_is_the_one_of_its_formula() -> None:
    """12 and 4 of 40 pairs: shares 13/42 and 5/42, difference 8/42, half 1.96 √((18/42 − (8/42)²)/42)."""
    assert bonett_price(12, 4, 40) == pytest.approx((0.001056, 0.379897), abs=1e-5)


def test_pairs_that_never_differ_may_differ_elsewhere() -> None:
    low, high = bonett_price(0, 0, 30)

    assert low == pytest.approx(-high)
    assert 0.05 < high < 0.1
