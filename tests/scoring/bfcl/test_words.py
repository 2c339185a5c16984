"""Texts that BFCL takes for the same, and those that we do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.bfcl.defects import CORRECTED, STRICT
from scoring.bfcl.words import same_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("April 1, 2024", "april 1,2024"),
        ("Washington D.C.", "Washington DC"),
        ("living_room", "living room"),
        ("St. Louis", "St Louis"),
        ("well-known", "well known"),
        ("1,000 dollars", "1000 dollars"),
        ("O'Hara", 'o"hara'),
        ("2024-05-01", "2024 05 01"),
    ],
)
def test_what_is_forgiven_by_both(one: str, other: str) -> None:
    assert same_text(one, other, STRICT)
    assert same_text(one, other, CORRECTED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3.5", "35"),
        ("/a/bc", "ab/c"),
        ("-5", "5"),
        ("notes.txt", "notestxt"),
        ("the rapist", "therapist"),
        ("x^2", "x2"),
        ("a*b", "ab"),
        ("-", ""),
        ("1.2.3", "12.3"),
    ],
)
def test_what_only_bfcl_takes_for_the_same(one: str, other: str) -> None:
    assert same_text(one, other, STRICT)
    assert not same_text(one, other, CORRECTED)


@given(st.text(max_size=30), st.text(max_size=30))
def test_ours_forgives_little_that_bfcl_does_not(one: str, other: str) -> None:
    assert same_text(one, one, CORRECTED)
    assert same_text(one, other, CORRECTED) == same_text(other, one, CORRECTED)


@given(st.text(alphabet="ab1 ,./-_*^", max_size=8), st.text(alphabet="ab1 ,./-_*^", max_size=8))
def test_over_plain_letters_ours_is_the_stricter_rule(one: str, other: str) -> None:
    if same_text(one, other, CORRECTED):
        assert same_text(one, other, STRICT)
