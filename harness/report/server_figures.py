"""What the servers of a model said of themselves while it was played, beside what we saw.

Counters are compared within a session, from its first look to its last, and only requests that were sent
meanwhile stand beside them. Percentiles of the server's own times are read from histograms: a straight line
through the bucket in which they lie. Means are exact.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean
from typing import Literal, NamedTuple

from harness.report.moments import seconds_of
from local_models.metrics import Growth, Histogram, Quantile, Sample, Timing, growth
from scenarios.record import Record
from scenarios.transcript import Exchange

Doubt = Literal["more", "fewer"]
"""The server counted more tokens than its replies reported, or fewer."""
AGREE = 0.01
"""By how much the two may differ."""
WINDOW_S = 60.0
"""How long a rate of tokens has to be kept up to count as one."""
_SKEW_S = 2.0
"""By how much clocks of several machines may differ."""
_REASONS = 5
"""Different reasons that are kept for looks that brought nothing."""

Session = Mapping[str, Sequence[Sample]]
"""Looks in their order, by server."""


class Level(Record):
    """How full something was at one server: over time, and at the fullest moment that was seen."""

    mean: float
    most: float


class BucketTime(Record):
    """Milliseconds, and the ends of the bucket in which they lie; None: beyond the last bound."""

    ms: float
    low_ms: float
    high_ms: float | None


class ServerTime(Record):
    n: int
    mean_ms: float
    p50: BucketTime
    p95: BucketTime


class ServerFigures(Record):
    """None stands for what the servers did not tell."""

    servers: int
    """The most at the same time."""
    sessions: int
    looks: int
    """Those that saw something."""
    missed: dict[str, int]
    """Looks that saw nothing, by why."""
    restarts: int
    seconds: float
    """From the first look of each session to its last."""
    prompt_tokens: int | None
    generation_tokens: int | None
    cached_tokens: int | None
    usage_prompt_tokens: int | None
    """As the replies reported them, of requests sent meanwhile; None where one of them did not."""
    usage_generation_tokens: int | None
    difference: float | None
    """Tokens that the server counted above those of the replies, as a share of these; of prompt and output,
    the one that differs more."""
    doubt: Doubt | None
    cache_queries: int | None
    cache_hits: int | None
    hit_rate: float | None
    """Tokens found in the prefix cache, of those looked up."""
    kv_use: Level | None
    running: Level | None
    waiting: Level | None
    preemptions: int | None
    times: dict[Timing, ServerTime]


class Window(NamedTuple):
    """Tokens that all servers of a model went through in a while."""

    seconds: float
    prompt: float
    generation: float


Look = tuple[float, Sample]
"""When it was, in seconds since 1970, and what it saw."""


@dataclass(kw_only=True)
class Watched:
    """The looks at one model's servers, and the requests that it was sent meanwhile."""

    sessions: Sequence[Session]
    _series: list[list[list[Look]]] = field(init=False)
    """Of each session and server, the looks that saw something."""
    _spans: list[tuple[float, float]] = field(init=False)
    """From the first look of each session to its last."""
    _input: int | None = field(init=False, default=0)
    _output: int | None = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._series = [[_seen(some) for some in session.values()] for session in self.sessions]
        moments = [[at for series in session for at, _ in series] for session in self._series]
        self._spans = [(min(found), max(found)) for found in moments if found]

    def add(self, exchanges: Iterable[Exchange]) -> None:
        for exchange in exchanges:
            at = seconds_of(exchange.sent)
            if at is not None and any(a - _SKEW_S <= at <= b + _SKEW_S for a, b in self._spans):
                self._input = _more(self._input, exchange.usage.input)
                self._output = _more(self._output, exchange.usage.output)

    def figures(self) -> ServerFigures | None:
        """None where nobody looked."""
        looks = [one for session in self.sessions for some in session.values() for one in some]
        if not looks:
            return None
        grown = Growth()
        for series in self._all:
            grown = grown.plus(growth([sample for _, sample in series]))
        difference = _difference(grown, self._input, self._output)
        return ServerFigures(
            servers=max(map(len, self.sessions)),
            sessions=len(self.sessions),
            looks=sum(not one.missed for one in looks),
            missed=dict(Counter(one.missed for one in looks if one.missed).most_common(_REASONS)),
            restarts=grown.restarts,
            seconds=round(sum(end - start for start, end in self._spans), 3),
            prompt_tokens=grown.prompt_tokens,
            generation_tokens=grown.generation_tokens,
            cached_tokens=grown.cached_tokens,
            usage_prompt_tokens=self._input,
            usage_generation_tokens=self._output,
            difference=difference,
            doubt=_doubt(difference),
            cache_queries=grown.cache_queries,
            cache_hits=grown.cache_hits,
            hit_rate=_share(grown.cache_hits, grown.cache_queries),
            kv_use=_level(self._all, "kv_use"),
            running=_level(self._all, "running"),
            waiting=_level(self._all, "waiting"),
            preemptions=grown.preemptions,
            times={name: time for name, one in grown.timings.items() if (time := _time(one)) is not None},
        )

    def windows(self) -> Iterator[Window]:
        """Whole minutes of each session; of one below two minutes all of it, and none of one below half."""
        for session in self._series:
            moments = [at for series in session for at, _ in series]
            if moments:
                yield from _windows(session, min(moments), max(moments))

    @property
    def _all(self) -> Iterator[list[Look]]:
        for session in self._series:
            yield from session


