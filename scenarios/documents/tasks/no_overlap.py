"""T8, no-overlap needle: the question shares no content word with the sentence that answers it.

A sentence says that somebody invented lives opposite the Parthenon; the question asks who has been to Athens (one
step away) or to Greece (two steps). No string leads from one to the other, only what everybody knows. The facts
are in `no_overlap_facts.yaml`; that nothing overlaps is a test. Of two facts that one question could mean, a
document has only one, and no words of a question stand elsewhere in the filler.

Every needle has a depth of its own, from 0 to 1. Documents of up to `base` tokens give the base score: the
effective length is the longest one with at least 0.85 of it. `order.independent` plants one needle, at a depth
that goes round with the document number.

Scored as an exact value, the name; the other names are decoys.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, rearranged, whole_depth, with_probes
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.length import Length
from scenarios.documents.tasks.names import Names
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scenarios.record import Record

_FACTS = Path(__file__).with_name("no_overlap_facts.yaml")
_ROUNDS = 4
_BASE_SHARE = 0.85


class Options(Record):
    depths: Annotated[int, Field(ge=1, le=40)] = 10
    """Needles, each at a depth of its own."""
    steps: Annotated[tuple[Literal[1, 2], ...], Field(min_length=1)] = (1, 2)
    """How far the question is from the needle; each is asked about every needle."""
    base: Length = 1024
    """Up to this length a document is one of those that give the base score."""


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
    steps = [(needle, steps) for needle in needles for steps in options.steps]
    ...
