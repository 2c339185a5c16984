"""Show a run while it goes on: bars on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from scenarios.transcript import Transcript
from scoring.grade import Grade

_EVERY_SECONDS = 10.0
"""How often a plain line is written while nothing else is to be said."""


@dataclass
class _Count:
    trials: int
    done: int = 0
    graded: int = 0
    right: int = 0
    excluded: int = 0

    def add(self, grade: Grade) -> None:
        self.done += 1
        self.graded += grade.graded
        self.right += grade.success is True
        self.excluded += not grade.graded

    def __str__(self) -> str:
        apart = f", {self.excluded} excluded" if self.excluded else ""
        return f"{self.right} of {self.graded} right{apart}"


@dataclass
class _Lines:
    """One line when a model begins, every few seconds, and when it is done."""

    console: Console
    clock: Callable[[], float]
    counts: dict[str, _Count] = field(default_factory=dict)
    said: float = 0.0

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        self.counts[model.label] = _Count(trials - finished)
        kept = f", {finished} were played before" if finished else ""
        self._say(f"{model.label}: {trials} trials{kept}")

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:  # noqa: ARG002 # the protocol's
        count = self.counts[trial.model.label]
        count.add(grade)
        if count.done == count.trials or self.clock() - self.said >= _EVERY_SECONDS:
            self._say(f"{trial.model.label}: {count.done} of {count.trials} played, {count}")

    def _say(self, text: str) -> None:
        self.said = self.clock()
        self.console.print(text, highlight=False, markup=False)


@dataclass
class _Bars:
    """One bar a model."""

    bars: Progress
    waiting: TaskID
    """Stands there until the first model begins."""
    tasks: dict[str, TaskID] = field(default_factory=dict)
    counts: dict[str, _Count] = field(default_factory=dict)

    def began(self, model: ModelVariant, trials: int, finished: int) -> None:
        self.bars.update(self.waiting, visible=False)
        self.counts[model.label] = _Count(trials - finished)
        self.tasks[model.label] = self.bars.add_task(model.label, total=trials, completed=finished, said="")

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:  # noqa: ARG002 # the protocol's
        count = self.counts[trial.model.label]
        count.add(grade)
        self.bars.update(self.tasks[trial.model.label], advance=1, said=str(count))


@contextmanager
def watch(console: Console, clock: Callable[[], float]) -> Iterator[_Lines | _Bars]:
    """Somebody who watches a run on this console."""
    if not console.is_terminal:
        yield _Lines(console, clock)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        # Scenarios are read and their gold is played first, which takes some seconds.
        yield _Bars(bars, waiting=bars.add_task("preparing", total=None, said=""))
