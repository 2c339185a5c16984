"""What a vLLM server says of itself at /metrics: read over its versions, and what grew between two looks.

The page is Prometheus' text format. It is read here by a few lines of our own and not by prometheus-client's
parser: that one gives a whole page up at its first odd line, makes objects of some hundred families of which
we need twenty, and would be one more package of the core, while the names and forms that change between
versions of vLLM (counters with and without `_total`, caches with and without `gpu_`) would still be ours to
know. Values of several engines behind one page are one: counters and queues added up, of caches the fullest.
"""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import NonNegativeInt

from scenarios.record import Record

_NAME = r"[A-Za-z_:][A-Za-z0-9_:]*"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(rf"({_NAME})(?:\{{((?:[^\"}}]|{_QUOTED})*)\}})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*\r?")
_BOUND = re.compile(rf"(?:^|[,\s])le=({_QUOTED})")

Timing = Literal["ttft", "queue", "prefill", "decode", "itl", "e2e"]
"""Until the first token, as the server saw it, and its parts (waiting, prompt); all of the output; between
two tokens; a whole request."""

_COUNTERS: Mapping[str, tuple[str, ...]] = {
    "prompt_tokens": ("vllm:prompt_tokens",),
    "cached_tokens": ("vllm:prompt_tokens_cached",),
    "generation_tokens": ("vllm:generation_tokens",),
    "cache_queries": ("vllm:prefix_cache_queries", "vllm:gpu_prefix_cache_queries"),
    "cache_hits": ("vllm:prefix_cache_hits", "vllm:gpu_prefix_cache_hits"),
    "preemptions": ("vllm:num_preemptions",),
    "requests": ("vllm:request_success",),
}
"""By field of a sample: what versions of vLLM call it, the latest first."""
_SUMS: Mapping[str, tuple[str, ...]] = {
    "running": ("vllm:num_requests_running",),
    "waiting": ("vllm:num_requests_waiting",),
}
_FULLEST: Mapping[str, tuple[str, ...]] = {
    "kv_use": ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
}
_TIMINGS: Mapping[Timing, tuple[str, ...]] = {
    "ttft": ("vllm:time_to_first_token_seconds",),
    "queue": ("vllm:request_queue_time_seconds",),
    "prefill": ("vllm:request_prefill_time_seconds",),
    "decode": ("vllm:request_decode_time_seconds",),
    "itl": ("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"),
    "e2e": ("vllm:e2e_request_latency_seconds",),
}
_STARTED = "process_start_time_seconds"


class Quantile(Record):
    """Seconds, as well as a histogram can tell."""

    at: float
    """By a straight line through its bucket, as Prometheus has it."""
    low: float
    high: float | None
    """The ends of the bucket; None: it lies beyond the last bound."""


class Histogram(Record):
    """Counts of seconds, cumulative: so many observations took at most so long."""

    count: NonNegativeInt
    sum: float
    """Seconds of all observations together."""
    bounds: tuple[float, ...] = ()
    """Ascending. Those between which nothing was observed are left out, but for the two at each end of such
    a stretch."""
    below: tuple[NonNegativeInt, ...] = ()
    """At each bound: observations at or under it; the rest of `count` is beyond the last."""

    @classmethod
    def of(cls, cumulative: Mapping[float, int], count: int, total: float) -> "Histogram":
        points = sorted(cumulative.items())
        steps = [0, *(n for _, n in points), count]
        kept = [
            point
            for at, point in enumerate(points, 1)
            if steps[at] != steps[at - 1] or steps[at] != steps[at + 1]
        ]
        return cls(count=count, sum=total, bounds=tuple(b for b, _ in kept), below=tuple(n for _, n in kept))

    def at(self, bound: float) -> int:
        """Observations at or under a bound that any of the server's histograms of this kind has."""
        place = bisect_right(self.bounds, bound)
        return self.below[place - 1] if place else 0

    def plus(self, other: "Histogram", sign: Literal[1, -1] = 1) -> "Histogram":
        """Both together; with −1, what was observed since the other."""
        bounds = {*self.bounds, *other.bounds}
        return Histogram.of(
            {bound: max(0, self.at(bound) + sign * other.at(bound)) for bound in bounds},
            max(0, self.count + sign * other.count),
            self.sum + sign * other.sum,
        )

    def quantile(self, q: float) -> Quantile | None:
        """Where the quantile lies; None without observations."""
        if not self.count or not self.bounds:
            return None
        rank, low, under = q * self.count, 0.0, 0
        for bound, below in zip(self.bounds, self.below, strict=True):
            if below >= rank and below > under:
                at = low + (bound - low) * max(0.0, rank - under) / (below - under)
                return Quantile(at=at, low=low, high=bound)
            low, under = bound, below
        return Quantile(at=low, low=low, high=None)


