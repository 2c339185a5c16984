"""What a provider's cache would do with a sequence of requests, by its published rule.

The prompts that were sent form a tree of pieces: a request hits as far as its path through the tree was
walked before, was walked lately enough, and is of a kind that the provider keeps. Time is simulated, with as
many requests at once as the run has, so that a hit is only counted on what had been answered by then.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from harness.plan.request import PlannedRequest
from harness.registry.cache_rule import CacheRule, Pace

ASSUMED = Pace(prefill=5000, decode=60, first=0.5)
"""Where nobody knows how fast a model is, entries age by this pace; no time is reported from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one request would use."""

    input: int
    cached: int
    written: int
    """Of those that were not cached: tokens that are written at the write price."""
    output: int
    end: float
    """Seconds from the start."""
    estimated: bool


@dataclass(frozen=True, kw_only=True)
class Totals:
    requests: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    seconds: float = 0.0

    @property
    def uncached(self) -> int:
        return self.input - self.cached


def simulate(
    requests: Iterable[PlannedRequest], rule: CacheRule, *, pace: Pace = ASSUMED, workers: int = 1
) -> Totals:
    """What the requests would use together, sent in this order, so many trials at once."""
    found = list(outcomes(requests, rule, pace=pace, workers=workers))
    return total(found)


def total(found: Sequence[Outcome]) -> Totals:
    return Totals(
        requests=len(found),
        input=sum(one.input for one in found),
        cached=sum(one.cached for one in found),
        written=sum(one.written for one in found),
        output=sum(one.output for one in found),
        seconds=max((one.end for one in found), default=0.0),
    )


def outcomes(
    requests: Iterable[PlannedRequest], rule: CacheRule, *, pace: Pace = ASSUMED, workers: int = 1
) -> Iterator[Outcome]:
    """What each request would use."""
    tree, clock = _Tree(rule), _Clock(free=[0.0] * workers)
    look_up = _LOOK_UPS[rule.kind]
    for request in requests:
        start = clock.start(request)
        path = tree.path(request)
        hit = look_up(path, request, rule, start) if request.kept else 0
        written = _written(path, request, rule, hit) if request.kept else 0
        read = start + pace.first + (path[-1].ends - hit) / pace.prefill
        end = read + request.reply.tokens / pace.decode
        if request.kept:
            tree.keep(path, request, start=start, read=read, end=end)
        clock.end(request, end)
        yield Outcome(
            input=path[-1].ends,
            cached=hit,
            written=written,
            output=request.reply.tokens,
            end=end,
            estimated=request.estimated,
        )


@dataclass(slots=True)
class _Node:
    """A beginning that some prompt had."""

    ends: int
    """Its tokens."""
    ready: float = inf
    """From when on it can be hit."""
    used: float = 0.0
    """When it was last."""
    unit: float = inf
    """From when on it is kept as a whole: as a unit, or up to a mark."""
    next: dict[str, "_Node"] = field(default_factory=dict)

    def lives(self, now: float, lifetime: float) -> bool:
        return self.ready <= now <= self.used + lifetime

    def is_unit(self, now: float, lifetime: float) -> bool:
        return self.unit <= now and self.lives(now, lifetime)


Path = Sequence[_Node]


@dataclass
class _Tree:
    rule: CacheRule
    root: _Node = field(default_factory=lambda: _Node(ends=0))

    @property
    def lifetime(self) -> float:
        return self.rule.lifetime or inf

    def path(self, request: PlannedRequest) -> list[_Node]:
        """The beginnings of a prompt, each a piece longer than the one before."""
        node, found = self.root, []
        for piece in request.pieces:
            if piece.key not in node.next:
                node.next[piece.key] = _Node(ends=node.ends + piece.tokens)
            node = node.next[piece.key]
            found.append(node)
        return found

    def keep(self, path: Path, request: PlannedRequest, *, start: float, read: float, end: float) -> None:
        """What the provider has after it answered the request."""
        if self.rule.kind == "unit":
            self._keep_units(path, request, start, end)
            return
        for node, piece in zip(path, request.pieces, strict=True):
            self._touch(node, start, read)
            if piece.mark:
                node.unit = min(node.unit, read)

    def _keep_units(self, path: Path, request: PlannedRequest, start: float, end: float) -> None:
        """The input, input and output, and what was found to be shared with an earlier request."""
        shared = [node for node in path if node.lives(start, self.lifetime)][-1:]
        answered = _Node(ends=path[-1].ends + request.reply.tokens)
        reply = path[-1].next.setdefault(request.reply.key, answered)
        for node in (*path, reply):
            self._touch(node, start, end)
        for node in (path[-1], reply, *shared):
            node.unit = min(node.unit, end)

    def _touch(self, node: _Node, start: float, ready: float) -> None:
        """It was used, or made."""
        if start > node.used + self.lifetime:  # what was there is gone, and is made anew
            node.ready = node.unit = inf
        node.ready, node.used = min(node.ready, ready), max(node.used, ready)


def _no_hit(_path: Path, _request: PlannedRequest, _rule: CacheRule, _now: float) -> int:
    return 0


def _block_hit(path: Path, _request: PlannedRequest, rule: CacheRule, now: float) -> int:
    """Whole blocks of the longest beginning that was seen; the last token is computed always."""
    seen = _longest(node for node in path if node.lives(now, rule.lifetime or inf))
    hit = min(seen, path[-1].ends - 1) // rule.block * rule.block
    return hit if hit >= rule.minimum else 0


def _unit_hit(path: Path, _request: PlannedRequest, rule: CacheRule, now: float) -> int:
    """The longest unit that the prompt begins with."""
    lifetime = rule.lifetime or inf
    hit = _longest(node for node in path if node.is_unit(now, lifetime))
    if rule.interval is not None:
        seen = _longest(node for node in path if node.lives(now, lifetime))
        hit = max(hit, seen // rule.interval * rule.interval)
    hit = min(hit, path[-1].ends - 1)
    return hit if hit >= rule.minimum else 0


def _breakpoint_hit(path: Path, request: PlannedRequest, rule: CacheRule, now: float) -> int:
    """The longest beginning that was written at a mark, not too far before one of this request's."""
    marks = [place for place, piece in enumerate(request.pieces) if piece.mark]
    near = {place - back for place in marks for back in range(rule.look_back + 1) if place >= back}
    lifetime = rule.lifetime or inf
    hit = _longest(path[place] for place in near if path[place].is_unit(now, lifetime))
    return hit if hit >= rule.minimum else 0


