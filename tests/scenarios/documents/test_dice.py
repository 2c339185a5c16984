"""Dice give the same numbers everywhere, and fair ones."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.dice import Dice

MASK = 2**64 - 1

GOLDEN_WORDS = [5848423198123147924, 6033182757035166488, 5802389086867709449]
GOLDEN_ORDER = [5, 7, 2, 0, 1, 3, 6, 4]
GOLDEN_BELOW = [31, 32, 31, 66, 96]


def splitmix(name: str, count: int) -> list[int]:
    """The published generator, in whole numbers of Python."""
    state = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    found = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        found.append(z ^ (z >> 31))
    return found


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 50))
def test_numbers_are_those_of_splitmix64(name: str, count: int) -> None:
    assert Dice(name).words(count).tolist() == splitmix(name, count)


def test_numbers_are_the_same_as_ever() -> None:
    assert Dice("longspan").words(3).tolist() == GOLDEN_WORDS
    assert Dice("longspan").order(8).tolist() == GOLDEN_ORDER
    dice = Dice("longspan")
    assert [dice.below(100) for _ in range(5)] == GOLDEN_BELOW


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=6))
def test_a_row_drawn_in_pieces_is_the_row_drawn_at_once(pieces: list[int]) -> None:
    dice = Dice("row")
    drawn = [number for piece in pieces for number in dice.words(piece).tolist()]

    assert drawn == Dice("row").words(sum(pieces)).tolist()


@settings(deadline=None)
@given(st.integers(1, 10**12), st.text(max_size=5))
def test_what_is_below_a_limit_is_a_whole_number_under_it(limit: int, name: str) -> None:
    assert 0 <= Dice(name).below(limit) < limit


@settings(deadline=None)
@given(st.integers(-50, 50), st.integers(0, 50), st.text(max_size=5))
def test_between_includes_both_ends(low: int, more: int, name: str) -> None:
    assert low <= Dice(name).between(low, low + more) <= low + more


def test_a_die_shows_every_face_about_as_often() -> None:
    dice = Dice("fair")
    thrown = [dice.between(1, 6) for _ in range(6_000)]

    assert all(850 < thrown.count(face) < 1_150 for face in range(1, 7))


@settings(deadline=None)
@given(st.integers(0, 200), st.text(max_size=5))
def test_an_order_has_every_number_once(count: int, name: str) -> None:
    assert sorted(Dice(name).order(count).tolist()) == list(range(count))


@settings(deadline=None)
@given(st.lists(st.integers(), max_size=30), st.text(max_size=5))
def test_shuffling_keeps_the_items(items: list[int], name: str) -> None:
    assert sorted(Dice(name).shuffled(items)) == sorted(items)


def test_a_sample_has_no_item_twice() -> None:
    assert len(set(Dice("sample").sample(range(20), 15))) == 15


def test_a_sample_of_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="4 of 3 items"):
        Dice("sample").sample("abc", 4)


def test_another_name_gives_other_numbers() -> None:
    assert Dice("a").words(4).tolist() != Dice("b").words(4).tolist()


def test_choice_takes_one_of_the_items() -> None:
    assert Dice("choice").choice("xyz") in "xyz"
