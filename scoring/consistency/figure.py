"""A figure with what it rests on: its interval over documents, how many observations, how many documents."""

from collections.abc import Iterable, Sequence

from scenarios.record import Record
from scoring.consistency.observation import Observation
from scoring.statistics.clusters import clustered


class Figure(Record):
    value: float | None
    """None when nothing was observed; never 0 for that."""
    low: float | None = None
    high: float | None = None
    """The ends of the 95 % interval, clustered by document; None where there is none."""
    n: int
    """What was averaged: facts, questions or pairs, as the field that holds the figure says."""
    documents: int
    note: str = ""
    """Why there is no value, or what is unusual about the interval."""


class NothingObserved(ValueError):
    """A figure was asked for that rests on no observation."""


Values = Iterable[tuple[tuple[str, str], float]]
"""Each with the document that it is of."""


def mean_of(values: Values, nothing: str) -> Figure:
    """The mean with its interval; `nothing` says why there is none when there are no values."""
    pairs = list(values)
    found = clustered([value for _, value in pairs], [place for place, _ in pairs])
    if found.mean is None:
        return none_of(nothing)
    return Figure(
        value=found.mean,
        low=found.low,
        high=found.high,
        n=found.n,
        documents=found.clusters,
        note=found.note,
    )


def none_of(nothing: str) -> Figure:
    return Figure(value=None, n=0, documents=0, note=nothing)


def share_of(observations: Sequence[Observation], outcome: str, nothing: str) -> Figure:
    """How many of the answers have this outcome."""
    return mean_of(((one.place, float(one.outcome == outcome)) for one in observations), nothing)
