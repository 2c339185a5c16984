"""A shard, played by a process that was told of nothing but the run's folder.

It builds what a run on one machine builds, out of what the run froze, and plays with the same code; only the
gates stand elsewhere, and what was played is told over the line.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from platform import node
from tempfile import TemporaryDirectory

from harness.agents.registry import open_agents
from harness.clock import utc_now
from harness.economy import Economy
from harness.environment import Environment, read_environment
from harness.exams.grading import Grader
from harness.exams.prepare import world_home
from harness.executors.letters import Played
from harness.executors.line import Line
from harness.executors.shard import Shard
from harness.executors.steward import Joined
from harness.models.opened import Opening, open_model
from harness.models.pricing import Tariff, tariffs
from harness.models.wanted import ModelError
from harness.registry.knowledge import Knowledge
from harness.report.rows import csv_line, trial_row
from harness.run import Runner
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunFolder, Trial
from harness.stopped import RunStopped
from harness.trial.opening import InFolder, Openings
from harness.trial.play import Stage
from harness.users.chosen import open_user
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.exam import Exam
from scenarios.scenario import Transport
from scenarios.transcript import GRADED, Transcript
from scoring.grade import Grade


@dataclass(frozen=True, kw_only=True)
class Job:
    """What all workers of a run are given. There is no key in it: these come from the steward."""

    folder: RunFolder
    """One that every machine sees."""
    record: RunRecord
    known: Knowledge
    documents: DocumentSettings
    transport: Transport
    seed: int
    warm: bool
    """Questions on one document begin with one that goes ahead."""
    allow_cold: bool
    longspan: str
    """The version that the run was begun with."""


async def play_shard(job: Job, shard: Shard, width: int, joined: Joined, line: Line) -> None:
    """Play what is left of a shard, `width` trials at a time. Raises `RunStopped` and `CapReached`."""
    _same_run(job)
    environment = read_environment(providers=job.known.providers).with_more(joined.environment)
    shelf = Shelf(replace(job.documents, cache=environment.fillers))
    exams = {name: job.folder.exam(name) for name in shard.scenarios}
    reporter = Reporter(job=job, shard=shard, exams=exams, tariffs=tariffs(job.record), line=line)
    async with _stage(job, shard, environment, shelf) as stage:
        runner = Runner(
            folder=job.folder,
            record=job.record,
            exams=exams,
            stage=stage,
            grade=Grader().grade,
            progress=reporter,
            concurrency=width,
            economy=Economy() if job.warm and not job.allow_cold else None,
            begin=reporter.begin,
        )
        opening = Opening(
            environment=environment,
            known=job.known,
            logs=stage.home.logs,
            concurrency=width,
            seed=job.seed,
            shelf=shelf,
            now=utc_now,
            gate=line.gate,
            places={} if joined.place is None else {shard.model.label: joined.place},
        )
        async with line.open():
            todo = await _left(job, shard, joined, runner)
            try:
                async with open_user(job.record, opening) as user, open_model(shard.model, opening) as opened:
                    runner = replace(runner, stage=replace(stage, user=user.user))
                    await runner.play(opened.model, todo, opened.gone)
            except ModelError as error:  # the driver could ask it, or this would not have begun
                raise RunStopped(f"on {node()}: {error}; the same command goes on") from error


async def _left(job: Job, shard: Shard, joined: Joined, runner: Runner) -> list[Trial]:
    """What is to be played. What a lost worker began and wrote down after all is told, and no more."""
    todo: list[Trial] = []
    for place in range(len(shard.cells)):
        if place in joined.over:
            continue
        trial = shard.trial(place)
        if place in joined.before:
            transcript = await job.folder.aside(job.folder.transcript, trial)
            if transcript is not None and transcript.ended in GRADED:
                runner.progress.played(
                    trial, transcript, runner.grade(runner.exams[trial.scenario], transcript)
                )
                continue
        todo.append(trial)
    return todo


@dataclass(kw_only=True)
class Reporter:
    """Tells the steward what goes on here, in place of whoever watches the run."""

    job: Job
    shard: Shard
    exams: dict[str, Exam]
    tariffs: dict[str, Tariff]
    line: Line
    _places: dict[tuple[str, int], int] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {cell: place for place, cell in enumerate(self.shard.cells)}

    async def begin(self, trial: Trial) -> int:
        return await self.line.begin(self._place(trial))

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        """The driver has told it."""

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        exam = self.exams[trial.scenario]
        row = trial_row(self.job.record.id, trial, exam, transcript, grade, self.tariffs)
        self.line.tell(
            Played(
                place=self._place(trial),
                row=csv_line(row),
                ended=transcript.ended,
                failure=transcript.failure,
                success=grade.success,
                resent=transcript.resent or 0,
            )
        )

    def _place(self, trial: Trial) -> int:
        return self._places[trial.scenario, trial.repeat]


@asynccontextmanager
async def _stage(job: Job, shard: Shard, environment: Environment, shelf: Shelf) -> AsyncIterator[Stage]:
    agents = await open_agents([shard.model.agent])
    with TemporaryDirectory(prefix="longspan-") as work:
        async with job.folder.logs() as logs:
            home = world_home(environment, Path(work), job.transport)
            yield Stage(
                home=replace(home, logs=logs / "servers"),
                now=utc_now,
                clock=time.perf_counter,
                openings=Openings(shelf=shelf, store=InFolder(job.folder), warm=job.warm),
                agents=agents,
            )


def _same_run(job: Job) -> None:
    """Whether this machine has what the run is played with. Raises `RunStopped`."""
    if version("longspan") != job.longspan:
        raise RunStopped(
            f"{node()} has Longspan {version('longspan')}, and who began the run has {job.longspan}; install "
            "the same on every machine"
        )
    if not job.folder.is_begun or job.folder.record.id != job.record.id:
        raise RunStopped(
            f"{node()} does not see the run at {job.folder}; give --runs a folder that every machine mounts, "
            "or a bucket such as s3://BUCKET/runs"
        )
