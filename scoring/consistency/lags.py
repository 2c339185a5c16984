"""Accuracy and retention by how long ago the answer was told.

Lags double from bin to bin (0, 1, 2, 3–4, 5–8 …), as the times do at which is asked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from scenarios.record import Record
from scoring.consistency.figure import Figure, mean_of
from scoring.consistency.observation import Observation
from scoring.consistency.spans import Span

TOKENS = 1024
"""The first bin of lags in tokens goes so far, each further one twice as far."""


class LagFigure(Record):
    first: int
    last: int
    """The lags of this bin, both ends included."""
    figure: Figure


def lag_bin(lag: int, unit: int = 1) -> tuple[int, int]:
    """The first and the last lag of the bin that a lag is in.

    >>> [lag_bin(lag) for lag in (0, 1, 2, 3, 4, 5, 9)]
    [(0, 0), (1, 1), (2, 2), (3, 4), (3, 4), (5, 8), (9, 16)]
    >>> lag_bin(3000, unit=1024)
    (2049, 4096)
    """
    if lag <= 0:
        return 0, 0
    last, before = unit, 0
    while last < lag:
        last, before = 2 * last, last
    return before + 1, last


def accuracy_by_lag(spans: Sequence[Span]) -> tuple[LagFigure, ...]:
    """Acc(t − s): P(c = 1) of the first wording, by parts read since the value was told."""
    return _binned(_asked(spans), lambda one: lag_bin(one.lag or 0))


def accuracy_by_lag_tokens(spans: Sequence[Span]) -> tuple[LagFigure, ...]:
    """The same by tokens of the parts read since."""
    some = [one for one in _asked(spans) if one.lag_tokens is not None]
    return _binned(some, lambda one: lag_bin(one.lag_tokens or 0, TOKENS))


def retention_by_lag(spans: Sequence[Span]) -> tuple[LagFigure, ...]:
    """R(l) = P(c_{s+l} = 1 | c_s = 1): of what was known right after it was told, what is known later."""
    known = [span for span in spans if span.over_time and span.over_time[0].lag == 0]
    kept = [one for span in known if span.over_time[0].right for one in span.over_time[1:]]
    return _binned(kept, lambda one: lag_bin(one.lag or 0))


def _asked(spans: Iterable[Span]) -> list[Observation]:
    return [one for span in spans for one in span.over_time]


def _binned(
    observations: Iterable[Observation], bin_of: Callable[[Observation], tuple[int, int]]
) -> tuple[LagFigure, ...]:
    found: defaultdict[tuple[int, int], list[Observation]] = defaultdict(list)
    for one in observations:
        found[bin_of(one)].append(one)
    return tuple(
        LagFigure(
            first=first,
            last=last,
            figure=mean_of(((one.place, float(one.right)) for one in some), "no question at this lag"),
        )
        for (first, last), some in sorted(found.items())
    )
