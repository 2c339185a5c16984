"""One answer about a document, as little of it as the figures need, and means over many of them.

Ten thousand of these stay small. A question's repeats count once, by their mean; its document is the cluster.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

from harness.report.interval import Interval, Metric
from scenarios.exam import Exam
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scoring.consistency.observation import Observation, observed
from scoring.grade import Grade
from scoring.statistics.clusters import Clustered, clustered, effective_size, intraclass_correlation

TENTHS = 10
_EARLY = 0.05
"""Of a tenth: a fact stands between sentences, a little before or behind the depth that was asked for."""
_SHORTEST = 1024
"""Where lengths were not asked for, the first step goes so far, each further one twice as far."""

Key = TypeVar("Key", bound=Hashable)
Measure = Callable[["Asked"], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One graded trial."""

    scenario: str
    probe: str
    language: Language
    cell: Cell
    tokens: int
    """Read before the question."""
    has_answer: bool
    """The document answers the question."""
    alone: bool
    """Its document holds no other question's facts."""
    tokenizer: str
    """Of ROUGE."""
    seen: Observation

    @property
    def series(self) -> tuple[str, Language, str]:
        return self.cell.task, self.language, self.seen.layout

    @property
    def pair(self) -> Hashable:
        """The same for the same question in another layout, or of another model, after the same parts."""
        seen = self.seen
        return *seen.place, seen.permutation, self.probe, seen.after, seen.repeat

    @property
    def length(self) -> int:
        """What was asked for; or else what was read, in steps of 2."""
        if self.cell.tokens is not None:
            return self.cell.tokens
        step = _SHORTEST
        while step < self.tokens:
            step *= 2
        return step

    @property
    def tenth(self) -> int | None:
        """Which tenth of the document the evidence stands in, from 0."""
        if self.cell.depth is None:
            return None
        return min(TENTHS - 1, int(TENTHS * self.cell.depth + _EARLY))


def asked_of(exam: Exam, grade: Grade) -> Asked | None:
    """None for a trial that is not about a document, or not graded."""
    scenario, seen = exam.scenario, observed(exam.scenario, grade)
    if scenario.reading is None or seen is None:
        return None
    segment = scenario.segments[0]
    line = segment.expect.line
    return Asked(
        scenario=grade.scenario,
        probe=segment.id,
        language=scenario.language,
        cell=scenario.reading.cell,
        tokens=scenario.reading.tokens,
        has_answer=not (isinstance(line, Value) and line.gold is None),
        alone=scenario.reading.document.name.endswith("-alone"),
        tokenizer=grade.line.tokenizer if grade.line else "",
        seen=seen,
    )


def grouped(asked: Iterable[Asked], key: Callable[[Asked], Key]) -> Mapping[Key, list[Asked]]:
    found: defaultdict[Key, list[Asked]] = defaultdict(list)
    for one in asked:
        found[key(one)].append(one)
    return found


def by_question(asked: Iterable[Asked]) -> list[list[Asked]]:
    """The repeats of each question."""
    return list(grouped(asked, lambda one: one.scenario).values())


def right(one: Asked) -> float:
    return float(one.seen.right)


def score(one: Asked) -> float:
    return one.seen.value


def mean(asked: Sequence[Asked], measure: Measure, seed: int) -> Clustered:
    questions = by_question(asked)
    values = [fmean(map(measure, some)) for some in questions]
    return clustered(values, [some[0].seen.place for some in questions], seed)


def accuracy_and_score(asked: Sequence[Asked], seed: int) -> tuple[Clustered, Clustered]:
    accuracy = mean(asked, right, seed)
    same = all(one.seen.value == one.seen.right for one in asked)
    return accuracy, accuracy if same else mean(asked, score, seed)


def alike(asked: Sequence[Asked]) -> tuple[float | None, float | None]:
    """The intraclass correlation of scores on one document, and the effective number of questions.

    What lengths differ by was asked for and is no likeness of documents, so it is taken away first. Both are
    None for a single document.
    """
    rows: list[tuple[float, tuple[str, str]]] = []
    for same_length in grouped(asked, lambda one: one.length).values():
        questions = by_question(same_length)
        scores = [fmean(map(score, some)) for some in questions]
        usual = fmean(scores)
        rows += [(one - usual, some[0].seen.place) for one, some in zip(scores, questions, strict=True)]
    documents = [place for _, place in rows]
    sizes = list(Counter(documents).values())
    if len(sizes) == 1:
        return None, None
    icc = intraclass_correlation([value for value, _ in rows], documents)
    return icc, effective_size(sizes, icc or 0.0)


def metric(asked: Sequence[Asked], measure: Measure, seed: int) -> Metric:
    found = mean(asked, measure, seed)
    return Metric(mean=found.mean, low=found.low, high=found.high, n=found.n)


def interval(found: Clustered) -> Interval:
    return Interval(mean=found.mean, low=found.low, high=found.high)
