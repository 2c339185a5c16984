"""Two readers, or one in two ways, on the same questions."""

from collections.abc import Hashable, Sequence
from math import fsum

from scenarios.record import Record
from scoring.statistics.clusters import Clusters
from scoring.statistics.proportions import bonett_price, mcnemar


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


def paired(pairs: Sequence[tuple[float, float]], clusters: Sequence[Hashable], seed: int = 0) -> Paired:
    """Whether two readers differ on the same questions, by their scores in [0, 1] for each.

    The 95 % interval of the gap holds two: that from drawing whole clusters again, and, since a handful of
    clusters that agree would give it no width, Bonett and Price's for as many independent pairs as
    `effective_size` says.
    """
    gaps = [one - other for one, other in pairs]
    found = Clusters.of(gaps, clusters)
    if found is None:
        return Paired(note="nothing to compare")
    first, second = (fsum(max(sign * gap, 0.0) for gap in gaps) for sign in (1, -1))
    n = found.n_eff
    ends = [bonett_price(first * n / len(gaps), second * n / len(gaps), n), *found.bootstrapped(seed)]
    mean = float(found.data.mean())
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
        note=found.remark(any_interval=True),
    )
