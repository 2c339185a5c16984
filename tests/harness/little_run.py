"""A run of the tiny world as a folder: what the tests of runner, store and grading share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.clients.client import Model
from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.run import Runner
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade
from tests.harness.stage import Scripted, scenario, stage

LOOK = ("boxes__peek", '{"box": "a"}')
PUT = ("boxes__fill", '{"box": "b", "count": 3}')
GOLD = ([LOOK], [PUT], "Both hold 3.")


async def exam(tmp_path: Path, **changes: Any) -> Exam:
    return await prepare_exam(scenario(**changes), stage(tmp_path).home)


@dataclass
class Watcher:
    """Remembers what a run told whoever watches it."""

    begun: list[tuple[str, int, int]] = field(default_factory=list)
    """Model, trials, and how many of them had been played before."""
    seen: list[tuple[str, int, str]] = field(default_factory=list)
    """Scenario, repeat, and how the trial ended."""

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        self.begun.append((model.label, trials, finished))

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        self.seen.append((trial.scenario, trial.repeat, transcript.ended))


@dataclass(kw_only=True)
class LittleRun:
    """Two scenarios for one model, and the folder that they are played into."""

    tmp_path: Path
    exams: Mapping[str, Exam]
    watcher: Watcher = field(default_factory=Watcher)

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.tmp_path / "run")

    def record(self, model: Model, repeats: int = 1) -> RunRecord:
        return RunRecord(
            id="run",
            created="2026-03-14T10:00:00+00:00",
            command="longspan run tests",
            models=(model.variant,),
            suites=("tests",),
            scenarios={name: exam.digest for name, exam in self.exams.items()},
            repeats=repeats,
            seed=0,
        )

    def runner(self, model: Model, repeats: int = 1, concurrency: int = 1) -> Runner:
        """What plays the model's trials; its folder is that of every other runner of this run."""
        record = self.record(model, repeats)
        self.folder.write_record(record)
        for exam in self.exams.values():
            self.folder.write_exam(exam)
        return Runner(
            folder=self.folder,
            record=record,
            exams=self.exams,
            stage=stage(self.tmp_path),
            grade=Grader().grade,
            progress=self.watcher,
            concurrency=concurrency,
        )

    def trials(self, model: Model, repeats: int = 1) -> list[Trial]:
        return list(self.folder.trials(self.record(model, repeats)))

    def ended(self, model: Model, repeats: int = 1) -> list[str | None]:
        """How each trial ended; None for one that was not played."""
        transcripts = [self.folder.transcript(trial) for trial in self.trials(model, repeats)]
        return [None if found is None else found.ended for found in transcripts]


async def little_run(tmp_path: Path) -> LittleRun:
    exams = [await exam(tmp_path, id=name) for name in ("one", "two")]
    return LittleRun(tmp_path=tmp_path, exams={exam.scenario.name: exam for exam in exams})


def gold() -> Scripted:
    """A model that does what gold does; for one trial at a time."""
    return Scripted(GOLD)