class Counts(Record):
    """What a server counted. A figure that its page does not have is None."""

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the prompts of requests, found in any cache."""
    generation_tokens: int | None = None
    cache_queries: int | None = None
    """Tokens that were looked up in the prefix cache."""
    cache_hits: int | None = None
    """Those of them that it had."""
    preemptions: int | None = None
    requests: int | None = None
    """Those that came to an end."""
    timings: dict[Timing, Histogram] = {}


class Sample(Counts):
    """One look at one server."""

    at: str
    """UTC, ISO 8601."""
    server: str
    """Its root URL."""
    missed: str = ""
    """Why nothing was seen; empty when the page was read."""
    started: float | None = None
    """When the process began, by its own clock."""
    running: int | None = None
    waiting: int | None = None
    kv_use: float | None = None
    """Of the attention cache, 0 to 1; of several engines, the fullest."""


class Growth(Counts):
    """What was counted between looks."""

    restarts: int = 0
    """How often a server began again: what it counted after the look before that is lost."""

    def plus(self, other: "Growth") -> "Growth":
        timings = dict(self.timings)
        for name, one in other.timings.items():
            timings[name] = timings[name].plus(one) if name in timings else one
        counts = {name: _both(getattr(self, name), getattr(other, name)) for name in _COUNTERS}
        return Growth.model_validate(
            {**counts, "timings": timings, "restarts": self.restarts + other.restarts}
        )


def read_metrics(page: str, *, at: str, server: str) -> Sample:
    """What the page says; a line that cannot be read is passed over. Raises `ValueError` for counts that no
    server can have.
    """
    found, buckets = _values(page.split("\n"))
    counts = {name: _named(found, spellings) for name, spellings in {**_COUNTERS, **_SUMS}.items()}
    seen: dict[str, float] = {name: round(math.fsum(some)) for name, some in counts.items() if some}
    seen |= {name: max(some) for name, names in _FULLEST.items() if (some := _named(found, names))}
    timings = {
        name: one
        for name, names in _TIMINGS.items()
        if (one := _histogram(found, buckets, names)) is not None
    }
    missed = "" if seen or timings else "the page has no figure of vLLM"
    started = next(iter(found.get(_STARTED, ())), None)
    facts = {"at": at, "server": server, "missed": missed, "started": started, "timings": timings}
    return Sample.model_validate({**facts, **seen})


def growth(samples: Sequence[Sample]) -> Growth:
    """What one server counted over looks in their order. One that began again counts from nothing."""
    total, last = Growth(), None
    for sample in samples:
        if sample.missed:
            continue
        if last is not None:
            total = total.plus(_since(last, sample))
        last = sample
    return total


def began_again(before: Sample, after: Sample) -> bool:
    """Whether the server is another process than at the look before."""
    if before.started is not None and after.started is not None and before.started != after.started:
        return True
    counts = [(getattr(before, name), getattr(after, name)) for name in _COUNTERS]
    counts += [
        (one.count, after.timings[name].count)
        for name, one in before.timings.items()
        if name in after.timings
    ]
    return any(a is not None and b is not None and b < a for a, b in counts)


def _since(before: Sample, after: Sample) -> Growth:
    anew = began_again(before, after)

    def grown(name: str) -> int | None:
        a: int | None = getattr(before, name)
        b: int | None = getattr(after, name)
        return b if anew or a is None or b is None else b - a

    timings = {
        name: one if anew or name not in before.timings else one.plus(before.timings[name], -1)
        for name, one in after.timings.items()
    }
    counts = {name: grown(name) for name in _COUNTERS}
    return Growth.model_validate({**counts, "timings": timings, "restarts": int(anew)})


def _both(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _values(lines: Iterable[str]) -> tuple[dict[str, list[float]], dict[str, dict[float, float]]]:
    """The values of every name, and of histograms the sums at each bound."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    buckets: defaultdict[str, defaultdict[float, float]] = defaultdict(lambda: defaultdict(float))
    for name, labels, value in _read(lines):
        if name.endswith("_bucket"):
            if (bound := _bound(labels)) is not None:
                buckets[name.removesuffix("_bucket")][bound] += value
        else:
            found[name].append(value)
    return dict(found), {name: dict(sums) for name, sums in buckets.items()}


def _read(lines: Iterable[str]) -> Iterator[tuple[str, str, float]]:
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        if math.isfinite(value):
            yield match[1], match[2] or "", value


def _bound(labels: str) -> float | None:
    match = _BOUND.search(labels)
    try:
        return float(match[1].strip('"')) if match else None
    except ValueError:
        return None


def _named(found: Mapping[str, list[float]], spellings: Sequence[str]) -> list[float]:
    """The values by the first spelling that the page has, `_total` or not."""
    names = (name for one in spellings for name in (f"{one}_total", one))
    return next((found[name] for name in names if name in found), [])


def _histogram(
    found: Mapping[str, list[float]], buckets: Mapping[str, dict[float, float]], spellings: Sequence[str]
) -> Histogram | None:
    name = next((one for one in spellings if one in buckets and f"{one}_count" in found), None)
    if name is None:
        return None
    cumulative = {bound: round(n) for bound, n in buckets[name].items() if math.isfinite(bound)}
    total = math.fsum(found.get(f"{name}_sum", []))
    return Histogram.of(cumulative, round(math.fsum(found[f"{name}_count"])), total)
