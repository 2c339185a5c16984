"""What is reported of questions on long documents: the shape of `documents` in report.json.

A *question* is one probe in one layout, whatever its repeats: it counts once, by the mean of them. Its
*accuracy* is strict; its *score* gives credit for what is partly right, and is the same where an answer is
one value. Intervals are clustered by document, since questions on one document are no independent sample;
those of single cells of a heat map are Wilson's.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from harness.report.interval import Interval, Metric
from harness.report.request_figures import Tokens
from scenarios.language import Language
from scenarios.reading import Layout
from scenarios.record import Record
from scoring.coexistence import Coexistence
from scoring.consistency.measure import ConsistencyFigures
from scoring.effective_length import EffectiveLength
from scoring.statistics.contrast import holm


class Slice(Record):
    """Some of the questions: those of one length, depth, lag, number of hops …"""

    key: JsonValue
    """What they have in common: tokens, the tenth of the document from 0, the first lag of a bin, a value."""
    upto: int | None = None
    """For lags: the last one of the bin."""
    n: int
    """Questions."""
    documents: int
    accuracy: Interval
    score: Interval


class HeatCell(Record):
    tokens: int
    tenth: int
    """Which tenth of the document the evidence stands in, from 0; half a percent before one counts to it."""
    n: int
    documents: int
    score: float
    low: float
    """Wilson's interval, as if questions were independent; too wide where scores are graded."""
    high: float


class TaskFigures(Record):
    """One task in one language, read in one layout."""

    task: str
    """`own` for documents of one's own."""
    language: Language
    layout: Layout
    trials: int
    """Graded ones."""
    n: int
    """Questions."""
    documents: int
    accuracy: Interval
    score: Interval
    icc: float | None
    """How much more alike the scores on one document are than any two of its length; None where it cannot be
    told."""
    n_eff: float | None
    """How many questions, each on a document of its own, would say as much."""
    lengths_asked: bool
    """Lengths are those that were asked for; otherwise what was read before the question, in steps of 2."""
    effective_length: EffectiveLength
    by_length: tuple[Slice, ...]
    by_depth: tuple[Slice, ...]
    """The columns of the heat map; empty where answers do not stand in one place."""
    cells: tuple[HeatCell, ...]
    """The heat map; a cell that is not there was not asked."""
    by_lag: tuple[Slice, ...]
    """By parts read since the value that holds was told."""
    by: dict[str, tuple[Slice, ...]]
    """By whatever else the task varies: hops, order, kind of fact, wording."""
    rates: dict[str, Metric]
    """`unparsed` and `truncated` of all questions, `false_abstention` of those that the document answers,
    `false_answer` of those that it does not, `stale` and `mixed` of those on a value that was replaced."""
    outcomes: dict[str, int]
    """Trials by what was said of the answer; `limit`, `truncated`, `overflow` for those that did not end."""
    figures: dict[str, Metric]
    """Means of what the scorers measured beside the score: `ruler`, `rouge1_f`, `points`, `f1` …"""
    tokenizers: tuple[str, ...]
    """Of the ROUGE figures, and the packages that computed them."""


class Gap(Record):
    """Two layouts, or two models, on the same questions after the same parts."""

    first: str
    second: str
    gap: Interval
    """Accuracy of the first minus accuracy of the second."""
    n: int
    """Pairs of trials."""
    documents: int
    first_only: int
    """Answered right by the first alone."""
    second_only: int
    p: float | None
    """By McNemar's exact test, which takes pairs as independent of each other."""
    p_holm: float | None = None
    """For all gaps of its list together."""


def for_all(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """The gaps of one list, with p for all of them together."""
    adjusted = iter(holm([gap.p for gap in gaps if gap.p is not None]))
    return tuple(gap if gap.p is None else gap.model_copy(update={"p_holm": next(adjusted)}) for gap in gaps)


class LayoutFigures(Record):
    """One task in one language, in all its layouts."""

    task: str
    language: Language
    layouts: tuple[Slice, ...]
    """On the questions that every one of the layouts was asked after the same parts."""
    gaps: tuple[Gap, ...]
    """Each on all questions that its two layouts share."""


class CompanyFigures(Coexistence):
    """What it costs that the questions of a task share documents."""

    task: str
    language: Language
    layout: Layout


class ReadingSums(Record):
    """Requests that gave documents to the model part by part, before any question."""

    readings: int = 0
    requests: int = 0
    usage: Tokens = Tokens()
    cut: int = 0
    """Replies that ran into the output limit."""


class DocumentFigures(Record):
    trials: int
    """Graded ones."""
    n: int
    documents: int
    tasks: tuple[TaskFigures, ...]
    layouts: tuple[LayoutFigures, ...]
    coexistence: tuple[CompanyFigures, ...]
    consistency: ConsistencyFigures | None
    """None where nothing was asked twice."""
    readings: ReadingSums
