"""T4, aggregation: answers that only the whole document gives, since they are counts.

`kind: common`: a list of coined words, ten of them (`common`) each `often` times (fewer where that would be
more than 40 % of the list), all the others `seldom` times; which are the common ones? (RULER's common words.)
`kind: frequent`: a list whose n-th most frequent word comes in proportion to 1 / (n + 1)^`alpha`; which are
the `top` three? (RULER's frequent words, whose first rank is noise.) `kind: events`: a log of records, each
of one station and one event; how many records report a certain event? Each of the `events` asked about occurs
1 to `most` times, fewer in a short document, and the rest of the log reports other events.

The lines of the task are the whole document, in random order. The lists are scored by set F1 (with all the
words wanted that is RULER's match_all, which is given the same references), the counts exactly and by their
relative error. A count rests on every record of its event; `order.independent` plants the first
question's records alone.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isqrt
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, JsonValue

from scenarios.documents.compose import (
    Composed,
    Planted,
    compose_blocks,
    rearranged,
    room,
    whole_depth,
    with_probes,
)
from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Counts, Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Names, Number
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    kind: Literal["common", "frequent", "events"] = "common"
    """What is counted."""
    common: Annotated[int, Field(ge=1, le=50)] = 10
    """Common words."""
    often: Annotated[int, Field(ge=2)] = 30
    """Times that each of them occurs."""
    seldom: Annotated[int, Field(ge=1)] = 3
    """Times that each other word occurs; the common ones at least twice as often."""
    top: Annotated[int, Field(ge=1, le=20)] = 3
    """Frequent words that are asked for."""
    alpha: Annotated[float, Field(gt=1.0, le=4.0)] = 2.0
    """How steeply frequency falls."""
    events: Annotated[int, Field(ge=1, le=8)] = 4
    """Events that are asked about."""
    most: Annotated[int, Field(ge=1, le=200)] = 40
    """Times at most that each of them occurs."""


_EVENTS: Mapping[Language, Sequence[str]] = {
    "en": (
        "a blown fuse",
        "a jammed gate",
        "a cracked window",
        "a leaking valve",
        "a stray dog",
        "a flat battery",
        "a lost parcel",
        "a flooded cellar",
        "a broken seal",
        "a missing signature",
        "an open hatch",
        "a false alarm",
        "a late delivery",
        "a power cut",
        "a frozen pipe",
        "an expired permit",
        "a torn cable",
        "a blocked drain",
    ),
    "zh": (
        "保险丝熔断",
        "闸门卡住",
        "窗户开裂",
        "阀门漏水",
        "流浪狗闯入",
        "电池耗尽",
        "包裹遗失",
        "地窖进水",
        "封条破损",
        "漏签姓名",
        "舱盖未关",
        "误报警情",
        "送货迟到",
        "临时停电",
        "水管冻结",
        "许可过期",
        "电缆断裂",
        "下水堵塞",
    ),
}
_RECORD: Mapping[Language, str] = {
    "en": "Record {id}: station {station} reports {event}.",
    "zh": "记录 {id}：{station} 号站报告{event}。",
}
_ASKED: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "common": "The document is a list of words. Which {count} words occur most often in it?",
        "frequent": "The document is a list of coded words. Which {count} words occur most often in it?",
        "events": "How many records of the document report {event}?",
    },
    "zh": {
        "common": "这份文件是一张词表。其中出现次数最多的 {count} 个词是哪些？",
        "frequent": "这份文件是一张代号表。其中出现次数最多的 {count} 个代号是哪些？",
        "events": "文中有多少条记录报告了“{event}”？",
    },
}
_SAMPLE = 256
"""Words that tell how long words are on the average."""
_STATIONS = 60
_LINE_TOKENS = 30
"""What a record takes at most, roughly: enough to keep short logs from being all answers."""
_SHARE = 0.4
"""Of a document, what is asked about at most."""


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    if options.kind == "events":
        return _log(order, options)
    rows = _common(order, options) if options.kind == "common" else _frequent(order, options)
    composed = rearranged(compose_blocks(order, iter(rows)), order)
    return with_probes(composed, [_words_probe(composed, order, options)])


def _common(order: Order, options: Options) -> list[str]:
    """The common words and as many others as there is room for, shuffled; a line or two too many."""
    space = room(order)
    few = _line_tokens(values.words(order.dice("words"), order.language, _SAMPLE), order)
    enough = options.common + int(1.1 * space / (options.seldom * few.mean()))
    words = values.words(order.dice("words"), order.language, enough)
    counts = _line_tokens(words, order)
    commons = int(counts[: options.common].sum())
    often = min(options.often, int(_SHARE * space / commons))
    if often < 2 * options.seldom:
        raise CannotMake(
            f"{options.common} common words can occur {often} times in {order.tokens:,} tokens, too few "
            f"beside {options.seldom} of each other word; ask for a longer document or fewer common words"
        )
    times = np.where(np.arange(len(words)) < options.common, often, options.seldom)
    fitting = int(np.searchsorted(np.cumsum(counts * times), space, side="right"))
    return _shuffled(words, times[: fitting + 1], order.dice("lines"))


def _frequent(order: Order, options: Options) -> list[str]:
    """As many words as there is room for, each as often as its rank says, shuffled; a few lines too many."""
    space = room(order)
    words = values.words(order.dice("words"), order.language, isqrt(space) + 100)
    counts = _line_tokens(words, order)
    shares = (np.arange(len(words)) + 2.0) ** -options.alpha
    shares /= shares.sum()
    total = bisect_left(range(space), space, key=lambda n: int((np.rint(shares * n) * counts).sum()))
    return _shuffled(words, np.rint(shares * total).astype(np.int64), order.dice("lines"))


def _line_tokens(words: Sequence[str], order: Order) -> Counts:
    return np.array(order.tokenizer.counts(["\n" + word for word in words]), dtype=np.int64)


def _shuffled(words: Sequence[str], times: Counts, dice: Dice) -> list[str]:
    """Each of the first words as many times as is said."""
    rows = np.repeat(np.arange(len(times)), times)
    return [words[row] for row in rows[dice.order(len(rows))].tolist()]


def _words_probe(composed: Composed, order: Order, options: Options) -> Probe:
    """Its gold is counted in the finished document, which may lack the last lines that were drawn."""
    count = options.common if options.kind == "common" else options.top
    ranked = Counter(word for part in composed.parts for word in part.split("\n")).most_common()
    if len(ranked) <= count or ranked[count - 1][1] == ranked[count][1]:
        raise CannotMake(
            f"{order.tokens:,} tokens are too few to tell the {count} most frequent words from the next one; "
            "ask for a longer document or fewer words"
        )
    gold = tuple(word for word, _ in ranked[:count])
    asked = _ASKED[order.language][options.kind].format(count=count)
    return Probe(
        id=options.kind,
        question=f"{asked}\n{answer_form('list', order.language)}",
        line=Names(gold=gold, ruler=gold),
        rests="whole",
        after=order.parts,
        cell=_cell(
            order,
            options.kind,
            {"kind": options.kind, "last": ranked[count - 1][1], "next": ranked[count][1]},
        ),
    )


def _log(order: Order, options: Options) -> Document:
    """Records of the events that are asked about, planted among records of others."""
    events = order.dice("events").shuffled(_EVENTS[order.language])
    most = min(options.most, int(_SHARE * order.tokens / (_LINE_TOKENS * options.events)))
    if most < 1:
        raise CannotMake(
            f"{order.tokens:,} tokens have no room for {options.events} events beside others; "
            "ask for a longer document or fewer events"
        )
    dice = order.dice("times")
    times = {event: dice.between(1, most) for event in events[: options.events]}
    if order.independent:
        times = dict([*times.items()][:1])
    planted = list(_asked_records(order, times))
    others = _other_records(order, events[options.events :])
    composed = rearranged(compose_blocks(order, others, planted=planted), order)
    return with_probes(
        composed, [_event_probe(n, event, times[event], composed, order) for n, event in enumerate(times)]
    )


def _asked_records(order: Order, times: Mapping[str, int]) -> Iterator[Planted]:
    """Each in a stretch of the document of its own."""
    dice = order.dice("places")
    rows = dice.shuffled([(n, nth) for n, event in enumerate(times) for nth in range(times[event])])
    ids = values.hashes(order.dice("ids"), len(rows))
    for place, ((n, nth), name) in enumerate(zip(rows, ids, strict=True)):
        event = [*times][n]
        part, depth = whole_depth((place + dice.below(1000) / 1000) / len(rows), order.parts)
        yield Planted(
            id=f"event-{n + 1}-{nth + 1}",
            text=_RECORD[order.language].format(id=name, station=dice.between(1, _STATIONS), event=event),
            part=part,
            depth=depth,
            values=(event, name),
        )


def _other_records(order: Order, events: Sequence[str]) -> Iterator[str]:
    """Without end."""
    dice = order.dice("records")
    told = _RECORD[order.language]
    while True:
        ids = values.hashes(dice, 256)
        stations = (1 + dice.words(256) % np.uint64(_STATIONS)).tolist()
        kinds = (dice.words(256) % np.uint64(len(events))).tolist()
        for name, station, kind in zip(ids, stations, kinds, strict=True):
            yield told.format(id=name, station=station, event=events[kind])


def _event_probe(n: int, event: str, times: int, composed: Composed, order: Order) -> Probe:
    asked = _ASKED[order.language]["events"].format(event=event)
    return Probe(
        id=f"event-{n + 1}",
        question=f"{asked}\n{answer_form('number', order.language)}",
        line=Number(gold=times),
        evidence=tuple(composed.evidence[f"event-{n + 1}-{nth + 1}"] for nth in range(times)),
        after=order.parts,
        cell=_cell(order, event, {"kind": "events", "times": times, "alone": order.independent}),
    )


def _cell(order: Order, fact: str, variant: dict[str, JsonValue]) -> Cell:
    return Cell(
        task="counting",
        tokens=order.tokens,
        document=order.number,
        fact=fact,
        permutation=order.permutation,
        variant=variant,
    )


COUNTING = Task(
    name="counting",
    title="The most frequent words of a list, or how often an event is in a log",
    options=Options,
    make=_make,
)
