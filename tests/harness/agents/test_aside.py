"""Blocking work in a thread: its errands are done by the task that waits, and nothing is left behind."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from harness.agents.aside import Errands, Stuck, aside

pytestmark = pytest.mark.anyio


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "longspan-agent"]


async def test_an_errand_is_done_by_the_task_that_waits_and_its_result_goes_to_the_thread() -> None:
    waiting, seen = asyncio.current_task(), list[object]()

    async def errand() -> str:
        seen.append(asyncio.current_task())
        return "done"

    def work(errands: Errands) -> None:
        seen.extend((errands.do(errand), threading.current_thread() is threading.main_thread()))

    await aside(work, 5)

    assert seen == [waiting, "done", False]
    assert not threads()


async def test_what_the_work_raises_is_raised_where_it_is_waited_for() -> None:
    def work(_: Errands) -> None:
        raise LookupError("in the thread")

    with pytest.raises(LookupError, match="in the thread"):
        await aside(work, 5)
    assert not threads()


async def test_an_errand_that_fails_unwinds_code_that_swallows_every_error() -> None:
    went_on = threading.Event()

    async def errand() -> None:
        raise LookupError("at the desk")

    def work(errands: Errands) -> None:
        for _ in range(3):
            try:
                errands.do(errand)
            except Exception:  # what foreign code does
                went_on.set()

    with pytest.raises(LookupError, match="at the desk"):
        await aside(work, 5)
    assert not went_on.is_set()
    assert not threads()


def waiting_for_an_errand(asked: asyncio.Event) -> Callable[[Errands], None]:
    async def errand() -> None:
        asked.set()
        await asyncio.Event().wait()

    return lambda errands: errands.do(errand)


def busy(asked: asyncio.Event, go_on: threading.Event) -> Callable[[Errands], None]:
    """Work that is busy when the task is cancelled, and asks for one more errand afterwards."""

    async def errand() -> None:
        asked.set()

    def work(errands: Errands) -> None:
        errands.do(errand)
        go_on.wait(5)
        errands.do(errand)

    return work


async def test_a_cancelled_task_dismisses_the_thread_that_waits_for_an_errand() -> None:
    asked = asyncio.Event()
    task = asyncio.create_task(aside(waiting_for_an_errand(asked), 5))
    await asked.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not threads()


async def test_a_cancelled_task_waits_for_a_thread_that_is_busy_and_runs_no_more_errands() -> None:
    asked, go_on = asyncio.Event(), threading.Event()
    task = asyncio.create_task(aside(busy(asked, go_on), 5))
    await asked.wait()
    asked.clear()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not asked.is_set()
    assert not threads()


async def test_work_that_asks_for_nothing_for_too_long_is_stuck() -> None:
    go_on = threading.Event()
    asyncio.get_running_loop().call_later(0.05, go_on.set)

    def work(_: Errands) -> None:
        go_on.wait(5)

    with pytest.raises(Stuck):
        await aside(work, 0.01)
    assert not threads()
