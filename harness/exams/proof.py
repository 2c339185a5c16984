"""Play what a suite is proven with: gold, silence, a polite refusal, and every mutant of gold.

All of them go through the real loop and the real worlds; only the model is played. What is made of them
depends on whose suite it is.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.clients.client import Model
from harness.exams.grading import Grader
from harness.exams.reference import Performer, ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import Transcript
from scoring.grade import Grade, not_graded
from scoring.mutation import Mutant, mutants

FLOORS = ("idle", "refuser")
"""The reference models whose success is had for nothing."""
_MUTANT = "mutant"


class Equivalent(Record):
    """A mutant that cannot matter, and is not played."""

    scenario: str
    operator: str
    target: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One trial of a proof."""

    exam: Exam
    model: str
    """`oracle`, one of `FLOORS`, or `mutant`."""
    mutant: Mutant | None
    grade: Grade

    @property
    def who(self) -> str:
        """Who played, in words."""
        return (
            self.model if self.mutant is None else f"{_MUTANT} {self.mutant.operator} of {self.mutant.target}"
        )


async def attempt_all(
    exams: Sequence[Exam],
    stage: Stage,
    concurrency: int,
    note: Callable[[Attempt], None],
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[Equivalent, ...]:
    """Play the reference models and every mutant; `note` is told of each trial, and `tick` how many there
    were. The mutants that cannot matter come back instead.
    """
    equivalents: list[Equivalent] = []
    jobs = (job for exam in exams for job in _jobs(exam, equivalents))
    grader = Grader()
    played = 0

    async def worker() -> None:
        nonlocal played
        for exam, model, mutant in jobs:
            grade = _graded(grader, exam, await play(exam, model, 0, stage))
            note(Attempt(exam=exam, model=model.variant.model, mutant=mutant, grade=grade))
            played += 1
            tick(played)

    async with asyncio.TaskGroup() as workers:
        for _ in range(concurrency):
            workers.create_task(worker())
    return tuple(equivalents)


def _graded(grader: Grader, exam: Exam, transcript: Transcript) -> Grade:
    try:
        return grader.grade(exam, transcript)
    except Exception as error:  # the boundary: rules that raise, of ours or of others, are a finding
        return not_graded(transcript, f"grading it raised {type(error).__name__}: {error}")


def _jobs(exam: Exam, equivalents: list[Equivalent]) -> Iterator[tuple[Exam, Model, Mutant | None]]:
    """Every model that an exam is proven with; the mutants that cannot matter are noted instead."""
    for name in ("oracle", *FLOORS):
        variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)
        yield exam, ReferenceModel(variant=variant), None
    mutated = ModelVariant(label=f"reference/{_MUTANT}", wire="reference", model=_MUTANT, simulated=True)
    for mutant in mutants(exam):
        if mutant.equivalent is None:
            yield exam, Performer(variant=mutated, behaviour=mutant.behaviour), mutant
        else:
            name, why = exam.scenario.name, mutant.equivalent
            one = Equivalent(scenario=name, operator=mutant.operator, target=mutant.target, reason=why)
            equivalents.append(one)
