"""Draws clusters (scenarios, documents) again, with replacement, to see how much a figure hangs on them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 2000
"""Bootstrap samples; the ends of a 95 % interval are then known to about a hundredth of its width."""
_BLOCK = 1_000_000
"""Numbers drawn at a time, so that memory stays flat."""


def drawn_again(clusters: int, seed: int, draws: int = DRAWS) -> Iterator[NDArray[np.int64]]:
    """Clusters by their numbers, drawn with replacement: rows are draws, in blocks that fit in memory."""
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // clusters)
    for start in range(0, draws, block):
        yield random.integers(0, clusters, (min(block, draws - start), clusters))


def middle(drawn: Sequence[Floats], level: float = 0.95) -> tuple[float, float]:
    """The ends between which so large a share of the drawn means lies: Efron's percentile interval (Davison
    and Hinkley, Bootstrap Methods and their Application, 1997, §5.3).
    """
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(np.concatenate(drawn), [tail, 100 - tail])
    return float(low), float(high)


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100) by linear interpolation; None for no values.

    It is type 7 of Hyndman and Fan (The American Statistician 50, 1996), numpy's default.
    """
    return float(np.percentile(np.asarray(values, dtype=np.float64), q)) if len(values) else None
