"""Figures about documents as people read them, in the reports that are text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.report.document_figures import Slice, TaskFigures
from harness.report.figures import ModelFigures
from harness.report.wording import UNKNOWN, interval, label, percent, whole
from scenarios.documents.length import spell_length
from scenarios.language import Language
from scenarios.reading import Layout
from scoring.effective_length import KEPT, EffectiveLength, Unsaid

_UNSAID: dict[Unsaid, str] = {
    "no_lengths": "the documents are not of lengths that were asked for",
    "one_length": "one length has no other to be compared with",
    "nothing_right": "nothing is right at the shortest length",
    "too_few": "too few questions: even the base's own interval reaches below the threshold",
}
HOW_TO_READ = (
    "Accuracy: the answer is right. Score: with credit for what is partly right; the same where an answer is "
    "one value. Intervals are 95 %, clustered by document; of a single document they are over its questions, "
    "and say nothing of other documents. Effective length: the longest one at which the lower end of the "
    f"score's interval is at least {KEPT} × the score at the shortest."
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One task in one language and layout, as every model fared that was asked it."""

    task: str
    language: Language
    layout: Layout
    of: tuple[tuple[ModelFigures, TaskFigures], ...]

    @property
    def title(self) -> str:
        return f"{self.task} · {self.language} · {self.layout}"

    @property
    def lengths_asked(self) -> bool:
        return all(figures.lengths_asked for _, figures in self.of)


def all_series(models: Iterable[ModelFigures]) -> Iterator[Series]:
    found: dict[tuple[str, Language, Layout], list[tuple[ModelFigures, TaskFigures]]] = {}
    for model in models:
        for figures in model.documents.tasks if model.documents else ():
            key = figures.task, figures.language, figures.layout
            found.setdefault(key, []).append((model, figures))
    for (task, language, layout), of in found.items():
        yield Series(task=task, language=language, layout=layout, of=tuple(of))


def length(tokens: int, *, asked: bool = True) -> str:
    return spell_length(tokens) if asked else f"≤ {spell_length(tokens)}"


def effective(found: EffectiveLength) -> str:
    if found.tokens is None:
        return UNKNOWN
    return f"≥ {length(found.tokens)}" if found.at_least else length(found.tokens)


def why_unsaid(found: EffectiveLength) -> str:
    return _UNSAID[found.unsaid] if found.unsaid else ""


def key(part: Slice) -> str:
    """What a row is called."""
    if part.upto is not None and part.upto != part.key:
        return f"{part.key}–{part.upto}"
    return str(part.key)


def score(part: Slice | TaskFigures) -> str:
    """`81.2 % [70.0 – 90.0] n 40`."""
    return f"{percent(part.score.mean)} [{interval(part.score)}] n {whole(part.n)}"


def names(of: Iterable[tuple[ModelFigures, TaskFigures]]) -> list[str]:
    return [label(model) for model, _ in of]
