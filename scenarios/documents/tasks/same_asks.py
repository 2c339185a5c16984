"""T5, same asks: the document is a transcript in which the same thing is asked for several times, in the same words.

Every exchange asks for a form of text about a topic (a poem about bees) and gives a passage made of sentences of
the filler, in that form, which occurs nowhere else. Some asks come 2, 4 or 8 times; the haystack is further
asks, many for the same form or the same topic and none for both. A question wants the passage of the n-th of the
same asks, word for word, behind a random prefix that proves that the question was read.

Scored as OpenAI's MRCR: 0 without the prefix, else the ratio of `difflib` of what follows; and beside it exactly,
and which of the same asks was given back. The answer rests on the asks up to the wanted one, which have to be
counted. Groups that would take more than half of the document are left out, the largest first.
`order.independent` has the first group alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
    asks: Annotated[tuple[Annotated[int, Field(ge=1, le=16)], ...], Field(min_length=1)] = (2, 4, 8)
    """How many times the same is asked for, a group of exchanges each."""
    questions: Annotated[int, Field(ge=1, le=16)] = 2
    """About each group, for different ones of its asks."""
    sentences: Annotated[int, Field(ge=1, le=12)] = 4
    """Of a passage that is asked for."""


@dataclass(frozen=True, kw_only=True)
class _Form:
    """A form of text: how it is asked for, and how sentences are set in it."""

    name: str
    opening: str
    each: str
    between: str
    closing: str
...