def _seen(samples: Sequence[Sample]) -> list[Look]:
    found = [(seconds_of(one.at), one) for one in samples if not one.missed]
    return [(at, one) for at, one in found if at is not None]


def _level(all_series: Iterable[list[Look]], name: Literal["kv_use", "running", "waiting"]) -> Level | None:
    """Over time by straight lines between looks; where there is no time between them, of the looks."""
    area = seconds = 0.0
    values: list[float] = []
    for series in all_series:
        known = [(at, float(value)) for at, one in series if (value := getattr(one, name)) is not None]
        values += [value for _, value in known]
        for (start, before), (end, after) in pairwise(known):
            area, seconds = area + (end - start) * (before + after) / 2, seconds + end - start
    if not values:
        return None
    return Level(mean=area / seconds if seconds > 0 else fmean(values), most=max(values))


def _windows(session: Iterable[list[Look]], start: float, end: float) -> Iterator[Window]:
    length = WINDOW_S if end - start >= 2 * WINDOW_S else end - start
    if length < WINDOW_S / 2:
        return
    count = int((end - start) / length)
    prompt, generation = [0.0] * count, [0.0] * count
    for series in session:
        for (since, before), (until, after) in pairwise(series):
            grown = growth([before, after])
            for place, share in _shares((since - start) / length, (until - start) / length, count):
                prompt[place] += share * (grown.prompt_tokens or 0)
                generation[place] += share * (grown.generation_tokens or 0)
    for place in range(count):
        yield Window(length, prompt[place], generation[place])


def _shares(since: float, until: float, count: int) -> Iterator[tuple[int, float]]:
    """How much of a stretch lies in each of so many windows of length 1."""
    for place in range(int(since), min(count, int(until) + 1)):
        inside = min(until, place + 1) - max(since, place)
        if inside > 0:
            yield place, inside / (until - since)


def _doubt(difference: float | None) -> Doubt | None:
    if difference is None or abs(difference) <= AGREE:
        return None
    return "more" if difference > 0 else "fewer"


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def _difference(grown: Growth, asked: int | None, answered: int | None) -> float | None:
    pairs = ((grown.prompt_tokens, asked), (grown.generation_tokens, answered))
    shares = [(server - usage) / usage for server, usage in pairs if server is not None and usage]
    return max(shares, key=abs, default=None)


def _more(total: int | None, count: int | None) -> int | None:
    return None if total is None or count is None else total + count


def _time(found: Histogram) -> ServerTime | None:
    p50, p95 = found.quantile(0.5), found.quantile(0.95)
    if p50 is None or p95 is None:
        return None
    return ServerTime(
        n=found.count, mean_ms=1e3 * found.sum / found.count, p50=_bucket_time(p50), p95=_bucket_time(p95)
    )


def _bucket_time(found: Quantile) -> BucketTime:
    high = None if found.high is None else 1e3 * found.high
    return BucketTime(ms=1e3 * found.at, low_ms=1e3 * found.low, high_ms=high)
