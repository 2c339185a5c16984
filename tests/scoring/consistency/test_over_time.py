"""What becomes of answers over time."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.consistency.lags import lag_bin
from scoring.consistency.over_time import first_sway, harmful_flips, helpful_flips, pwc, pwc_share

RIGHT = st.lists(st.booleans(), min_size=1, max_size=10)


@given(RIGHT)
def test_every_answer_but_the_last_has_a_chance_to_flip(right: list[bool]) -> None:
    (harmful, known), (helpful, unknown) = harmful_flips(right), helpful_flips(right)

    assert known + unknown == len(right) - 1
    assert abs(harmful - helpful) <= 1  # they take turns
    assert (first_sway(right) is not None) == (harmful > 0)


@given(RIGHT)
def test_pwc_is_a_share_of_the_largest_and_earlier_is_worth_more(right: list[bool]) -> None:
    assert 0 <= pwc_share(right) <= 1
    assert pwc(sorted(right, reverse=True)) >= pwc(right) >= pwc(sorted(right))
    assert pwc_share([True] * len(right)) == 1


@given(st.integers(0, 10_000_000), st.sampled_from([1, 1024]))
def test_bins_of_lags_hold_their_lags_and_do_not_overlap(lag: int, unit: int) -> None:
    first, last = lag_bin(lag, unit)

    assert first <= lag <= last
    assert lag_bin(first, unit) == lag_bin(last, unit) == (first, last)
    assert lag_bin(last + 1, unit)[0] == last + 1
