"""What repeats tell: pass@k, that one of k tries succeeds, and pass^k, that all of them do.

Which trials are counted decides what the figures say, so there are two denominators. Of the *graded* trials
they say how reliable the model is. Of *all* that were played, those that broke counting as failures, they say
how reliable the whole is, server and provider included; a scenario whose every trial crashed is in these and
not in those.
"""

from collections.abc import Sequence
from math import comb
from statistics import fmean

from scenarios.record import Record
from scoring.statistics.clusters import over_scenarios


class Chance(Record):
    """The chance at one k, over the scenarios that were played so often or more."""

    k: int
    mean: float
    low: float | None
    high: float | None
    scenarios: int


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


def pass_hat_curve(trials: Sequence[tuple[int, int]], seed: int) -> tuple[Chance, ...]:
    """pass^k with its 95 % interval over scenarios, for every k up to the most trials of a scenario."""
    return tuple(
        _chance(k, [comb(c, k) / comb(n, k) for n, c in _enough(trials, k)], seed) for k in _ks(trials)
    )


def pass_at_curve(trials: Sequence[tuple[int, int]], seed: int) -> tuple[Chance, ...]:
    """pass@k likewise."""
    return tuple(
        _chance(k, [1 - comb(n - c, k) / comb(n, k) for n, c in _enough(trials, k)], seed)
        for k in _ks(trials)
    )


def _chance(k: int, values: Sequence[float], seed: int) -> Chance:
    found = over_scenarios(values, seed)
    return Chance(k=k, mean=fmean(values), low=found.low, high=found.high, scenarios=len(values))


def _ks(trials: Sequence[tuple[int, int]]) -> range:
    return range(1, max((n for n, _ in trials), default=0) + 1)


def _enough(trials: Sequence[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    if k < 1 or any(not 0 <= c <= n for n, c in trials):
        raise ValueError("k must be 1 or more, and no scenario can have more successes than trials")
    return [(n, c) for n, c in trials if n >= k]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
