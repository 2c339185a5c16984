"""T13, list state: lists and shelves that are changed step by step over the whole document.

A list keeps an order: things go to its front, its end or behind another, are taken away, replaced, exchanged, and
all of it is turned round. A shelf has numbered boxes: things are put into them, moved, exchanged, taken out. Each
step is a sentence of its own with the name of its list and its number; the first one says how it begins. The
lists begin one after the other, so that some of them need less of the document than others.

A question wants what a list holds in the end, right after one of its steps (`step`), or, while the document is
read part by part, after one of its parts (`part`).

Scored as a sequence: exactly, and beside it 1 − edit distance / longer. The answer rests on every step up to
the one that is asked about; `cell.depth` is where the first of them stands. `order.independent` has one list
alone, which changes with the document number; permutations of the parts are ignored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, whole_depth, with_probes
from scenarios.documents.document import Document, Order, Probe, Task
from scenarios.documents.tasks.list_steps import Kind, Step, steps
from scenarios.documents.tasks.names import Names
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Sequence as Items
from scenarios.reading import Cell
from scenarios.record import Record

View = Literal["end", "step", "part"]


class Options(Record):
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=12)] = ("list", "shelf", "list")
    """A list or a shelf each, in the order in which they begin."""
    steps: Annotated[int, Field(ge=2, le=60)] = 8
    """Of each, its beginning included."""
    views: Annotated[tuple[View, ...], Field(min_length=1)] = ("end", "step", "part")
    """What is asked about each."""


_QUESTION: Mapping[Language, Mapping[tuple[Kind, bool], str]] = {
    "en": {
        ("list", False): "What does the list {name} hold after the last of its steps that you have read, in its order?",
        ("list", True): "What did the list {name} hold right after its step {step}, in its order?",
        ("shelf", False): "What do the boxes of the shelf {name} hold after the last of its steps that you have read, "
        "in the order of their numbers, empty boxes left out?",
        ("shelf", True): "What did the boxes of the shelf {name} hold right after its step {step}, in the order of "
        "their numbers, empty boxes left out?",
    },
    "zh": {
        ("list", False): "按目前读到的最后一步，清单“{name}”里依次有哪些东西？",
        ("list", True): "清单“{name}”在第{step}步刚做完时，里面依次有哪些东西？",
        ("shelf", False): "按目前读到的最后一步，架子“{name}”的各个盒子里按编号顺序放着哪些东西？空盒子不写。",
        ("shelf", True): "架子“{name}”在第{step}步刚做完时，各个盒子里按编号顺序放着哪些东西？空盒子不写。",
    },
}
_PART_VIEWS = 2
"""Parts after which each list is asked about, at most."""


@dataclass(frozen=True, kw_only=True)
class _Program:
    id: str
    kind: Kind
    name: str
    begins: float
    """The depth of its first step."""
    steps: Sequence[Step]

    def step(self, number: int) -> str:
        """The id of a step, from 1."""
        return f"{self.id}-{number}"


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    programs = _programs(order, options)
    composed = compose(order, [step for program in programs for step in _planted(program, order)])
    return with_probes(
        composed,
        [
            _probe(program, view, upto, composed, order)
            for program in programs
            for view, upto in _asked(program, options, composed, order)
        ],
    )
