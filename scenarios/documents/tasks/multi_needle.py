"""T2, several keys, values and queries: all the numbers of some things, out of many of the same form.

A document registers `values` numbers for each of `keys` things, one number a sentence, the sentences spread
evenly over the document in random order. Each question names `queries` of the things and wants every number
of theirs; no thing is asked about twice, and the things of other questions lead astray. RULER's multi-key,
multi-value and multi-query needles are `keys: 4`, `values: 4` with `keys: 1`, and `queries: 4` with `keys:
4`.

Scored by set F1 and as an exact set; RULER's match_all is given the same references. Each sentence gives one
item of the answer. `order.independent` plants the sentences of the first question alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from scenarios.documents.compose import Composed, Planted, compose, rearranged, whole_depth, with_probes
from scenarios.documents.document import Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.documents.tasks.needle import Kind
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Names
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    keys: Annotated[int, Field(ge=1, le=64)] = 8
    """Things that numbers are registered for."""
    values: Annotated[int, Field(ge=1, le=16)] = 2
    """Numbers of each."""
    queries: Annotated[int, Field(ge=1, le=16)] = 2
    """Things in one question."""
    kind: Kind = "number"
    """Numbers of seven digits, or UUIDs."""

    @model_validator(mode="after")
    def _enough_keys(self) -> Self:
        if self.queries > self.keys:
            raise ValueError(
                f"a question about {self.queries} things needs as many keys; there are {self.keys}"
            )
        return self


_TOLD: Mapping[Language, Sequence[str]] = {
    "en": (
        "One of the {kind}s registered for the {key} is {value}.",
        "Among the {kind}s that belong to the {key} is {value}.",
        "The {key} also goes by the {kind} {value}.",
    ),
    "zh": (
        "为{key}登记的{kind}之一是{value}。",
        "属于{key}的{kind}当中有{value}。",
        "{key}也用{kind}{value}。",
    ),
}
_ASKED: Mapping[Language, str] = {
    "en": "Which {kind}s does the document give for {keys}? Name all of them.",
    "zh": "文中给出的{keys}的{kind}有哪些？请全部列出。",
}
_KINDS: Mapping[Language, Mapping[Kind, str]] = {
    "en": {"number": "number", "uuid": "UUID"},
    "zh": {"number": "号码", "uuid": "UUID"},
}


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A thing with its numbers."""

    id: str
    key: str
    values: tuple[str, ...]

    def fact(self, nth: int) -> str:
        return f"{self.id}-{nth + 1}"


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    entries = _entries(order, options)
    firsts = range(0, options.keys - options.queries + 1, options.queries)
    questions = [entries[first : first + options.queries] for first in firsts]
    if order.independent:
        questions = questions[:1]
        entries = questions[0]
    composed = rearranged(compose(order, list(_planted(entries, order, options))), order)
    return with_probes(
        composed, [_probe(n, asked, composed, order, options) for n, asked in enumerate(questions)]
    )


def _entries(order: Order, options: Options) -> list[_Entry]:
    keys = values.keys(order.dice("keys"), order.language, options.keys)
    draw = values.numbers if options.kind == "number" else values.uuids
    drawn = draw(order.dice("values"), options.keys * options.values)
    return [
        _Entry(
            id=f"key-{n + 1}",
            key=key,
            values=tuple(drawn[n * options.values : (n + 1) * options.values]),
        )
        for n, key in enumerate(keys)
    ]


def _planted(entries: Sequence[_Entry], order: Order, options: Options) -> Iterator[Planted]:
    """Each sentence in a stretch of the document of its own."""
    kind = _KINDS[order.language][options.kind]
    facts = [(entry, nth) for entry in entries for nth in range(options.values)]
    dice = order.dice("places")
    for place, (entry, nth) in enumerate(dice.shuffled(facts)):
        part, depth = whole_depth((place + dice.below(1000) / 1000) / len(facts), order.parts)
        value = entry.values[nth]
        yield Planted(
            id=entry.fact(nth),
            text=dice.choice(_TOLD[order.language]).format(kind=kind, key=entry.key, value=value),
            part=part,
            depth=depth,
            values=(entry.key, value),
        )


def _probe(nth: int, asked: Sequence[_Entry], composed: Composed, order: Order, options: Options) -> Probe:
    question = _ASKED[order.language].format(
        kind=_KINDS[order.language][options.kind],
        keys=_listed([entry.key for entry in asked], order.language),
    )
    gold = tuple(value for entry in asked for value in entry.values)
    return Probe(
        id=f"keys-{nth + 1}",
        question=f"{question}\n{answer_form('list', order.language)}",
        line=Names(gold=gold, ruler=gold),
        evidence=tuple(
            composed.evidence[entry.fact(n)].model_copy(update={"answer": value})
            for entry in asked
            for n, value in enumerate(entry.values)
        ),
        rests="each",
        after=order.parts,
        cell=Cell(
            task="multi-needle",
            tokens=order.tokens,
            document=order.number,
            fact=" ".join(entry.key for entry in asked),
            permutation=order.permutation,
            variant={
                "kind": options.kind,
                "keys": options.keys,
                "values": options.values,
                "queries": options.queries,
                "alone": order.independent,
            },
        ),
        output_tokens=max(512, 256 + 40 * len(gold)),
    )


def _listed(keys: Sequence[str], language: Language) -> str:
    if language == "zh":
        return "、".join(keys)
    named = [f"the {key}" for key in keys]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


MULTI_NEEDLE = Task(
    name="multi-needle",
    title="All the numbers of several things, out of many of the same form",
    options=Options,
    make=_make,
)
