"""Puts the answers about documents together: by task, length, depth, lag and layout.

Only what the figures need is kept of a trial, so that ten thousand of them stay small.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import TypeVar

from pydantic import JsonValue

from harness.report.document_figures import (
    CompanyFigures,
    DocumentFigures,
    Gap,
    HeatCell,
    LayoutFigures,
    ReadingSums,
    Slice,
    TaskFigures,
)
from harness.report.interval import Interval, Metric
from scenarios.exam import Exam
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell, Layout
from scoring.coexistence import Placed, coexistence
from scoring.consistency.lags import lag_bin
from scoring.consistency.measure import measure
from scoring.consistency.observation import Observation, observed
from scoring.effective_length import effective_length
from scoring.grade import Grade
from scoring.statistics import Clustered, clustered, paired, wilson

TENTHS = 10
_EARLY = 0.05
"""Of a tenth: a fact stands between sentences, a little before or behind the depth that was asked for."""
_SHORTEST = 1024
"""Where lengths were not asked for, the first step goes so far, each further one twice as far."""
_GROUPS = 12
"""Something that has more values than this is not what questions are grouped by."""
_AGAINST: tuple[tuple[Layout, Layout], ...] = (
    ("segmented", "concat"),
    ("concat", "single"),
    ("segmented", "single"),
    ("recap", "concat"),
    ("carry", "segmented"),
    ("tools", "single"),
)
"""Which layout is held against which."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is kept of one graded trial."""

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
    def pair(self) -> Hashable:
        """The same for the same question in another layout, or of another model, after the same parts."""
        seen = self.seen
        return *seen.place, seen.permutation, self.probe, seen.after, seen.repeat


