"""Means with intervals, what repeats tell (pass@k, pass^k), and whether two readers really differ.

Repeats of one scenario are not independent of each other, nor are questions on one document. So every
scenario counts the same in a mean, however often it was played, and intervals come from drawing scenarios,
or whole documents, again. A figure that cannot be had is None, never 0, and the note says why.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import comb, fsum, sqrt
from statistics import NormalDist, fmean

import numpy as np
from numpy.typing import NDArray

from scenarios.record import Record

Floats = NDArray[np.float64]
DRAWS = 2000
"""Bootstrap samples; the ends of a 95 % interval are then known to about a hundredth of its width."""
_BLOCK = 1_000_000
"""Numbers drawn at a time, so that memory stays flat."""
_NOTHING = 1e-12
"""A variance that is nothing but rounding."""
FEW = 5
"""Fewer clusters than this say little of how clusters differ: intervals from them are too narrow."""


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


class Clustered(Record):
    """A mean over observations that come in clusters, such as questions on documents."""

    mean: float | None
    low: float | None
    high: float | None
    n: int
    """Observations."""
    clusters: int
    icc: float | None = None
    """Intraclass correlation: how much more alike the observations of one cluster are than any two; below 0
    where they are less alike. None where it cannot be told."""
    n_eff: float | None = None
    """How many independent observations would say as much."""
    note: str = ""
    """What is unusual about the interval, or why there is none."""


class Paired(Record):
    """Two readers, or one in two ways, on the same questions."""

    gap: float | None = None
    """Mean of the first minus mean of the second; None without a pair."""
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Pairs."""
    clusters: int = 0
    first_only: float = 0.0
    """Questions that only the first of them got right."""
    second_only: float = 0.0
    p: float | None = None
    """Two-sided, by McNemar's exact test: how likely a difference as large as this one is by chance alone.
    None where an answer is neither right nor wrong."""
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


def clustered(values: Sequence[float], clusters: Sequence[Hashable], seed: int = 0) -> Clustered:
    """The mean of `values`, each of the cluster beside it, with a 95 % interval.

    The interval holds two: the percentile interval from drawing whole clusters again, and, where all values
    lie in [0, 1], Wilson's for as many independent observations as `n_eff` says. The first alone is too
    narrow for a handful of clusters, and has no width where all are alike; the second alone leans on one
    estimate of the intraclass correlation. Wilson's n is n_eff · p(1 − p) / variance, which is n_eff where
    every value is 0 or 1. A single cluster cannot be drawn again: what is left is Wilson's over its
    observations as if they were independent, and the note says so.
    """
    found = _clusters(values, clusters)
    if found is None:
        note = "nothing to average"
        return Clustered(mean=None, low=None, high=None, n=0, clusters=0, note=note)
    ends = [*found.bootstrapped(seed), *found.wilson()]
    mean = float(found.data.mean())
    return Clustered(
        mean=mean,
        low=min([mean, *(low for low, _ in ends)]) if ends else None,
        high=max([mean, *(high for _, high in ends)]) if ends else None,
        n=found.data.size,
        clusters=found.sizes.size,
        icc=found.icc,
        n_eff=found.n_eff if found.sizes.size > 1 else None,
        note=_remark(found.sizes.size, any_interval=bool(ends)),
    )


