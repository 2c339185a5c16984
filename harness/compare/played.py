"""What one side of a comparison played: of each trial the few figures that are compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from harness.exams.grading import GradedTrial
from harness.models.pricing import Tariff, summed
from harness.report.suite_figures import document_of
from harness.runs.record import ModelVariant, RunRecord
from scenarios.exam import Exam
from scenarios.transcript import TrialClass

_MILLI = 1000.0


class Cell(NamedTuple):
    scenario: str
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One trial that was played; figures are None where they are not known, or the trial was not graded."""

    ended: TrialClass
    graded: bool
    success: float | None
    score: float | None
    seconds: float | None
    """Of the model alone: from sending to the last byte, over all requests of the trial; None for a reference
    program."""
    cost_usd: float | None
    """None where a request's cost is not known."""
    user: str | None
    """Who played the simulated user."""


@dataclass(kw_only=True)
class Side:
    """A model of a run."""

    run: str
    record: RunRecord
    model: ModelVariant
    exams: Mapping[str, Exam]
    tariff: Tariff
    trials: dict[Cell, Outcome] = field(default_factory=dict)

    def add(self, trial: GradedTrial) -> None:
        """Take in one of its trials; one that the cost cap left out was not played."""
        cell, _, transcript, grade = trial
        if grade.ended == "budget":
            return
        cost = summed(transcript.exchanges, self.tariff)
        asked = grade.graded and bool(transcript.exchanges) and not self.model.simulated
        self.trials[Cell(cell.scenario, cell.repeat)] = Outcome(
            ended=transcript.ended,
            graded=grade.graded,
            success=float(bool(grade.success)) if grade.graded else None,
            score=grade.score if grade.graded else None,
            seconds=sum(one.ms for one in transcript.exchanges) / _MILLI if asked else None,
            cost_usd=cost.total if asked and not cost.untold else None,
            user=transcript.user,
        )

    def cluster(self, scenario: str) -> str:
        """What is drawn together with a scenario: itself, or all questions on its document."""
        return document_of(self.exams[scenario]) or scenario

    @cached_property
    def users(self) -> Mapping[str, frozenset[str | None]]:
        """By scenario: who played its user."""
        found: dict[str, set[str | None]] = {}
        for cell, outcome in self.trials.items():
            found.setdefault(cell.scenario, set()).add(outcome.user)
        return {name: frozenset(users) for name, users in found.items()}

    @cached_property
    def graded(self) -> Mapping[str, frozenset[int]]:
        """By scenario: the repeats that could be graded."""
        found: dict[str, set[int]] = {}
        for cell, outcome in self.trials.items():
            if outcome.graded:
                found.setdefault(cell.scenario, set()).add(cell.repeat)
        return {name: frozenset(repeats) for name, repeats in found.items()}


def read_sides(sides: Iterable[Side], trials: Iterable[GradedTrial]) -> None:
    """Give every trial of one run to the side that it is of."""
    by_label = {side.model.label: side for side in sides}
    for trial in trials:
        if (side := by_label.get(trial[0].model.label)) is not None:
            side.add(trial)
