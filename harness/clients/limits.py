"""How much an endpoint is asked: requests and tokens a minute, requests at a time, and pauses that it wants.

In any minute no more is begun than the limit, so that providers are content who fill a bucket steadily as
well as those who count minutes. How many requests go at a time is learned: a refusal for too much halves it,
and every reply widens it again a little, by about one for each time that all of them were answered. All that
wait stand in one line, whatever conversation they belong to, and the first of the line goes first.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from harness.clients.client import ClientError
from harness.registry.entry import Limits

MINUTE = 61.0
"""Seconds: one more than the provider's, since requests do not all travel equally fast."""
LONGEST_PAUSE = 600.0
"""Seconds that an endpoint is left alone at the most, whatever it asks for."""
_TOO_MUCH = frozenset({"http_429", "http_503", "http_529"})
_LOOK_AGAIN = 1.0
"""Seconds: a request that used less than was thought makes room sooner."""


@dataclass
class _Begun:
    at: float
    amount: float
    is_past: bool = False


@dataclass(kw_only=True)
class Minute:
    """What was begun within the last minute."""

    most: float
    _begun: deque[_Begun] = field(default_factory=deque)
    _sum: float = 0.0

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much may be begun; what is more than the limit has a minute of its own."""
        while self._begun and self._begun[0].at + MINUTE <= now:
            past = self._begun.popleft()
            past.is_past = True
            self._sum = self._sum - past.amount if self._begun else 0.0
        over = self._sum + min(amount, self.most) - self.most
        wait = 0.0
        for one in self._begun:
            if over <= 0:
                break
            over -= one.amount
            wait = one.at + MINUTE - now
        return wait

    def begin(self, amount: float, now: float) -> _Begun:
        self._begun.append(_Begun(now, min(amount, self.most)))
        self._sum += self._begun[-1].amount
        return self._begun[-1]

    def correct(self, begun: _Begun, amount: float) -> None:
        """Say what it really was."""
        if not begun.is_past:
            self._sum += amount - begun.amount
            begun.amount = amount


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A request that was let through."""

    width: int
    """Which width it was let through at, by number."""
    tokens: _Begun | None = None


@dataclass(kw_only=True)
class Pace:
    """What one endpoint is asked, by all conversations with it."""

    limits: Limits
    concurrency: int
    """Requests at a time, where the limits say nothing."""
    clock: Callable[[], float]
    """Seconds."""
    sleep: Callable[[float], Awaitable[None]]
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whoever wants to ask holds it until it may begin; it is handed on in the order of asking."""
    _left: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: int = 0
    _closed_until: float = 0.0
    _narrowed: int = 0
    """How often."""

    def __post_init__(self) -> None:
        self._most = float(min(self.concurrency, self.limits.concurrency or self.concurrency))
        self._width = self._most
        requests, tokens = self.limits.requests_a_minute, self.limits.tokens_a_minute
        self._requests = None if requests is None else Minute(most=requests)
        self._tokens = None if tokens is None else Minute(most=tokens)

    @property
    def width(self) -> int:
        """Requests that may go at a time now."""
        return int(self._width)

    async def turn(self, tokens: int) -> Turn:
        """Wait until a request may begin, and begin it. To be called by who holds the line."""
        while True:
            if self._busy >= self.width:
                self._left.clear()
                await self._left.wait()  # ends with the next request on its way, which has a time-out
            elif (wait := self._wait(tokens)) > 0:
                await self.sleep(min(wait, _LOOK_AGAIN))
            else:
                break
        self._busy += 1
        now = self.clock()
        if self._requests is not None:
            self._requests.begin(1, now)
        begun = None if self._tokens is None else self._tokens.begin(tokens, now)
        return Turn(width=self._narrowed, tokens=begun)

    def end(self, turn: Turn, tokens: int | None, error: BaseException | None) -> None:
        """A request came to its end; `tokens` are those that it used, where that is known."""
        self._busy -= 1
        self._left.set()
        if self._tokens is not None and turn.tokens is not None and tokens is not None:
            self._tokens.correct(turn.tokens, tokens)
        if isinstance(error, ClientError):
            self._refused(turn, error)
        elif error is None:
            self._width = min(self._most, self._width + 1 / self._width)

    def _refused(self, turn: Turn, error: ClientError) -> None:
        if error.kind in _TOO_MUCH and turn.width == self._narrowed:  # those sent before count as one
            self._width = max(1.0, self._width / 2)
            self._narrowed += 1
        if error.retry_after is not None:
            pause = min(error.retry_after, LONGEST_PAUSE)
            self._closed_until = max(self._closed_until, self.clock() + pause)

    def _wait(self, tokens: int) -> float:
        now = self.clock()
        requests = self._requests.wait(1, now) if self._requests is not None else 0.0
        by_tokens = self._tokens.wait(tokens, now) if self._tokens is not None else 0.0
        return max(self._closed_until - now, requests, by_tokens)
