"""Limits and money of a run, kept for workers that may be lost: leases, slots, bounds, and what was begun."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.budget import Caps
from harness.clients.client import OverBudget, Passage, Rejected, Sending
from harness.environment import Environment
from harness.executors.letters import Answer, Begin, Enter, Leave, News, Played
from harness.executors.line import Line
from harness.executors.steward import Joined, Office, Steward, Superseded
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunFolder
from harness.stopped import CapReached
from scenarios.transcript import Exchange, Usage
from tests.harness.clients.gated import PRICES
from tests.harness.known import KNOWN, find_variant

pytestmark = pytest.mark.anyio
VARIANT = find_variant("chat:m@http://127.0.0.1:9/v1")
LABEL = VARIANT.label
SENDING = Sending(size=100, output_tokens=100)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(kw_only=True)
class Headquarters:
    """A steward in this process, and workers that speak to it as if they were far away."""

    steward: Steward
    folder: RunFolder
    clock: Clock
    letters: list[Sequence[News]] = field(default_factory=list)

    async def worker(self, shard: int = 1) -> "Worker":
        joined = await self.steward.join(shard, LABEL)

        async def exchange(news: Sequence[News]) -> Sequence[Answer]:
            self.letters.append(news)
            return await self.steward.exchange(joined.session, news)

        async def wait() -> Sequence[Answer]:
            return await self.steward.wait(joined.session)

        return Worker(joined=joined, line=Line(exchange=exchange, wait=wait))

    def spent(self) -> list[tuple[int, str, int | None]]:
        """Number, why and tokens of every line of the ledger."""
        lines = map(json.loads, (self.folder.path / "spent.jsonl").read_text("utf-8").splitlines())
        return [(line["request"], line["why"], line.get("tokens")) for line in lines]


@dataclass(kw_only=True)
class Worker:
    joined: Joined
    line: Line


@asynccontextmanager
async def office(
    tmp_path: Path, *, concurrency: int = 2, max_tokens: int | None = None
) -> AsyncIterator[Headquarters]:
    folder, clock = RunFolder(tmp_path / "run"), Clock()
    record = RunRecord(
        id="run",
        created="",
        command="",
        models=(VARIANT,),
        suites=(),
        scenarios={},
        repeats=1,
        seed=0,
        prices={LABEL: PRICES},
    )
    folder.write_record(record)
    steward = Steward(clock=clock)
    environment = Environment(home=tmp_path, keys={"LONGSPAN_API_KEY": "secret-of-mine"}, variables={})
    await steward.open(
        Office(
            folder=folder,
            record=record,
            caps=Caps(max_tokens=max_tokens),
            known=KNOWN,
            concurrency=concurrency,
            environment=environment,
        )
    )
    try:
        yield Headquarters(steward=steward, folder=folder, clock=clock)
    finally:
        await steward.close()


async def send(
    worker: Worker, until: asyncio.Event | None = None, begun: asyncio.Event | None = None
) -> None:
    """A request from its gate to its end."""
    async with worker.line.gate(VARIANT).passage(SENDING) as passage:
        if begun is not None:
            begun.set()
        if until is not None:
            await until.wait()
        passage.exchange = Exchange(usage=Usage(input=5, output=2), chunk_ms=(1.0, 2.0))


@asynccontextmanager
async def on_their_way(worker: Worker, count: int) -> AsyncIterator[asyncio.Event]:
    """So many requests that were let through, and the event that answers them."""
    answered = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            begun = asyncio.Event()
            group.create_task(send(worker, answered, begun))
            async with asyncio.timeout(5):
                await begun.wait()
        yield answered
        answered.set()


def played(place: int) -> Played:
    return Played(place=place, row=b"row", ended="done", success=True)


async def test_a_request_is_held_before_it_is_sent_and_paid_afterwards(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        worker = await at.worker()
        async with worker.line.open():
            await send(worker)

    assert [(why, tokens) for _, why, tokens in at.spent()][-1] == ("usage", 7)
    assert [why for _, why, _ in at.spent()] == ["held", "usage"]


async def test_the_limit_of_an_endpoint_holds_over_all_workers(tmp_path: Path) -> None:
    async with office(tmp_path, concurrency=3) as at:
        one, two = await at.worker(1), await at.worker(2)
        async with one.line.open(), two.line.open(), on_their_way(one, 2), on_their_way(two, 1) as answered:
            begun = asyncio.Event()
            third = asyncio.create_task(send(two, begun=begun))
            await one.line.begin(0)  # a letter there and back
            await two.line.begin(0)
            waits = not begun.is_set()
            answered.set()
            async with asyncio.timeout(5):
                await third

    assert waits
    assert begun.is_set()


async def test_no_more_is_spent_by_all_workers_than_the_cap(tmp_path: Path) -> None:
    async with office(tmp_path, max_tokens=2000) as at:
        one, two = await at.worker(1), await at.worker(2)
        async with one.line.open(), two.line.open(), on_their_way(one, 1):
            with pytest.raises(OverBudget, match="--max-tokens 2000"):
                await send_big(two)
            with pytest.raises(CapReached, match="--max-tokens 2000"):
                await one.line.begin(0)

    assert sum(tokens or 0 for _, why, tokens in at.spent() if why != "held") <= 2000


async def send_big(worker: Worker) -> None:
    async with worker.line.gate(VARIANT).passage(Sending(size=5000, output_tokens=5000)):
        pass


async def fail(worker: Worker, *, refused: bool) -> None:
    async with worker.line.gate(VARIANT).passage(SENDING) as passage:
        passage.refused = refused
        raise Rejected("http_400", "no")


async def test_a_request_that_failed_counts_as_it_does_on_one_machine(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        worker = await at.worker()
        async with worker.line.open():
            for refused in (True, False):
                with pytest.raises(Rejected):
                    await fail(worker, refused=refused)

    whys = [(why, tokens) for _, why, tokens in at.spent() if why != "held"]
    assert whys[0] == ("refused", 0)
    assert whys[1][0] == "bound"


async def test_a_worker_that_falls_silent_is_lost_and_its_slots_and_money_are_settled(tmp_path: Path) -> None:
    async with office(tmp_path, concurrency=1) as at:
        lost, other = await at.steward.join(1, LABEL), await at.worker(2)
        await at.steward.exchange(lost.session, [Begin(number=0, place=4)])
        let_through = await at.steward.exchange(lost.session, [Enter(number=1, model=LABEL, sending=SENDING)])
        async with other.line.open():
            waits = asyncio.create_task(send(other))
            at.clock.now = 40.0
            await other.line.begin(0)
            at.clock.now = 50.0
            await at.steward.bulletin()
            async with asyncio.timeout(5):
                await waits
        with pytest.raises(Superseded, match="given to another"):
            await at.steward.exchange(lost.session, [])
        joined = await at.steward.join(1, LABEL)

    assert [answer.number for answer in let_through] == [1]
    assert [why for _, why, _ in at.spent()] == ["held", "held", "bound", "usage"]
    assert (joined.before, joined.over) == ({4: 1}, frozenset())


async def test_who_takes_a_shard_again_is_told_what_was_played_and_what_was_in_flight(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        first = await at.steward.join(1, LABEL)
        news: list[News] = [Begin(number=n, place=n) for n in range(3)]
        await at.steward.exchange(first.session, [*news, played(0)])
        second = await at.worker(1)
        async with second.line.open():
            again, new = await second.line.begin(1), await second.line.begin(7)
            second.line.tell(played(1))
        third = await at.steward.join(1, LABEL)
        told = await at.steward.bulletin()

    assert (second.joined.over, second.joined.before) == (frozenset({0}), {1: 1, 2: 1})
    assert (again, new) == (1, 0)
    assert (third.over, third.before) == (frozenset({0, 1}), {2: 1, 7: 1})
    assert [(shard, one.place) for shard, one in told.played] == [(1, 0), (1, 1)]


async def send_alone(worker: Worker) -> None:
    async with worker.line.open():
        await send(worker)


async def test_a_worker_that_was_replaced_can_send_nothing_more(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        old = await at.worker(1)
        await at.worker(1)
        with pytest.raises(Superseded):
            await send_alone(old)

    assert at.spent() == []


async def test_a_request_that_is_given_up_in_the_line_costs_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, concurrency=1) as at:
        worker = await at.worker()
        async with worker.line.open(), on_their_way(worker, 1):
            waits = asyncio.create_task(send(worker))
            await worker.line.begin(0)
            waits.cancel()
            await asyncio.wait([waits])

    assert sorted(why for _, why, _ in at.spent()) == ["held", "held", "refused", "usage"]


async def test_what_is_said_at_one_moment_goes_in_one_letter(tmp_path: Path) -> None:
    async with office(tmp_path, concurrency=20) as at:
        worker = await at.worker()
        async with worker.line.open(), asyncio.TaskGroup() as group:
            for place in range(20):
                group.create_task(worker.line.begin(place))

    assert [len(letter) for letter in at.letters] == [20]


async def test_all_that_was_said_is_told_before_the_line_is_closed(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        worker = await at.worker()
        async with worker.line.open():
            worker.line.tell(played(3))
        told = await at.steward.bulletin()
        await at.steward.finish(worker.joined.session)

    assert [one.place for _, one in told.played] == [3]


async def test_closing_settles_what_is_on_its_way_at_the_most_it_can_cost(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        joined = await at.steward.join(1, LABEL)
        await at.steward.exchange(joined.session, [Enter(number=0, model=LABEL, sending=SENDING)])

    assert [why for _, why, _ in at.spent()] == ["held", "bound"]


async def test_a_reply_travels_without_the_gaps_between_its_chunks(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        worker = await at.worker()
        async with worker.line.open():
            await send(worker)

    (left,) = [one for letter in at.letters for one in letter if isinstance(one, Leave)]
    assert left.exchange is not None
    assert left.exchange.chunk_ms == ()


async def test_keys_are_handed_over_when_a_shard_is_taken_and_shown_nowhere(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        joined = await at.steward.join(1, LABEL)

    assert joined.environment.keys == {"LONGSPAN_API_KEY": "secret-of-mine"}
    assert "secret-of-mine" not in repr(joined)


async def test_a_reference_model_asks_nobody_for_leave(tmp_path: Path) -> None:
    oracle = ModelVariant(label="reference/oracle", wire="reference", model="oracle")
    async with office(tmp_path) as at:
        worker = await at.worker()
        async with worker.line.open(), worker.line.gate(oracle).passage(SENDING) as passage:
            assert isinstance(passage, Passage)

    assert at.letters == []
