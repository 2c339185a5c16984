"""Keeps the limits of every endpoint and the money of the run, for workers on many machines.

A request passes the very gates that it passes in a run on one machine; the gates stand here, and a worker
that wants to send asks. Every worker holds a lease that each of its letters renews. When it falls silent, or
its shard is given to another, it is lost: the slots of its requests come back, what they may have cost counts
as spent in full, and its trials in flight are known to have been begun, so that whoever plays them again says
so. The ledger on disk outlives the steward; all else is only of use while the run goes on.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from harness.budget import Caps, how_to_go_on, open_gates
from harness.clients.client import ClientError, Gate, OverBudget
from harness.clients.gate import Gates
from harness.clock import utc_now
from harness.environment import Environment
from harness.executors.letters import Answer, Begin, Enter, Leave, News, Played
from harness.models.opened import Place
from harness.registry.knowledge import Knowledge
from harness.runs.record import RunRecord
from harness.runs.store import RunFolder

HEARTBEAT = 10.0
"""Seconds after which a worker that waits is answered in any case, and asks again."""
LEASE = 45.0
"""Seconds without a letter after which a worker is lost."""
_LOOK = 0.5
"""Seconds after which the driver is answered in any case."""
_TURNS = 2
"""Of the event loop, in which a request that need not wait is let through."""


class Superseded(Exception):
    """The worker was thought lost, and somebody else has its shard or will have it."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What a steward keeps."""

    folder: RunFolder
    record: RunRecord
    caps: Caps
    known: Knowledge
    concurrency: int
    environment: Environment
    """Handed to the workers from here, since a message between actors is nowhere stored."""
    lease: float = LEASE


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What a worker is told when it takes a shard."""

    session: int
    over: frozenset[int]
    """Places of trials that are played."""
    before: dict[int, int]
    """How often the others were begun, by workers that were lost."""
    environment: Environment
    place: Place | None
    """Of a model of ours, which the driver has opened."""


@dataclass(frozen=True, kw_only=True)
class Bulletin:
    """What the driver is told."""

    played: Sequence[tuple[int, Played]] = ()
    """By the number of the shard."""


@dataclass
class _Request:
    task: asyncio.Task[None]
    left: asyncio.Future[Leave]


@dataclass(kw_only=True)
class _Session:
    shard: int
    heard: float
    requests: dict[int, _Request] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    sending: int = 0
    """Letters that are being answered; what they bring is not for the call that waits."""

    def tell(self, answer: Answer) -> None:
        self.answers.append(answer)
        if not self.sending:
            self.ready.set()

    def take(self) -> list[Answer]:
        answers, self.answers = self.answers, []
        self.ready.clear()
        return answers


@dataclass(kw_only=True)
class _Progress:
    """What is known of a shard."""

    session: int
    begun: dict[int, int] = field(default_factory=dict)
    """By place: how often."""
    over: set[int] = field(default_factory=set)


class Steward:
    """Its methods are what others may ask over the network; none of them waits without an end."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._closing = ExitStack()
        self._office: Office | None = None
        self._gates: Gates | None = None
        self._by_model: dict[str, Gate] = {}
        self._places: dict[str, Place] = {}
        self._sessions: dict[int, _Session] = {}
        self._shards: dict[int, _Progress] = {}
        self._joined = 0
        self._played: list[tuple[int, Played]] = []
        self._news = asyncio.Event()
        self._over: OverBudget | None = None
        self._broken: BaseException | None = None

    async def open(self, office: Office) -> None:
        """Begin to keep. Raises `RunError` when nobody knows what was spent before."""
        self._office = office
        self._gates = self._closing.enter_context(
            open_gates(office.folder, office.record, office.caps, office.known, office.concurrency, utc_now)
        )
        self._by_model = {variant.label: self._gates.gate(variant) for variant in office.record.everybody}

    async def place(self, model: str, place: Place) -> None:
        """The driver has opened a model of ours."""
        self._places[model] = place

    async def join(self, shard: int, model: str) -> Joined:
        """A worker takes a shard of a model; whoever had it before is lost."""
        if self._office is None:
            raise RuntimeError("the steward has not been opened")
        known = self._shards.get(shard)
        if known is not None:
            await self._lose(known.session)
        self._joined += 1
        self._sessions[self._joined] = _Session(shard=shard, heard=self._clock())
        progress = self._shards.setdefault(shard, _Progress(session=self._joined))
        progress.session = self._joined
        left = {place: times for place, times in progress.begun.items() if place not in progress.over}
        return Joined(
            session=self._joined,
            over=frozenset(progress.over),
            before=left,
            environment=self._office.environment,
            place=self._places.get(model),
        )

    async def exchange(self, session: int, news: Sequence[News]) -> list[Answer]:
        """Take in a letter; what can be answered at once is. Raises `Superseded`."""
        known = self._heard(session)
        known.sending += 1
        try:
            for one in news:
                self._take(known, one)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        finally:
            known.sending -= 1
        return known.take()

    async def wait(self, session: int) -> list[Answer]:
        """The next answers, or none when there are none for a while. Raises `Superseded`."""
        known = self._heard(session)
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await known.ready.wait()
        return self._heard(session).take()

    async def finish(self, session: int) -> None:
        """A worker has played its shard, and nobody will ask for it again."""
        known = self._heard(session)
        del self._sessions[session], self._shards[known.shard]

    async def bulletin(self) -> Bulletin:
        """What was played since the last one; waits a little when there is nothing. Silent workers are lost
        meanwhile. Raises what broke here, since nobody would be let through any more.
        """
        if self._broken is not None:
            raise self._broken
        await self._lose_silent()
        if not self._played:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._news.wait()
        self._news.clear()
        played, self._played = self._played, []
        return Bulletin(played=played)

    async def how_to_go_on(self, command: str, *, left: int, trials: int) -> str:
        """What to say when a cap is reached."""
        return (
            "" if self._gates is None else how_to_go_on(self._gates.purse, command, left=left, trials=trials)
        )

    async def close(self) -> None:
        """All workers are lost, and the ledger is closed."""
        for session in tuple(self._sessions):
            await self._lose(session)
        self._closing.close()

    def _heard(self, session: int) -> _Session:
        known = self._sessions.get(session)
        if known is None:
            raise Superseded("this worker was not heard of in time; its trials are given to another")
        known.heard = self._clock()
        return known

    def _take(self, session: _Session, news: News) -> None:
        match news:
            case Begin():
                session.tell(self._begin(session, news))
            case Enter():
                left: asyncio.Future[Leave] = asyncio.get_running_loop().create_future()
                task = asyncio.create_task(self._pass(session, news, left))
                task.add_done_callback(self._passed)
                session.requests[news.number] = _Request(task, left)
            case Leave():
                if (request := session.requests.get(news.number)) and not request.left.done():
                    request.left.set_result(news)
            case Played():
                self._shards[session.shard].over.add(news.place)
                self._played.append((session.shard, news))
                self._news.set()

    def _begin(self, session: _Session, begin: Begin) -> Answer:
        if self._over is not None:
            return Answer(number=begin.number, over=self._over.kind, message=str(self._over))
        begun = self._shards[session.shard].begun
        before = begun.get(begin.place, 0)
        begun[begin.place] = before + 1
        return Answer(number=begin.number, before=before)

    async def _pass(self, session: _Session, enter: Enter, left: asyncio.Future[Leave]) -> None:
        """Take a request through its gate, in place of its worker."""
        try:
            async with self._by_model[enter.model].passage(enter.sending) as passage:
                session.tell(Answer(number=enter.number))
                leave = await left
                passage.exchange, passage.refused = leave.exchange, leave.refused
                leave.fail()
        except OverBudget as over:
            self._over = over
            session.tell(Answer(number=enter.number, over=over.kind, message=str(over)))
        except ClientError:
            pass  # the worker knows, and the gate was told
        finally:
            session.requests.pop(enter.number, None)

    def _passed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error
            self._news.set()

    async def _lose_silent(self) -> None:
        lease = LEASE if self._office is None else self._office.lease
        now = self._clock()
        for name in [name for name, one in self._sessions.items() if one.heard + lease < now]:
            await self._lose(name)

    async def _lose(self, name: int) -> None:
        """Nobody sends or waits for this worker any more: its slots are free, its money is spent."""
        session = self._sessions.pop(name, None)
        if session is None:
            return
        tasks = [request.task for request in session.requests.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        session.ready.set()
