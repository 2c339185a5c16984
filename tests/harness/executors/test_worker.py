"""A shard, played by a worker that was told of nothing but the run's folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from harness.budget import Caps
from harness.environment import Environment
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.executors.letters import Begin, Played
from harness.executors.line import Line
from harness.executors.shard import Shard
from harness.executors.steward import Joined, Office, Steward
from harness.executors.worker import Job, play_shard
from harness.runs.ledger import last_lines
from harness.runs.record import ModelVariant, RunRecord, UserRecord
from harness.runs.store import RunFolder
from harness.stopped import RunStopped
from scenarios.documents.shelf import DocumentSettings
from scenarios.transcript import Transcript
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_suite import write_suite
from tests.harness.users.caller import caller

pytestmark = pytest.mark.anyio
ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)


@dataclass(kw_only=True)
class Place:
    """A run of two scenarios for the oracle, its steward, and its one shard."""

    job: Job
    steward: Steward
    cells: tuple[tuple[str, int], ...]

    @property
    def shard(self) -> Shard:
        return Shard(number=1, model=ORACLE, cells=self.cells)

    async def play(self, **changes: Any) -> None:
        """A worker takes the shard."""
        joined = await self.steward.join(1, ORACLE.label)
        await play_shard(replace(self.job, **changes), self.shard, 2, joined, self.line(joined))

    def line(self, joined: Joined) -> Line:
        return Line(
            exchange=lambda news: self.steward.exchange(joined.session, news),
            wait=lambda: self.steward.wait(joined.session),
        )

    async def told(self) -> list[Played]:
        return [played for _, played in (await self.steward.bulletin()).played]

    def transcript(self, place: int) -> Transcript:
        found = self.job.folder.transcript(self.shard.trial(place))
        assert found is not None
        return found


@asynccontextmanager
async def little(tmp_path: Path, suite: str = "", user: UserRecord | None = None) -> AsyncIterator[Place]:
    suite = suite or str(write_suite(tmp_path / "little", "ada", "ole"))
    environment = Environment(home=tmp_path, keys={}, variables={})
    exams = await prepare_exams(load_scenarios([suite]), world_home(environment, tmp_path / "work"))
    folder = RunFolder(tmp_path / "run")
    record = RunRecord(
        id="run",
        created="",
        command="",
        models=(ORACLE,),
        user=user,
        suites=("little",),
        scenarios={name: exam.digest for name, exam in exams.items()},
        repeats=2,
        seed=0,
    )
    folder.write_record(record)
    for exam in exams.values():
        folder.write_exam(exam)
    steward = Steward()
    await steward.open(
        Office(folder=folder, record=record, caps=Caps(), known=KNOWN, concurrency=2, environment=environment)
    )
    job = Job(
        folder=folder,
        record=record,
        known=KNOWN,
        documents=DocumentSettings(),
        transport="memory",
        seed=0,
        warm=True,
        allow_cold=False,
        longspan=version("longspan"),
    )
    try:
        yield Place(job=job, steward=steward, cells=tuple((name, n) for n in (0, 1) for name in exams))
    finally:
        await steward.close()


async def test_a_shard_is_played_graded_written_and_told(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        await at.play()
        told = await at.told()

        assert sorted(played.place for played in told) == [0, 1, 2, 3]
        assert {(played.ended, played.success, played.resent) for played in told} == {("done", True, 0)}
        assert all(played.row.startswith(at.transcript(played.place).started.encode()) for played in told)
        assert {at.transcript(place).resent for place in range(4)} == {None}


async def test_a_user_at_an_address_is_asked_by_the_worker_and_paid_by_the_run(tmp_path: Path) -> None:
    async with caller() as url:
        guest = find_variant(f"chat:guest@{url}")
        async with little(tmp_path, "home-network/stuck-line", UserRecord(model=guest, prompt=1)) as at:
            await at.play()

            assert [at.transcript(place).user for place in range(2)] == [guest.label] * 2
            assert [len(at.transcript(place).user_exchanges) for place in range(2)] == [1, 1]
            lines = list(last_lines(at.job.folder))
            assert [(line.model, line.tokens) for line in lines] == [(guest.label, 207)] * 2


async def test_what_a_lost_worker_had_in_flight_is_begun_again_and_says_so(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        lost = await at.steward.join(1, ORACLE.label)
        await at.steward.exchange(lost.session, [Begin(number=n, place=n) for n in (0, 1)])
        await at.play()
        told = await at.told()

        assert {played.place: played.resent for played in told} == {0: 1, 1: 1, 2: 0, 3: 0}
        assert [at.transcript(place).resent for place in range(4)] == [1, 1, None, None]


async def test_what_a_lost_worker_wrote_down_is_told_and_not_played_again(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        await at.play()
        before = [at.transcript(place) for place in range(4)]
        first = await at.told()
        at.steward = Steward()
        await at.steward.open(
            Office(
                folder=at.job.folder,
                record=at.job.record,
                caps=Caps(),
                known=KNOWN,
                concurrency=2,
                environment=Environment(home=tmp_path, keys={}, variables={}),
            )
        )
        lost = await at.steward.join(1, ORACLE.label)
        await at.steward.exchange(lost.session, [Begin(number=n, place=n) for n in range(4)])
        await at.play()
        again = await at.told()

        assert [at.transcript(place) for place in range(4)] == before
        assert sorted(again, key=lambda one: one.place) == sorted(first, key=lambda one: one.place)


async def test_trials_that_are_over_are_neither_played_nor_told_again(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        lost = await at.steward.join(1, ORACLE.label)
        over = [Played(place=place, row=b"", ended="provider") for place in (0, 3)]
        await at.steward.exchange(lost.session, over)
        await at.steward.bulletin()
        await at.play()

        assert sorted(played.place for played in await at.told()) == [1, 2]


async def test_a_machine_that_does_not_see_the_run_stops_it_and_says_what_to_do(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        with pytest.raises(RunStopped, match=r"does not see the run at .*elsewhere; give --runs a folder"):
            await at.play(folder=RunFolder(tmp_path / "elsewhere"))


async def test_a_machine_with_another_version_stops_the_run(tmp_path: Path) -> None:
    async with little(tmp_path) as at:
        with pytest.raises(RunStopped, match=r"who began the run has 0\.0\.9; install the same"):
            await at.play(longspan="0.0.9")
