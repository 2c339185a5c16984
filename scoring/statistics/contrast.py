"""What changes from one model to another on the same scenarios: a gap for each scenario.

A scenario has one gap, the mean over the repeats that both played, so that repeats make a gap more exact and
never count as more scenarios. What scenarios differ by falls out, since each is held against itself.
"""

from collections.abc import Hashable, Sequence
from math import fsum, sqrt
from statistics import NormalDist, fmean
from typing import NamedTuple

import numpy as np

from scenarios.record import Record
from scoring.statistics.clusters import NOTHING, Clusters
from scoring.statistics.proportions import bonett_price, mcnemar
from scoring.statistics.sign_flips import sign_flip

FEW = 6
"""Of fewer clusters no p by flipping signs is below 0.05."""


class Contrast(Record):
    """The second side minus the first, on what both played."""

    first: float | None = None
    """Mean over scenarios; None where nothing was played by both."""
    second: float | None = None
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    """Of the 95 % interval; None for a single scenario."""
    p: float | None = None
    """Two-sided, exact over scenarios; None for no scenario."""
    scenarios: int = 0
    trials: int = 0
    """Pairs of trials."""
    more: int = 0
    """Scenarios on which the second side has more; `less`: on which it has less."""
    less: int = 0
    note: str = ""


class Discordant(Record):
    """Pairs of trials of which one succeeded and the other did not."""

    first_only: int
    second_only: int
    p: float
    """McNemar's exact, over trials: right where each scenario was played once, or where the two differ on no
    scenario at all; with repeats, gaps that differ from scenario to scenario make it too small."""


class PairedTrials(NamedTuple):
    """The trials of one scenario that both sides played, in the same order of repeats."""

    first: Sequence[float]
    second: Sequence[float]

    @property
    def gaps(self) -> list[float]:
        return [other - one for one, other in zip(self.first, self.second, strict=True)]


def contrast(
    scenarios: Sequence[PairedTrials], clusters: Sequence[Hashable], *, seed: int, shares: bool
) -> Contrast:
    """The gap with a 95 % interval and p.

    `clusters` has, for each scenario, what hangs together: itself, or the document that it asks about. The
    interval holds two: from drawing clusters again, which for few of them is too narrow; and by Student's t
    over clusters. Where values are `shares` in [0, 1], it is Bonett and Price's instead of Student's, which
    has a width even where no pair differs, for as many pairs of trials as would scatter so.
    """
    gaps = [fmean(one.gaps) for one in scenarios]
    found = Clusters.of(gaps, clusters)
    if found is None:
        return Contrast(note="nothing was played by both")
    trials = sum(len(one.first) for one in scenarios)
    ends = [*found.bootstrapped(seed)]
    if ends:
        ends.append(_of_shares(found, trials) if shares else _student(found))
    mean = float(found.data.mean())
    return Contrast(
        first=fmean(fmean(one.first) for one in scenarios),
        second=fmean(fmean(one.second) for one in scenarios),
        gap=mean,
        low=min([mean, *(low for low, _ in ends)]) if ends else None,
        high=max([mean, *(high for _, high in ends)]) if ends else None,
        p=sign_flip(found.sums.tolist(), seed),
        scenarios=len(gaps),
        trials=trials,
        more=sum(gap > 0 for gap in gaps),
        less=sum(gap < 0 for gap in gaps),
        note=_remark(found.sizes.size),
    )


def discordant(scenarios: Sequence[PairedTrials]) -> Discordant:
    """Of trials that are 0 or 1."""
    gaps = [gap for one in scenarios for gap in one.gaps]
    first, second = sum(gap < 0 for gap in gaps), sum(gap > 0 for gap in gaps)
    return Discordant(first_only=first, second_only=second, p=mcnemar(first, second))


def holm(ps: Sequence[float]) -> list[float]:
    """p-values that hold for all comparisons together, in the order given (Holm, Scand. J. Statistics 6,
    1979): the smallest times their number, the next times one less, and never less than the one before.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, least = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        least = max(least, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = least
    return adjusted


def student(df: int) -> float:
    """The 97.5th percentile of Student's t, by the expansion in Abramowitz and Stegun, 26.7.5; from 4 degrees
    of freedom on within a thousandth.
    """
    if df in _SMALL:
        return _SMALL[df]
    z = NormalDist().inv_cdf(0.975)
    terms = [
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    ]
    return fsum(term / df**power for power, term in enumerate(terms))


_SMALL = {1: 12.706, 2: 4.303, 3: 3.182}
"""Where the expansion does not hold."""


def _of_shares(found: Clusters, trials: int) -> tuple[float, float]:
    """Bonett and Price's, for as many pairs as would have the gaps' variance; no more than there are."""
    gaps, n = found.data, found.n_eff
    more, less = float(np.maximum(gaps, 0).mean()), float(np.maximum(-gaps, 0).mean())
    variance, mean = float(gaps.var()), float(gaps.mean())
    if variance > NOTHING:
        n = min(n * (more + less - mean**2) / variance, n * trials / gaps.size)
    return bonett_price(more * n, less * n, n)


def _student(found: Clusters) -> tuple[float, float]:
    """By the spread of clusters about the mean, which may have several scenarios each."""
    mean, count = float(found.data.mean()), found.sizes.size
    off = found.sums - mean * found.sizes
    half = student(count - 1) * sqrt(count / (count - 1) * float((off**2).sum())) / found.data.size
    return mean - half, mean + half


def _remark(clusters: int) -> str:
    if clusters == 1:
        return "one scenario or document: there is no interval"
    if clusters >= FEW:
        return ""
    least = 2 / 2**clusters
    few = f"only {clusters} scenarios or documents"
    return f"{few}: the interval is rather too narrow, and p cannot be below {least}"
