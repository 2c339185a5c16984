"""What a trial costs on Ray beside what it costs in one process, against an endpoint that answers at once.

    python scripts/bench/ray_overhead.py [--trials 1500] [--rounds 3] [--concurrency 32]

Single-request trials and ten-call trials, over HTTP, graded and written, are played by this process and by a
Ray cluster on this machine, in turn; the least of the rounds counts. For Ray the CPU of every process is
taken, by what it does: the workers play, the steward keeps limits and money, the driver shows, and Ray moves
all of it. `most` is what one steward could take at this rate if it had a core of its own and others played.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from harness.clock import utc_now
from harness.environment import Environment
from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.executors.executor import Executor, open_executor
from harness.models.opened import Opening, OpenModel, open_model
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.registry.knowledge import Knowledge, load_knowledge
from harness.request import Request
from harness.run import Runner
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.recording import recording
from harness.runs.store import RunFolder
from harness.trial.play import Stage
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.scenario import Scenario
from scripts.bench.overhead import MEMORY, SINGLE, TOOL, Watcher, server, ten_calls
from tools.open_world import WorldHome

_TICKS = os.sysconf("SC_CLK_TCK")
_ROLES = ("workers", "steward", "driver", "Ray itself")
_Name = Literal["local", "ray"]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one round: CPU milliseconds of a trial, by who took them, and trials a second."""

    cpu: Mapping[str, float]
    rate: float

    @property
    def total(self) -> float:
        return sum(self.cpu.values())


def taken() -> dict[tuple[int, str], float]:
    """CPU seconds so far of each process that has to do with a run, and what it does."""
    found: dict[tuple[int, str], float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if (role := _role(int(folder.name), line)) is not None:
            found[int(folder.name), role] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def _role(pid: int, line: str) -> str | None:
    if pid == os.getpid():
        return "driver"
    if line.startswith("ray::Steward"):
        return "steward"
    if line.startswith("ray::") and "Agent" not in line:
        return "workers"
    return "Ray itself" if line.startswith("ray::") or "/ray/" in line.partition(" ")[0] else None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A scenario, played as often as wanted by rows that differ in nothing but their name."""

    exam: Exam
    home: WorldHome
    variants: Sequence[ModelVariant]
    known: Knowledge
    trials: int
    concurrency: int
    folder: Path

    def request(self, executor: _Name) -> Request:
        return Request(
            suites=("bench",),
            models=tuple(self.variants),
            repeats=self.trials,
            concurrency=self.concurrency,
            runs=self.folder,
            executor=executor,
            known=self.known,
        )

    @asynccontextmanager
    async def runner(
        self, executor: Literal["local", "ray"]
    ) -> AsyncIterator[tuple[Runner, Opening, Executor]]:
        """A run that is ready to be played."""
        folder = RunFolder(self.folder / executor)
        record = RunRecord(
            id="bench",
            created="",
            command="",
            models=tuple(self.variants),
            suites=("bench",),
            scenarios={self.exam.scenario.name: self.exam.digest},
            repeats=self.trials,
            seed=0,
        )
        exams = {self.exam.scenario.name: self.exam}
        folder.write_record(record)
        folder.write_exam(self.exam)
        opening = Opening(
            environment=Environment(home=self.folder, keys={}, variables={}),
            known=self.known,
            logs=self.folder,
            concurrency=self.concurrency,
            seed=0,
            shelf=Shelf(),
            now=utc_now,
        )
        with recording(folder, record.id, exams, Watcher()) as recorded:
            runner = Runner(
                folder=folder,
                record=record,
                exams=exams,
                stage=Stage(home=self.home, now=utc_now, clock=time.perf_counter),
                grade=Grader().grade,
                progress=recorded,
                concurrency=self.concurrency,
            )
            async with open_executor(self.request(executor), runner, opening, recorded) as (played_by, given):
                yield runner, given, played_by


async def least(bench: Bench, executor: _Name) -> Cost:
    """The cheapest of the rounds, after one to warm up."""
    costs: list[Cost] = []
    async with bench.runner(executor) as (runner, opening, played_by):
        for variant in bench.variants:
            async with open_model(variant, opening) as opened:
                costs.append(await _round(runner, opened, played_by))
    return min(costs[1:], key=lambda cost: cost.total)


async def _round(runner: Runner, opened: OpenModel, played_by: Executor) -> Cost:
    before, start = taken(), time.perf_counter()
    tally = await played_by.play(runner, opened)
    seconds, cpu = time.perf_counter() - start, dict.fromkeys(_ROLES, 0.0)
    for (process, role), spent in taken().items():
        cpu[role] += 1e3 * (spent - before.get((process, role), 0.0)) / tally.played
    return Cost(cpu=cpu, rate=tally.played / seconds)


@asynccontextmanager
async def bench_of(
    url: str, scenario: Scenario, folder: Path, trials: int, asked: argparse.Namespace
) -> AsyncIterator[Bench]:
    home = WorldHome(work=folder / "work", logs=folder / "logs")
    known = load_knowledge(None, datetime.now(UTC).date())
    variants = [find_variants(f"chat:zero-{n}@{url}", Wanted(), known)[0] for n in range(asked.rounds + 1)]
    yield Bench(
        exam=await prepare_exam(scenario, home),
        home=home,
        variants=variants,
        known=known,
        trials=trials,
        concurrency=asked.concurrency,
        folder=folder,
    )


async def compare(folder: Path, asked: argparse.Namespace) -> None:
    """Print the table."""
    scenario, arguments = ten_calls()
    async with AsyncExitStack() as stack:
        talk = stack.enter_context(server())
        tools = stack.enter_context(server("--tool", TOOL, "--arguments", json.dumps(arguments)))
        for name, url, played, trials in (
            ("single-request trial", talk, SINGLE, asked.trials),
            ("ten-call trial", tools, scenario, max(1, asked.trials // 10)),
        ):
            async with bench_of(url, played, folder / name, trials, asked) as bench:
                show(name, await least(bench, "local"), await least(bench, "ray"))


def show(name: str, local: Cost, far: Cost) -> None:
    print(f"{name}, CPU ms a trial")
    print(f"  one process     {local.cpu['driver']:7.2f}   {local.rate:8.0f} trials/s")
    times = far.total / local.cpu["driver"]
    print(f"  on Ray          {far.total:7.2f}   {far.rate:8.0f} trials/s   {times:.2f} x")
    for role in _ROLES:
        print(f"    {role:<12}  {far.cpu[role]:7.2f}")
    print(f"    most of one steward: {1e3 / far.cpu['steward']:,.0f} trials/s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--folder", type=Path, default=MEMORY if MEMORY.is_dir() else None)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="longspan-bench-", dir=asked.folder) as temporary:
        asyncio.run(compare(Path(temporary), asked))


if __name__ == "__main__":
    main()
