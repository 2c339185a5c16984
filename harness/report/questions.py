"""Puts the answers about documents together: by task, length, depth, lag and layout."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean

from pydantic import JsonValue

from harness.report.asked import (
    Asked,
    accuracy_and_score,
    alike,
    asked_of,
    by_question,
    grouped,
    interval,
    metric,
    score,
)
from harness.report.document_figures import (
    CompanyFigures,
    DocumentFigures,
    Gap,
    HeatCell,
    LayoutFigures,
    ReadingSums,
    Slice,
    TaskFigures,
    for_all,
)
from harness.report.interval import Interval, Metric
from scenarios.exam import Exam
from scenarios.reading import Layout
from scoring.coexistence import Placed, coexistence
from scoring.consistency.lags import lag_bin
from scoring.consistency.measure import measure
from scoring.effective_length import effective_length
from scoring.grade import Grade
from scoring.statistics.clusters import Clustered
from scoring.statistics.pairs import paired
from scoring.statistics.proportions import wilson

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


@dataclass
class Questions:
    """Takes in the trials of one model, one at a time."""

    asked: list[Asked] = field(default_factory=list)

    def add(self, exam: Exam, grade: Grade) -> None:
        """Keep what a trial says; one that is not about a document, or not graded, says nothing here."""
        one = asked_of(exam, grade)
        if one is not None:
            self.asked.append(one)

    def figures(self, readings: ReadingSums, seed: int) -> DocumentFigures | None:
        """None where nothing was asked about a document."""
        if not self.asked:
            return None
        together = [one for one in self.asked if not one.alone]
        series = grouped(together, lambda one: one.series)
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


def models_compared(models: Mapping[str, Questions], seed: int) -> tuple[Gap, ...]:
    """Every two models on the questions that both were asked in the same way."""
    return for_all(list(_models_compared(models, seed)))


def _models_compared(models: Mapping[str, Questions], seed: int) -> Iterator[Gap]:
    for (name, one), (other_name, other) in combinations(models.items(), 2):
        gap = _gap(
            (name, other_name), (one.asked, other.asked), lambda one: (one.pair, one.seen.layout), seed
        )
        if gap.n:
            yield gap


def _gap(
    names: tuple[str, str],
    asked: tuple[Sequence[Asked], Sequence[Asked]],
    key: Callable[[Asked], Hashable],
    seed: int,
) -> Gap:
    """The accuracy of one side minus that of the other, where both were asked the same."""
    first, second = ({key(one): one.seen for one in some} for some in asked)
    both = [same for same in first if same in second]
    found = paired(
        [(float(first[same].right), float(second[same].right)) for same in both],
        [first[same].place for same in both],
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
    lengths = {
        key: accuracy_and_score(some, seed)
        for key, some in sorted(grouped(asked, lambda one: one.length).items())
    }
    scores = {key: means[1] for key, means in lengths.items()} if lengths_asked else {}
    accuracy, graded = accuracy_and_score(asked, seed)
    icc, n_eff = alike(asked)
    told = [one for one in asked if one.cell.lag is not None and one.cell.lag >= 0]
    deep = [one for one in asked if one.cell.depth is not None]
    return TaskFigures(
        task=first.cell.task,
        language=first.language,
        layout=first.seen.layout,
        trials=len(asked),
        n=graded.n,
        documents=graded.clusters,
        accuracy=interval(accuracy),
        score=interval(graded),
        icc=icc,
        n_eff=n_eff,
        lengths_asked=lengths_asked,
        effective_length=effective_length(scores),
        by_length=tuple(_slice(key, *means) for key, means in lengths.items()),
        by_depth=_slices(deep, lambda one: one.tenth, seed),
        cells=tuple(_cells(deep)),
        by_lag=tuple(_by_lag(told, seed)),
        by=_by_variant(asked, seed),
        rates=dict(_rates(asked, seed)),
        outcomes=dict(Counter(one.seen.outcome for one in asked).most_common()),
        figures=dict(_measured(asked, seed)),
        tokenizers=tuple(sorted({one.tokenizer for one in asked} - {""})),
    )


def _cells(asked: Sequence[Asked]) -> Iterator[HeatCell]:
    for (tokens, tenth), some in sorted(grouped(asked, lambda one: (one.length, one.tenth or 0)).items()):
        values = [fmean(map(score, same)) for same in by_question(some)]
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
    bins = grouped(asked, lambda one: lag_bin(one.cell.lag or 0))
    if len(bins) > 1:
        for (first, last), some in sorted(bins.items()):
            yield _slice(first, *accuracy_and_score(some, seed)).model_copy(update={"upto": last})


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
            yield outcome, metric(some, _ended_as(outcome), seed)


def _ended_as(outcome: str) -> Callable[[Asked], float]:
    return lambda one: float(one.seen.outcome == outcome)


def _figure(name: str) -> Callable[[Asked], float]:
    return lambda one: one.seen.figures[name]


def _measured(asked: Sequence[Asked], seed: int) -> Iterator[tuple[str, Metric]]:
    for name in dict.fromkeys(name for one in asked for name in one.seen.figures):
        some = [one for one in asked if name in one.seen.figures]
        yield name, metric(some, _figure(name), seed)


def _layouts(asked: Sequence[Asked], seed: int) -> Iterator[LayoutFigures]:
    """Every task in one language that was read in more than one layout."""
    for (task, language), some in grouped(asked, lambda one: (one.cell.task, one.language)).items():
        layouts = grouped(some, lambda one: one.seen.layout)
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
                gaps=for_all(
                    [
                        _gap(pair, (layouts[pair[0]], layouts[pair[1]]), lambda one: one.pair, seed)
                        for pair in pairs
                    ]
                ),
            )


def _company(asked: Sequence[Asked], seed: int) -> Iterator[CompanyFigures]:
    """Every series of which some questions were asked alone."""
    series = grouped(asked, lambda one: one.series)
    for some in series.values():
        if any(one.alone for one in some):
            placed: dict[bool, list[Placed]] = {True: [], False: []}
            for same in by_question(some):
                one = same[0]
                value = fmean(map(score, same))
                placed[one.alone].append(Placed(value=value, cell=_comparable(one), document=one.seen.place))
            found = coexistence(placed[True], placed[False], seed)
            yield CompanyFigures(
                task=some[0].cell.task,
                language=some[0].language,
                layout=some[0].seen.layout,
                **found.model_dump(),
            )


def _comparable(one: Asked) -> Hashable:
    """The cell that a question alone and one in company share."""
    variant = tuple(sorted((name, str(value)) for name, value in one.cell.variant.items() if name != "alone"))
    return one.cell.tokens, one.tenth, one.cell.fact_kind, one.has_answer, variant


def _asks_twice(asked: Sequence[Asked]) -> bool:
    """Whether consistency can be spoken of: a fact asked again, or a question played again."""
    facts = Counter((one.seen.place, one.seen.layout, one.cell.fact) for one in asked if one.cell.fact_kind)
    return any(n > 1 for n in facts.values()) or len({one.seen.repeat for one in asked}) > 1


def _slices(asked: Sequence[Asked], key: Callable[[Asked], Hashable], seed: int) -> tuple[Slice, ...]:
    groups = sorted(grouped(asked, key).items(), key=lambda item: (str(type(item[0])), item[0]))
    return tuple(_slice(_plain(name), *accuracy_and_score(some, seed)) for name, some in groups)


def _plain(key: Hashable) -> JsonValue:
    return key if isinstance(key, str | int | float | bool) else str(key)


def _slice(key: JsonValue, accuracy: Clustered, graded: Clustered) -> Slice:
    return Slice(
        key=key, n=graded.n, documents=graded.clusters, accuracy=interval(accuracy), score=interval(graded)
    )
