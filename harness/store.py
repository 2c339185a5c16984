"""A run is a folder; this module is the only one that knows its layout.

Every file appears whole or not at all: it is written beside its place and renamed into it. So a reader never
sees half a transcript, and killing the harness at any moment loses at most the trials in flight.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import yaml

from harness.run_record import ModelVariant, RunRecord, slug_of
from scenarios.exam import Exam
from scenarios.transcript import ReadingRecord, Transcript

_NAMES_RUNS = "`longspan list runs` names them"
_WHOLE_RUN = "restore it, or play the run again with --new"


class RunError(Exception):
    """A run folder that cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One cell of a run: a model, a scenario and a repeat."""

    model: ModelVariant
    scenario: str
    repeat: int


@dataclass(frozen=True)
class RunFolder:
    path: Path

    @property
    def is_begun(self) -> bool:
        return (self.path / "run.yaml").is_file()

    @property
    def record(self) -> RunRecord:
        """What was asked. Raises `RunError` when the folder is not a run."""
        file = self.path / "run.yaml"
        try:
            return RunRecord.model_validate(yaml.safe_load(file.read_text("utf-8")))
        except FileNotFoundError:
            raise RunError(f"{self.path} is not a run: it has no run.yaml; {_NAMES_RUNS}") from None
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise RunError(f"{file} cannot be read; {_WHOLE_RUN}: {_short(error)}") from error

    def write_record(self, record: RunRecord) -> None:
        text = yaml.safe_dump(record.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
        write_whole(self.path / "run.yaml", text.encode())

    def write_exam(self, exam: Exam) -> None:
        write_whole(self._exam_file(exam.scenario.name), exam.model_dump_json(exclude_defaults=True).encode())

    def exam(self, scenario: str) -> Exam:
        """What a scenario asked when the run began. Raises `RunError` when that cannot be read any more."""
        file = self._exam_file(scenario)
        try:
            return Exam.model_validate_json(file.read_bytes())
        except (OSError, ValueError) as error:
            raise RunError(f"{file} cannot be read; {_WHOLE_RUN}: {_short(error)}") from error

    def transcript_file(self, trial: Trial) -> Path:
        return self.path / f"transcripts/{trial.model.slug}/{trial.scenario}/{trial.repeat}.json"

    def write_transcript(self, trial: Trial, transcript: Transcript) -> None:
        """Keep what happened; what the machine loses with its power is played again."""
        data = transcript.model_dump_json(exclude_none=True).encode()
        write_whole(self.transcript_file(trial), data, survives_power_loss=False)

    def transcript(self, trial: Trial) -> Transcript | None:
        """What happened in a trial; None when it was not played yet. Raises `RunError` for a broken file."""
        file = self.transcript_file(trial)
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return None
        if not data.strip(b"\0"):  # all that a power cut may leave of it
            return None
        try:
            return Transcript.model_validate_json(data)
        except ValueError as error:
            why = _short(error)
            raise RunError(f"{file} is not a transcript of this version; move it away: {why}") from error

    def reading(self, record: ReadingRecord) -> ReadingRecord | None:
        """What was kept of a reading's main line. Raises `RunError` for a broken file."""
        try:
            return _read_reading(self._reading_file(record))
        except FileNotFoundError:
            return None

    def write_reading(self, record: ReadingRecord) -> None:
        write_whole(self._reading_file(record), record.model_dump_json(exclude_none=True).encode())

    def readings(self, model: ModelVariant) -> Iterator[ReadingRecord]:
        """Every main line that a model was read. Raises `RunError` for a broken file."""
        for file in sorted((self.path / "readings" / model.slug).rglob("*.json")):
            yield _read_reading(file)

    def begun(self, model: ModelVariant) -> frozenset[Path]:
        """The transcripts that are there, found without opening one."""
        return frozenset((self.path / "transcripts" / model.slug).rglob("*.json"))

    def trials(self, record: RunRecord) -> Iterator[Trial]:
        """Every cell that the record asks for, repeats outermost, so that each repeat is a whole sweep."""
        for repeat in range(record.repeats):
            for scenario in record.scenarios:
                for model in record.models:
                    if scenario not in record.skipped.get(model.label, ()):
                        yield Trial(model=model, scenario=scenario, repeat=repeat)

    def transcripts(self, record: RunRecord) -> Iterator[tuple[Trial, Transcript]]:
        """Every trial that was played, one at a time."""
        for trial in self.trials(record):
            transcript = self.transcript(trial)
            if transcript is not None:
                yield trial, transcript

    def log(self, name: str) -> Path:
        """A path for a log; its folder exists."""
        folder = self.path / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _reading_file(self, record: ReadingRecord) -> Path:
        name = f"{record.document}--{record.layout}"
        slug = slug_of(record.model)
        return self.path / "readings" / slug / record.suite / name / f"{record.repeat}.json"

    def _exam_file(self, scenario: str) -> Path:
        return self.path / "exams" / f"{scenario}.json"


def _read_reading(file: Path) -> ReadingRecord:
    try:
        return ReadingRecord.model_validate_json(file.read_bytes())
    except ValueError as error:
        why = _short(error)
        raise RunError(f"{file} is not a reading of this version; move it away: {why}") from error


@contextmanager
def growing(file: Path) -> Iterator[BinaryIO]:
    """A file that is written bit by bit and appears at its place when it is whole."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(file: Path, data: bytes, *, survives_power_loss: bool = True) -> None:
    """Write a file so that it appears whole or not at all, whenever we are killed."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        stream = beside.open("wb")
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = beside.open("wb")
    with stream:
        stream.write(data)
        if survives_power_loss:
            stream.flush()
            os.fsync(stream.fileno())
    beside.replace(file)


def _short(error: Exception) -> str:
    """An error in one line that still fits under a command."""
    return " ".join(str(error).split())[:300]
