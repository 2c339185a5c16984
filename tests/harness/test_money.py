"""Dollars in print: no amount is rounded to nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.money import amount_text, dollars_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "$0.00"),
        (0.0001, "$0.0001"),
        (0.000123456, "$0.000123"),
        (1e-9, "$0.000000001"),
        (0.5, "$0.50"),
        (0.125, "$0.125"),
        (0.99999, "$1.00"),
        (1.0, "$1.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_small_amounts_keep_their_digits(amount: float, text: str) -> None:
    assert dollars_text(amount) == text


@given(st.floats(1e-12, 1e9))
def test_what_is_printed_is_off_by_less_than_a_hundredth(amount: float) -> None:
    assert float(amount_text(amount).replace(",", "")) == pytest.approx(amount, rel=0.01)
