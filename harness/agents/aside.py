"""Blocking work in a thread of its own, which has its errands done by the task that waits for it.

Whatever an errand awaits runs in the waiting task, under its time-outs and its cancellation. When an errand
fails, or the task is cancelled, the thread is unwound by an exception that foreign code does not catch, and
the task waits until it has ended.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import anyio

T = TypeVar("T")
_GRACE = 10.0
"""Seconds that a thread has to end once nobody runs its errands."""


class Stuck(Exception):
    """The thread asks for nothing."""


class Dismissed(BaseException):
    """Nobody runs errands any more. No `Exception`, since foreign code swallows those."""


class Errands:
    """How the thread asks its task to await something."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked: asyncio.Queue[tuple[Callable[[], Awaitable[Any]], Future[Any]] | None] = asyncio.Queue()
        self._ended = asyncio.Event()
        self._lock = threading.Lock()
        self._pending: Future[Any] | None = None
        self._closed = False

    def do(self, errand: Callable[[], Awaitable[T]]) -> T:
        """Called in the thread: the errand's result. Raises `Dismissed` when there will be none."""
        answer: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise Dismissed
            self._pending = answer
            self._loop.call_soon_threadsafe(self._asked.put_nowait, (errand, answer))
        return answer.result()  # the task either answers or closes, and whatever it awaits has a time-out

    async def run(self, seconds: float) -> None:
        """Called in the task: run errands until the thread has ended. Raises what they raise, and
        `Stuck` when the thread asks for nothing for so long.
        """
        while True:
            try:
                async with asyncio.timeout(seconds):
                    asked = await self._asked.get()
            except TimeoutError as error:
                raise Stuck from error
            if asked is None:
                return
            errand, answer = asked
            answer.set_result(await errand())

    def close(self) -> None:
        """Called in the task: an errand that waits is dismissed, and so are all that come."""
        with self._lock:
            self._closed = True
            if self._pending is not None and not self._pending.done():
                self._pending.set_exception(Dismissed())

    def end(self) -> None:
        """Called by the thread as the last thing that it does."""
        with suppress(RuntimeError):  # the loop has gone, and nobody waits
            self._loop.call_soon_threadsafe(self._asked.put_nowait, None)
            self._loop.call_soon_threadsafe(self._ended.set)

    async def ended(self) -> bool:
        """Called in the task: wait until the thread is about to end, in spite of a cancellation."""
        with anyio.move_on_after(_GRACE, shield=True):
            await self._ended.wait()
        return self._ended.is_set()


async def aside(work: Callable[[Errands], None], seconds: float) -> None:
    """Do blocking work; raises what it or one of its errands raised, and `Stuck` when it asks for
    nothing for so many seconds.
    """
    errands, failed = Errands(), list[Exception]()

    def body() -> None:
        try:
            work(errands)
        except Dismissed:
            pass
        except Exception as error:  # raised in the task, where the one boundary is
            failed.append(error)
        finally:
            errands.end()

    thread = threading.Thread(target=body, name="longspan-agent", daemon=True)
    thread.start()
    try:
        await errands.run(seconds)
    finally:
        errands.close()
        if await errands.ended():  # what will not end is left behind, and dismissed at its next errand
            thread.join(_GRACE)
    for error in failed:
        raise error
