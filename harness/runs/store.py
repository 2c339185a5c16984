"""A run is a folder, on a disk or in a bucket; this module is the only one that knows its layout.

Every file appears whole or not at all (`harness.runs.places`). So a reader never sees half a transcript, and
killing the harness at any moment loses at most the trials in flight.

Who may write what, when several processes or machines work on one run:

- who holds the run (`harness.runs.start.only_writer`): `run.yaml`, exams, plan, floors, `spent.jsonl`, scores
  and reports, and everything below;
- whoever it gave trials to: the transcripts of these trials and the readings that they need, a part of the
  ledger (`harness.runs.ledger.open_part`) and logs under a name of its own.

A trial is given to one writer at a time. Should one that was thought dead write it all the same, the last
whole transcript stands. A `RunFolder` is a value: it travels to other machines by pickle or by its address.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ParamSpec, TypeVar

import yaml

from harness.runs.places import Bucket, Disk, StoreFailed, files_of
from harness.runs.record import ModelVariant, RunRecord, slug_of
from scenarios.exam import Exam
from scenarios.judgement import Judgement
from scenarios.transcript import ReadingRecord, Transcript

_NAMES_RUNS = "`longspan list runs` names them"
_WHOLE_RUN = "restore it, or play the run again with --new"

P = ParamSpec("P")
T = TypeVar("T")


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
    root: Path | Bucket

    def __str__(self) -> str:
        """The folder's path or address, as a command takes it."""
        return str(self.root)

    @cached_property
    def files(self) -> Disk | Bucket:
        """Its files, by their names in the folder such as `logs/servers/shop.log`."""
        return files_of(self.root)

    @property
    def path(self) -> Path:
        """The folder on a disk. Raises `RunError` when it is none."""
        if isinstance(self.root, Path):
            return self.root
        raise RunError(f"{self} is no folder of a disk; copy it to one")

    async def aside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read or write without keeping the event loop waiting: a disk takes less time than a thread would,
        and for a store a thread waits.
        """
        if isinstance(self.root, Path):
            return work(*args, **kwargs)
        return await asyncio.to_thread(work, *args, **kwargs)

    @property
    def is_begun(self) -> bool:
        try:
            return bool(self.files.read("run.yaml"))
        except FileNotFoundError:
            return False

    @property
    def record(self) -> RunRecord:
        """What was asked. Raises `RunError` when the folder is not a run."""
        try:
            return self.parsed(self.files.read("run.yaml"))
        except FileNotFoundError:
            raise RunError(f"{self} is not a run: it has no run.yaml; {_NAMES_RUNS}") from None
        except OSError as error:
            raise self._unreadable("run.yaml", error) from error

    def parsed(self, record: bytes) -> RunRecord:
        """What was asked, from the bytes of `run.yaml`. Raises `RunError`."""
        try:
            return RunRecord.model_validate(yaml.safe_load(record.decode()))
        except (ValueError, yaml.YAMLError) as error:
            raise self._unreadable("run.yaml", error) from error

    def write_record(self, record: RunRecord) -> None:
        text = yaml.safe_dump(record.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
        self.files.write("run.yaml", text.encode())

    def write_exam(self, exam: Exam) -> None:
        self.write_exams([exam])

    def write_exams(self, exams: Iterable[Exam]) -> None:
        self.files.write_each(
            (_exam_name(exam.scenario.name), exam.model_dump_json(exclude_defaults=True).encode())
            for exam in exams
        )

    def exam(self, scenario: str) -> Exam:
        """What a scenario asked when the run began. Raises `RunError` when that cannot be read any more."""
        name = _exam_name(scenario)
        try:
            return Exam.model_validate_json(self.files.read(name))
        except (OSError, ValueError) as error:
            raise self._unreadable(name, error) from error

    def exams(self, record: RunRecord) -> dict[str, Exam]:
        """What every scenario of the run asked, by its name. Raises `RunError` like `exam`."""
        names = {_exam_name(scenario): scenario for scenario in record.scenarios}
        found: dict[str, Exam] = {}
        for name, data in self.files.read_each(names):
            try:
                found[names[name]] = Exam.model_validate_json(data)
            except ValueError as error:
                raise self._unreadable(name, error) from error
        if len(found) < len(names):  # the first that is gone says so
            self.exam(next(scenario for scenario in record.scenarios if scenario not in found))
        return found

    def transcript_name(self, trial: Trial) -> str:
        return f"transcripts/{trial.model.slug}/{trial.scenario}/{trial.repeat}.json"

    def transcript_file(self, trial: Trial) -> Path:
        """Where a disk has it."""
        return self.path / self.transcript_name(trial)

    def write_transcript(self, trial: Trial, transcript: Transcript) -> None:
        """Keep what happened; what the machine loses with its power is played again."""
        data = transcript.model_dump_json(exclude_none=True).encode()
        self.files.write(self.transcript_name(trial), data, survives_power_loss=False)

    def transcript(self, trial: Trial) -> Transcript | None:
        """What happened in a trial; None when it was not played yet. Raises `RunError` for a broken file."""
        name = self.transcript_name(trial)
        try:
            return self._transcript(name, self.files.read(name))
        except FileNotFoundError:
            return None

    def reading(self, record: ReadingRecord) -> ReadingRecord | None:
        """What was kept of a reading's main line. Raises `RunError` for a broken file."""
        name = _reading_name(record)
        try:
            return self._reading(name, self.files.read(name))
        except FileNotFoundError:
            return None

    def write_reading(self, record: ReadingRecord) -> None:
        self.files.write(_reading_name(record), record.model_dump_json(exclude_none=True).encode())

    def readings(self, model: ModelVariant) -> Iterator[ReadingRecord]:
        """Every main line that a model was read. Raises `RunError` for a broken file."""
        names = self.files.names(f"readings/{model.slug}")
        for name, data in self.files.read_each(name for name in names if name.endswith(".json")):
            yield self._reading(name, data)

    def judgement(self, trial: Trial, key: str) -> Judgement | None:
        """What was kept of a judge's verdicts, by their key. Raises `RunError` for a broken file."""
        name = _judgement_name(trial, key)
        try:
            return self._judgement(name, self.files.read(name))
        except FileNotFoundError:
            return None

    def write_judgement(self, trial: Trial, key: str, found: Judgement) -> None:
        data = found.model_dump_json(exclude_none=True).encode()
        self.files.write(_judgement_name(trial, key), data)

    def judgements(self) -> Iterator[Judgement]:
        """Every judgement of the run, whoever judged. Raises `RunError` for a broken file."""
        names = self.files.names("judgements")
        for name, data in self.files.read_each(name for name in names if name.endswith(".json")):
            yield self._judgement(name, data)

    def write_samples(self, model: ModelVariant, name: str, lines: bytes) -> None:
        """Keep what servers of a model said of themselves; `name` sorts behind those before it."""
        self.files.write(f"samples/{model.slug}/{name}.jsonl", lines, survives_power_loss=False)

    def samples(self, model: ModelVariant) -> Iterator[tuple[str, bytes]]:
        """What `write_samples` kept, by name and in the order of the names."""
        for file, data in self.files.read_each(self.files.names(f"samples/{model.slug}")):
            yield file.rpartition("/")[2].removesuffix(".jsonl"), data

    def begun(self, model: ModelVariant) -> frozenset[str]:
        """The names of the transcripts that are there, found without opening one."""
        names = self.files.names(f"transcripts/{model.slug}")
        return frozenset(name for name in names if name.endswith(".json"))

    def trials(self, record: RunRecord) -> Iterator[Trial]:
        """Every cell that the record asks for, repeats outermost, so that each repeat is a whole sweep."""
        for repeat in range(record.repeats):
            for scenario in record.scenarios:
                for model in record.models:
                    if scenario not in record.skipped.get(model.label, ()):
                        yield Trial(model=model, scenario=scenario, repeat=repeat)

    def transcripts(self, record: RunRecord) -> Iterator[tuple[Trial, Transcript]]:
        """Every trial that was played, few of them in memory at a time."""
        return self.played(self.trials(record), record.models)

    def played(
        self, trials: Iterable[Trial], models: Iterable[ModelVariant]
    ) -> Iterator[tuple[Trial, Transcript]]:
        """Those of some models' trials that were played: one listing a model, and each transcript once."""
        begun = frozenset[str]().union(*(self.begun(model) for model in models))
        asked: dict[str, Trial] = {}

        def names() -> Iterator[str]:
            for trial in trials:
                if (name := self.transcript_name(trial)) in begun:
                    asked[name] = trial
                    yield name

        for name, data in self.files.read_each(names()):
            trial, transcript = asked.pop(name), self._transcript(name, data)
            if transcript is not None:
                yield trial, transcript

    @asynccontextmanager
    async def logs(self, name: str = "logs") -> AsyncIterator[Path]:
        """A folder of this machine for logs; a run in a bucket gets them when the block ends, however it
        does, and nothing of them when we are killed.
        """
        kept = self.files.local(name)
        folder = kept.__enter__()
        try:
            yield folder
        finally:
            await self.aside(kept.__exit__, *sys.exc_info())

    def log(self, name: str) -> Path:
        """A path for a log on a disk; its folder exists."""
        folder = self.path / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _transcript(self, name: str, data: bytes) -> Transcript | None:
        if not data.strip(b"\0"):  # all that a power cut may leave of it
            return None
        try:
            return Transcript.model_validate_json(data)
        except ValueError as error:
            raise self._foreign(name, "transcript", error) from error

    def _reading(self, name: str, data: bytes) -> ReadingRecord:
        try:
            return ReadingRecord.model_validate_json(data)
        except ValueError as error:
            raise self._foreign(name, "reading", error) from error

    def _judgement(self, name: str, data: bytes) -> Judgement:
        try:
            return Judgement.model_validate_json(data)
        except ValueError as error:
            raise self._foreign(name, "judgement", error) from error

    def _unreadable(self, name: str, error: Exception) -> RunError:
        if isinstance(error, StoreFailed):  # the file may well be whole
            return RunError(str(error))
        return RunError(f"{self.files.address(name)} cannot be read; {_WHOLE_RUN}: {_short(error)}")

    def _foreign(self, name: str, what: str, error: Exception) -> RunError:
        told = f"is not a {what} of this version; move it away: {_short(error)}"
        return RunError(f"{self.files.address(name)} {told}")


def runs_in(place: Path | Bucket) -> Iterator[tuple[RunFolder, RunRecord | RunError]]:
    """The runs of a folder, with what was asked in them, or why nobody can read it."""
    files = files_of(place)
    for name, data in files.read_each(f"{name}/run.yaml" for name in files.folders()):
        folder = RunFolder(place / name.partition("/")[0])
        try:
            yield folder, folder.parsed(data)
        except RunError as error:
            yield folder, error


def _exam_name(scenario: str) -> str:
    return f"exams/{scenario}.json"


def _judgement_name(trial: Trial, key: str) -> str:
    return f"judgements/{trial.model.slug}/{trial.scenario}/{trial.repeat}/{key}.json"


def _reading_name(record: ReadingRecord) -> str:
    name = f"{record.document}--{record.layout}"
    return f"readings/{slug_of(record.model)}/{record.suite}/{name}/{record.repeat}.json"


def _short(error: Exception) -> str:
    """An error in one line that still fits under a command."""
    return " ".join(str(error).split())[:300]
