"""The longest document that is read as well as a short one."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import effective_length as module
from scoring.effective_length import effective_length
from scoring.statistics.clusters import Clustered, clustered


def score(right: int, of: int = 50) -> Clustered:
    return clustered([1.0] * right + [0.0] * (of - right), range(of))


def test_the_example_of_the_documentation_is_true() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_the_lower_end_of_the_interval_decides_and_not_the_mean() -> None:
    found = effective_length({4096: score(50), 8192: score(45)})
    assert (score(45).mean or 0) > 0.85
    assert found.tokens == 4096


def test_a_model_that_is_good_at_every_length_is_good_at_least_so_far() -> None:
    found = effective_length({4096: score(50), 8192: score(50)})
    assert (found.tokens, found.at_least) == (8192, True)


def test_a_weak_base_asks_for_less() -> None:
    found = effective_length({4096: score(120, 200), 8192: score(118, 200), 16384: score(60, 200)})
    assert found.threshold == pytest.approx(0.51)
    assert (found.tokens, found.at_least) == (8192, False)


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ({}, "no_lengths"),
        ({4096: clustered([], [])}, "no_lengths"),
        ({4096: score(50)}, "one_length"),
        ({4096: score(0), 8192: score(0)}, "nothing_right"),
        ({4096: score(5, 5), 8192: score(5, 5)}, "too_few"),
    ],
)
def test_where_it_cannot_be_said_there_is_a_reason(scores: dict[int, Clustered], why: str) -> None:
    found = effective_length(scores)
    assert found.tokens is None
    assert found.unsaid == why


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 20), st.integers(0, 60), min_size=1, max_size=6))
def test_a_length_is_said_or_else_why_not(rights: dict[int, int]) -> None:
    found = effective_length({tokens: score(right, 60) for tokens, right in rights.items()})
    assert (found.tokens is None) == (found.unsaid is not None)
    assert found.tokens is None or found.tokens in rights
