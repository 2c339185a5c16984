"""What a reply about a document must hold, and how near to it a reply may come.

Short answers stand on one line, `ANSWER: …`, which is the last of its kind that counts; passages and
summaries are the whole reply. Each kind is scored by one module of `scoring/lines/`; its gold is data, so
that a score can be recomputed without the document.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from scenarios import matchers
from scenarios.record import Kind, Record

Gold = Annotated[JsonValue, AfterValidator(matchers.checked_fact), WithJsonSchema({"$comment": "Fact"})]
"""A matcher, as in `say`: a text, a number with its tolerance, a date, any of several."""


class Value(Kind):
    """One value; `ANSWER: not stated` where the document does not give it."""

    kind: Literal["value"] = "value"
    gold: Gold | None
    """None: the document does not say, and a good reader says so."""
    decoys: tuple[str, ...] = ()
    """Values of the same form that stand elsewhere in the document; a line that lists them is not an
    answer."""
    stale: tuple[Gold, ...] = ()
    """Values that held earlier in the document and hold no more."""
    ruler: tuple[str, ...] = ()
    """RULER's references for the same question, for its substring score beside ours; empty where it has
    none."""


class Conflict(Kind):
    """Values that contradict each other; a good reader names every one of them."""

    kind: Literal["conflict"] = "conflict"
    golds: Annotated[tuple[Gold, ...], Field(min_length=2)]


class Names(Kind):
    """A set of short names, written as a JSON array or with commas; scored as set F1.

    An empty gold set is met by an empty answer alone, and an answer that cannot be read scores 0.
    """

    kind: Literal["names"] = "names"
    gold: tuple[str, ...]
    ruler: tuple[str, ...] = ()


class Number(Kind):
    """A count or a sum: exact, and beside it `max(0, 1 − |a − g| / |g|)`."""

    kind: Literal["number"] = "number"
    gold: float
    within: float = 0.0
    """How far off is still right."""


class Sequence(Kind):
    """Items in an order: exact, and beside it Kendall's tau-b (`tau`) or 1 − edit distance / longer
    (`edit`).
    """

    kind: Literal["sequence"] = "sequence"
    gold: tuple[str, ...]
    nearness: Literal["tau", "edit"] = "tau"


class Copy(Kind):
    """A text to be repeated word for word in which one word differs from all the others."""

    kind: Literal["copy"] = "copy"
    common: str
    unique: str
    count: int
    """Words in all."""
    place: int
    """Of the unique word, counted from 0."""


class Passage(Kind):
    """One of several texts that were asked for in the same words, to be given back behind a prefix."""

    kind: Literal["passage"] = "passage"
    prefix: str
    gold: str
    others: tuple[str, ...]
    """The texts of the other asks, in their order, to see which one was given instead."""


class Insight(Record):
    """A planted (entity, attribute, value), and the short documents of the haystack that tell it."""

    entity: str
    attribute: str
    value: str
    cites: tuple[int, ...]


class Insights(Kind):
    """A bullet list with citations `[1, 4]`: coverage × citation F1, and how many bullets contradict."""

    kind: Literal["insights"] = "insights"
    insights: tuple[Insight, ...]
    reference: str
    """A summary made from the insights, for ROUGE."""


class Summary(Kind):
    """A summary: ROUGE against a reference, and the points that it states."""

    kind: Literal["summary"] = "summary"
    reference: str
    points: tuple[Gold, ...] = ()


Line = Annotated[
    Value | Conflict | Names | Number | Sequence | Copy | Passage | Insights | Summary,
    Field(discriminator="kind"),
]
