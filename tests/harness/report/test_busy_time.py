import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.busy_time import Stretch, busy_seconds, charged_seconds

moments = st.integers(0, 50)
stretches = st.lists(
    st.tuples(moments, st.integers(0, 20)).map(lambda one: (float(one[0]), float(one[0] + one[1]))),
    max_size=15,
)


def test_trials_at_the_same_time_share_it() -> None:
    assert charged_seconds([(0, 10), (0, 10)]) == [5, 5]


def test_whoever_is_alone_pays_alone() -> None:
    assert charged_seconds([(0, 10), (5, 15)]) == [7.5, 7.5]
    assert charged_seconds([(0, 10), (8, 10)]) == [9, 1]


def test_gaps_are_charged_to_nobody() -> None:
    assert busy_seconds([(0, 10), (100, 110)]) == 20


def test_nothing_played_takes_no_time() -> None:
    assert charged_seconds([]) == []
    assert charged_seconds([(5, 5)]) == [0]


@given(stretches)
def test_charges_add_up_to_the_busy_time(found: list[Stretch]) -> None:
    """Held against a count of the seconds in which anything went on."""
    seconds = {second for start, end in found for second in range(int(start), int(end))}
    assert sum(charged_seconds(found)) == pytest.approx(len(seconds))


@given(stretches)
def test_nobody_is_charged_more_than_he_took(found: list[Stretch]) -> None:
    for charged, (start, end) in zip(charged_seconds(found), found, strict=True):
        assert -1e-9 <= charged <= end - start + 1e-9


@given(stretches)
def test_the_order_of_trials_changes_nobodys_charge(found: list[Stretch]) -> None:
    turned = charged_seconds(found[::-1])[::-1]
    assert turned == pytest.approx(charged_seconds(found))
