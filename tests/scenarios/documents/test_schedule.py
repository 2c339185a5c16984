"""A fact is asked about at once, after ever longer lags, and at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.documents.schedule import lags


@pytest.mark.parametrize(
    ("told", "until", "asked"),
    [(1, 8, [1, 2, 3, 5, 8]), (3, 3, [3]), (7, 8, [7, 8]), (9, 8, []), (2, 20, [2, 3, 4, 6, 10, 18, 20])],
)
def test_the_lags_double(told: int, until: int, asked: list[int]) -> None:
    assert list(lags(told, until)) == asked


@given(told=st.integers(1, 500), parts=st.integers(0, 2000))
def test_the_first_and_the_last_part_are_always_asked_after_and_the_rest_is_few(
    told: int, parts: int
) -> None:
    asked = list(lags(told, told + parts))
    assert asked[0] == told
    assert asked[-1] == told + parts
    assert asked == sorted(set(asked))
    assert len(asked) <= parts.bit_length() + 2
