"""The reply that a line wants, as the oracle gives it; also when it knows only a part of the document."""

import json
from collections.abc import Sequence as Row

from pydantic import JsonValue

from scenarios.documents.wording import NOT_STATED
from scenarios.language import Language
from scenarios.line import (
    Conflict,
    Copy,
    Insight,
    Insights,
    Line,
    Names,
    Number,
    Passage,
    Sequence,
    Summary,
    Value,
)
from scoring.lines.normal import named, wordings

_BULLETS: dict[Language, str] = {"en": "- {0}: {1} {2} {3}", "zh": "- {0}：{1}{2}{3}"}


def gold_line(line: Line, language: Language) -> str:
    match line:
        case Value(gold=None):
            return answer_line(NOT_STATED[language])
        case Value(gold=gold):
            return answer_line(wordings(gold)[0])
        case Conflict(golds=golds):
            return answer_line([wordings(gold)[0] for gold in golds])
        case Names(gold=names) | Sequence(gold=names):
            return answer_line(list(names))
        case Number(gold=number):
            return answer_line(number)
        case Copy():
            return copied(line)
        case Passage():
            return line.prefix + line.gold.removeprefix(line.prefix)
        case Insights():
            return "\n".join(bullet(insight, language) for insight in line.insights)
        case Summary():
            return _summary(line, language)


def answer_line(answer: str | float | Row[str]) -> str:
    """An answer in the form that questions ask for."""
    if isinstance(answer, str):
        return f"ANSWER: {answer}"
    if isinstance(answer, int | float):
        return f"ANSWER: {int(answer) if float(answer).is_integer() else answer}"
    return f"ANSWER: {json.dumps(list(answer), ensure_ascii=False)}"


def copied(line: Copy) -> str:
    words = [line.common] * line.place + [line.unique] + [line.common] * (line.count - line.place - 1)
    return " ".join(words)


def bullet(insight: Insight, language: Language) -> str:
    cites = ", ".join(map(str, insight.cites))
    return _BULLETS[language].format(insight.entity, insight.attribute, insight.value, f"[{cites}]")


def told_insights(line: Insights, told: Row[JsonValue]) -> Insights:
    """The line as it would be for somebody who knows only some of its evidence.

    Each evidence says `[place of the insight, number of the document]`.
    """
    pairs = [item for item in told if isinstance(item, list)]
    kept = (
        insight.model_copy(update={"cites": tuple(n for n in insight.cites if [place, n] in pairs)})
        for place, insight in enumerate(line.insights)
    )
    return line.model_copy(update={"insights": tuple(insight for insight in kept if insight.cites)})


def _summary(line: Summary, language: Language) -> str:
    """The reference, and behind it the points that it leaves out."""
    missing = [wordings(point)[0] for point in line.points if not named(point, line.reference)]
    end, between = ("。", "") if language == "zh" else (".", " ")
    return between.join([line.reference.rstrip(), *(f"{words}{end}" for words in missing)])