_LOOK_UPS: Mapping[str, Callable[[Path, PlannedRequest, CacheRule, float], int]] = {
    "none": _no_hit,
    "block": _block_hit,
    "unit": _unit_hit,
    "breakpoint": _breakpoint_hit,
}


def _written(path: Path, request: PlannedRequest, rule: CacheRule, hit: int) -> int:
    """Tokens that go into the cache and are charged as such where writing has a price."""
    if rule.kind == "block":
        ends = path[-1].ends // rule.block * rule.block
    elif rule.kind == "breakpoint":
        ends = _longest(node for node, piece in zip(path, request.pieces, strict=True) if piece.mark)
    else:
        return 0
    return max(0, ends - hit) if ends >= rule.minimum else 0


def _longest(nodes: Iterable[_Node]) -> int:
    return max((node.ends for node in nodes), default=0)


@dataclass
class _Clock:
    """So many workers that take one trial after another."""

    free: list[float]
    """When each worker that has no trial is free."""
    talk: int | None = None
    now: float = 0.0
    """When the last request of the trial in hand was answered."""
    happened: dict[str, float] = field(default_factory=dict)

    def start(self, request: PlannedRequest) -> float:
        if request.talk != self.talk:
            if self.talk is not None:
                heapq.heappush(self.free, self.now)
            self.now, self.talk = heapq.heappop(self.free), request.talk
        return max(self.now, self.happened.get(request.waits, 0.0))

    def end(self, request: PlannedRequest, end: float) -> None:
        self.now = end
        if request.tells:
            self.happened[request.tells] = end
