"""When a fact is asked about while a document is read: at once, and then after ever longer lags.

The number of questions grows with the logarithm of the number of parts, so that a long reading does not drown
in them.
"""

from collections.abc import Iterator


def lags(told: int, until: int) -> Iterator[int]:
    """Parts after which to ask: `told` + 0, 1, 2, 4, 8 … up to `until`, which is always one of them."""
    lag = 0
    while told + lag < until:
        yield told + lag
        lag = max(1, lag * 2)
    if told <= until:
        yield until
