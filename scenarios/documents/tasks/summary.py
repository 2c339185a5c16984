"""T11, summary of a haystack: what short documents report about a few things, and which of them report it.

The document is a row of numbered short ones, filler for the most part. Each insight is an invented thing, an
attribute and a value (`Bofuki Weir`, building cost, 48,310 crowns), told in 2 to 5 of the short documents, in
other words in each. A question names the things of one group and asks for a bullet for each figure, with the
numbers of all documents that tell it; the things of the other groups are of the same kinds and lead astray.

Scored by coverage × citation F1, and by how many bullets contradict the documents (`scoring.lines.insights`).
A sentence alone gives a part of the answer: `[place of the insight, number of the short document]`. Which
short document is which hangs on the text as a whole, so `order.permutation` is ignored.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose_blocks, whole_depth, with_probes
from scenarios.documents.dice import Dice
from scenarios.documents.document import PART_BREAK, CannotMake, Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.language import Language
from scenarios.line import Insight, Insights
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    documents: Annotated[int, Field(ge=8, le=2000)] = 100
    """Short documents at most; a long haystack has longer ones."""
    groups: Annotated[int, Field(ge=1, le=6)] = 2
    """Questions, each about things of its own."""
    insights: Annotated[int, Field(ge=1, le=12)] = 4
    """Figures of each group; two of each thing."""
    told: Annotated[int, Field(ge=2, le=5)] = 5
    """Documents at most that tell one of them; two at least, and no more than two in a short haystack."""


@dataclass(frozen=True, kw_only=True)
class _Wording:
    heading: str
    things: Sequence[str]
    attributes: Sequence[tuple[str, str]]
    """What is measured, and how its value is written."""
    sentences: Sequence[str]
    """With the thing, the attribute and the value."""
    summary: str
    joint: str
    asked: str


_WORDS: Mapping[Language, _Wording] = {
    "en": _Wording(
        heading="## Document {}",
        things=("{} Weir", "{} Viaduct", "{} Lighthouse", "{} Reservoir", "{} Observatory", "{} Breakwater"),
        attributes=(
            ("building cost", "{} crowns"),
            ("yearly upkeep", "{} florins"),
            ("stone used", "{} tonnes"),
            ("days of labour", "{} shifts"),
            ("length of piping", "{} feet"),
            ("yearly visitors", "{} people"),
        ),
        sentences=(
            "The {1} of the {0} is given as {2}.",
            "For the {0}, the ledger has this under {1}: {2}.",
            "According to the surveyor, the figure for the {1} of the {0} is {2}.",
            "A letter to the council puts the {1} of the {0} at {2}.",
            "{2} is what the clerk noted for the {1} of the {0}.",
            "When the {0} was inspected, its {1} came to {2}.",
            "Nobody disputes that the {1} of the {0} amounts to {2}.",
            "In the margin stands {2}, the {1} of the {0}.",
        ),
        summary="The {1} of the {0} is {2}.",
        joint=" ",
        asked="The document is a collection of short documents, each under its number. Summarise every "
        "figure that they report about {}. Write one bullet for each figure, beginning with `- `, that says "
        "which of these it is about, what is measured, and the value; end it with the numbers of all the "
        "documents that report this figure, in square brackets, such as [2, 7]. Write nothing else.",
    ),
    "zh": _Wording(
        heading="## 文档 {}",
        things=("{}堰", "{}高架桥", "{}灯塔", "{}水库", "{}观象台", "{}防波堤"),
        attributes=(
            ("造价", "{}克朗"),
            ("年维护费", "{}弗罗林"),
            ("石料用量", "{}吨"),
            ("用工量", "{}班次"),
            ("管道长度", "{}尺"),
            ("年访客量", "{}人次"),
        ),
        sentences=(
            "{0}的{1}为{2}。",
            "账册上{0}的{1}一栏写着{2}。",
            "据测量员说，{0}的{1}是{2}。",
            "呈给议会的信里写明，{0}的{1}达{2}。",
            "{2}，这是书记员记下的{0}的{1}。",
            "验收{0}时，查得其{1}为{2}。",
            "无人否认，{0}的{1}合计{2}。",
            "页边注着{2}，即{0}的{1}。",
        ),
        summary="{0}的{1}为{2}。",
        joint="",
        asked="这份文件由若干篇编了号的短文档组成。请归纳其中关于{}的每一项数据。每项数据写一条，"
        "以“- ”开头，写明是哪一处、哪一项指标、数值是多少，"
        "并在末尾用方括号列出报告了这项数据的全部文档的编号，如 [2, 7]。不要写别的内容。",
    ),
}
_LINES = 6
"""Of a short document, at least."""
_PER_TELLING = 6
"""Short documents that there are for each one that tells a figure: a short haystack tells it less often."""
_APART = 1.5
"""Short documents between the beginning of a part and the first insight in it, so that its number is read."""
_SHARE = 0.5
"""Of the document, what insights may take."""
_SPARE_TOKENS = 2048


@dataclass(frozen=True, kw_only=True)
class _Told:
    """An insight before it is known which documents tell it."""

    group: int
    thing: str
    attribute: str
    value: str
    wordings: tuple[str, ...]

    def planted(self, places: Sequence[tuple[int, float]], name: str) -> Iterator[Planted]:
        for n, (words, (part, depth)) in enumerate(zip(self.wordings, places, strict=True)):
            text = words.format(self.thing, self.attribute, self.value)
            yield Planted(
                id=f"{name}-{n}", text=text, part=part, depth=depth, values=(self.thing, self.value)
            )


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    words = _WORDS[order.language]
    groups = 1 if order.independent else options.groups
    lines, count = _lines(order, options, words)
    told = [one for one in _insights(order, options, words, count, "\n".join(lines)) if one.group < groups]
    places = _places(order, told, count)
    planted = {
        f"insight-{n}": list(one.planted(where, f"insight-{n}"))
        for n, (one, where) in enumerate(zip(told, places, strict=True))
    }
    _check_share(order, list(chain.from_iterable(planted.values())))
    composed = compose_blocks(order, iter(lines), planted=list(chain.from_iterable(planted.values())))
    numbered = _Numbers(composed, words.heading)
    found = [
        (one, [numbered.of(sentence.text) for sentence in sentences])
        for one, sentences in zip(told, planted.values(), strict=True)
    ]
    return with_probes(composed, [_probe(group, found, composed, order, words) for group in range(groups)])


def _lines(order: Order, options: Options, words: _Wording) -> tuple[list[str], int]:
    """Sentences of filler, every so many under a new heading, and how many short documents they make."""
    stretch = order.filler.sentences(order.dice("filler"), order.tokens + _SPARE_TOKENS)
    fitting = bisect_right(stretch.counts.cumsum().tolist(), order.tokens)
    each = max(_LINES, fitting // options.documents)
    lines = [
        sentence if n % each else f"{words.heading.format(n // each + 1)}\n{sentence}"
        for n, sentence in enumerate(stretch.sentences)
    ]
    return lines, fitting // each


def _insights(order: Order, options: Options, words: _Wording, count: int, haystack: str) -> list[_Told]:
    """Of every group in turn; names and figures that the filler does not have."""
    dice = order.dice("insights")
    total = options.groups * options.insights
    coined = values.words(dice, order.language, 8 * total + 64)
    names = (word.capitalize() for word in coined if word not in haystack)
    numbers = values.numbers(dice, 8 * total + 64, 5)
    figures = (one for one in numbers if _figure(one, order) not in haystack)
    often = max(2, min(options.told, count // _PER_TELLING))
    told = []
    for group in range(options.groups):
        thing = ""
        attributes: list[tuple[str, str]] = []
        for n in range(options.insights):
            if not n % 2:
                thing = dice.choice(words.things).format(next(names))
                attributes = dice.sample(words.attributes, 2)
            attribute, unit = attributes[n % 2]
            value = unit.format(_figure(next(figures), order))
            wordings = dice.sample(words.sentences, dice.between(2, often))
            told.append(
                _Told(group=group, thing=thing, attribute=attribute, value=value, wordings=tuple(wordings))
            )
    return told


def _figure(digits: str, order: Order) -> str:
    return f"{int(digits):,}" if order.language == "en" else digits


def _places(order: Order, told: Sequence[_Told], count: int) -> list[list[tuple[int, float]]]:
    """For each insight, short documents that are not next to each other, as (part, depth in it)."""
    dice = order.dice("places")
    each = count / order.parts
    slots = [
        slot for slot in range(count) if whole_depth((slot + 0.5) / count, order.parts)[1] * each >= _APART
    ]
    return [
        [
            whole_depth((slot + 0.3 + 0.4 * dice.below(1000) / 1000) / count, order.parts)
            for slot in _spread(dice, slots, len(one.wordings), order)
        ]
        for one in told
    ]


def _spread(dice: Dice, slots: Sequence[int], wanted: int, order: Order) -> list[int]:
    chosen: list[int] = []
    for slot in dice.shuffled(slots):
        if len(chosen) < wanted and all(abs(slot - other) > 1 for other in chosen):
            chosen.append(slot)
    if len(chosen) < wanted:
        raise CannotMake(
            f"{order.tokens:,} tokens in {order.parts} parts have no {wanted} short documents apart "
            "from each other to tell one figure; ask for a longer document, fewer parts, or a smaller `told`"
        )
    return sorted(chosen)


def _check_share(order: Order, planted: Sequence[Planted]) -> None:
    taken = sum(order.tokenizer.counts([item.text for item in planted]))
    if taken > _SHARE * order.tokens:
        raise CannotMake(
            f"the figures to be reported take {taken:,} of {order.tokens:,} tokens, and may take "
            f"{_SHARE:.0%}; ask for a longer document, or for fewer `groups` or `insights`"
        )


class _Numbers:
    """Which short document a sentence stands in."""

    def __init__(self, composed: Composed, heading: str) -> None:
        self._text = PART_BREAK.join(composed.parts)
        pattern = re.escape(heading).replace(re.escape("{}"), r"(\d+)")
        headings = list(re.finditer(rf"^{pattern}$", self._text.replace(PART_BREAK, "\n"), re.MULTILINE))
        self._starts = [match.start() for match in headings]
        self._numbers = [int(match[1]) for match in headings]

    def of(self, sentence: str) -> int:
        return self._numbers[bisect_right(self._starts, self._text.index(sentence)) - 1]


def _probe(
    group: int,
    found: Sequence[tuple[_Told, Sequence[int]]],
    composed: Composed,
    order: Order,
    words: _Wording,
) -> Probe:
    mine = [(n, one, numbers) for n, (one, numbers) in enumerate(found) if one.group == group]
    things = list(dict.fromkeys(one.thing for _, one, _ in mine))
    insights = tuple(
        Insight(entity=one.thing, attribute=one.attribute, value=one.value, cites=tuple(sorted(set(numbers))))
        for _, one, numbers in mine
    )
    evidence = tuple(
        composed.evidence[f"insight-{n}-{k}"].model_copy(update={"answer": [place, number]})
        for place, (n, _, numbers) in enumerate(mine)
        for k, number in enumerate(numbers)
    )
    return Probe(
        id=f"summary-{group + 1}",
        question=words.asked.format(_row(things, order.language)),
        line=Insights(
            insights=insights,
            reference=words.joint.join(
                words.summary.format(one.thing, one.attribute, one.value) for _, one, _ in mine
            ),
        ),
        evidence=evidence,
        rests="each",
        after=order.parts,
        cell=Cell(
            task="haystack-summary",
            tokens=order.tokens,
            document=order.number,
            fact=f"group-{group + 1}",
            variant={"insights": len(insights), "alone": order.independent},
        ),
        output_tokens=256 + 96 * len(insights),
    )


def _row(things: Sequence[str], language: Language) -> str:
    if language == "zh":
        return "、".join(things)
    named = [f"the {thing}" for thing in things]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


SUMMARY = Task(
    name="haystack-summary",
    title="What short documents report about a few things, with the documents that report it",
    options=Options,
    make=_make,
)
