"""Dollars as people read them: small amounts keep their digits."""

from math import floor, log10

_DIGITS = 3


def dollars_text(amount: float) -> str:
    """`$1,234.50`, `$0.25`, `$0.000125`: cents at the least, and three digits of what is below a dollar."""
    return f"${amount_text(amount)}"


def amount_text(amount: float) -> str:
    """The same without the sign."""
    if amount >= 1 or amount <= 0:
        return f"{amount:,.2f}"
    text = f"{amount:.{_DIGITS - 1 - floor(log10(amount))}f}".rstrip("0")
    return text if len(text) >= len("0.00") else f"{amount:.2f}"
