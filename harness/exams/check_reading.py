"""Prove that suites of documents measure what is remembered, with readers whose memory is known.

For every reader the curve that it must give is computed from where the evidence stands, and then measured
through the real loop. A difference that chance cannot explain is a fault of the suite or of the harness.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence as Row
from itertools import combinations

from harness.exams.grading import Grader
from harness.exams.reference import ReferenceModel
from harness.exams.reference_reading import ReaderKind, chance_of_forgetting, parse_reader
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.line import Conflict, Names, Number, Sequence, Value
from scenarios.reading import Reading
from scenarios.record import Record
from scoring.grade import Grade

_CHANCE = 0.3
_FLIP = 0.2
_SIGMAS = 4.0
"""So far chance may take a mean from what is expected: one in 16,000 runs is farther."""
_NEAR = 0.02
"""The share of the window within which evidence stands on its edge, and may be seen or not."""


class ReaderCheck(Record):
    """One reader on one task: what it must score, and what it scored."""

    suite: str
    task: str
    reader: str
    n: int
    expected: float
    measured: float
    within: float
    """How far apart the two may be."""

    @property
    def agrees(self) -> bool:
        return abs(self.expected - self.measured) <= self.within


async def check_readers(
    suite: str, exams: Row[Exam], stage: Stage, concurrency: int
) -> tuple[list[ReaderCheck], list[str]]:
    """Play every reader on every question; what was found, and what is wrong in words."""
    checks: list[ReaderCheck] = []
    problems: list[str] = []
    for task, some in _by_task(exams).items():
        for name in _readers(some):
            kind = parse_reader(name)
            if kind is None:
                raise ValueError(f"{name!r} is no reader")
            grades = await _played(some, name, stage, concurrency)
            check, odd = _compared(suite, task, name, kind, some, grades)
            checks += [check] if check.n else []
            problems += odd
            if not check.agrees:
                problems.append(
                    f"{suite}: {name} on {task} scores {check.measured:.3f} where {check.expected:.3f} "
                    f"± {check.within:.3f} is expected (n = {check.n})"
                )
    return checks, problems


def _by_task(exams: Row[Exam]) -> dict[str, list[Exam]]:
    found: defaultdict[str, list[Exam]] = defaultdict(list)
    for exam in exams:
        if exam.scenario.reading is not None:
            found[exam.scenario.reading.cell.task].append(exam)
    return dict(found)


def _readers(exams: Row[Exam]) -> Iterator[str]:
    """The readers that a task is proven with; a window of half of its longest document."""
    longest = max(_reading(exam).tokens for exam in exams)
    yield f"window:{longest // 2}"
    yield f"lossy:{_CHANCE}"
    yield f"flip:{_FLIP}"
    yield "stale"
    yield "copier"


async def _played(exams: Row[Exam], name: str, stage: Stage, concurrency: int) -> list[Grade]:
    shelf = stage.openings.shelf if stage.openings is not None else None
    if shelf is None:
        raise ValueError("documents need a stage that has openings")
    variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)
    model, grader = ReferenceModel(variant=variant, shelf=shelf), Grader()
    grades: dict[str, Grade] = {}
    waiting = iter(exams)

    async def worker() -> None:
        for exam in waiting:
            transcript = await play(exam, model, 0, stage)
            grades[exam.scenario.name] = grader.grade(exam, transcript)

    async with asyncio.TaskGroup() as workers:
        for _ in range(concurrency):
            workers.create_task(worker())
    return [grades[exam.scenario.name] for exam in exams]


def _compared(  # one row of the table
    suite: str, task: str, name: str, kind: ReaderKind, exams: Row[Exam], grades: Row[Grade]
) -> tuple[ReaderCheck, list[str]]:
    """The mean that is expected beside the one that was measured."""
    chances = [expected_success(exam, kind) for exam in exams]
    known = [(chance, grade) for chance, grade in zip(chances, grades, strict=True) if chance is not None]
    odd = [
        f"{grade.scenario}: {name} {'fails' if chance == 1 else 'succeeds'}, which it cannot: {grade.reason}"
        for chance, grade in known
        if chance in {0.0, 1.0} and bool(grade.success) != (chance == 1.0)
    ]
    n = len(known)
    compared = [(exam, chance) for exam, chance in zip(exams, chances, strict=True) if chance is not None]
    spread = math.sqrt(_variance(compared, kind)) / n if n else 0.0
    check = ReaderCheck(
        suite=suite,
        task=task,
        reader=name,
        n=n,
        expected=sum(chance for chance, _ in known) / n if n else 0.0,
        measured=sum(bool(grade.success) for _, grade in known) / n if n else 0.0,
        within=_SIGMAS * spread + 1e-9,
    )
    return check, odd[:5]


def _variance(compared: Row[tuple[Exam, float]], kind: ReaderKind) -> float:
    """Of the number of right answers; questions that rest on the same sentence are lost together."""
    alone = sum(chance * (1 - chance) for _, chance in compared)
    if kind.name != "lossy":
        return alone
    documents: defaultdict[str, list[tuple[dict[str, float], float]]] = defaultdict(list)
    for exam, chance in compared:
        documents[_reading(exam).key].append((_kept(_reading(exam), kind), chance))
    return alone + 2 * sum(
        math.prod((one | other).values()) - chance * another
        for asked in documents.values()
        for (one, chance), (other, another) in combinations(asked, 2)
        if one.keys() & other.keys()
    )


def _kept(reading: Reading, kind: ReaderKind) -> dict[str, float]:
    """By sentence that an answer needs: how likely a lossy reader keeps it."""
    needed = reading.evidence[-1:] if reading.rests == "latest" else reading.evidence
    length = max(1, reading.tokens)
    return {one.text: 1 - chance_of_forgetting(kind, one.token / length) for one in needed}


def expected_success(exam: Exam, kind: ReaderKind) -> float | None:
    """The probability that a reader gets a question right; None where it is not known beforehand."""
    reading = _reading(exam)
    line = exam.scenario.segments[0].expect.line
    if kind.name == "flip":
        return 1 - kind.chance
    if kind.name == "stale":
        return float(_survives_staleness(exam))
    if kind.name == "copier":  # says no `ANSWER:`, and may only be near where the whole reply counts
        return 0.0 if isinstance(line, Value | Conflict | Names | Number | Sequence) else None
    if line is None:
        return None
    if reading.rests == "whole":
        return 0.0 if kind.name == "lossy" else _in_window(reading, kind.tokens, [0])
    if not reading.evidence:
        return 1.0
    needed = reading.evidence[-1:] if reading.rests == "latest" else reading.evidence
    if isinstance(line, Value) and line.gold is None:
        return None
    if kind.name == "lossy":
        return math.prod(_kept(reading, kind).values())
    return _in_window(reading, kind.tokens, [one.token for one in needed])


def _in_window(reading: Reading, window: int, places: Row[int]) -> float | None:
    """1 where all places are among the last tokens, 0 where one is not, None on the edge."""
    if reading.layout not in {"single", "concat"}:
        return None
    edge = reading.tokens - window
    slack = max(_NEAR * reading.tokens, 64)
    if any(abs(place - edge) <= slack for place in places):
        return None
    return float(all(place > edge for place in places))


def _survives_staleness(exam: Exam) -> bool:
    reading = _reading(exam)
    answers = [str(one.answer) for one in reading.evidence]
    return reading.rests != "latest" or answers[:1] == answers[-1:]


def expected_agreement(flip: float) -> float:
    """Two answers agree when both are right or both are the one wrong answer: (1 − p)² + p²."""
    return (1 - flip) ** 2 + flip**2


def measured_agreement(answers: Row[str | None]) -> float:
    """The share of pairs of answers that are equal; answers that could not be read agree with nothing."""
    pairs = list(combinations(answers, 2))
    return sum(a is not None and a == b for a, b in pairs) / len(pairs) if pairs else math.nan


def _reading(exam: Exam) -> Reading:
    if exam.scenario.reading is None:
        raise ValueError(f"{exam.scenario.name} is not about a document")
    return exam.scenario.reading
