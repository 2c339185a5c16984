"""Our own part in a measurement: how late our event loop was, and how much of a core we used.

A client that is busy reads a token later than it came, and calls that the server's latency. So a timer goes
off all the while, and how late it does is how late a token may have been read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from harness.bench.figures import spread
from harness.bench.record import Client, Figures

_EVERY = 0.02
"""Seconds between two looks."""
_BUSY = 0.9
"""Of one core, which is all that an event loop can use."""
_OF_A_GAP = 0.1
"""A lag of less than this part of a median gap between tokens changes no figure that anybody reads."""
_LEAST_LAG = 2.0
"""Milliseconds that a timer may be late on an idle machine."""
_OF_A_REPLY = 0.05
"""Waiting for less than this part of a reply leaves a load what it is meant to be."""


@dataclass(kw_only=True)
class Watch:
    """What was seen of ourselves."""

    clock: Callable[[], float]
    """Seconds."""
    cpu: Callable[[], float]
    """Seconds of CPU that our process has used."""
    lags_ms: list[float] = field(default_factory=list)
    took: float = 0.0
    used: float = 0.0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        begun, used = self.clock(), self.cpu()
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            self.took, self.used = self.clock() - begun, self.cpu() - used

    async def _look(self) -> None:
        while True:
            before = self.clock()
            await asyncio.sleep(_EVERY)
            self.lags_ms.append(max(0.0, self.clock() - before - _EVERY) * 1e3)

    def seen(self, figures: Figures, held_back: int) -> Client:
        """`held_back`: how many requests waited for a free place among those on their way."""
        share = self.used / self.took if self.took else 0.0
        limited = (_busy(share), _late(self.lags_ms, figures), _held(figures, held_back))
        return Client(
            cpu_share=round(share, 4), lag_ms=spread(self.lags_ms), limited=tuple(filter(None, limited))
        )


def _busy(share: float) -> str:
    return f"our own process used {share:.0%} of a core; ask less, or from more machines" * (share >= _BUSY)


def _late(lags: Sequence[float], figures: Figures) -> str:
    late = sorted(lags)[int(len(lags) * 0.99)] if lags else 0.0
    gap = figures.itl_ms.p50
    if late <= max(_LEAST_LAG, _OF_A_GAP * (gap or 0.0)):
        return ""
    beside = "" if gap is None else f", where tokens are {gap:.1f} ms apart"
    return f"our own event loop was up to {late:.1f} ms late (p99){beside}; tails of TTFT and ITL may be ours"


def _held(figures: Figures, held_back: int) -> str:
    if held_back:
        return (
            f"{held_back:,} arrivals waited for a free place, so the loop was not open: the server is beyond "
            "its capacity at this rate, or --in-flight is too small"
        )
    waited, took = figures.wait_ms.mean or 0.0, figures.e2el_ms.mean or 0.0
    if waited <= _OF_A_REPLY * took:
        return ""
    return (
        f"requests waited {waited:.0f} ms on average before they were sent, for the endpoint's limits, the "
        "cap, or us; the load was less than was asked for"
    )
