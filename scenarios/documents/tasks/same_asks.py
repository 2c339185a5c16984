"""T5, same asks: a transcript in which the same thing is asked for several times, in the same words.

Every exchange asks for a form of text about a topic (a poem about bees) and gives a passage in that form, of
a sentence about the topic and sentences of the filler that occur nowhere else. Some asks come 2, 4 or 8
times; the haystack is further asks, for the same forms and topics but never for both. A question wants the
passage of the n-th of the same asks, word for word, behind a random prefix.

Scored as OpenAI's MRCR: 0 without the prefix, else the ratio of `difflib` of what follows; beside it exactly,
and which of the same asks was given back instead. The answer rests on the asks up to the wanted one, since
they have to be counted. Groups that would take more than half of the document together are left out, larger
ones first but for one, which changes with the document number; `order.independent` has that one alone.
Permutations of the parts are ignored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Annotated

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose_blocks, whole_depth, with_probes
from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.language import Language
from scenarios.line import Passage
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    asks: Annotated[tuple[Annotated[int, Field(ge=2, le=16)], ...], Field(min_length=1)] = (2, 4, 8)
    """How many times the same is asked for, a group of exchanges each."""
    questions: Annotated[int, Field(ge=1, le=16)] = 2
    """About each group, for different ones of its asks."""
    sentences: Annotated[int, Field(ge=1, le=12)] = 4
    """Of a passage that is asked for."""


@dataclass(frozen=True, kw_only=True)
class _Form:
    """A form of text, and how sentences are set in it."""

    name: str
    """As it is asked for."""
    opening: str = ""
    each: str = "{}"
    closing: str = ""
    lines: bool = False
    """Whether every sentence stands on a line of its own."""


_FORMS: Mapping[Language, Sequence[_Form]] = {
    "en": (
        _Form(name="a poem", lines=True),
        _Form(name="a letter", opening="Dear friend,\n", closing="\nYours as ever"),
        _Form(name="a list of remarks", each="- {}", lines=True),
        _Form(name="a diary entry", opening="Late in the evening.\n"),
        _Form(name="a speech", opening="Ladies and gentlemen,\n", closing="\nThank you for listening."),
        _Form(name="a news report", opening="From our own correspondent:\n"),
        _Form(name="a dialogue", each="– {}", lines=True),
        _Form(name="a short story"),
    ),
    "zh": (
        _Form(name="一首诗", lines=True),
        _Form(name="一封信", opening="老友如晤：\n", closing="\n即颂近安"),
        _Form(name="几条札记", each="- {}", lines=True),
        _Form(name="一则日记", opening="夜深了。\n"),
        _Form(name="一篇演讲", opening="各位来宾：\n", closing="\n谢谢大家。"),
        _Form(name="一篇报道", opening="本报特约记者：\n"),
        _Form(name="一段对话", each="——{}", lines=True),
        _Form(name="一篇小故事"),
    ),
}
_TOPICS: Mapping[Language, str] = {
    "en": (
        "bees, lighthouses, old bridges, winter mornings, lost gloves, railway stations, the sea, borrowed "
        "books, gardens at night, cheap umbrellas, first snow, grandmothers, empty theatres, maps, bread, "
        "clocks, market days, ferries, silence, chess, mountain huts, rivers, letters never sent, cats, "
        "orchards, moving house, street musicians, fog, holidays, ladders, islands, kites, harvests, "
        "thunder, attics"
    ),
    "zh": (
        "蜜蜂、灯塔、老桥、冬天的清晨、丢失的手套、火车站、大海、借来的书、夜里的花园、雨伞、初雪、外婆、"
        "空剧院、地图、面包、时钟、赶集、渡船、寂静、象棋、山间小屋、河流、没有寄出的信、猫、果园、搬家、"
        "街头艺人、大雾、假期、梯子、岛屿、风筝、丰收、雷声、阁楼、竹林"
    ),
}
_THOUGHTS: Mapping[Language, Sequence[str]] = {
    "en": (
        "There is more to say about {0} than people think.",
        "Whoever begins with {0} seldom ends with it.",
        "Nobody had warned me of {0}.",
        "All of this comes back when I think of {0}.",
        "What is left of {0} is soon told.",
        "Somebody at table spoke of {0}, and the rest followed.",
    ),
    "zh": (
        "关于{0}，能说的比人们想的要多。",
        "从{0}说起的人，很少以它收尾。",
        "关于{0}，没有人提醒过我。",
        "一想到{0}，这些事就都回来了。",
        "说到{0}，几句话就够了。",
        "席间有人谈起{0}，后面的事便由此而来。",
    ),
}
_EXCHANGE: Mapping[Language, str] = {
    "en": "User: {ask}\nAssistant: {passage}",
    "zh": "用户：{ask}\n助手：{passage}",
}
_ASK: Mapping[Language, str] = {"en": "Write {form} about {topic}.", "zh": "请写{form}，主题是{topic}。"}
_QUESTION: Mapping[Language, str] = {
    "en": "The document is a transcript in which the request “{ask}” comes several times. Repeat the "
    "assistant's reply to the {nth} of them, word for word and with its line breaks. Begin with {prefix}, "
    "which is followed at once by the reply, and write nothing else.",
    "zh": "文件是一份对话记录，其中“{ask}”这个请求出现了好几次。"
    "请一字不差地重复助手对其中第 {nth} 次请求的回复，换行也照原样。"
    "以 {prefix} 开头，后面紧接着写那段回复，不要写任何别的内容。",
}
_SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SHARE = 0.5
"""Of the document, that groups may take."""
_SPARE_TOKENS = 4096
"""Of filler, beyond the length of the document."""
_OUTPUT = 256
"""Tokens that a reply may have beside twice those of the passage."""


@dataclass(frozen=True, kw_only=True)
class _Group:
    """The same ask several times, with the passages that it was given."""

    id: str
    ask: str
    passages: tuple[str, ...]

    def exchanges(self, language: Language) -> list[str]:
        return [_EXCHANGE[language].format(ask=self.ask, passage=passage) for passage in self.passages]


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    topics = re.split(r", |、", _TOPICS[order.language])
    kinds = order.dice("asks").shuffled(list(product(_FORMS[order.language], topics)))
    sentences = iter(order.filler.sentences(order.dice("filler"), order.tokens + _SPARE_TOKENS).sentences)
    groups = _groups(order, options, kinds, sentences)
    further = _further(order, options, kinds[len(options.asks) :], sentences)
    composed = compose_blocks(order, further, planted=_planted(groups, order), separator="\n\n")
    dice = order.dice("questions")
    asked = [
        _probe(group, nth, composed, order, dice)
        for group in groups
        for nth in dice.sample(range(len(group.passages)), min(options.questions, len(group.passages)))
    ]
    return with_probes(composed, asked[:1] if order.independent else asked)


def _groups(
    order: Order, options: Options, kinds: Sequence[tuple[_Form, str]], sentences: Iterator[str]
) -> list[_Group]:
    """The first one changes with the document number. Raises `CannotMake` when none is small enough."""
    dice = order.dice("passages")
    first = order.number % len(options.asks)
    sizes = options.asks[first:] + options.asks[:first]
    groups = [
        _Group(
            id=f"asks-{n}-of-{asks}",
            ask=_ASK[order.language].format(form=form.name, topic=topic),
            passages=tuple(
                _passage(form, topic, islice(sentences, options.sentences), order.language, dice)
                for _ in range(asks)
            ),
        )
        for n, (asks, (form, topic)) in enumerate(zip(sizes, kinds, strict=False), start=1)
    ]
    room = int(order.tokens * _SHARE)
    need = {group.id: sum(order.tokenizer.counts(group.exchanges(order.language))) for group in groups}
    fitting = [group for group in groups if need[group.id] <= room]
    if not fitting:
        raise CannotMake(
            f"the same asks need {min(need.values()):,} tokens at least, more than half of {order.tokens:,}; "
            "ask for a longer document, fewer asks or fewer sentences"
        )
    chosen = fitting[:1]
    for group in [] if order.independent else sorted(fitting[1:], key=lambda group: need[group.id]):
        if sum(need[other.id] for other in (*chosen, group)) <= room:
            chosen.append(group)
    return chosen


def _passage(form: _Form, topic: str, sentences: Iterable[str], language: Language, dice: Dice) -> str:
    thought = dice.choice(_THOUGHTS[language]).format(topic)
    between = "\n" if form.lines else " " if language == "en" else ""
    return (
        form.opening + between.join(form.each.format(text) for text in (thought, *sentences)) + form.closing
    )


def _further(
    order: Order, options: Options, kinds: Sequence[tuple[_Form, str]], sentences: Iterator[str]
) -> Iterator[str]:
    """Other exchanges, longer and shorter ones, until the filler is used up."""
    dice = order.dice("further")
    while told := list(islice(sentences, dice.between(1, 2 * options.sentences - 1))):
        form, topic = dice.choice(kinds)
        ask = _ASK[order.language].format(form=form.name, topic=topic)
        passage = _passage(form, topic, told, order.language, dice)
        yield _EXCHANGE[order.language].format(ask=ask, passage=passage)


def _planted(groups: Sequence[_Group], order: Order) -> list[Planted]:
    """All exchanges at even distances, those of the groups one through the other."""
    total = sum(len(group.passages) for group in groups)
    places = iter(order.dice("places").order(total).tolist())
    planted = []
    for group in groups:
        mine = sorted(islice(places, len(group.passages)))
        for nth, (text, place) in enumerate(zip(group.exchanges(order.language), mine, strict=True)):
            part, depth = whole_depth((place + 0.5) / total, order.parts)
            planted.append(Planted(id=f"{group.id}-{nth}", text=text, part=part, depth=depth))
    return planted


def _probe(group: _Group, nth: int, composed: Composed, order: Order, dice: Dice) -> Probe:
    prefix = "".join(dice.choice(_SIGNS) for _ in range(10))
    places = [composed.evidence[f"{group.id}-{n}"] for n in range(nth + 1)]
    gold = group.passages[nth]
    return Probe(
        id=f"{group.id}-{nth + 1}",
        question=_QUESTION[order.language].format(
            ask=group.ask, nth=_nth(nth + 1, order.language), prefix=prefix
        ),
        line=Passage(
            prefix=prefix, gold=gold, others=tuple(other for other in group.passages if other != gold)
        ),
        evidence=tuple(places),
        after=order.parts,
        cell=Cell(
            task="same-asks",
            tokens=order.tokens,
            document=order.number,
            depth=round(composed.depth(f"{group.id}-{nth}"), 4),
            fact=f"{group.id} {nth + 1}",
            lag=order.parts - places[-1].part,
            lag_tokens=sum(composed.tokens) - places[-1].token,
            variant={"asks": len(group.passages), "nth": nth + 1, "alone": order.independent},
        ),
        output_tokens=_OUTPUT + 2 * order.tokenizer.counts([gold])[0],
    )


def _nth(number: int, language: Language) -> str:
    if language == "zh":
        return str(number)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number not in (11, 12, 13) else "th"
    return f"{number}{ending}"


SAME_ASKS = Task(
    name="same-asks",
    title="Give back the n-th of several passages that were asked for in the same words",
    options=Options,
    make=_make,
)
