"""What a question costs by sharing its document with others: the coexistence bias.

Many questions on one document are cheap, and every fact planted for one of them is a distractor for the
others. So some documents hold one question's facts alone. The bias is how much better these are answered
than questions of the same cell (length, depth, …) in company; the cells count as often as they were asked
alone, so that the two designs may differ in size but not in what they ask.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from scenarios.record import Record
from scoring.statistics.clusters import Clustered, clustered
from scoring.statistics.resampling import Floats, drawn_again, middle


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One question's value in [0, 1], its cell, and the document that it was asked of."""

    value: float
    cell: Hashable
    document: Hashable


class Coexistence(Record):
    bias: float | None
    """Mean score alone minus mean score in company; above 0 where company costs."""
    low: float | None = None
    high: float | None = None
    n_alone: int
    n_company: int
    """Of the cells that were asked both ways."""
    documents_alone: int
    documents_company: int
    cells: int
    note: str = ""
    """Why there is no bias."""


def coexistence(alone: Sequence[Placed], company: Sequence[Placed], seed: int = 0) -> Coexistence:
    """The bias, with a 95 % interval that holds two: from drawing the documents of both designs again, apart
    from each other; and from the clustered intervals of both means, put together as Newcombe does
    (Statistics in Medicine 17, 1998), since few documents that agree would give the first no width.

    >>> alone = [Placed(value=1.0, cell="4k", document=n) for n in range(4)]
    >>> company = [Placed(value=float(n > 0), cell="4k", document=f"with {n}") for n in range(4)]
    >>> coexistence(alone, company).bias
    0.25
    """
    both = sorted({one.cell for one in alone} & {one.cell for one in company}, key=repr)
    own, their = ([one for one in some if one.cell in both] for some in (alone, company))
    ours, others = _Table.of(own, both), _Table.of(their, both)
    if not both:
        note = "nothing was asked alone" if not alone else "no cell was asked both alone and in company"
        return _answer(ours, others, note=note)
    bias = float(_gap(ours.all(), others.all())[0])
    ends = [_newcombe(bias, _mean(own, seed), _mean(their, seed))]
    if min(ours.documents, others.documents) > 1:
        pairs = zip(drawn_again(ours.documents, seed), drawn_again(others.documents, seed + 1), strict=True)
        gaps = np.concatenate([_gap(ours.drawn(one), others.drawn(other)) for one, other in pairs])
        ends.append(middle([gaps[np.isfinite(gaps)]]))  # a draw may leave no cell that both designs have
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return _answer(ours, others, bias=bias, low=min(low, bias), high=max(high, bias))


@dataclass(frozen=True, kw_only=True)
class _Table:
    """Sums and counts by document and cell."""

    sums: Floats
    counts: Floats

    @classmethod
    def of(cls, placed: Sequence[Placed], cells: Sequence[Hashable]) -> "_Table":
        column = {cell: at for at, cell in enumerate(cells)}
        rows: dict[Hashable, int] = {}
        for one in placed:
            rows.setdefault(one.document, len(rows))
        sums, counts = np.zeros((2, len(rows), len(cells)))
        for one in placed:
            at = rows[one.document], column[one.cell]
            sums[at] += one.value
            counts[at] += 1
        return cls(sums=sums, counts=counts)

    @property
    def documents(self) -> int:
        return int(self.sums.shape[0])

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def all(self) -> tuple[Floats, Floats]:
        """Sums and counts by cell: one row."""
        return self.sums.sum(axis=0, keepdims=True), self.counts.sum(axis=0, keepdims=True)

    def drawn(self, some: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """The same for documents drawn again, a row a draw."""
        places = some + self.documents * np.arange(len(some))[:, None]
        times = np.bincount(places.ravel(), minlength=len(some) * self.documents).reshape(len(some), -1)
        return times @ self.sums, times @ self.counts


def _gap(
    ours: tuple[Floats, Floats],
    others: tuple[Floats, Floats],
) -> Floats:
    """The mean gap of each row, over cells that both have in it, weighted by how often ours were asked."""
    (sums, counts), (other_sums, other_counts) = ours, others
    both = (counts > 0) & (other_counts > 0)
    expected = counts * other_sums / np.where(both, other_counts, 1.0)
    asked = np.where(both, counts, 0.0).sum(axis=1)
    gap = np.where(both, sums - expected, 0.0).sum(axis=1)
    return np.where(asked > 0, gap / np.where(asked > 0, asked, 1.0), np.nan)


def _mean(placed: Sequence[Placed], seed: int) -> Clustered:
    return clustered([one.value for one in placed], [one.document for one in placed], seed)


def _newcombe(bias: float, ours: Clustered, others: Clustered) -> tuple[float, float]:
    """The bias less and more what both means may be off together."""

    def off(end: float | None, mean: float | None) -> float:
        return abs((end or 0.0) - (mean or 0.0))

    below = hypot(off(ours.low, ours.mean), off(others.high, others.mean))
    above = hypot(off(ours.high, ours.mean), off(others.low, others.mean))
    return max(-1.0, bias - below), min(1.0, bias + above)


def _answer(
    ours: _Table,
    others: _Table,
    *,
    bias: float | None = None,
    low: float | None = None,
    high: float | None = None,
    note: str = "",
) -> Coexistence:
    return Coexistence(
        bias=bias,
        low=low,
        high=high,
        n_alone=ours.n,
        n_company=others.n,
        documents_alone=ours.documents,
        documents_company=others.documents,
        cells=int(ours.sums.shape[1]),
        note=note,
    )
