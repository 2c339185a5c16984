"""Prove suites before anybody is measured with them.

The oracle has to score 1 in every scenario, silence and a polite refusal next to nothing, and every mutant of
the gold behaviour has to lower the score and be diagnosed as its mutation predicts. All of them go through
the real loop and the real worlds; only the model is played.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from harness.clients.client import Model
from harness.exams.grading import Grader
from harness.exams.reference import Performer, ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.record import Record
from scoring.grade import Grade
from scoring.line_mutants import LineOperator
from scoring.mutant import CallOperator
from scoring.mutation import Mutant, mutants, survives

FLOOR_LIMIT = 0.15
"""What silence and a polite refusal may score on a suite at most."""
SKELETON_LIMIT = 4
"""In how many scenarios the same calls with the same kind of change may occur."""
_FLOORS = ("idle", "refuser")
_NAMED = 3
"""So many scenarios are named for a floor that is too high."""


class Equivalent(Record):
    scenario: str
    operator: str
    target: str
    reason: str


class SuiteCheck(Record):
    """What was found about a suite; without problems it may be used."""

    suite: str
    scenarios: int
    oracle: float
    """The oracle's mean score; has to be 1."""
    floors: dict[str, float]
    """Mean score of a silent model and of a polite refuser."""
    floor_success: float
    """The larger success rate of the two."""
    mutants: int
    """Mutants that were played; those that cannot matter are listed apart."""
    diagnosed: int
    operators: dict[str, int]
    equivalents: tuple[Equivalent, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def floor(self) -> float:
        return max(self.floors.values(), default=0.0)

    def as_json(self) -> dict[str, object]:
        fields = self.model_dump(mode="json")
        return {**fields, "floor": self.floor}


@dataclass(kw_only=True)
class _Findings:
    scores: defaultdict[str, list[Grade]] = field(default_factory=lambda: defaultdict(list))
    operators: Counter[str] = field(default_factory=Counter)
    diagnosed: int = 0
    equivalents: list[Equivalent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def check_suite(
    suite: str,
    exams: Sequence[Exam],
    stage: Stage,
    concurrency: int,
    tick: Callable[[int], None] = lambda _: None,
) -> SuiteCheck:
    """Play the reference models and every mutant; `tick` is told after each trial how many there were."""
    found = _Findings()
    jobs = (job for exam in exams for job in _jobs(exam, found.equivalents))
    grader = Grader()

    async def worker() -> None:
        for exam, model, mutant in jobs:
            transcript = await play(exam, model, 0, stage)
            _note(found, exam, model.variant.model, mutant, grader.grade(exam, transcript))
            played = sum(map(len, found.scores.values())) + found.operators.total()
            tick(played)

    async with asyncio.TaskGroup() as workers:
        for _ in range(concurrency):
            workers.create_task(worker())
    floors = {name: _mean([grade.score or 0.0 for grade in found.scores[name]]) for name in _FLOORS}
    found.problems += _floor_problems(suite, floors, found.scores)
    return SuiteCheck(
        suite=suite,
        scenarios=len(exams),
        oracle=_mean([grade.score or 0.0 for grade in found.scores["oracle"]]),
        floors=floors,
        floor_success=max(_mean([float(bool(g.success)) for g in found.scores[name]]) for name in _FLOORS),
        mutants=found.operators.total(),
        diagnosed=found.diagnosed,
        operators=dict(found.operators),
        equivalents=tuple(found.equivalents),
        problems=tuple(sorted(found.problems)),
    )


def repeated_skeletons(exams: Sequence[Exam]) -> list[str]:
    """Each skeleton (the tools in order and the kind of state change) that too many scenarios share."""
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for exam in exams:
        tools = tuple(call.tool for call in exam.key.calls)
        groups[tools, _kinds_of_change(exam)].append(exam.scenario.name)
    return [
        f"{len(names)} scenarios have one skeleton of calls; at most {SKELETON_LIMIT} may: {', '.join(names)}"
        for names in groups.values()
        if len(names) > SKELETON_LIMIT
    ]


def unused_operators(checks: Iterable[SuiteCheck]) -> list[str]:
    """Each mutation operator that none of the suites gave anything to do: what it proves is not proven."""
    used = {name for check in checks for name in check.operators}
    return [
        f"the mutation operator {name} is never used"
        for name in (*get_args(CallOperator), *get_args(LineOperator))
        if name not in used
    ]


def _jobs(exam: Exam, equivalents: list[Equivalent]) -> Iterator[tuple[Exam, Model, Mutant | None]]:
    """Every model that an exam is proven with; the mutants that cannot matter are noted instead."""
    for name in ("oracle", *_FLOORS):
        variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)
        yield exam, ReferenceModel(variant=variant), None
    mutated = ModelVariant(label="reference/mutant", wire="reference", model="mutant", simulated=True)
    for mutant in mutants(exam):
        if mutant.equivalent is None:
            yield exam, Performer(variant=mutated, behaviour=mutant.behaviour), mutant
        else:
            name, why = exam.scenario.name, mutant.equivalent
            one = Equivalent(scenario=name, operator=mutant.operator, target=mutant.target, reason=why)
            equivalents.append(one)


def _note(found: _Findings, exam: Exam, model: str, mutant: Mutant | None, grade: Grade) -> None:
    name = exam.scenario.name
    if mutant is None:
        found.scores[model].append(grade)
        if model == "oracle" and not (grade.success and grade.score == 1.0):
            found.problems.append(f"{name}: the oracle does not score 1: {grade.reason}")
        elif not grade.graded:
            found.problems.append(f"{name}: {model} could not be graded: {grade.reason}")
        elif model in _FLOORS and grade.success:
            found.problems.append(f"{name}: {model} succeeds; expect a fact that only the tools can tell")
        return
    found.operators[mutant.operator] += 1
    if why := survives(mutant, grade):
        found.problems.append(f"{name}: mutant {mutant.operator} of {mutant.target} is not caught: {why}")
    else:
        found.diagnosed += 1


def _floor_problems(
    suite: str, floors: Mapping[str, float], scores: Mapping[str, Sequence[Grade]]
) -> Iterator[str]:
    """The floors that are too high, each with the scenarios that raise it most."""
    for name, floor in floors.items():
        if floor > FLOOR_LIMIT:
            highest = sorted(scores[name], key=lambda grade: grade.score or 0.0, reverse=True)[:_NAMED]
            named = ", ".join(f"{grade.scenario} ({grade.score or 0.0:.2f})" for grade in highest)
            yield f"{suite}: {name} scores {floor:.2f}; at most {FLOOR_LIMIT} is allowed; highest: {named}"


def _kinds_of_change(exam: Exam) -> frozenset[tuple[str, str, str]]:
    """Which collections of which servers change, and how."""
    return frozenset(
        (server, change.path.split("/")[1], change.kind)
        for server, changes in exam.key.changes.items()
        for change in changes
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
