"""Figures that are one sum over another, such as dollars for each success, with intervals over clusters.

Such a figure is no mean of scenarios: a scenario that nothing solved costs, and brings nothing. So whole
clusters (scenarios, or documents with all that is asked of them) are drawn again and the figure is made anew
of the sums of each draw (Davison and Hinkley, Bootstrap Methods and their Application, 1997, §2.4 and §3.8).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.record import Record
from scoring.statistics.resampling import DRAWS, drawn_again

Floats = NDArray[np.float64]
Figure = Callable[[Floats], Floats]
"""From sums (a row a draw, a column a quantity) to a figure for each draw; infinite where there is nothing to
divide by."""


class Amount(Record):
    """A figure with its 95 % interval."""

    mean: float | None = None
    """The figure itself, of all that was played; None: there is nothing to divide by."""
    low: float | None = None
    high: float | None = None
    unbounded: bool = False
    """The interval has no upper end: in draws of such clusters there may be nothing to divide by."""
    clusters: int = 0

    def scaled(self, factor: float) -> "Amount":
        """The same in another unit."""
        ends = {name: None if (value := getattr(self, name)) is None else value * factor for name in _ENDS}
        return self.model_copy(update=ends)

    def inverted(self, numerator: float) -> "Amount":
        """`numerator` over the figure; the interval's ends change places. None where it is not above 0."""
        if not self.mean:
            return Amount(clusters=self.clusters)
        low = 0.0 if self.unbounded else numerator / self.high if self.high else None
        high = numerator / self.low if self.low else None
        known = low is not None and high is not None
        return Amount(
            mean=numerator / self.mean,
            low=low if known else None,
            high=high if known else None,
            clusters=self.clusters,
        )


_ENDS = ("mean", "low", "high")


def divided(one: Floats, other: Floats) -> Floats:
    """Infinite where there is nothing to divide by."""
    found: Floats = np.divide(one, other, out=np.full(one.shape, np.inf), where=other > 0)
    return found


def ratio(sums: Floats) -> Floats:
    """The first column over the second."""
    return divided(sums[:, 0], sums[:, 1])


def amount(sums: Sequence[Sequence[float]], figure: Figure, *, seed: int, draws: int = DRAWS) -> Amount:
    """The figure of all clusters together, and what it would be had others been drawn.

    `sums` has a row a cluster. A single cluster cannot be drawn again, and gives no interval.
    """
    data = np.array(sums, dtype=np.float64)
    if not data.size:
        return Amount()
    count = len(data)
    whole = float(figure(data.sum(axis=0, keepdims=True))[0])
    mean = whole if np.isfinite(whole) else None
    if mean is None or count == 1:
        return Amount(mean=mean, clusters=count)
    found = np.concatenate([figure(data[some].sum(axis=1)) for some in drawn_again(count, seed, draws)])
    low = float(np.percentile(found, 2.5, method="lower"))
    high = float(np.percentile(found, 97.5, method="higher"))
    unbounded = not np.isfinite(high)
    return Amount(
        mean=mean,
        low=min(low, mean),
        high=None if unbounded else max(high, mean),
        unbounded=unbounded,
        clusters=count,
    )
