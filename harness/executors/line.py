"""A worker's line to the steward of its run: it asks before it sends, and tells what became of it.

What is to be said while a letter is on its way, or shortly after another, goes together in the next one: a
letter costs Ray ten times what the steward has to do for a request, and the busier it is, the fuller are the
letters. Who waits for an answer does not wait for company after a while without any; who only tells something
does, for a moment. A second call is always open, so that an answer that took long can come at any time, and
so that the steward knows that the worker lives.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from harness.clients.client import ClientError, Gate, OpenGate, OverBudget, Passage, Sending
from harness.executors.letters import Answer, Begin, Enter, Leave, News, Played, Refusal
from harness.runs.record import ModelVariant
from harness.stopped import CapReached

_COMPANY = 0.02
"""Seconds between two letters, and that news wait for others where nobody waits for an answer."""


@dataclass(kw_only=True)
class Line:
    exchange: Callable[[Sequence[News]], Awaitable[Sequence[Answer]]]
    """Sends a letter, and brings what can be answered at once."""
    wait: Callable[[], Awaitable[Sequence[Answer]]]
    """Brings what took longer."""
    _out: list[News] = field(default_factory=list)
    _waiting: dict[int, asyncio.Future[Answer]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _urgent: asyncio.Event = field(default_factory=asyncio.Event)
    _untold: int = 0
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Write and listen until the block ends, and all that was said in it is told. What goes wrong on the
        line ends the block.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._write()), group.create_task(self._listen())]
                try:
                    yield
                except asyncio.CancelledError:
                    raise
                except BaseException:
                    await self._flush()
                    raise
                await self._flush()
                for task in tasks:
                    task.cancel()
        except* Exception as errors:
            raise _first(errors) from None

    async def begin(self, place: int) -> int:
        """Say that a trial is about to be begun; how often it was before, by workers that were lost. Raises
        `CapReached` when none may be begun any more.
        """
        number = next(self._numbers)
        answer = await self._ask(number, Begin(number=number, place=place))
        if answer.over:
            raise CapReached(answer.message)
        return answer.before

    def tell(self, played: Played) -> None:
        self._say(played)

    def gate(self, variant: ModelVariant) -> Gate:
        """What stands before a variant's requests."""
        return OpenGate() if variant.wire == "reference" else _FarGate(line=self, model=variant.label)

    async def enter(self, model: str, sending: Sending) -> int:
        """Wait until a request may be sent; its number. Raises `OverBudget` when it may never be."""
        number = next(self._numbers)
        try:
            answer = await self._ask(number, Enter(number=number, model=model, sending=sending))
        except BaseException:
            self.leave(Leave(number=number, refused=True))
            raise
        if answer.over:
            raise OverBudget(answer.over, answer.message)
        return number

    def leave(self, leave: Leave) -> None:
        self._say(leave)

    async def _ask(self, number: int, news: News) -> Answer:
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(news)
        self._urgent.set()
        try:
            return await self._waiting[number]  # `open` breaks it off when the line is dead
        finally:
            del self._waiting[number]

    def _say(self, news: News) -> None:
        self._out.append(news)
        self._untold += 1
        self._something.set()

    async def _flush(self) -> None:
        """Wait until all is told."""
        self._urgent.set()
        while self._untold:
            self._told.clear()
            await self._told.wait()  # ends with the call, which has a time-out

    async def _write(self) -> None:
        loop, soonest = asyncio.get_running_loop(), 0.0
        while True:
            await self._something.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(_COMPANY):
                    await self._urgent.wait()
            await asyncio.sleep(max(0.0, soonest - loop.time()))
            letter, self._out = self._out, []
            self._something.clear()
            self._urgent.clear()
            soonest = loop.time() + _COMPANY
            self._hand_out(await self.exchange(letter))
            self._untold -= len(letter)
            self._told.set()

    async def _listen(self) -> None:
        while True:
            self._hand_out(await self.wait())

    def _hand_out(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            future = self._waiting.get(answer.number)
            if future is not None and not future.done():
                future.set_result(answer)


@dataclass(frozen=True, kw_only=True)
class _FarGate:
    line: Line
    model: str

    @asynccontextmanager
    async def passage(self, sending: Sending) -> AsyncIterator[Passage]:
        number, passage = await self.line.enter(self.model, sending), Passage()
        failed: BaseException | None = None
        try:
            yield passage
        except BaseException as error:
            failed = error
            raise
        finally:
            exchange = passage.exchange
            self.line.leave(
                Leave(
                    number=number,
                    exchange=None if exchange is None else exchange.model_copy(update={"chunk_ms": ()}),
                    refused=passage.refused,
                    failed=_said(failed),
                )
            )


def _said(failed: BaseException | None) -> Refusal | Literal["broken off"] | None:
    if failed is None:
        return None
    if isinstance(failed, ClientError):
        return Refusal(kind=failed.kind, retry_after=failed.retry_after)
    return "broken off"


def _first(errors: BaseException) -> BaseException:
    """The error itself, out of the groups that it was raised through."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
