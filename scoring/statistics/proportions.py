"""Shares and differences of shares: closed forms that hold for few trials, and where all are alike."""

from math import sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


def wilson(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson, JASA 22, 1927). Raises ValueError when `n` is 0.

    Neither has to be a whole number: scores between 0 and 1 add up to successes (the interval is then too
    wide rather than too narrow), and an effective size is no count.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} successes of {n} is no proportion")
    z = _NORMAL.inv_cdf(0.5 + level / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def bonett_price(first: float, second: float, n: float) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares of the same `n` pairs, of which `first` are right on
    the first side only and `second` on the second only: the adjusted Wald interval of Bonett and Price
    (J. Educational and Behavioral Statistics 37, 2012, eq. 4). It has a width where no pair differs.
    """
    one, other = (first + 1) / (n + 2), (second + 1) / (n + 2)
    half = _NORMAL.inv_cdf(0.975) * sqrt(max(0.0, one + other - (one - other) ** 2) / (n + 2))
    return max(-1.0, one - other - half), min(1.0, one - other + half)


def mcnemar(first_only: int, second_only: int) -> float:
    """The chance of a difference as large, were either side as likely in the pairs that differ: two-sided,
    exact (McNemar, Psychometrika 12, 1947).

    Pairs count as independent of each other; where they share documents, the clustered interval of their gap
    is the safer word.

    >>> mcnemar(1, 8)
    0.0390625
    """
    differ, less = first_only + second_only, min(first_only, second_only)
    tail = term = 1
    for k in range(less):  # term becomes C(differ, k + 1)
        term = term * (differ - k) // (k + 1)
        tail += term
    return min(1.0, 2 * tail / 2**differ) if differ else 1.0
