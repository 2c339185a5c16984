"""Powers that would keep a process busy for good."""

import pytest

from tools.powers import MOST_BITS, is_endless


@pytest.mark.parametrize(("base", "exponent"), [(9, 9**9), (-9, 9**9), (2**1000, 2**1000)])
def test_a_power_with_too_many_bits_is_endless(base: int, exponent: int) -> None:
    assert is_endless(base, exponent)


@pytest.mark.parametrize(
    ("base", "exponent"),
    [(10, 4300), (1, 9**99), (-1, 9**99), (0, 9**99), (9, -(9**99)), (9.0, 9**99), (9, 1e99), ("9", 9**99)],
)
def test_what_ends_at_once_is_not(base: object, exponent: object) -> None:
    assert not is_endless(base, exponent)


def test_the_border_is_the_number_of_bits() -> None:
    assert not is_endless(2, MOST_BITS // 2)
    assert is_endless(2, MOST_BITS)
