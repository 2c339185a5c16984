"""One level of load: conversations are sent, each with its requests in order, and every request is a row.

A closed loop has so many clients, each of which begins the next conversation when its last one is over. An
open loop begins conversations when the clock says so, however long the replies take; only a bound on those on
their way, far above what is meant, keeps it from growing without end, and whoever has to wait for it is
counted. A level ends by itself where nothing is ever answered.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.bench.arrivals import arrivals
from harness.bench.record import Load, Row
from harness.bench.talk import Talk, Turn
from harness.clients.client import Ask, ClientError, Conversation, Model, OverBudget
from harness.models.pricing import Tariff
from scenarios.transcript import Exchange

_HOPELESS = 10
"""So many failures without one answer, beside one for each client, end a level."""
_DIGITS = 6
"""Of seconds behind the point."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How much of a load is enough, and how it is sent."""

    requests: int | None = None
    seconds: float | None = None
    ramp: float = 0.0
    """Seconds until the load stands."""
    think: float = 0.0
    """Mean seconds before a user's next turn."""
    in_flight: int = 256
    """Conversations of an open loop at a time."""
    patience: float = 600.0
    """Seconds that a reply may take."""


@dataclass(kw_only=True)
class LevelRun:
    load: Load
    measure: Measure
    model: Model
    talks: Iterator[Talk]
    tariff: Tariff
    seed: str
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    gone: Callable[[], Exception | None] = lambda: None
    """Why the server can never be asked again."""
    rows: list[Row] = field(default_factory=list)
    """In the order in which they ended."""
    stopped: str | None = None
    ends_bench: bool = False
    """No other level can be played either."""
    held_back: int = 0
    """Conversations that waited for a free place."""
    _begun: int = 0
    _answered: int = 0
    _failures: int = 0
    _start: float = 0.0

    async def play(self) -> None:
        """Send it all, and wait for every reply."""
        self._start = self.clock()
        dice = random.Random(self.seed)  # noqa: S311 # reproducible, not secret
        if self.load.concurrency is None:
            await self._open(dice)
            return
        async with asyncio.TaskGroup() as group:
            for client in range(self.load.concurrency):
                begin = self.measure.ramp * client / self.load.concurrency
                group.create_task(self._client(begin, random.Random(dice.random())))  # noqa: S311 # as above

    @property
    def now(self) -> float:
        """Seconds since the level began."""
        return self.clock() - self._start

    async def _client(self, begin: float, dice: random.Random) -> None:
        if begin:
            await self.sleep(begin)
        while self._goes_on():
            await self._talk(next(self.talks), self.now, dice)

    async def _open(self, dice: random.Random) -> None:
        places = asyncio.Semaphore(self.measure.in_flight)
        moments = arrivals(self.load.rate or 1.0, self.load.burstiness, self.seed, self.measure.ramp)
        async with asyncio.TaskGroup() as group:
            while self._goes_on():
                due, talk = next(moments), next(self.talks)
                if self.measure.seconds is not None and due >= self.measure.ramp + self.measure.seconds:
                    break
                await self.sleep(max(0.0, due - self.now))
                if places.locked():
                    self.held_back += 1
                await places.acquire()
                task = group.create_task(self._talk(talk, due, random.Random(dice.random())))  # noqa: S311 # as above
                task.add_done_callback(lambda _: places.release())
                await self.sleep(0)  # until its first request is counted

    async def _talk(self, talk: Talk, due: float, dice: random.Random) -> None:
        conversation: Conversation | None = None
        for number, turn in enumerate(talk.turns):
            if number:
                pause = self._pause(turn, dice) if talk.grows else 0.0
                due = self.now + pause
                if pause:
                    await self.sleep(pause)
            if not self._goes_on():
                return
            if conversation is None or not talk.grows:
                conversation = self.model.converse(talk.exam, 0)
            if not await self._request(talk, number, conversation, due) and talk.grows:
                return

    def _pause(self, turn: Turn, dice: random.Random) -> float:
        if not turn.is_users:
            return turn.tool_seconds
        return dice.expovariate(1 / self.measure.think) if self.measure.think else 0.0

    async def _request(self, talk: Talk, number: int, conversation: Conversation, due: float) -> bool:
        """Send one request; whether it was answered."""
        turn, begun = talk.turns[number], self.now
        self._begun += begun >= self.measure.ramp
        row = Row(talk=talk.name, turn=number, due=due, sent=begun, ended=begun, asked=turn.output_tokens)
        ask = Ask(output_tokens=turn.output_tokens, seconds=self.measure.patience, shared=turn.shared)
        try:
            reply = await conversation.reply(turn.messages, ask)
        except ClientError as error:
            self._failed(error)
            ms = error.ms if error.sent else 0.0
            told = {"failed": error.kind, "message": str(error)}
            self.rows.append(self._ended(row, ms, told))
            return False
        self._answered += 1
        self.rows.append(self._ended(row, reply.exchange.ms, _told(reply.exchange, self.tariff)))
        return True

    def _ended(self, row: Row, ms: float, told: Mapping[str, object]) -> Row:
        """The row with what became of it; it was sent so long before now as its reply took."""
        ended = self.now
        sent = max(row.sent, ended - ms / 1e3)
        moments = {"due": row.due, "sent": sent, "ended": ended}
        rounded = {name: round(moment, _DIGITS) for name, moment in moments.items()}
        apart = row.sent < self.measure.ramp
        return row.model_copy(update={**rounded, "ms": ms, "apart": apart, **told})

    def _goes_on(self) -> bool:
        """Whether another request is to be sent."""
        if self.stopped is not None:
            return False
        if self.measure.requests is not None:
            return self._begun < self.measure.requests
        return self.now < self.measure.ramp + (self.measure.seconds or 0.0)

    def _failed(self, error: ClientError) -> None:
        """Whether a failure ends the level, or the bench."""
        self._failures += 1
        ended = self.gone()
        if ended is not None or isinstance(error, OverBudget):
            self.stopped, self.ends_bench = str(ended or error), True
        elif not self._answered and self._failures >= _HOPELESS + (self.load.concurrency or 0):
            self.stopped = f"none of the first {self._failures} requests was answered: {error.kind}: {error}"


def _told(exchange: Exchange, tariff: Tariff) -> dict[str, object]:
    """What a reply tells, as a row has it."""
    usage = exchange.usage
    return {
        "input": usage.input,
        "cached": usage.cached,
        "output": usage.output,
        "reasoning": usage.reasoning,
        "ttft_ms": exchange.ttft_ms,
        "first_answer_ms": exchange.first_answer_ms,
        "gaps_ms": exchange.chunk_ms,
        "finish": exchange.finish,
        "usd": tariff.cost(exchange).usd,
    }
