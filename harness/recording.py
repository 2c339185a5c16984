"""`trials.csv`: one row for each trial as soon as it is played, for whoever watches with other tools."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from harness.report.rows import csv_header, csv_line, trial_row
from harness.run import Progress
from harness.run_record import ModelVariant
from harness.store import RunFolder, Trial
from scenarios.transcript import Transcript
from scoring.grade import Grade


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Watches a run, keeps its rows, and hands everything on to who shows it."""

    rows: BinaryIO
    """Unbuffered, so that a row is there as soon as it is written."""
    run: str
    shown: Progress

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        self.shown.began(model, trials, finished)

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        self.rows.write(csv_line(trial_row(self.run, trial, transcript, grade)))
        self.shown.played(trial, transcript, grade)


@contextmanager
def recording(folder: RunFolder, run: str, shown: Progress) -> Iterator[Recording]:
    """Append to the run's `trials.csv` until the block ends."""
    with (folder.path / "trials.csv").open("ab", buffering=0) as rows:
        if rows.tell() == 0:
            rows.write(csv_header())
        yield Recording(rows=rows, run=run, shown=shown)