@dataclass
class Questions:
    """Takes in the trials of one model, one at a time."""

    asked: list[Asked] = field(default_factory=list)

    def add(self, exam: Exam, grade: Grade) -> None:
        """Keep what a trial says; one that is not about a document, or not graded, says nothing here."""
        scenario, seen = exam.scenario, observed(exam.scenario, grade)
        if scenario.reading is None or seen is None:
            return
        segment = scenario.segments[0]
        line = segment.expect.line
        self.asked.append(
            Asked(
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
        )

    def figures(self, readings: ReadingSums, seed: int) -> DocumentFigures | None:
        """None where nothing was asked about a document."""
        if not self.asked:
            return None
        together = [one for one in self.asked if not one.alone]
        series = _grouped(together, lambda one: (one.cell.task, one.language, one.seen.layout))
        return DocumentFigures(
            trials=len(self.asked),
            n=len({one.scenario for one in self.asked}),
            documents=len({one.seen.place for one in self.asked}),
            tasks=tuple(_task(some, seed) for some in series.values()),
            layouts=tuple(_layouts(together, seed)),
            coexistence=tuple(_company(self.asked, seed)),
            consistency=measure(one.seen for one in together) if _asks_twice(together) else None,
            readings=readings,
        )


def gap_between(names: tuple[str, str], asked: tuple[Sequence[Asked], Sequence[Asked]], seed: int) -> Gap:
    """The accuracy of one side minus that of the other, on the questions that both were asked."""
    first, second = ({one.pair: one.seen for one in some} for some in asked)
    both = [key for key in first if key in second]
    found = paired(
        [(float(first[key].right), float(second[key].right)) for key in both],
        [first[key].place for key in both],
        seed,
    )
    return Gap(
        first=names[0],
        second=names[1],
        gap=Interval(mean=found.gap, low=found.low, high=found.high),
        n=found.n,
        documents=found.clusters,
        first_only=round(found.first_only),
        second_only=round(found.second_only),
        p=found.p,
    )


def _task(asked: Sequence[Asked], seed: int) -> TaskFigures:
    first = asked[0]
    lengths_asked = all(one.cell.tokens is not None for one in asked)
    lengths = {key: _means(some, seed) for key, some in sorted(_grouped(asked, _length).items())}
    scores = {key: score for key, (_, score) in lengths.items()} if lengths_asked else {}
    accuracy, score = _means(asked, seed)
    told = [one for one in asked if one.cell.lag is not None and one.cell.lag >= 0]
    deep = [one for one in asked if one.cell.depth is not None]
    return TaskFigures(
        task=first.cell.task,
        language=first.language,
        layout=first.seen.layout,
        trials=len(asked),
        n=score.n,
        documents=score.clusters,
        accuracy=_interval(accuracy),
        score=_interval(score),
        icc=score.icc,
        n_eff=score.n_eff,
        lengths_asked=lengths_asked,
        effective_length=effective_length(scores),
        by_length=tuple(_slice(key, *means) for key, means in lengths.items()),
        by_depth=_slices(deep, _tenth, seed),
        cells=tuple(_cells(deep)),
        by_lag=tuple(_by_lag(told, seed)),
        by=_by_variant(asked, seed),
        rates=dict(_rates(asked, seed)),
        outcomes=dict(Counter(one.seen.outcome for one in asked).most_common()),
        figures=dict(_measured(asked, seed)),
        tokenizers=tuple(sorted({one.tokenizer for one in asked} - {""})),
    )


def _cells(asked: Sequence[Asked]) -> Iterator[HeatCell]:
    for (tokens, tenth), some in sorted(_grouped(asked, lambda one: (_length(one), _tenth(one))).items()):
        values = [mean for mean, _ in _per_question(some, lambda one: one.seen.value)]
        low, high = wilson(min(sum(values), len(values)), len(values))
        documents = len({one.seen.place for one in some})
        yield HeatCell(
            tokens=tokens,
            tenth=tenth,
            n=len(values),
            documents=documents,
            score=fmean(values),
            low=low,
            high=high,
        )


def _by_lag(asked: Sequence[Asked], seed: int) -> Iterator[Slice]:
    """Nothing where all lags are one."""
    bins = _grouped(asked, lambda one: lag_bin(one.cell.lag or 0))
    if len(bins) > 1:
        for (first, last), some in sorted(bins.items()):
            yield _slice(first, *_means(some, seed)).model_copy(update={"upto": last})


def _by_variant(asked: Sequence[Asked], seed: int) -> dict[str, tuple[Slice, ...]]:
    """By everything that has more than one value, and not too many."""
    names = dict.fromkeys(name for one in asked for name in one.cell.variant if name != "alone")
    keys: dict[str, Callable[[Asked], Hashable]] = {name: _variant(name) for name in names}
    keys |= {
        "fact_kind": lambda one: one.cell.fact_kind,
        "wording": lambda one: one.cell.wording,
        "permutation": lambda one: one.cell.permutation,
    }
    found = {}
    for name, key in keys.items():
        known = [one for one in asked if key(one) is not None]
        if 1 < len({key(one) for one in known}) <= _GROUPS:
            found[name] = _slices(known, key, seed)
    return found


def _variant(name: str) -> Callable[[Asked], Hashable]:
    def value(one: Asked) -> Hashable:
        found = one.cell.variant.get(name)
        return found if found is None or isinstance(found, str | int | float | bool) else str(found)

    return value


def _rates(asked: Sequence[Asked], seed: int) -> Iterator[tuple[str, Metric]]:
    replaced = [one for one in asked if one.seen.replaced]
    among = {
        "unparsed": asked,
        "truncated": asked,
        "false_abstention": [one for one in asked if one.has_answer],
        "false_answer": [one for one in asked if not one.has_answer],
        "stale": replaced,
        "mixed": replaced,
    }
    for outcome, some in among.items():
        if some:
            yield outcome, _metric(some, lambda one, named=outcome: float(one.seen.outcome == named), seed)


def _measured(asked: Sequence[Asked], seed: int) -> Iterator[tuple[str, Metric]]:
    for name in dict.fromkeys(name for one in asked for name in one.seen.figures):
        some = [one for one in asked if name in one.seen.figures]
        yield name, _metric(some, lambda one, named=name: one.seen.figures[named], seed)


def _layouts(asked: Sequence[Asked], seed: int) -> Iterator[LayoutFigures]:
    """Every task in one language that was read in more than one layout."""
    for (task, language), some in _grouped(asked, lambda one: (one.cell.task, one.language)).items():
        layouts = _grouped(some, lambda one: one.seen.layout)
        if len(layouts) > 1:
            common = set.intersection(*({one.pair for one in group} for group in layouts.values()))
            shared = [one for one in some if one.pair in common]
            chosen = [pair for pair in _AGAINST if set(pair) <= layouts.keys()]
            first, *others = layouts
            pairs = chosen or [(other, first) for other in others]
            yield LayoutFigures(
                task=task,
                language=language,
                layouts=_slices(shared, lambda one: one.seen.layout, seed),
                gaps=tuple(gap_between(pair, (layouts[pair[0]], layouts[pair[1]]), seed) for pair in pairs),
            )


def _company(asked: Sequence[Asked], seed: int) -> Iterator[CompanyFigures]:
    """Every series of which some questions were asked alone."""
    series = _grouped(asked, lambda one: (one.cell.task, one.language, one.seen.layout))
    for (task, language, layout), some in series.items():
        if any(one.alone for one in some):
            placed: dict[bool, list[Placed]] = {True: [], False: []}
            for one in _first_of_each(some):
                values = [same.seen.value for same in some if same.scenario == one.scenario]
                placed[one.alone].append(
                    Placed(value=fmean(values), cell=_comparable(one), document=one.seen.place)
                )
            found = coexistence(placed[True], placed[False], seed)
            yield CompanyFigures(task=task, language=language, layout=layout, **found.model_dump())


def _comparable(one: Asked) -> Hashable:
    """The cell that a question alone and one in company share."""
    variant = tuple(sorted((name, str(value)) for name, value in one.cell.variant.items() if name != "alone"))
    depth = None if one.cell.depth is None else _tenth(one)
    return one.cell.tokens, depth, one.cell.fact_kind, one.has_answer, variant


def _asks_twice(asked: Sequence[Asked]) -> bool:
    """Whether consistency can be spoken of: a fact asked again, or a question played again."""
    facts = Counter((one.seen.place, one.seen.layout, one.cell.fact) for one in asked if one.cell.fact_kind)
    return any(n > 1 for n in facts.values()) or len({one.seen.repeat for one in asked}) > 1


def _length(one: Asked) -> int:
    if one.cell.tokens is not None:
        return one.cell.tokens
    step = _SHORTEST
    while step < one.tokens:
        step *= 2
    return step


def _tenth(one: Asked) -> int:
    return min(TENTHS - 1, int(TENTHS * (one.cell.depth or 0.0) + _EARLY))


def _slices(asked: Sequence[Asked], key: Callable[[Asked], Hashable], seed: int) -> tuple[Slice, ...]:
    groups = sorted(_grouped(asked, key).items(), key=lambda item: (str(type(item[0])), item[0]))
    return tuple(_slice(_plain(name), *_means(some, seed)) for name, some in groups)


def _plain(key: Hashable) -> JsonValue:
    return key if isinstance(key, str | int | float | bool) else str(key)


def _slice(key: JsonValue, accuracy: Clustered, score: Clustered) -> Slice:
    return Slice(
        key=key, n=score.n, documents=score.clusters, accuracy=_interval(accuracy), score=_interval(score)
    )


def _means(asked: Sequence[Asked], seed: int) -> tuple[Clustered, Clustered]:
    """Accuracy and score."""
    accuracy = _mean(asked, lambda one: float(one.seen.right), seed)
    if all(one.seen.value == one.seen.right for one in asked):
        return accuracy, accuracy
    return accuracy, _mean(asked, lambda one: one.seen.value, seed)


def _mean(asked: Sequence[Asked], value: Callable[[Asked], float], seed: int) -> Clustered:
    found = _per_question(asked, value)
    return clustered([mean for mean, _ in found], [place for _, place in found], seed)


def _metric(asked: Sequence[Asked], value: Callable[[Asked], float], seed: int) -> Metric:
    found = _mean(asked, value, seed)
    return Metric(mean=found.mean, low=found.low, high=found.high, n=found.n)


def _interval(found: Clustered) -> Interval:
    return Interval(mean=found.mean, low=found.low, high=found.high)


def _per_question(
    asked: Sequence[Asked], value: Callable[[Asked], float]
) -> list[tuple[float, tuple[str, str]]]:
    """The mean over a question's repeats, and its document."""
    return [
        (fmean(map(value, some)), some[0].seen.place)
        for some in _grouped(asked, lambda one: one.scenario).values()
    ]


def _first_of_each(asked: Sequence[Asked]) -> list[Asked]:
    return [some[0] for some in _grouped(asked, lambda one: one.scenario).values()]


def _grouped(asked: Iterable[Asked], key: Callable[[Asked], Key]) -> Mapping[Key, list[Asked]]:
    found: defaultdict[Key, list[Asked]] = defaultdict(list)
    for one in asked:
        found[key(one)].append(one)
    return found
