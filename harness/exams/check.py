"""Prove suites before anybody is measured with them.

The oracle has to score 1 in every scenario, silence and a polite refusal next to nothing, and every mutant of
the gold behaviour has to lower the score and be diagnosed as its mutation predicts. All of them go through
the real loop and the real worlds; only the model is played.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from harness.exams.proof import FLOORS, Attempt, Equivalent, attempt_all
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.record import Record
from scoring.grade import Grade
from scoring.line_mutants import LineOperator
from scoring.mutant import CallOperator
from scoring.mutation import survives

FLOOR_LIMIT = 0.15
"""What silence and a polite refusal may score on a suite at most."""
SKELETON_LIMIT = 4
"""In how many scenarios the same calls with the same kind of change may occur."""
_NAMED = 3
"""So many scenarios are named for a floor that is too high."""


class Unsolved(Record):
    """A task of another benchmark that its own answer does not solve."""

    scenario: str
    verdict: str
    """What the benchmark's rules say of it."""
    why: str | None
    """The known reason; None: nobody knows one."""


class TheirFacts(Record):
    """What is true of a suite of another benchmark, whether or not we would have it so."""

    benchmark: str
    version: str
    """Of its data."""
    solved: int
    """Tasks that its own answers solve."""
    unsolved: tuple[Unsolved, ...] = ()
    passed: dict[str, int] = {}
    """By operator: the mutants that solve their task all the same."""


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
    theirs: TheirFacts | None = None
    """Of a suite of another benchmark. Then `oracle` and `floors` are shares of tasks solved by its rules,
    `mutants` are those of tasks that gold solves, and `diagnosed` stays what our own scores and codes see."""

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
    problems: list[str] = field(default_factory=list)

    def note(self, one: Attempt) -> None:
        name, model, grade, mutant = one.exam.scenario.name, one.model, one.grade, one.mutant
        if mutant is None:
            self.scores[model].append(grade)
            if model == "oracle" and not (grade.success and grade.score == 1.0):
                self.problems.append(f"{name}: the oracle does not score 1: {grade.reason}")
            elif not grade.graded:
                self.problems.append(f"{name}: {model} could not be graded: {grade.reason}")
            elif model in FLOORS and grade.success:
                self.problems.append(f"{name}: {model} succeeds; expect a fact that only the tools can tell")
            return
        self.operators[mutant.operator] += 1
        if why := survives(mutant, grade):
            self.problems.append(f"{name}: {one.who} is not caught: {why}")
        else:
            self.diagnosed += 1


async def check_suite(
    suite: str,
    exams: Sequence[Exam],
    stage: Stage,
    concurrency: int,
    tick: Callable[[int], None] = lambda _: None,
) -> SuiteCheck:
    """Play the reference models and every mutant; `tick` is told after each trial how many there were."""
    found = _Findings()
    equivalents = await attempt_all(exams, stage, concurrency, found.note, tick)
    floors = {name: _mean([grade.score or 0.0 for grade in found.scores[name]]) for name in FLOORS}
    found.problems += _floor_problems(suite, floors, found.scores)
    return SuiteCheck(
        suite=suite,
        scenarios=len(exams),
        oracle=_mean([grade.score or 0.0 for grade in found.scores["oracle"]]),
        floors=floors,
        floor_success=max(_mean([float(bool(g.success)) for g in found.scores[name]]) for name in FLOORS),
        mutants=found.operators.total(),
        diagnosed=found.diagnosed,
        operators=dict(found.operators),
        equivalents=equivalents,
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
