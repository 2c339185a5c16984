"""The exact paired test: how often chance alone would bring a gap as large.

If two models do not differ on a scenario, its gap could as well have had the other sign. So the signs of all
gaps are flipped in every way, and the share of ways that bring a sum as far from 0 is the two-sided p
(Fisher, The Design of Experiments, 1935, §21; Pitman, 1937). For gaps of 1, 0 and -1 this is McNemar's exact
test; it goes on where scenarios were played several times, and trials are not independent of each other.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import fsum, lcm

import numpy as np

_DENOMINATOR = 5_000
"""Gaps that are fractions with at most this below the line are counted exactly."""
_STEPS = 200_000_000
"""Additions that counting exactly may take: a second at most."""
_WIDEST = 2_000_000
"""Sums that are told apart in counting, so that memory stays small."""
_FEW = 14
"""Of so few gaps every way to flip them is tried, whatever their values."""
_DRAWS = 20_000
_NEAR = 1e-9
"""Sums nearer to each other than this part of all that is added are the same."""


def sign_flip(gaps: Sequence[float], seed: int = 0) -> float:
    """The two-sided p of the sum of `gaps`, one for each independent unit (a scenario, or a document).

    Exact for a few gaps, and where they are fractions with a common denominator that is not huge, as shares
    of repeats are. Else by drawing signs at random, with the sample itself counted among the draws so that p
    is never 0 (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010).

    >>> sign_flip([1, 1, -1, 1, 1, 1, 1, 1, 1])  # as McNemar's for 8 against 1
    0.0390625
    """
    known = [gap for gap in gaps if gap]
    if not known:
        return 1.0
    if len(known) <= _FEW:
        return _all_ways(known)
    units = _units(known)
    return _counted(units) if units is not None else _drawn(known, seed)


def _units(gaps: Sequence[float]) -> list[int] | None:
    """The gaps as whole numbers of a common unit; None where there is none, or there would be too many."""
    fractions = [Fraction(gap).limit_denominator(_DENOMINATOR) for gap in gaps]
    if any(abs(float(one) - gap) > _NEAR * abs(gap) for one, gap in zip(fractions, gaps, strict=True)):
        return None
    unit = 1
    for one in fractions:
        unit = lcm(unit, one.denominator)
    units = [int(one * unit) for one in fractions]
    total = sum(map(abs, units))
    return units if total <= _WIDEST and len(units) * total <= _STEPS else None


def _all_ways(gaps: Sequence[float]) -> float:
    data = np.asarray(gaps, dtype=np.float64)
    ways = np.arange(2**data.size)[:, None] >> np.arange(data.size) & 1
    return float((np.abs((2.0 * ways - 1) @ data) >= _as_far(gaps)).mean())


def _as_far(gaps: Sequence[float]) -> float:
    """From where on a sum is as far from 0 as that of the gaps, or further: but for rounding."""
    return abs(fsum(gaps)) - _NEAR * fsum(map(abs, gaps))


def _counted(units: Sequence[int]) -> float:
    """By the distribution of the sum of those units that keep their sign, one gap after the other."""
    sizes = [abs(unit) for unit in units]
    total, found = sum(sizes), abs(sum(units))
    chances = np.zeros(total + 1)
    chances[0] = 1.0
    for size in sizes:
        kept = chances / 2
        chances = kept.copy()
        chances[size:] += kept[: total + 1 - size]
    far = np.abs(2 * np.arange(total + 1) - total) >= found
    return min(1.0, float(chances[far].sum()))


def _drawn(gaps: Sequence[float], seed: int) -> float:
    random, data = np.random.default_rng(seed), np.asarray(gaps, dtype=np.float64)
    found = _as_far(gaps)
    block = max(1, 2_000_000 // data.size)
    far = 0
    for start in range(0, _DRAWS, block):
        signs = random.integers(0, 2, (min(block, _DRAWS - start), data.size)) * 2 - 1
        far += int((np.abs(signs @ data) >= found).sum())
    return (far + 1) / (_DRAWS + 1)
