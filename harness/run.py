"""Play every trial of a run that was not played yet: a pool of workers over one lazy list.

Nothing is kept in memory but what is in flight. A trial is on disk before it is counted, so the same command
goes on where it was cut off; trials whose class is not the model's doing are played again.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.clients.client import Model
from harness.economy import Economy
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunFolder, Trial
from harness.stopped import CapReached, RunStopped
from harness.trial.play import Stage, play
from harness.trial.talk import OF_THE_USER
from scenarios.documents.dice import Dice
from scenarios.exam import Exam
from scenarios.transcript import GRADED, Transcript, TrialClass
from scoring.grade import Grade

_HOPELESS: Mapping[str, str] = {
    "http_401": "set LONGSPAN_API_KEY to a key that is good here",
    "http_403": "set LONGSPAN_API_KEY to a key that may use this model",
    "http_404": "correct the model's id or the URL, which mostly ends in /v1",
}
"""Refusals that every further request would meet as well, and what to do about each."""
_NOBODY: Mapping[str, str] = {
    "unreachable": "start the server again",
    "tls": "look at its certificate and at the address, which may want http://",
}
"""Kinds of failures that reach nobody, and what to do about each."""
_PATIENCE = 3
"""So many trials in a row that reach nobody end the run."""
_LOOK_SECONDS = 0.5
"""Between looks at whether a server of ours is still there."""


class Progress(Protocol):
    """Somebody who watches a run."""

    def began(self, model: ModelVariant, trials: int, finished: int) -> None: ...

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the trials of this call ended."""

    played: int
    kept: int
    """Trials that had been played before."""
    ended: Mapping[TrialClass, int]
    resent: int = 0
    """Trials that were begun again, since a machine was lost in the middle of them."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    folder: RunFolder
    record: RunRecord
    exams: Mapping[str, Exam]
    stage: Stage
    grade: Callable[[Exam, Transcript], Grade]
    progress: Progress
    concurrency: int
    order: Callable[[list[Trial]], list[Trial]] = list
    """The order of play; as the record tells it, if not said."""
    economy: Economy | None = None
    """Watches whether what questions share is paid once; None where nobody counts on it."""
    begin: Callable[[Trial], Awaitable[int]] | None = None
    """Asked before a trial is begun: how often it was begun before, on machines that were lost. Raises
    `CapReached` when it may not be begun."""

    def todo(self, variant: ModelVariant) -> list[Trial]:
        """The variant's trials that count for nothing yet."""
        trials = [t for t in self.folder.trials(self.record) if t.model.label == variant.label]
        played = self.folder.played(trials, [variant])
        done = {(t.scenario, t.repeat) for t, transcript in played if transcript.ended in GRADED}
        return self.order([t for t in trials if (t.scenario, t.repeat) not in done])

    def nothing_to_do(self, variant: ModelVariant) -> Tally:
        """What `run` answers when every trial was played before."""
        trials = self.asked(variant)
        self.progress.began(variant, trials, trials)
        return Tally(played=0, kept=trials, ended={})

    async def run(self, model: Model, gone: Callable[[], Exception | None] = lambda: None) -> Tally:
        """Play the model's trials. Raises `RunStopped` when no further request can succeed, and `CapReached`
        when none may be sent.

        `gone` says why the model can never be asked again, once that is so.
        """
        todo = self.todo(model.variant)
        trials = self.asked(model.variant)
        kept = trials - len(todo)
        self.progress.began(model.variant, trials, kept)
        ended = await self.play(model, todo, gone)
        return Tally(played=sum(ended.values()), kept=kept, ended=ended)

    async def play(
        self, model: Model, todo: Sequence[Trial], gone: Callable[[], Exception | None] = lambda: None
    ) -> Mapping[TrialClass, int]:
        """Play these trials; how they ended. Raises like `run`."""
        left, course = iter(todo), Course(gone=gone)
        try:
            async with asyncio.TaskGroup() as tasks:
                many = range(min(self.concurrency, len(todo)))
                workers = [tasks.create_task(self._worker(model, left, course)) for _ in many]
                tasks.create_task(_look_after(workers, model.variant, gone))
        except* RunStopped as stopped:
            raise stopped.exceptions[0] from None
        if course.over_cap:
            raise CapReached(f"{model.variant.label}: {course.over_cap}")
        return dict(course.ended)

    def asked(self, variant: ModelVariant) -> int:
        """How many trials there are of a variant, played or not."""
        return self.record.repeats * len(self.record.asked_of(variant.label))

    async def _worker(self, model: Model, left: Iterator[Trial], course: "Course") -> None:
        for trial in left:
            if course.over_cap:
                return
            try:
                before = await self.begin(trial) if self.begin else 0
            except CapReached as reached:
                course.over_cap = str(reached)
                return
            exam = self.exams[trial.scenario]
            transcript = await play(exam, model, trial.repeat, self.stage)
            if before:
                transcript = transcript.model_copy(update={"resent": before})
            await self._keep(trial, transcript)
            self.progress.played(trial, transcript, self.grade(exam, transcript))
            why = course.objection(transcript) or (
                self.economy.objection(exam, transcript) if self.economy else ""
            )
            if why:
                raise stopped_by(model.variant, why)

    async def _keep(self, trial: Trial, transcript: Transcript) -> None:
        try:
            await self.folder.aside(self.folder.write_transcript, trial, transcript)
        except OSError as error:
            raise RunStopped(f"cannot write: {error}; make room, and the same command goes on") from error


def shuffled(seed: int) -> Callable[[list[Trial]], list[Trial]]:
    """An order that puts nothing beside what it shares its beginning with."""
    return lambda trials: Dice(f"{seed}/order of play").shuffled(trials)


async def _look_after(
    workers: Sequence[asyncio.Task[None]], variant: ModelVariant, gone: Callable[[], Exception | None]
) -> None:
    """Raise `RunStopped` as soon as nobody can ask any more, whatever the workers are waiting for."""
    while workers and (await asyncio.wait(workers, timeout=_LOOK_SECONDS))[1]:
        if why := gone():
            raise stopped_by(variant, str(why))


def stopped_by(variant: ModelVariant, why: str) -> RunStopped:
    again = "what was finished is kept, and the same command goes on"
    return RunStopped(f"{variant.label}: {why}; {again}")


@dataclass(kw_only=True)
class Course:
    """How the playing of one model's trials goes."""

    gone: Callable[[], Exception | None] = lambda: None
    ended: Counter[TrialClass] = field(default_factory=Counter)
    unreachable: int = 0
    over_cap: str = ""
    """Why no further trial is begun."""

    def objection(self, transcript: Transcript) -> str:
        """Count a trial in; why asking on is of no use, and what to do, or empty when it may be of use."""
        self.ended[transcript.ended] += 1
        if transcript.ended == "budget" and transcript.failure is not None:
            self.over_cap = transcript.failure.message
        failure = transcript.failure if transcript.ended == "provider" else None
        unreachable = failure is not None and failure.kind in _NOBODY
        self.unreachable = self.unreachable + 1 if unreachable else 0
        if failure is None:
            return ""
        if gone := self.gone():
            return str(gone)
        told = _NOBODY if self.unreachable >= _PATIENCE else _HOPELESS
        remedy = told.get(failure.kind)
        who = (
            f"{transcript.user}, which plays the users: "
            if (failure.where or "").endswith(OF_THE_USER)
            else ""
        )
        return f"{who}{failure.message}; {remedy}" if remedy else ""
