"""T7, multi-hop: facts of a chain stand in different parts, and only all of them together give the answer.

Every chain is invented: a person works for a firm, the firm has its head office in a town, the town lies on a
river, the river rises in hills. A question names the person and asks for what is 2, 3 or 4 steps away. The
facts of a chain come `forward` (the person first), `backward` (the person last) or `shuffled` (neither), each
in a part of its own where there are enough parts. Chains of the same form that nobody asks about, whose
people are of the same families, and the chains of the other questions lead astray.

Scored as an exact value; `cell.variant` has the hops and the order. The answer rests on every fact of its
chain. `order.independent` plants the chain of the first question, beside those that nobody asks about. As
the order of telling is part of the task, permutations of the parts are ignored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, whole_depth, with_probes
from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.tasks.names import Kind, Names
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from scenarios.reading import Cell
from scenarios.record import Record

Told = Literal["forward", "backward", "shuffled"]
_KINDS: Sequence[Kind] = ("person", "firm", "town", "river", "hills")


class Options(Record):
    hops: tuple[Annotated[int, Field(ge=2, le=4)], ...] = (2, 3, 4)
    """Facts between the person of the question and the answer."""
    orders: tuple[Told, ...] = ("forward", "backward", "shuffled")
    """In which order the document tells them; two facts cannot be shuffled."""
    chains: Annotated[int, Field(ge=1, le=8)] = 1
    """Questions of each number of hops and order."""
    distractors: Annotated[int, Field(ge=0, le=16)] = 4
    """Chains of four hops that nobody asks about."""


_FACTS: Mapping[Language, Sequence[Sequence[str]]] = {
    "en": (
        ("{0} works for {1}.", "{0} earns a living at {1}.", "{0} has been on the payroll of {1} for years."),
        ("{1} is where {0} has its head office.", "{0} keeps its head office in {1}."),
        ("{0} was built on the banks of the river {1}.", "The river {1} runs through the middle of {0}."),
        ("The river {0} rises in the {1} Hills.", "Up in the {1} Hills is the spring of the river {0}."),
    ),
    "zh": (
        ("{0}在{1}上班。", "{0}是{1}的老职工。", "{0}多年来一直受雇于{1}。"),
        ("{0}把总部设在{1}。", "{1}是{0}总部的所在地。"),
        ("{0}坐落在{1}岸边。", "{1}从{0}城中穿过。"),
        ("{0}发源于{1}。", "{1}是{0}的源头。"),
    ),
}
"""For each step, how the document tells it."""

_QUESTIONS: Mapping[Language, Mapping[int, str]] = {
    "en": {
        2: "In which town is the head office of the firm that employs {0}?",
        3: "Which river flows through the town where the firm that employs {0} has its head office?",
        4: "In which hills does the river rise that flows through the town where the firm that employs {0} "
        "has its head office?",
    },
    "zh": {
        2: "雇用{0}的那家单位，总部设在哪座城市？",
        3: "雇用{0}的那家单位，其总部所在的城市位于哪条河边？",
        4: "雇用{0}的那家单位，其总部所在的城市位于一条河边，这条河发源于哪座山？",
    },
}


@dataclass(frozen=True, kw_only=True)
class _Chain:
    id: str
    entities: tuple[str, ...]
    """The person and what follows, one more than there are facts."""
    told: Told

    @property
    def hops(self) -> int:
        return len(self.entities) - 1

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(f"{self.id}-{step}" for step in range(1, self.hops + 1))


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    asked, astray = _chains(order, options)
    everybody = [*asked, *astray]
    dice = order.dice("facts")
    composed = compose(order, [fact for chain in everybody for fact in _facts(chain, order, dice)])
    return with_probes(composed, [_probe(chain, everybody, composed, order) for chain in asked])


def _probe(chain: _Chain, everybody: Sequence[_Chain], composed: Composed, order: Order) -> Probe:
    question = _QUESTIONS[order.language][chain.hops].format(chain.entities[0])
    others = [other for other in everybody if other is not chain and other.hops >= chain.hops]
    return Probe(
        id=f"{chain.id}-{chain.hops}-hops-{chain.told}",
        question=f"{question}\n{answer_form('value', order.language)}",
        line=Value(gold=chain.entities[-1], decoys=tuple(other.entities[chain.hops] for other in others)),
        evidence=tuple(composed.evidence[fact] for fact in chain.facts),
        after=order.parts,
        cell=Cell(
            task="hops",
            tokens=order.tokens,
            document=order.number,
            fact=chain.id,
            variant={"hops": chain.hops, "order": chain.told, "alone": order.independent},
        ),
    )


def _chains(order: Order, options: Options) -> tuple[list[_Chain], list[_Chain]]:
    """Those that are asked about, and those that lead astray."""
    names = Names(order.language, order.dice("names"))
    kinds = [kind for kind in product(options.hops, options.orders) if kind != (2, "shuffled")]
    if not kinds:
        raise CannotMake("two facts can be told forward or backward; `shuffled` needs three hops or more")
    first = order.number % len(kinds)
    wanted = (kinds[first:] + kinds[:first]) * options.chains
    families = [names.family() for _ in wanted]
    asked = [
        _chain(names, f"chain-{n + 1}", families[n], hops, told)
        for n, (hops, told) in enumerate(wanted[:1] if order.independent else wanted)
    ]
    astray = [
        _chain(names, f"astray-{n + 1}", families[n % len(families)], 4, "shuffled")
        for n in range(options.distractors)
    ]
    return asked, astray


def _chain(names: Names, name: str, family: str, hops: int, told: Told) -> _Chain:
    return _Chain(
        id=name,
        entities=(names.person(family), *(names.draw(kind) for kind in _KINDS[1 : hops + 1])),
        told=told,
    )


def _facts(chain: _Chain, order: Order, dice: Dice) -> Iterator[Planted]:
    """Its facts, each in a stretch of the document of its own."""
    stretches = max(order.parts, chain.hops)
    places = sorted(dice.sample(range(stretches), chain.hops))
    for step, place in enumerate(_told(chain, places, dice)):
        part, depth = whole_depth((place + dice.below(1000) / 1000) / stretches, order.parts)
        pair = chain.entities[step : step + 2]
        yield Planted(
            id=chain.facts[step],
            text=dice.choice(_FACTS[order.language][step]).format(*pair),
            part=part,
            depth=depth,
            values=pair,
        )


def _told(chain: _Chain, places: list[int], dice: Dice) -> list[int]:
    """For each fact of the chain, its place."""
    if chain.told == "forward":
        return places
    if chain.told == "backward":
        return places[::-1]
    shuffled = dice.shuffled(places)
    while shuffled in (places, places[::-1]):
        shuffled = dice.shuffled(places)
    return shuffled


HOPS = Task(
    name="hops",
    title="What is two to four facts away, the facts in different parts",
    options=Options,
    make=_make,
)
