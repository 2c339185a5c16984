"""A document with its questions, and what a task is that makes one.

A task is a pure function of its order: the same order gives the same bytes and the same questions, on every
platform. Everything random comes from `order.dice`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from pydantic import JsonValue

from scenarios.documents.dice import Dice
from scenarios.language import Language
from scenarios.line import Line
from scenarios.reading import Cell, Evidence, Rests
from scenarios.record import Record

PART_BREAK = "\f"


class CannotMake(Exception):
    """A document that cannot be made as asked; the message says why, with the numbers."""


class Tokenizer(Protocol):
    """What sizes documents."""

    @property
    def identity(self) -> str:
        """Name, version and hash of the vocabulary: the same identity counts the same."""
        ...

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by itself, without any special token."""
        ...

    def tail(self, text: str, tokens: int) -> str:
        """The longest end of `text` that has at most so many tokens."""
        ...


Counts: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Different sentences of filler, in the order in which a document tells them.

    What they count adds up, so that a document is cut to a length by sums alone: a text counts what its
    sentences count, by `openings` where one begins a paragraph and by `counts` elsewhere.
    """

    sentences: list[str]
    """Without space around them."""
    counts: Counts
    """Tokens of each behind another sentence, the space between them (English; Chinese has none) included."""
    openings: Counts
    """Tokens of each behind a blank line, the blank line included."""


class Filler(Protocol):
    """Where the text comes from that facts are hidden in."""

    @property
    def identity(self) -> str:
        """Name, version and hash of its contents."""
        ...

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        """Sentences in an order that `dice` draws, as few as have `tokens` by their `counts` together.

        Raises `CannotMake` when the filler has too few.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a task is asked to make."""

    language: Language
    tokens: int
    parts: int
    number: int
    """Which document of its kind, from 0: another number gives another document."""
    permutation: int
    """Which order of the parts, 0 being the told one; tasks whose gold hangs on the order ignore it."""
    seed: int
    options: dict[str, JsonValue]
    filler: Filler
    tokenizer: Tokenizer
    independent: bool = False
    """Only one question's evidence is planted: the first one's."""

    def dice(self, purpose: str) -> Dice:
        """Random numbers of their own for each purpose, so that drawing more of one leaves others alone."""
        return Dice(f"{self.seed}/{self.number}/{self.language}/{self.tokens}/{purpose}")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A question about the document, as it stands whatever the layout."""

    id: str
    """Unique in the document: lower-case letters, digits, hyphens."""
    question: str
    """With the form that the answer has to have (see `wording.answer_form`)."""
    line: Line
    evidence: tuple[Evidence, ...] = ()
    rests: Rests = "all"
    after: int
    """Parts that have to be read before it is asked; in layouts of `WHOLE` it is asked at the end."""
    only_at: bool = False
    """Its gold holds only right after that part, so that it is left out of layouts that ask at the end."""
    cell: Cell
    output_tokens: int = 512


@dataclass(frozen=True, kw_only=True)
class Document:
    parts: tuple[str, ...]
    tokens: tuple[int, ...]
    """Of each part."""
    probes: tuple[Probe, ...] = field(default=())

    @property
    def text(self) -> str:
        return PART_BREAK.join(self.parts)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def without_probes(self) -> "Document":
        return replace(self, probes=())


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of document with questions: a row of `scenarios.documents.tasks.registry`."""

    name: str
    """What suites call it."""
    title: str
    """What it asks, in one line."""
    options: type[Record]
    """What a suite may tell it; every field has a default."""
    make: Callable[[Order], Document]
    """Raises `CannotMake`."""
