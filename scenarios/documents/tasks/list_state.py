"""T13, list state: lists and shelves that are changed step by step over the whole document.

A list keeps an order: things go to its front, its end or behind another, are taken away, replaced, exchanged,
and all of it is turned round. A shelf has numbered boxes: things are put into them, moved, exchanged, taken
out. Each step is a sentence with the name of its list and a number; the first says how it begins. The lists
begin one after the other, so that some of them need less of the document than others.

A question wants what a list holds in the `end`, right after one of its steps (`step`), or, while the document
is read part by part, after one of the parts (`part`).

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


_NOW: Mapping[Language, Mapping[Kind, str]] = {
    "en": {
        "list": "What does the list {name} hold after the last of its steps that you read, in its order?",
        "shelf": "What do the boxes of the shelf {name} hold after the last of its steps that you read, "
        "in the order of their numbers? Leave out empty boxes.",
    },
    "zh": {
        "list": "按你读到的最后一步，清单“{name}”里依次有哪些东西？",
        "shelf": "按你读到的最后一步，架子“{name}”的盒子里按编号顺序放着哪些东西？空盒子不写。",
    },
}
_THEN: Mapping[Language, Mapping[Kind, str]] = {
    "en": {
        "list": "What did the list {name} hold right after its step {step}, in its order?",
        "shelf": "What did the boxes of the shelf {name} hold right after its step {step}, "
        "in the order of their numbers? Leave out empty boxes.",
    },
    "zh": {
        "list": "清单“{name}”的第{step}步刚做完时，里面依次有哪些东西？",
        "shelf": "架子“{name}”的第{step}步刚做完时，盒子里按编号顺序放着哪些东西？空盒子不写。",
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
    asked = [
        _probe(program, view, upto, after, composed, order)
        for program in programs
        for view, upto, after in _asked(program, options, composed, order)
    ]
    return with_probes(composed, asked[:1] if order.independent else asked)


def _programs(order: Order, options: Options) -> list[_Program]:
    names = Names(order.language, order.dice("names"))
    first = order.number % len(options.kinds)
    programs = [
        _Program(
            id=f"{kind}-{n + 1}",
            kind=kind,
            name=(name := names.draw("label")),
            begins=n / len(options.kinds),
            steps=steps(kind, name, options.steps, order.language, order.dice(f"steps {n}")),
        )
        for n, kind in enumerate(options.kinds)
    ]
    return [programs[first]] if order.independent else programs[first:] + programs[:first]


def _planted(program: _Program, order: Order) -> list[Planted]:
    """Its steps at even distances from where it begins to the end."""
    dice = order.dice(f"places {program.id}")
    planted = []
    for n, step in enumerate(program.steps):
        share = (n + dice.below(900) / 1000) / len(program.steps)
        part, depth = whole_depth(program.begins + (1 - program.begins) * share, order.parts)
        planted.append(
            Planted(id=program.step(n + 1), text=step.text, part=part, depth=depth, values=(program.name,))
        )
    return planted


def _asked(
    program: _Program, options: Options, composed: Composed, order: Order
) -> list[tuple[View, int, int]]:
    """(view, steps that count, parts that are read) of each question."""
    dice = order.dice(f"views {program.id}")
    last = len(program.steps)
    told = [composed.evidence[program.step(n)].part for n in range(1, last + 1)]
    parts = list(range(told[0], order.parts))
    some = sorted(dice.sample(parts, min(_PART_VIEWS, len(parts))))
    views: Mapping[View, list[tuple[View, int, int]]] = {
        "end": [("end", last, order.parts)],
        "step": [("step", dice.between(1, last - 1), order.parts)],
        "part": [("part", sum(place <= part for place in told), part) for part in some],
    }
    return [asked for view in options.views for asked in views[view]]


def _probe(program: _Program, view: View, upto: int, after: int, composed: Composed, order: Order) -> Probe:
    ask = (_THEN if view == "step" else _NOW)[order.language][program.kind]
    number = after if view == "part" else upto
    places = [composed.evidence[program.step(n)] for n in range(1, upto + 1)]
    return Probe(
        id=f"{program.id}-{view}" + (f"-{number}" if view != "end" else ""),
        question=f"{ask.format(name=program.name, step=upto)}\n{answer_form('order', order.language)}",
        line=Items(gold=program.steps[upto - 1].holds, nearness="edit"),
        evidence=tuple(places),
        after=after,
        only_at=view == "part",
        cell=Cell(
            task="list-state",
            tokens=order.tokens,
            document=order.number,
            depth=round(places[0].token / sum(composed.tokens), 4),
            fact=f"{program.id} {upto}",
            lag=after - places[-1].part,
            lag_tokens=sum(composed.tokens[:after]) - places[-1].token,
            variant={"kind": program.kind, "view": view, "steps": upto, "alone": order.independent},
        ),
    )


LIST_STATE = Task(
    name="list-state",
    title="What lists and shelves hold after steps that are spread over the document",
    options=Options,
    make=_make,
)
