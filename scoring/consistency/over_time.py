"""What becomes of an answer while a document goes on.

Every function takes whether the answers to one question were right, in the order in which it was asked, over
times at which the same answer was right.
"""

from collections.abc import Sequence
from itertools import pairwise

GAMMA = 0.45
"""As published (Li et al., Firm or Fickle?, 2025)."""


def harmful_flips(right: Sequence[bool]) -> tuple[int, int]:
    """(flips, chances): #(c_t = 1 ∧ c_{t+1} = 0) and #(c_t = 1) with a t + 1 to come.

    >>> harmful_flips([True, False, True, True, False])
    (2, 3)
    """
    after = [later for now, later in pairwise(right) if now]
    return after.count(False), len(after)


def helpful_flips(right: Sequence[bool]) -> tuple[int, int]:
    """(flips, chances): #(c_t = 0 ∧ c_{t+1} = 1) and #(c_t = 0) with a t + 1 to come.

    >>> helpful_flips([True, False, True, True, False])
    (1, 1)
    """
    return harmful_flips([not one for one in right])


def first_sway(right: Sequence[bool]) -> int | None:
    """The first t, from 0, with c_t = 0 after a c = 1; None when no right answer was ever given up.

    >>> first_sway([False, True, True, False, True])
    3
    >>> first_sway([False, False]) is None
    True
    """
    return next((t + 1 for t, (now, later) in enumerate(pairwise(right)) if now and not later), None)


def pwc(right: Sequence[bool], gamma: float = GAMMA) -> float:
    """PWC = Σ_{i=0}^{n−1} γ^i c_i, position-weighted consistency: being right early weighs more.

    Li et al., Firm or Fickle? Evaluating Large Language Models Consistency in Sequential Interactions, 2025.

    >>> round(pwc([True, False, True]), 4)        # 1 + 0.45²
    1.2025
    """
    return sum(gamma**i for i, one in enumerate(right) if one)


def pwc_share(right: Sequence[bool], gamma: float = GAMMA) -> float:
    """PWC of the largest that so many answers can have, (1 − γ^n) / (1 − γ); so that lengths compare.

    >>> round(pwc([True] * 8), 3)                 # the largest for eight rounds
    1.815
    >>> round(pwc_share([True, False, True]), 4)  # 1.2025 of 1.6525
    0.7277
    """
    return pwc(right, gamma) / pwc([True] * len(right), gamma)
