"""Means with intervals, and what repeats tell: pass@k, pass^k.

Repeats of one scenario are not independent of each other, so the scenario is the unit: every scenario counts
the same in a mean, however often it was played, and intervals come from drawing scenarios again. A figure
that cannot be had is None, never 0, and the note says why.
"""

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist, fmean

import numpy as np
from numpy.typing import NDArray

from scenarios.record import Record

DRAWS = 2000
"""Bootstrap samples; the ends of a 95 % interval are then known to about a hundredth of its width."""
_BLOCK = 1_000_000
"""Numbers drawn at a time, so that memory stays flat."""


class Estimate(Record):
    """A mean with its interval."""

    mean: float | None
    low: float | None
    high: float | None
    n: int
    """Observations."""
    scenarios: int
    note: str = ""
    """What is unusual about the interval, or why there is none."""


def estimate(
    values: Sequence[Sequence[float]], *, seed: int, level: float = 0.95, draws: int = DRAWS
) -> Estimate:
    """The mean over scenarios of each scenario's mean, with a percentile interval by cluster bootstrap.

    `values` holds the values of each scenario's repeats; scenarios without any are left out. The method is
    Efron's percentile bootstrap over clusters (Davison and Hinkley, Bootstrap Methods and their Application,
    1997, §3.8 and §5.3). Where all values are 0 or 1 and no scenario differs from another, resampling shows
    no spread at all, and the interval is Wilson's over the scenarios.
    """
    means = np.array([fmean(found) for found in values if len(found)], dtype=np.float64)
    n = sum(map(len, values))
    if not means.size:
        return Estimate(mean=None, low=None, high=None, n=0, scenarios=0, note="nothing to average")
    mean = float(means.mean())
    count = int(means.size)
    if count == 1:
        note = "one scenario: there is no interval"
        return Estimate(mean=mean, low=None, high=None, n=n, scenarios=1, note=note)
    if np.ptp(means) > 0:
        low, high = _bootstrap(means, seed, level, draws)
        return Estimate(mean=mean, low=low, high=high, n=n, scenarios=count)
    if mean in {0.0, 1.0}:
        low, high = wilson(round(mean * count), count, level=level)
        note = "all scenarios are alike: Wilson's interval over scenarios"
        return Estimate(mean=mean, low=low, high=high, n=n, scenarios=count, note=note)
    note = "all scenarios have the same mean: the interval has no width"
    return Estimate(mean=mean, low=mean, high=mean, n=n, scenarios=count, note=note)


def wilson(successes: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson, JASA 22, 1927). Raises ValueError when `n` is 0."""
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} successes of {n} is no proportion")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def pass_at_k(trials: Sequence[tuple[int, int]], k: int) -> float | None:
    """The chance that at least one of k trials succeeds, averaged over scenarios.

    `trials` holds (trials, successes) of each scenario; those with fewer than k trials are left out, and None
    means that none is left. Unbiased: 1 - C(n-c, k) / C(n, k) (Chen et al., arXiv:2107.03374, eq. 1).
    """
    return _mean([1 - comb(n - c, k) / comb(n, k) for n, c in _enough(trials, k)])


def pass_hat_k(trials: Sequence[tuple[int, int]], k: int) -> float | None:
    """The chance that all of k trials succeed, averaged over scenarios; otherwise as `pass_at_k`.

    Unbiased: C(c, k) / C(n, k) (Yao et al., tau-bench, arXiv:2406.12045, §3).
    """
    return _mean([comb(c, k) / comb(n, k) for n, c in _enough(trials, k)])


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100) by linear interpolation; None for no values.

    It is type 7 of Hyndman and Fan (The American Statistician 50, 1996), numpy's default.
    """
    return float(np.percentile(np.asarray(values, dtype=np.float64), q)) if len(values) else None


def _bootstrap(means: NDArray[np.float64], seed: int, level: float, draws: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // means.size)
    sizes = [min(block, draws - start) for start in range(0, draws, block)]
    drawn = [means[random.integers(0, means.size, (size, means.size))].mean(axis=1) for size in sizes]
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(np.concatenate(drawn), [tail, 100 - tail])
    return float(low), float(high)


def _enough(trials: Sequence[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    if k < 1 or any(not 0 <= c <= n for n, c in trials):
        raise ValueError("k must be 1 or more, and no scenario can have more successes than trials")
    return [(n, c) for n, c in trials if n >= k]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
