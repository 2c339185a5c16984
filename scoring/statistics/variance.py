"""Where the scatter of trials comes from: scenarios that differ, or one that turns out differently.

Only the second is averaged away by repeats; only more scenarios help against the first. So the split says
what to buy.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean

import numpy as np

from scenarios.record import Record
from scoring.statistics.resampling import Floats

_Z = NormalDist().inv_cdf(0.975)
_ROUNDING = 1e-12
"""The part of a value that rounding may add to it."""


class Split(Record):
    """Variances of the values of trials, such as success as 0 or 1, or the gap of a pair of trials."""

    of_means: float
    """Of the means of scenarios, as they were measured: between + within / repeats."""
    between: float | None = None
    """Of what scenarios would have as their means after endless repeats; None where nothing was repeated."""
    within: float | None = None
    """Of the trials of one scenario, averaged over scenarios."""
    scenarios: int
    repeats: float
    """Of a scenario: the harmonic mean, which is what the error hangs on."""

    @property
    def share_between(self) -> float | None:
        """The scenario's part of a trial's variance; None where it is not known or nothing varies."""
        if self.between is None or self.within is None or not self.between + self.within:
            return None
        return self.between / (self.between + self.within)

    @property
    def luck(self) -> float | None:
        """What luck within scenarios adds to `of_means`. Where scenarios scatter less than luck alone would
        have them, it is all there is.
        """
        return None if self.between is None else self.of_means - self.between

    def half_width(self, scenarios: float = 1, repeats: float = 1) -> float | None:
        """Half the 95 % interval of the mean with so many times the scenarios and repeats; None where more
        repeats are asked for and nobody knows what they bring.
        """
        if repeats == 1:
            return _Z * sqrt(self.of_means / (self.scenarios * scenarios))
        if self.between is None or self.luck is None:
            return None
        return _Z * sqrt((self.between + self.luck / repeats) / (self.scenarios * scenarios))

    @property
    def again(self) -> float | None:
        """Half the interval of the mean over these very scenarios, which only the luck of trials moves."""
        return None if self.luck is None else _Z * sqrt(self.luck / self.scenarios)


def split(values: Sequence[Sequence[float]]) -> Split | None:
    """`values` holds the trials of each scenario; None for fewer than two scenarios with any.

    The variance of scenario means is made of both parts, s² = between + mean(within_i / m_i); within_i is the
    unbiased variance of a scenario's m_i trials, or, where it has one trial, the mean of the others'. For
    scenarios with equally many trials these are the estimates of one-way analysis of variance, within = MSW
    and between = (MSB − MSW) / m, not below 0 (Searle, Casella and McCulloch, Variance Components, 1992,
    §3.6).
    """
    known = [np.asarray(found, dtype=np.float64) for found in values if len(found)]
    if len(known) < 2:  # noqa: PLR2004 # one scenario has nothing to differ from
        return None
    of_means = _unbiased(np.array([found.mean() for found in known]))
    repeats = 1 / fmean(1 / found.size for found in known)
    own = [_unbiased(found) if found.size > 1 else None for found in known]
    repeated = [one for one in own if one is not None]
    if not repeated:
        return Split(of_means=of_means, scenarios=len(known), repeats=repeats)
    within = fmean(repeated)
    noise = fmean(
        (within if one is None else one) / found.size for one, found in zip(own, known, strict=True)
    )
    between = max(0.0, of_means - noise)
    return Split(of_means=of_means, between=between, within=within, scenarios=len(known), repeats=repeats)


def _unbiased(values: Floats) -> float:
    """The variance; 0 where the values differ by nothing but rounding."""
    if float(np.ptp(values)) <= _ROUNDING * float(np.abs(values).max()):
        return 0.0
    return float(values.var(ddof=1))
