"""`trials.csv`: one row for each trial as soon as it is played, for whoever watches with other tools.

It grows on disks only; a run in a bucket has no such file.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from harness.models.pricing import Tariff
from harness.report.rows import csv_header, csv_line, trial_row
from harness.run import Progress
from harness.runs.places import Bucket
from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Watches a run, keeps its rows, and hands everything on to who shows it."""

    rows: BinaryIO | None
    """Unbuffered, so that a row is there as soon as it is written; None: nobody can append there."""
    run: str
    prices: Mapping[str, Tariff]
    """By model label."""
    exams: Mapping[str, Exam]
    """By scenario."""
    shown: Progress

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        self.shown.began(model, trials, finished)

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        row = b"" if self.rows is None else self.row(trial, transcript, grade)
        self.told(trial, row, transcript, grade)

    def row(self, trial: Trial, transcript: Transcript, grade: Grade) -> bytes:
        """The trial's line."""
        exam = self.exams[trial.scenario]
        return csv_line(trial_row(self.run, trial, exam, transcript, grade, self.prices))

    def told(self, trial: Trial, row: bytes, transcript: Transcript, grade: Grade) -> None:
        """Take a trial whose line was made elsewhere."""
        if self.rows is not None:
            self.rows.write(row)
        self.shown.played(trial, transcript, grade)


@contextmanager
def recording(
    folder: RunFolder,
    run: str,
    exams: Mapping[str, Exam],
    shown: Progress,
    prices: Mapping[str, Tariff] | None = None,
) -> Iterator[Recording]:
    """Append to the run's `trials.csv` until the block ends; a row that a kill cut in half is taken away.
    In a bucket, to which nothing can be appended, there is no such file: `report.csv` has the same rows.
    """
    kept = partial(Recording, run=run, prices=prices or {}, exams=exams, shown=shown)
    if isinstance(folder.root, Bucket):
        yield kept(rows=None)
        return
    with (folder.path / "trials.csv").open("ab", buffering=0) as rows:
        whole = _whole_rows(folder.path / "trials.csv")
        rows.truncate(whole)
        if not whole:
            rows.write(csv_header())
        yield kept(rows=rows)


def _whole_rows(file: Path) -> int:
    """How many of a CSV file's bytes are whole rows: a row ends outside of quotation marks."""
    whole = read = quotes = 0
    with file.open("rb") as lines:
        for line in lines:
            read += len(line)
            quotes += line.count(b'"')
            if line.endswith(b"\n") and quotes % 2 == 0:
                whole = read
    return whole
