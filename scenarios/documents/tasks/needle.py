"""T1, needle grid: many needles at evenly spaced depths of one document, and a question for each.

A needle says which number (or UUID) belongs to a thing; all of a document have one form, so that each is a
decoy of the others, and another document words them in another way. Over as many document numbers as there
are depths, the same things move through all depths (a Latin square with its rows and columns shuffled), so
that a depth is not one thing's depth; the values are new in each document. The questions come in random
order.

`order.independent` plants the needle of the first question alone, at a depth that goes round with the
document number: the difference is what the company of other needles costs.

Scored as an exact value; RULER's substring match is given the same reference. Options: `depths`, how many
needles and depths from 0 to 1 (a single one stands in the middle); `kind`, what the values are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, rearranged, whole_depth, with_probes
from scenarios.documents.document import Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scenarios.record import Record

Kind = Literal["number", "uuid"]


class Options(Record):
    depths: Annotated[int, Field(ge=1, le=100)] = 10
    """Needles, each at a depth of its own."""
    kind: Kind = "number"
    """Numbers of seven digits, or UUIDs."""


_TOLD: Mapping[Language, Sequence[str]] = {
    "en": (
        "The {kind} on file for the {key} is {value}.",
        "Whoever asks for the {key} is told the {kind} {value}.",
        "On the tag of the {key} stands the {kind} {value}.",
        "For the {key} the register gives the {kind} {value}.",
    ),
    "zh": (
        "{key}在册的{kind}是{value}。",
        "凡是打听{key}的人，得到的{kind}都是{value}。",
        "{key}的标签上写着{kind}{value}。",
        "登记簿给{key}的{kind}是{value}。",
    ),
}
_ASKED: Mapping[Language, str] = {
    "en": "Which {kind} does the document give for the {key}?",
    "zh": "文中给出的{key}的{kind}是什么？",
}
_KINDS: Mapping[Language, Mapping[Kind, str]] = {
    "en": {"number": "number", "uuid": "UUID"},
    "zh": {"number": "号码", "uuid": "UUID"},
}


@dataclass(frozen=True, kw_only=True)
class _Needle:
    id: str
    key: str
    value: str
    step: int
    """Which of the depths, from 0."""


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    needles = _in_question_order(order, _needles(order, options))
    asked = needles[:1] if order.independent else needles
    told = _TOLD[order.language][order.number % len(_TOLD[order.language])]
    composed = rearranged(compose(order, [_planted(n, told, order, options) for n in asked]), order)
    return with_probes(composed, [_probe(n, asked, composed, order, options) for n in asked])


def _needles(order: Order, options: Options) -> list[_Needle]:
    """All of a document: as many documents in a row as there are depths have the same keys."""
    square, row = divmod(order.number, options.depths)
    shared = replace(order, number=square)
    keys = values.keys(shared.dice("keys"), order.language, options.depths)
    shift = int(shared.dice("rows").order(options.depths)[row])
    steps = shared.dice("columns").order(options.depths).tolist()
    draw = values.numbers if options.kind == "number" else values.uuids
    drawn = draw(order.dice("values"), options.depths)
    return [
        _Needle(id=f"needle-{n + 1}", key=key, value=value, step=steps[(n + shift) % options.depths])
        for n, (key, value) in enumerate(zip(keys, drawn, strict=True))
    ]


def _in_question_order(order: Order, needles: Sequence[_Needle]) -> list[_Needle]:
    """At random, but the first one's depth goes round with the document number."""
    square, row = divmod(order.number, len(needles))
    first = int(replace(order, number=square).dice("first").order(len(needles))[row])
    shuffled = order.dice("questions").shuffled(needles)
    return sorted(shuffled, key=lambda needle: needle.step != first)


def _planted(needle: _Needle, told: str, order: Order, options: Options) -> Planted:
    part, depth = whole_depth(_depth(needle.step, options.depths), order.parts)
    kind = _KINDS[order.language][options.kind]
    text = told.format(kind=kind, key=needle.key, value=needle.value)
    return Planted(id=needle.id, text=text, part=part, depth=depth, values=(needle.key, needle.value))


def _probe(
    needle: _Needle, planted: Sequence[_Needle], composed: Composed, order: Order, options: Options
) -> Probe:
    found = composed.evidence[needle.id]
    asked = _ASKED[order.language].format(kind=_KINDS[order.language][options.kind], key=needle.key)
    step = needle.step if not order.permutation else round(composed.depth(needle.id) * (options.depths - 1))
    return Probe(
        id=needle.id,
        question=f"{asked}\n{answer_form('value', order.language)}",
        line=Value(
            gold=needle.value,
            decoys=tuple(other.value for other in planted if other is not needle),
            ruler=(needle.value,),
        ),
        evidence=(found,),
        after=order.parts,
        cell=Cell(
            task="needle",
            tokens=order.tokens,
            document=order.number,
            depth=round(_depth(step, options.depths), 4),
            fact=needle.key,
            lag=order.parts - found.part,
            lag_tokens=sum(composed.tokens) - found.token,
            permutation=order.permutation,
            variant={"kind": options.kind, "alone": order.independent},
        ),
    )


def _depth(step: int, depths: int) -> float:
    return step / (depths - 1) if depths > 1 else 0.5


NEEDLE = Task(
    name="needle",
    title="One fact out of many of the same form, by depth and length",
    options=Options,
    make=_make,
)
