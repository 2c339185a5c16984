"""Means over observations that come in clusters: trials of scenarios, questions on documents."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.record import Record
from scoring.statistics.proportions import wilson
from scoring.statistics.resampling import Floats, drawn_again, middle

NOTHING = 1e-12
"""A variance that is nothing but rounding."""
FEW = 5
"""Fewer clusters than this say little of how clusters differ: intervals from them are too narrow."""


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


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Values put together by cluster."""

    data: Floats
    sizes: Floats
    sums: Floats
    """Sizes and sums of the clusters."""
    icc: float | None
    n_eff: float

    @classmethod
    def of(cls, values: Sequence[float], clusters: Sequence[Hashable]) -> "Clusters | None":
        """None for no values."""
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
        return cls(data=data, sizes=sizes, sums=sums, icc=icc, n_eff=effective_size(sizes, icc or 0.0))

    def bootstrapped(self, seed: int) -> Iterator[tuple[float, float]]:
        """The interval from drawing whole clusters again; none for a single one."""
        if self.sizes.size > 1:
            blocks = drawn_again(self.sizes.size, seed)
            yield middle([self.sums[some].sum(axis=1) / self.sizes[some].sum(axis=1) for some in blocks])

    def wilson(self) -> Iterator[tuple[float, float]]:
        """Wilson's for the effective size; none for values that are no shares, or all the same."""
        mean, variance = float(self.data.mean()), float(self.data.var())
        varies = variance > NOTHING
        if self.data.min() >= 0 and self.data.max() <= 1 and (varies or mean in {0.0, 1.0}):
            n = self.n_eff * mean * (1 - mean) / variance if varies else self.n_eff
            yield wilson(mean * n, n)

    def remark(self, *, any_interval: bool) -> str:
        """What is unusual about an interval over so many."""
        clusters = self.sizes.size
        if not any_interval:
            return "one cluster: there is no interval"
        if clusters == 1:
            return "one cluster: the interval is over its observations, and says nothing of others like it"
        return f"only {clusters} clusters: the interval is rather too narrow" if clusters < FEW else ""


def clustered(values: Sequence[float], clusters: Sequence[Hashable], seed: int = 0) -> Clustered:
    """The mean of `values`, each of the cluster beside it, with a 95 % interval.

    The interval holds two: the percentile interval from drawing whole clusters again, and, where all values
    lie in [0, 1], Wilson's for as many independent observations as `n_eff` says. The first alone is too
    narrow for a handful of clusters, and has no width where all are alike; the second alone leans on one
    estimate of the intraclass correlation. Wilson's n is n_eff · p(1 − p) / variance, which is n_eff where
    every value is 0 or 1. A single cluster cannot be drawn again: what is left is Wilson's over its
    observations as if they were independent, and the note says so.
    """
    found = Clusters.of(values, clusters)
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
        note=found.remark(any_interval=bool(ends)),
    )


def over_scenarios(values: Sequence[float], seed: int) -> Clustered:
    """The mean of one value a scenario, such as the share of its repeats that succeeded, with an interval
    over scenarios as `clustered` makes it. A single scenario has none.

    In simulations of 5 to 20 scenarios with 4 repeats, percentile intervals alone held the truth in 76 to 96
    of 100 runs where 95 are claimed (89 on average), these in 88 to 99 (94 on average).
    """
    found = clustered(values, range(len(values)), seed)
    if found.n == 1:
        note = "one scenario: there is no interval"
        return found.model_copy(update={"low": None, "high": None, "note": note})
    if found.low is not None and found.low == found.high:
        return found.model_copy(
            update={"note": "all scenarios have the same mean: the interval has no width"}
        )
    return found


def intraclass_correlation(values: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """ANOVA's estimate ρ = (MSB − MSW) / (MSB + (m₀ − 1) MSW) (Donner, Int. Statistical Review 54, 1986).

    None where clusters, or observations in them, cannot be told apart: one cluster, one observation in each,
    or nothing that varies.
    """
    found = Clusters.of(values, clusters)
    return found.icc if found is not None else None


def effective_size(sizes: Sequence[float] | Floats, icc: float) -> float:
    """How many independent observations say as much: n / (1 + (m − 1)ρ) (Kish, Survey Sampling, 1965).

    For clusters of different sizes m is Σm² / Σm. A ρ below 0 counts as 0, so that documents never make
    more of a sample than it has.
    """
    counts = np.asarray(sizes, dtype=np.float64)
    n = float(counts.sum())
    return n / (1 + (float((counts**2).sum()) / n - 1) * max(0.0, icc))


def _intraclass(data: Floats, sizes: Floats, sums: Floats) -> float | None:
    n, k = data.size, sizes.size
    if k in {1, n}:
        return None
    between = float((sums**2 / sizes).sum() - data.sum() ** 2 / n)
    within = max(0.0, float((data**2).sum() - (sums**2 / sizes).sum()))
    between_mean, within_mean = max(0.0, between) / (k - 1), within / (n - k)
    usual = (n - float((sizes**2).sum()) / n) / (k - 1)
    total = between_mean + (usual - 1) * within_mean
    return (between_mean - within_mean) / total if total > NOTHING else None
