"""How many scenarios or repeats a difference needs to be seen, and which difference so many could show.

All from the variances that were measured. A difference counts as seen when a two-sided test at 5 % finds it
in 8 of 10 runs.
"""

from math import ceil, sqrt
from statistics import NormalDist

from scenarios.record import Record
from scoring.statistics.variance import Split

_NORMAL = NormalDist()
_TEST = _NORMAL.inv_cdf(0.975)
_SEEN = _TEST + _NORMAL.inv_cdf(0.8)
_EDGE = 1e-9
"""What rounding may add to a number that should be whole."""


class Needed(Record):
    """What it takes to see a difference."""

    difference: float
    scenarios: int | None = None
    """With the repeats that were played; None where nothing varied, or there is no difference."""
    repeats: int | None = None
    """With the scenarios that were played; None where no number of repeats would do, or nobody knows."""
    why_no_repeats: str = ""
    """`one_repeat`: the split is not known; `too_few_scenarios`: they differ too much among themselves."""


def needed(gaps: Split, difference: float) -> Needed:
    """Of the variance of gaps between pairs of trials: n = (z₀.₉₇₅ + z₀.₈)² s² / δ² + z₀.₉₇₅² / 2 scenarios,
    where s² = between + within / repeats. The last term is Guenther's for a variance that is estimated (The
    American Statistician 35, 1981); the rest is the usual one, as in Miller, Adding Error Bars to Evals
    (arXiv:2411.00640, §5).
    """
    if not difference or not gaps.of_means:
        return Needed(difference=difference)
    scenarios = ceil((_SEEN / difference) ** 2 * gaps.of_means + _TEST**2 / 2 - _EDGE)
    repeats, why = _repeats(gaps, difference)
    return Needed(difference=difference, scenarios=scenarios, repeats=repeats, why_no_repeats=why)


def visible_difference(gaps: Split) -> float:
    """The smallest difference that so many scenarios and repeats would show in 8 of 10 runs."""
    return _SEEN * sqrt(gaps.of_means / max(1.0, gaps.scenarios - _TEST**2 / 2))


def _repeats(gaps: Split, difference: float) -> tuple[int | None, str]:
    if gaps.between is None or gaps.luck is None:
        return None, "one_repeat"
    room = (difference / _SEEN) ** 2 * max(0.0, gaps.scenarios - _TEST**2 / 2) - gaps.between
    if room <= 0:
        return None, "too_few_scenarios"
    return max(1, ceil(gaps.luck * gaps.repeats / room - _EDGE)), ""
