"""The purse and a ledger that takes its time: nothing is sent before it is written down for good."""

import asyncio
from dataclasses import dataclass, field

import pytest

from harness.clients.bounds import Amount
from harness.clients.client import OverBudget
from harness.clients.purse import Purse
from harness.runs.ledger import Ledger, Line

pytestmark = pytest.mark.anyio

MOST = Amount(usd=0.6, tokens=100)


@dataclass
class Store:
    """Keeps lines when it is told to."""

    lines: list[Line] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    def append(self, data: bytes) -> None:
        self.lines.append(Line.model_validate_json(data))

    async def kept(self) -> None:
        await self.told.wait()
        if self.fails:
            raise OSError("s3://bucket/spent cannot be written: no network")


def purse(store: Store) -> Purse:
    return Purse(ledger=Ledger(sink=store), now=lambda: "", max_cost=1.0)


async def holding(held: "asyncio.Task[int]") -> None:
    """Let it come as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)
    assert not held.done()


async def test_a_request_waits_until_the_ledger_has_it() -> None:
    store = Store()
    held = asyncio.create_task(purse(store).hold("m", MOST))
    await holding(held)
    store.told.set()

    assert await held == 1
    assert [line.why for line in store.lines] == ["held"]


async def test_a_request_that_cannot_be_written_down_is_not_sent_and_sets_its_money_free() -> None:
    store = Store(fails=True)
    store.told.set()
    money = purse(store)
    with pytest.raises(OverBudget, match="cannot write what is spent: s3://bucket/spent cannot be written"):
        await money.hold("m", MOST)
    store.fails = False

    assert await money.hold("m", MOST) == 2  # as much as is held once, and no more than once
    assert [(line.request, line.why) for line in store.lines] == [(1, "held"), (1, "refused"), (2, "held")]


async def test_who_gives_up_waiting_sets_the_money_free() -> None:
    store = Store()
    money = purse(store)
    gave_up = asyncio.create_task(money.hold("m", MOST))
    await holding(gave_up)
    gave_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gave_up
    store.told.set()

    assert await money.hold("m", MOST) == 2
