"""T10, repeated words: one word over and over, and once another that looks like it; the model copies it all.

The document is nothing but the words, as many as fill its length. The odd word stands at one of `depths`
places, which go round with the document number, as do the pairs of words. The reply is as long as the
document, so this is a task for lengths that a model can write.

Scored over the whole reply: 1 − edit distance / length of the longer text, whether the odd word is there, and
whether it is in its place (Context Rot). As the place is part of the answer, permutations are ignored.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Annotated

from pydantic import Field

from scenarios.documents.compose import Planted, compose_blocks, whole_depth, with_probes
from scenarios.documents.document import Document, Order, Probe, Task
from scenarios.language import Language
from scenarios.line import Copy
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    depths: Annotated[int, Field(ge=1, le=100)] = 10
    """Places of the odd word, from the beginning to the end."""


_PAIRS: Mapping[Language, Sequence[tuple[str, str]]] = {
    "en": (
        ("lantern", "lanterns"),
        ("orchard", "orchid"),
        ("velvet", "violet"),
        ("harbour", "harbours"),
        ("marble", "maple"),
        ("compass", "compost"),
        ("thimble", "thistle"),
        ("saddle", "sandal"),
        ("pebble", "pebbles"),
        ("candle", "cradle"),
        ("meadow", "meadows"),
    ),
    "zh": (
        ("灯塔", "灯台"),
        ("苹果", "平果"),
        ("石榴", "石流"),
        ("海港", "海巷"),
        ("枫叶", "枫业"),
        ("罗盘", "罗盆"),
        ("顶针", "顶真"),
        ("马鞍", "马安"),
        ("卵石", "卯石"),
        ("蜡烛", "腊烛"),
        ("草地", "草场"),
    ),
}
"""The word that is repeated, and the odd one."""
_ASKED: Mapping[Language, str] = {
    "en": "Repeat the document word for word from beginning to end, with one space between two words. "
    "Leave nothing out, correct nothing, and write nothing else.",
    "zh": "请从头到尾逐词重复这份文件，两个词之间空一格。不要遗漏，不要改正，也不要写任何别的内容。",
}


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    common, unique = _PAIRS[order.language][order.number % len(_PAIRS[order.language])]
    step = order.number % options.depths
    depth = step / (options.depths - 1) if options.depths > 1 else 0.5
    part, inside = whole_depth(depth, order.parts)
    odd = Planted(id="odd", text=unique, part=part, depth=inside, values=(unique,))
    composed = compose_blocks(order, repeat(common), planted=[odd], separator=" ")
    words = [word for text in composed.parts for word in text.split(" ")]
    probe = Probe(
        id="copy",
        question=_ASKED[order.language],
        line=Copy(common=common, unique=unique, count=len(words), place=words.index(unique)),
        evidence=(composed.evidence["odd"],),
        after=order.parts,
        cell=Cell(
            task="repeated-words",
            tokens=order.tokens,
            document=order.number,
            depth=round(depth, 4),
            fact=f"{common} {unique}",
        ),
        output_tokens=order.tokens + order.tokens // 4 + 64,
    )
    return with_probes(composed, [probe])


REPEATED_WORDS = Task(
    name="repeated-words",
    title="A long text of one word, and once another, copied word for word",
    options=Options,
    make=_make,
)
