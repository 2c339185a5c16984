"""T8, no-overlap needle: the question shares no content word with the sentence that answers it.

A sentence says that somebody invented lives opposite the Parthenon; the question asks who has been to Athens
(one step away) or to Greece (two steps). No string leads from one to the other, only what everybody knows.
The facts are in `no_overlap_facts.yaml`; that nothing overlaps is a test. Of two facts that one question
could mean, a document has only one, and the filler does not speak of what its questions ask for.

Every needle has a depth of its own, from 0 to 1. A study asks at `BASE_TOKENS` as well as at its lengths:
that is the base score, and the effective length is the longest that keeps 0.85 of it. `order.independent`
plants one needle, at a depth that goes round with the document number.

Scored as an exact value, the name; the other names are decoys.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, rearranged, whole_depth, with_probes
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.tasks.names import Names
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scenarios.record import Record

_FACTS = Path(__file__).with_name("no_overlap_facts.yaml")
_ROUNDS = 4
BASE_TOKENS = 1024
"""The length at which length itself is no difficulty, for the base score."""
_LEAD = re.compile(r"^(?:(?:a|an|the|in|on|at|among|beside) )+")


class Options(Record):
    depths: Annotated[int, Field(ge=1, le=40)] = 10
    """Needles, each at a depth of its own."""
    steps: Annotated[tuple[Literal[1, 2], ...], Field(min_length=1)] = (1, 2)
    """How far the question is from the needle; each is asked about every needle."""


class Fact(Record):
    thing: str
    """What the sentence names."""
    near: str
    """What everybody knows of it."""
    far: str
    """What everybody knows of that."""
    also: tuple[str, ...] = ()
    """What a question about another fact could mean as well."""

    @property
    def known(self) -> frozenset[str]:
        return frozenset((self.near, self.far, *self.also))


class Relation(Record):
    """Facts of one kind, and how they are told and asked."""

    told: tuple[str, ...]
    near: str
    far: str
    facts: tuple[Fact, ...]

    @property
    def words(self) -> frozenset[str]:
        """What its questions ask for."""
        return frozenset(word for fact in self.facts for word in (fact.near, fact.far))

    def question(self, fact: Fact, steps: int) -> str:
        return self.near.format(near=fact.near) if steps == 1 else self.far.format(far=fact.far)


@dataclass(frozen=True, kw_only=True)
class _Needle:
    id: str
    name: str
    relation: str
    fact: Fact
    step: int
    """Which of the depths, from 0."""


@cache
def relations(language: Language) -> Mapping[str, Relation]:
    """By their names, as the file has them, which is read once."""
    written = yaml.safe_load(_FACTS.read_text(encoding="utf-8"))[language]
    return {name: Relation.model_validate(relation) for name, relation in written.items()}


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    composed, needles = _composed(order, options)
    asked = [
        _probe(needle, steps, needles, composed, order, options)
        for needle, steps in _in_question_order(order, needles, options)
    ]
    return with_probes(composed, asked[:1] if order.independent else asked)


def _in_question_order(
    order: Order, needles: Sequence[_Needle], options: Options
) -> list[tuple[_Needle, int]]:
    """At random, but the first one's depth and steps go round with the document number."""
    turn, depth = divmod(order.number, options.depths)
    first = depth, options.steps[(depth + turn) % len(options.steps)]
    asked = order.dice("questions").shuffled(
        [(needle, steps) for needle in needles for steps in options.steps]
    )
    return sorted(asked, key=lambda pair: (pair[0].step, pair[1]) != first)


def _composed(order: Order, options: Options) -> tuple[Composed, list[_Needle]]:
    """Facts that the filler speaks of give way to others."""
    spoken = frozenset[str]()
    for _ in range(_ROUNDS):
        needles = _needles(order, options, spoken)
        told = order.dice("wording")
        composed = compose(order, [_planted(n, told.below(2), order, options) for n in needles])
        text = "\n".join(composed.parts).casefold()
        words = {word for relation in relations(order.language).values() for word in relation.words}
        spoken |= {word for word in words if _bare(word) in text}
        if not any({needle.fact.near, needle.fact.far} & spoken for needle in needles):
            return rearranged(composed, order), needles
    raise CannotMake(
        f"the filler speaks of what is asked about, whichever of the facts are taken ({_ROUNDS} tries)"
    )


def _bare(word: str) -> str:
    return _LEAD.sub("", word).casefold()


def _needles(order: Order, options: Options, spoken: frozenset[str]) -> list[_Needle]:
    """As many facts as there are depths, of which no question could mean two."""
    facts = [(name, fact) for name, relation in relations(order.language).items() for fact in relation.facts]
    chosen: list[tuple[str, Fact]] = []
    taken = set[str]()
    for name, fact in order.dice("facts").shuffled(facts):
        if taken.isdisjoint(fact.known) and spoken.isdisjoint((fact.near, fact.far)):
            taken |= fact.known
            chosen.append((name, fact))
    if len(chosen) < options.depths:
        raise CannotMake(
            f"{options.depths} needles were asked for, and only {len(chosen)} of {len(facts)} facts are not "
            "spoken of in the filler nor alike; ask for fewer depths, a shorter document or another filler"
        )
    names = Names(order.language, order.dice("names"))
    needles = [
        _Needle(id=f"needle-{step + 1}", name=names.draw("person"), relation=name, fact=fact, step=step)
        for step, (name, fact) in enumerate(chosen[: options.depths])
    ]
    return [needles[order.number % options.depths]] if order.independent else needles


def _planted(needle: _Needle, wording: int, order: Order, options: Options) -> Planted:
    part, depth = whole_depth(_depth(needle, options), order.parts)
    told = relations(order.language)[needle.relation].told
    text = told[wording % len(told)].format(name=needle.name, thing=needle.fact.thing)
    return Planted(
        id=needle.id,
        text=text[0].upper() + text[1:],
        part=part,
        depth=depth,
        values=(needle.name,),
    )


def _depth(needle: _Needle, options: Options) -> float:
    return needle.step / (options.depths - 1) if options.depths > 1 else 0.5


def _probe(
    needle: _Needle,
    steps: int,
    needles: Sequence[_Needle],
    composed: Composed,
    order: Order,
    options: Options,
) -> Probe:
    place = composed.evidence[needle.id]
    question = relations(order.language)[needle.relation].question(needle.fact, steps)
    depth = composed.depth(needle.id) if order.permutation else _depth(needle, options)
    return Probe(
        id=f"{needle.id}-{steps}",
        question=f"{question}\n{answer_form('value', order.language)}",
        line=Value(gold=needle.name, decoys=tuple(n.name for n in needles if n is not needle)),
        evidence=(place,),
        after=order.parts,
        cell=Cell(
            task="no-overlap",
            tokens=order.tokens,
            document=order.number,
            depth=round(depth, 4),
            fact=needle.fact.thing,
            lag=order.parts - place.part,
            lag_tokens=sum(composed.tokens) - place.token,
            permutation=order.permutation,
            variant={
                "steps": steps,
                "relation": needle.relation,
                "alone": order.independent,
            },
        ),
    )


NO_OVERLAP = Task(
    name="no-overlap",
    title="Needles that no word of the question leads to",
    options=Options,
    make=_make,
)
