"""Our own part in a measurement is seen, and said where it matters."""

import asyncio
import time

import pytest

from harness.bench.client import Watch
from harness.bench.figures import figures
from harness.bench.record import Figures, Row, Slo
from tests.harness.bench.rows import row
from tests.harness.clients.virtual_time import in_virtual_time, now

ROWS = [row(gaps_ms=(20.0,) * 10)]


def found(*rows: Row) -> Figures:
    return figures(rows or ROWS, Slo())


def watched(seconds: float, *, busy: float = 0.0, share: float = 0.0) -> Watch:
    """After so long in a time of its own, in which the loop was blocked once for so long."""
    late = 0.0

    async def work() -> Watch:
        nonlocal late
        watch = Watch(clock=lambda: now() + late, cpu=lambda: (now() + late) * share)
        async with watch.watching():
            await asyncio.sleep(seconds / 2)
            late = busy
            await asyncio.sleep(seconds / 2)
        return watch

    return in_virtual_time(work())


def test_an_idle_client_limits_nothing() -> None:
    client = watched(10.0).seen(found(), 0)

    assert client.limited == ()
    assert client.lag_ms.n > 400
    assert client.lag_ms.p99 == pytest.approx(0.0, abs=1e-6)


def test_a_loop_that_was_late_is_said_with_the_gap_that_it_spoils() -> None:
    client = watched(1.0, busy=0.05).seen(found(), 0)

    assert len(client.limited) == 1
    assert "50.0 ms late" in client.limited[0]
    assert "20.0 ms apart" in client.limited[0]


def test_a_lag_that_is_small_beside_the_gaps_is_not_said() -> None:
    slow = found(row(gaps_ms=(1000.0,) * 10))

    assert watched(1.0, busy=0.05).seen(slow, 0).limited == ()


def test_a_client_that_uses_up_its_core_is_said() -> None:
    client = watched(10.0, share=0.95).seen(found(), 0)

    assert client.cpu_share == 0.95
    assert "95% of a core" in client.limited[0]


def test_a_loop_that_was_not_open_is_said() -> None:
    assert "12 arrivals waited" in watched(10.0).seen(found(), 12).limited[0]


def test_requests_that_were_held_back_are_said() -> None:
    held = found(row(due=0.0, sent=1.0, ended=2.0))

    assert "waited 1000 ms" in watched(10.0).seen(held, 0).limited[0]


def test_the_real_clock_runs_too() -> None:
    async def work() -> Watch:
        watch = Watch(clock=time.perf_counter, cpu=time.process_time)
        async with watch.watching():
            await asyncio.sleep(0.1)
        return watch

    assert asyncio.run(work()).lags_ms
