"""Play every trial of a run that was not played yet: a pool of workers over one lazy list.

Nothing is kept in memory but what is in flight. A trial is on disk before it is counted, so the same command
goes on where it was cut off; trials whose class is not the model's doing are played again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.clients.client import Model
from harness.economy import Economy
from harness.play import Stage, play
from harness.run_record import ModelVariant, RunRecord
from harness.store import RunFolder, Trial
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


class RunStopped(Exception):
    """The run cannot go on; what was finished is kept, and the message says what to do."""


class CapReached(RunStopped):
    """What is left may cost more than the run may; what was on its way came to its end first."""


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

    def todo(self, variant: ModelVariant) -> list[Trial]:
        """The variant's trials that count for nothing yet."""
        begun = self.folder.begun(variant)
        trials = (t for t in self.folder.trials(self.record) if t.model.label == variant.label)
        left = [
            trial
            for trial in trials
            if self.folder.transcript_file(trial) not in begun or not self._is_played(trial)
        ]
        return self.order(left)

    def nothing_to_do(self, variant: ModelVariant) -> Tally:
        """What `run` answers when every trial was played before."""
        trials = self._trials(variant)
        self.progress.began(variant, trials, trials)
        return Tally(played=0, kept=trials, ended={})

    async def run(self, model: Model, gone: Callable[[], Exception | None] = lambda: None) -> Tally:
        """Play the model's trials. Raises `RunStopped` when no further request can succeed, and `CapReached`
        when none may be sent.

        `gone` says why the model can never be asked again, once that is so.
        """
        todo = self.todo(model.variant)
        trials = self._trials(model.variant)
        kept = trials - len(todo)
        self.progress.began(model.variant, trials, kept)
        work = _Work(todo=iter(todo), gone=gone)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self.concurrency, len(todo))):
                    workers.create_task(self._worker(model, work))
        except* RunStopped as stopped:
            raise stopped.exceptions[0] from None
        if work.over_cap:
            raise CapReached(f"{model.variant.label}: {work.over_cap}")
        return Tally(played=sum(work.ended.values()), kept=kept, ended=dict(work.ended))

    def _trials(self, variant: ModelVariant) -> int:
        return self.record.repeats * len(self.record.asked_of(variant.label))

    async def _worker(self, model: Model, work: "_Work") -> None:
        for trial in work.todo:
            if work.over_cap:
                return
            exam = self.exams[trial.scenario]
            transcript = await play(exam, model, trial.repeat, self.stage)
            self._keep(trial, transcript)
            work.ended[transcript.ended] += 1
            self.progress.played(trial, transcript, self.grade(exam, transcript))
            if transcript.ended == "budget" and transcript.failure is not None:
                work.over_cap = transcript.failure.message
            why = work.hopeless(transcript) or (
                self.economy.objection(exam, transcript) if self.economy else ""
            )
            if why:
                again = "what was finished is kept, and the same command goes on"
                raise RunStopped(f"{model.variant.label}: {why}; {again}")

    def _keep(self, trial: Trial, transcript: Transcript) -> None:
        try:
            self.folder.write_transcript(trial, transcript)
        except OSError as error:
            raise RunStopped(f"cannot write: {error}; make room, and the same command goes on") from error

    def _is_played(self, trial: Trial) -> bool:
        transcript = self.folder.transcript(trial)
        return transcript is not None and transcript.ended in GRADED


def shuffled(seed: int) -> Callable[[list[Trial]], list[Trial]]:
    """An order that puts nothing beside what it shares its beginning with."""
    return lambda trials: Dice(f"{seed}/order of play").shuffled(trials)


@dataclass
class _Work:
    todo: Iterator[Trial]
    gone: Callable[[], Exception | None]
    ended: Counter[TrialClass] = field(default_factory=Counter)
    unreachable: int = 0
    over_cap: str = ""
    """Why no further trial is begun."""

    def hopeless(self, transcript: Transcript) -> str:
        """Why asking on is of no use, and what to do; empty when it may be of use."""
        failure = transcript.failure if transcript.ended == "provider" else None
        unreachable = failure is not None and failure.kind in _NOBODY
        self.unreachable = self.unreachable + 1 if unreachable else 0
        if failure is None:
            return ""
        if gone := self.gone():
            return str(gone)
        told = _NOBODY if self.unreachable >= _PATIENCE else _HOPELESS
        remedy = told.get(failure.kind)
        return f"{failure.message}; {remedy}" if remedy else ""
