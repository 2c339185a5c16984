"""T12, abstention: questions that the document does not answer, though it says something near.

A document tells one fact for each of `pairs` places. Two questions belong to each: one that the fact answers,
and one that it does not, because it asks for the same of another place with nearly the same name (`near:
place`), or for something else of the same place (`near: attribute`); half of the pairs are of each kind. The
name of the other place stands nowhere in the document, and nothing else is said of any of them. A reader who
always abstains fails the one half of the questions, and one who never does the other.

Scored as an exact value; where none is given, `not stated` is right, and the near fact's value is the decoy.
`order.independent` plants the fact of the first question alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, rearranged, whole_depth, with_probes
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.documents.tasks.names import Names
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scenarios.record import Record


class Options(Record):
    pairs: Annotated[int, Field(ge=2, le=40)] = 4
    """Facts, each with a question that it answers and one that it does not."""


@dataclass(frozen=True, kw_only=True)
class _Attribute:
    told: str
    asked: str
    near: str
    """What is asked that was not told."""
    kind: Literal["person", "number"] = "person"


_ATTRIBUTES: Mapping[Language, Sequence[_Attribute]] = {
    "en": (
        _Attribute(
            told="The harbour master of {place} is {value}.",
            asked="Who is the harbour master of {place}?",
            near="Who is the deputy harbour master of {place}?",
        ),
        _Attribute(
            told="In {place} the registry keeps its deeds under the number {value}.",
            asked="Under which number does the registry in {place} keep its deeds?",
            near="Under which number does the registry in {place} keep its wills?",
            kind="number",
        ),
        _Attribute(
            told="The school in {place} is led by {value}.",
            asked="Who leads the school in {place}?",
            near="Who founded the school in {place}?",
        ),
        _Attribute(
            told="The fire station of {place} answers calls to {value}.",
            asked="Which number reaches the fire station of {place}?",
            near="Which number reaches the police station of {place}?",
            kind="number",
        ),
    ),
    "zh": (
        _Attribute(
            told="{place}的港务长是{value}。",
            asked="{place}的港务长是谁？",
            near="{place}的副港务长是谁？",
        ),
        _Attribute(
            told="{place}的登记处把地契归在第{value}号卷宗。",
            asked="{place}的登记处把地契归在第几号卷宗？",
            near="{place}的登记处把遗嘱归在第几号卷宗？",
            kind="number",
        ),
        _Attribute(
            told="{place}那所学校由{value}主持。",
            asked="{place}那所学校由谁主持？",
            near="{place}那所学校由谁创办？",
        ),
        _Attribute(
            told="{place}消防站的电话是{value}。",
            asked="{place}消防站的电话是多少？",
            near="{place}派出所的电话是多少？",
            kind="number",
        ),
    ),
}
_TWINS: Mapping[Language, Sequence[tuple[str, str]]] = {
    "en": (("East {0}", "West {0}"), ("Upper {0}", "Lower {0}"), ("Old {0}", "New {0}")),
    "zh": (("东{0}", "西{0}"), ("上{0}", "下{0}"), ("老{0}", "新{0}")),
}


@dataclass(frozen=True, kw_only=True)
class _Pair:
    id: str
    attribute: _Attribute
    place: str
    twin: str
    """A place that the document says nothing about."""
    value: str
    near: Literal["place", "attribute"]

    @property
    def text(self) -> str:
        return self.attribute.told.format(place=self.place, value=self.value)

    def question(self, *, answered: bool) -> str:
        if answered:
            return self.attribute.asked.format(place=self.place)
        if self.near == "place":
            return self.attribute.asked.format(place=self.twin)
        return self.attribute.near.format(place=self.place)


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    pairs = _pairs(order, options)
    questions = order.dice("questions").shuffled(
        [(pair, answered) for pair in pairs for answered in (True, False)]
    )
    if order.independent:
        questions = questions[:1]
    planted = [pair for pair in pairs if any(pair is asked for asked, _ in questions)]
    told = {pair.id for pair in planted}
    facts = [fact for fact in _facts(pairs, order) if fact.id in told]
    composed = rearranged(compose(order, facts), order)
    for pair in planted:
        if any(pair.twin in part for part in composed.parts):
            raise CannotMake(f"{pair.twin!r} is to be absent and occurs in the document")
    return with_probes(
        composed,
        [_probe(pair, planted, composed, order, answered=answered) for pair, answered in questions],
    )


def _pairs(order: Order, options: Options) -> list[_Pair]:
    """Which kind of nearness goes with which attribute changes from document to document."""
    names = Names(order.language, order.dice("names"))
    numbers = iter(values.numbers(order.dice("numbers"), options.pairs))
    attributes = _ATTRIBUTES[order.language]
    found = []
    for n in range(options.pairs):
        attribute = attributes[n % len(attributes)]
        here, there = _TWINS[order.language][(n + order.number) % len(_TWINS[order.language])]
        town = names.draw("town")
        found.append(
            _Pair(
                id=f"fact-{n + 1}",
                attribute=attribute,
                place=here.format(town),
                twin=there.format(town),
                value=next(numbers) if attribute.kind == "number" else names.draw("person"),
                near="place" if (n + n // len(attributes) + order.number) % 2 else "attribute",
            )
        )
    return found


def _facts(pairs: Sequence[_Pair], order: Order) -> Iterator[Planted]:
    """Each fact in a stretch of the document of its own."""
    dice = order.dice("places")
    for pair, stretch in zip(pairs, dice.order(len(pairs)).tolist(), strict=True):
        part, depth = whole_depth((stretch + dice.below(1000) / 1000) / len(pairs), order.parts)
        yield Planted(id=pair.id, text=pair.text, part=part, depth=depth, values=(pair.place, pair.value))


def _probe(pair: _Pair, pairs: Sequence[_Pair], composed: Composed, order: Order, *, answered: bool) -> Probe:
    """One that is not answered rests on nothing, and so has no depth."""
    found = composed.evidence[pair.id]
    return Probe(
        id=f"{pair.id}-{'told' if answered else 'absent'}",
        question=f"{pair.question(answered=answered)}\n{answer_form('value', order.language)}",
        line=Value(
            gold=pair.value if answered else None,
            decoys=tuple(other.value for other in pairs if not answered or other is not pair),
        ),
        evidence=(found,) if answered else (),
        after=order.parts,
        cell=Cell(
            task="absent",
            tokens=order.tokens,
            document=order.number,
            depth=round(composed.depth(pair.id), 4) if answered else None,
            fact=f"{pair.id} {'told' if answered else 'absent'}",
            permutation=order.permutation,
            variant={"answered": answered, "near": pair.near, "alone": order.independent},
        ),
    )


ABSENT = Task(
    name="absent",
    title="Questions that the document does not answer, beside some that it does",
    options=Options,
    make=_make,
)
