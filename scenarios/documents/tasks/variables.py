"""T3, variable tracking: chains of variables, each holding what another one holds.

The first variable of a chain holds a constant; each of the `hops` after it holds whatever the one before it
holds. A document has `chains` such chains with different constants, told one through the other; each question
names a constant and wants every variable that holds it, so that the other chains lead astray. The sentences
stay true wherever they stand: a chain is told `forward` (the constant first), `backward` (the constant last)
or `shuffled`. RULER's variable tracking is `chains: 1, hops: 4, order: forward`.

Scored by set F1 and as an exact set; RULER's match_all is given the same references. The answer rests on
every sentence of its chain. `order.independent` plants the first question's chain alone. As the telling order
is part of the task, permutations of the parts are ignored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import Composed, Planted, compose, whole_depth, with_probes
from scenarios.documents.dice import Dice
from scenarios.documents.document import Document, Order, Probe, Task
from scenarios.documents.tasks import values
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Names
from scenarios.reading import Cell
from scenarios.record import Record

Told = Literal["forward", "backward", "shuffled"]


class Options(Record):
    chains: Annotated[int, Field(ge=1, le=32)] = 4
    """Constants, each with variables of its own."""
    hops: Annotated[int, Field(ge=1, le=32)] = 4
    """Variables of a chain behind its first one."""
    order: Told = "forward"
    """In which order a chain is told."""


_CONSTANT: Mapping[Language, str] = {
    "en": "The variable {name} holds the value {value}.",
    "zh": "变量 {name} 的值是 {value}。",
}
_HOP: Mapping[Language, str] = {
    "en": "The variable {name} holds whatever the variable {other} holds.",
    "zh": "变量 {name} 的值与变量 {other} 的值相同。",
}
_ASKED: Mapping[Language, str] = {
    "en": "Which variables hold the value {value}, directly or through others? Name all of them.",
    "zh": "哪些变量的值是 {value}，无论是直接给出还是通过其他变量得到？请全部列出。",
}


@dataclass(frozen=True, kw_only=True)
class _Chain:
    id: str
    value: str
    names: tuple[str, ...]
    """The first one holds the constant."""

    def fact(self, step: int) -> str:
        return f"{self.id}-{step}"


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    chains = order.dice("questions").shuffled(_chains(order, options))
    if order.independent:
        chains = chains[:1]
    composed = compose(order, list(_planted(chains, order, options)))
    return with_probes(composed, [_probe(chain, composed, order, options) for chain in chains])


def _chains(order: Order, options: Options) -> list[_Chain]:
    length = options.hops + 1
    names = values.codes(order.dice("names"), options.chains * length)
    constants = values.numbers(order.dice("constants"), options.chains)
    return [
        _Chain(id=f"chain-{n + 1}", value=value, names=tuple(names[n * length : (n + 1) * length]))
        for n, value in enumerate(constants)
    ]


def _planted(chains: Sequence[_Chain], order: Order, options: Options) -> Iterator[Planted]:
    """Each sentence in a stretch of the document of its own; chance deals the stretches out to the chains."""
    dice = order.dice("places")
    length = options.hops + 1
    places = dice.order(len(chains) * length).tolist()
    for n, chain in enumerate(chains):
        mine = _told(sorted(places[n * length : (n + 1) * length]), options.order, dice)
        for step, place in enumerate(mine):
            part, depth = whole_depth((place + dice.below(1000) / 1000) / len(places), order.parts)
            yield Planted(
                id=chain.fact(step),
                text=_sentence(chain, step, order.language),
                part=part,
                depth=depth,
                values=(chain.value, chain.names[0]) if not step else chain.names[step - 1 : step + 1],
            )


def _told(places: list[int], told: Told, dice: Dice) -> list[int]:
    """For each step of a chain its place, of places that rise."""
    if told == "shuffled":
        return dice.shuffled(places)
    return places if told == "forward" else places[::-1]


def _sentence(chain: _Chain, step: int, language: Language) -> str:
    if not step:
        return _CONSTANT[language].format(name=chain.names[0], value=chain.value)
    return _HOP[language].format(name=chain.names[step], other=chain.names[step - 1])


def _probe(chain: _Chain, composed: Composed, order: Order, options: Options) -> Probe:
    question = _ASKED[order.language].format(value=chain.value)
    return Probe(
        id=chain.id,
        question=f"{question}\n{answer_form('list', order.language)}",
        line=Names(gold=chain.names, ruler=chain.names),
        evidence=tuple(composed.evidence[chain.fact(step)] for step in range(len(chain.names))),
        after=order.parts,
        cell=Cell(
            task="variables",
            tokens=order.tokens,
            document=order.number,
            fact=chain.id,
            variant={
                "chains": options.chains,
                "hops": options.hops,
                "order": options.order,
                "alone": order.independent,
            },
        ),
    )


VARIABLES = Task(
    name="variables",
    title="Every variable that holds a constant, through chains of other variables",
    options=Options,
    make=_make,
)
