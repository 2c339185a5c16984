"""What repeats tell: pass@k, that one of k tries succeeds, and pass^k, that all of them do.

Which trials are counted decides what the figures say, so there are two denominators. Of the *graded* trials
they say how reliable the model is. Of *all* that were played, those that broke counting as failures, they say
how reliable the whole is, server and provider included; a scenario whose every trial crashed is in these and
not in those.
"""

from collections.abc import Callable, Hashable, Sequence
from math import comb
from statistics import fmean

from scenarios.record import Record
from scoring.statistics.clusters import clustered, over_scenarios


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


def pass_hat_curve(
    trials: Sequence[tuple[int, int]], seed: int, clusters: Sequence[Hashable] | None = None
) -> tuple[Chance, ...]:
    """pass^k for every k up to the most trials of a scenario, with its 95 % interval over scenarios, or over
    `clusters` of them such as documents.
    """
    return _curve(trials, pass_hat_k, seed, clusters)


def pass_at_curve(
    trials: Sequence[tuple[int, int]], seed: int, clusters: Sequence[Hashable] | None = None
) -> tuple[Chance, ...]:
    """pass@k likewise."""
    return _curve(trials, pass_at_k, seed, clusters)


def _curve(
    trials: Sequence[tuple[int, int]],
    chance: Callable[[Sequence[tuple[int, int]], int], float | None],
    seed: int,
    clusters: Sequence[Hashable] | None,
) -> tuple[Chance, ...]:
    found = []
    for k in range(1, max((n for n, _ in trials), default=0) + 1):
        places = [place for place, (n, _) in enumerate(trials) if n >= k]
        values = [chance([trials[place]], k) or 0.0 for place in places]
        means = (
            over_scenarios(values, seed)
            if clusters is None
            else clustered(values, [clusters[place] for place in places], seed)
        )
        found.append(Chance(k=k, mean=fmean(values), low=means.low, high=means.high, scenarios=len(values)))
    return tuple(found)


def _enough(trials: Sequence[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    if k < 1 or any(not 0 <= c <= n for n, c in trials):
        raise ValueError("k must be 1 or more, and no scenario can have more successes than trials")
    return [(n, c) for n, c in trials if n >= k]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