def intraclass_correlation(values: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """ANOVA's estimate ρ = (MSB − MSW) / (MSB + (m₀ − 1) MSW) (Donner, Int. Statistical Review 54, 1986).

    None where clusters, or observations in them, cannot be told apart: one cluster, one observation in each,
    or nothing that varies.
    """
    found = _clusters(values, clusters)
    return found.icc if found is not None else None


def effective_size(sizes: Sequence[float] | Floats, icc: float) -> float:
    """How many independent observations say as much: n / (1 + (m − 1)ρ) (Kish, Survey Sampling, 1965).

    For clusters of different sizes m is Σm² / Σm. A ρ below 0 counts as 0, so that documents never make
    more of a sample than it has.
    """
    counts = np.asarray(sizes, dtype=np.float64)
    n = float(counts.sum())
    return n / (1 + (float((counts**2).sum()) / n - 1) * max(0.0, icc))


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


def paired(pairs: Sequence[tuple[float, float]], clusters: Sequence[Hashable], seed: int = 0) -> Paired:
    """Whether two readers differ on the same questions, by their scores in [0, 1] for each.

    The 95 % interval of the gap holds two: that from drawing whole clusters again, and, since a handful of
    clusters that agree would give it no width, the adjusted Wald interval of Bonett and Price (J. Educational
    and Behavioral Statistics 37, 2012) for as many independent pairs as `effective_size` says.
    """
    gaps = [one - other for one, other in pairs]
    found = _clusters(gaps, clusters)
    if found is None:
        return Paired(note="nothing to compare")
    first, second = (fsum(max(sign * gap, 0.0) for gap in gaps) for sign in (1, -1))
    n = found.n_eff
    low, high = _bonett_price(first * n / len(gaps), second * n / len(gaps), n)
    mean = float(found.data.mean())
    ends = [(low, high), *found.bootstrapped(seed)]
    whole = all(value in {0.0, 1.0} for pair in pairs for value in pair)
    return Paired(
        gap=mean,
        low=min(mean, *(low for low, _ in ends)),
        high=max(mean, *(high for _, high in ends)),
        n=len(gaps),
        clusters=found.sizes.size,
        first_only=first,
        second_only=second,
        p=mcnemar(round(first), round(second)) if whole else None,
        note=_remark(found.sizes.size, any_interval=True),
    )


def wilson(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson, JASA 22, 1927). Raises ValueError when `n` is 0.

    Neither has to be a whole number: scores between 0 and 1 add up to successes (the interval is then too
    wide rather than too narrow), and an effective size is no count.
    """
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


def drawn_again(clusters: int, seed: int, draws: int = DRAWS) -> Iterator[NDArray[np.int64]]:
    """Clusters by their numbers, drawn with replacement: rows are draws, in blocks that fit in memory."""
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // clusters)
    for start in range(0, draws, block):
        yield random.integers(0, clusters, (min(block, draws - start), clusters))


def middle(drawn: Sequence[Floats], level: float = 0.95) -> tuple[float, float]:
    """The ends between which so large a share of the drawn means lies."""
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(np.concatenate(drawn), [tail, 100 - tail])
    return float(low), float(high)


def _bootstrap(means: Floats, seed: int, level: float, draws: int) -> tuple[float, float]:
    return middle([means[some].mean(axis=1) for some in drawn_again(means.size, seed, draws)], level)


@dataclass(frozen=True, kw_only=True)
class _Clusters:
    data: Floats
    sizes: Floats
    sums: Floats
    """Sizes and sums of the clusters."""
    icc: float | None
    n_eff: float

    def bootstrapped(self, seed: int) -> Iterator[tuple[float, float]]:
        """The interval from drawing whole clusters again; none for a single one."""
        if self.sizes.size > 1:
            blocks = drawn_again(self.sizes.size, seed)
            yield middle([self.sums[some].sum(axis=1) / self.sizes[some].sum(axis=1) for some in blocks])

    def wilson(self) -> Iterator[tuple[float, float]]:
        """Wilson's for the effective size; none for values that are no shares, or all the same."""
        mean, variance = float(self.data.mean()), float(self.data.var())
        varies = variance > _NOTHING
        if self.data.min() >= 0 and self.data.max() <= 1 and (varies or mean in {0.0, 1.0}):
            n = self.n_eff * mean * (1 - mean) / variance if varies else self.n_eff
            yield wilson(mean * n, n)


def _clusters(values: Sequence[float], clusters: Sequence[Hashable]) -> _Clusters | None:
    """Values put together by cluster; None for no values."""
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values cannot be of {len(clusters)} clusters")
    data = np.asarray(values, dtype=np.float64)
    if not data.size:
        return None
    places: dict[Hashable, int] = {}
    member = np.array([places.setdefault(cluster, len(places)) for cluster in clusters])
    sizes = np.bincount(member).astype(np.float64)
    sums = np.bincount(member, weights=data).astype(np.float64)
    icc = _intraclass(data, sizes, sums)
    return _Clusters(data=data, sizes=sizes, sums=sums, icc=icc, n_eff=effective_size(sizes, icc or 0.0))


def _bonett_price(first: float, second: float, n: float) -> tuple[float, float]:
    one, other = (first + 1) / (n + 2), (second + 1) / (n + 2)
    half = NormalDist().inv_cdf(0.975) * sqrt(max(0.0, one + other - (one - other) ** 2) / (n + 2))
    return max(-1.0, one - other - half), min(1.0, one - other + half)


def _intraclass(data: Floats, sizes: Floats, sums: Floats) -> float | None:
    n, k = data.size, sizes.size
    if k in {1, n}:
        return None
    between = float((sums**2 / sizes).sum() - data.sum() ** 2 / n)
    within = max(0.0, float((data**2).sum() - (sums**2 / sizes).sum()))
    between_mean, within_mean = max(0.0, between) / (k - 1), within / (n - k)
    usual = (n - float((sizes**2).sum()) / n) / (k - 1)
    total = between_mean + (usual - 1) * within_mean
    return (between_mean - within_mean) / total if total > _NOTHING else None


def _remark(clusters: int, *, any_interval: bool) -> str:
    if not any_interval:
        return "one cluster: there is no interval"
    if clusters == 1:
        return "one cluster: the interval is over its observations, and says nothing of others like it"
    return f"only {clusters} clusters: the interval is rather too narrow" if clusters < FEW else ""


def _enough(trials: Sequence[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    if k < 1 or any(not 0 <= c <= n for n, c in trials):
        raise ValueError("k must be 1 or more, and no scenario can have more successes than trials")
    return [(n, c) for n, c in trials if n >= k]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
