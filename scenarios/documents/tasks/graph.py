"""T6, graph walk: the document is nothing but the edges of a random directed graph, one a line.

A question names a node and an operation:

- `parents`: the nodes with an edge to it,
- `exact`: the nodes at a distance of exactly d (over d edges and not over fewer),
- `within`: the nodes that can be reached over 1 … d edges, itself left out.

Each question has a region of its own: a tree that grows from its node, with edges back to ancestors as traps,
so that every path that matters is the only one. All other edges are drawn at random among all nodes, except
those that would change an answer. Every fourth gold set is empty, and then only an empty answer is right.

Scored as a set of names. Each edge to a node gives one of its `parents`; the other answers rest on every edge
of a path to a node of the answer; an empty answer rests on nothing, since no edge can be missed.
`order.independent` has the region of the first question alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from typing import Annotated, Literal

from pydantic import Field

from scenarios.documents.compose import (
    Composed,
    Planted,
    compose_blocks,
    rearranged,
    whole_depth,
    with_probes,
)
from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Names
from scenarios.reading import Cell
from scenarios.record import Record

Operation = Literal["parents", "exact", "within"]
Edge = tuple[str, str]


class Options(Record):
    questions: Annotated[int, Field(ge=1, le=100)] = 12
    """Fewer are asked where their edges would be more than half of the document."""
    operations: Annotated[tuple[Operation, ...], Field(min_length=1)] = ("parents", "exact", "within")
    depths: Annotated[tuple[Annotated[int, Field(ge=1, le=6)], ...], Field(min_length=1)] = (2, 3)
    """Distances of `exact` and `within`."""
    degree: Annotated[float, Field(gt=0.5, le=8)] = 2.0
    """Edges for each node of the graph."""


_SAYS: Mapping[Language, str] = {
    "en": "Each line `a -> b` of the document is an edge of a directed graph, from node a to node b. ",
    "zh": "文件的每一行“a -> b”是有向图的一条边，从节点 a 指向节点 b。",
}
_ASKS: Mapping[Language, Mapping[Operation, str]] = {
    "en": {
        "parents": "Which nodes have an edge to {node}?",
        "exact": "Which nodes are at a distance of exactly {depth} from {node}: reached from it over {depth} "
        "edges, and not over fewer?",
        "within": "Which nodes can be reached from {node} over at most {depth} edges? "
        "The node {node} itself does not count.",
    },
    "zh": {
        "parents": "哪些节点有一条边直接指向 {node}？",
        "exact": "哪些节点与 {node} 的距离恰好是 {depth}，即从它出发走 {depth} 条边能到、走更少的边到不了？",
        "within": "从 {node} 出发最多走 {depth} 条边，可以到达哪些节点？{node} 自身不算。",
    },
}

_EMPTY_EVERY = 4
_WIDEST = 3
"""Edges from one node of a region, and nodes of a gold set of `parents`."""


@dataclass(frozen=True, kw_only=True)
class _Region:
    """The edges that one answer comes from."""

    operation: Operation
    depth: int
    node: str
    gold: tuple[str, ...]
    needed: tuple[Edge, ...]
    others: tuple[Edge, ...]
    ends: tuple[str, ...]
    """Nodes that further edges may leave."""
    shut: tuple[str, ...] = field(default=())
    """Nodes that no further edge may enter."""

    @property
    def edges(self) -> tuple[Edge, ...]:
        return self.needed + self.others


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    ids = _ids(order.dice("ids"))
    regions = _regions(order, options, ids)
    edges = _further_edges(regions, _nodes(order, options, regions, ids), order.dice("edges"))
    composed = compose_blocks(order, map(_line, edges), planted=_planted(regions, order))
    composed = rearranged(composed, order)
    return with_probes(composed, [_probe(n, region, composed, order) for n, region in enumerate(regions, 1)])


def _line(edge: Edge) -> str:
    return f"{edge[0]} -> {edge[1]}"


def _planted(regions: Sequence[_Region], order: Order) -> list[Planted]:
    """The edges of all regions, one through the other at even distances."""
    edges = [edge for region in regions for edge in region.edges]
    places = [
        whole_depth((place + 0.5) / len(edges), order.parts)
        for place in order.dice("places").order(len(edges)).tolist()
    ]
    return [
        Planted(id=_line(edge), text=_line(edge), part=part, depth=depth)
        for edge, (part, depth) in zip(edges, places, strict=True)
    ]


def _probe(number: int, region: _Region, composed: Composed, order: Order) -> Probe:
    ask = _SAYS[order.language] + _ASKS[order.language][region.operation]
    parents = region.operation == "parents"
    return Probe(
        id=f"walk-{number}-{region.operation}-{region.depth}",
        question=f"{ask.format(node=region.node, depth=region.depth)}\n{answer_form('list', order.language)}",
        line=Names(gold=region.gold),
        evidence=tuple(
            composed.evidence[_line(edge)].model_copy(update={"answer": edge[0] if parents else None})
            for edge in region.needed
        ),
        rests="each" if parents else "all",
        after=order.parts,
        cell=Cell(
            task="graph",
            tokens=order.tokens,
            document=order.number,
            fact=region.node,
            permutation=order.permutation,
            variant={
                "operation": region.operation,
                "steps": region.depth,
                "nodes": len(region.gold),
                "alone": order.independent,
            },
        ),
    )


def _ids(dice: Dice) -> Iterator[str]:
    """Six hexadecimal digits, the first a letter, so that no id reads as a number."""
    used: set[str] = set()
    while True:
        for word in dice.words(1024).tolist():
            node = "abcdef"[(word >> 32) % 6] + f"{word & 0xFFFFF:05x}"
            if node not in used:
                used.add(node)
                yield node


def _regions(order: Order, options: Options, ids: Iterator[str]) -> list[_Region]:
    """As many as leave half of the document to other edges, and at least one."""
    kinds = [
        (operation, depth)
        for operation in options.operations
        for depth in ((1,) if operation == "parents" else options.depths)
    ]
    dice = order.dice("regions")
    room, regions = order.tokens // 2, list[_Region]()
    for n in islice(count(order.number), 1 if order.independent else options.questions):
        operation, depth = kinds[n % len(kinds)]
        empty = n % _EMPTY_EVERY == _EMPTY_EVERY - 1
        region = (
            _parents(ids, dice, empty)
            if operation == "parents"
            else _walk(operation, depth, ids, dice, empty)
        )
        need = sum(order.tokenizer.counts([_line(edge) + "\n" for edge in region.edges]))
        if need <= room:
            room -= need
            regions.append(region)
    if not regions:
        raise CannotMake(
            f"the edges of one question do not fit into half of {order.tokens} tokens; ask for more"
        )
    return regions


def _parents(ids: Iterator[str], dice: Dice, empty: bool) -> _Region:
    node = next(ids)
    gold = tuple(islice(ids, 0 if empty else dice.between(1, _WIDEST)))
    child = next(ids)
    return _Region(
        operation="parents",
        depth=1,
        node=node,
        gold=gold,
        needed=tuple((parent, node) for parent in gold),
        others=((node, child),),
        ends=(node, child, *gold),
        shut=(node,),
    )


def _walk(operation: Operation, depth: int, ids: Iterator[str], dice: Dice, empty: bool) -> _Region:
    """A tree whose layers are the nodes at each distance; for an empty answer it ends too early."""
    root = next(ids)
    above: dict[str, str] = {}
    layers: list[list[str]] = [[root]]
    alive = (0 if operation == "within" else depth - 1) if empty else depth
    for _ in range(alive):
        layers.append(_grown(layers[-1], above, ids, dice))
    gold = layers[depth] if operation == "exact" and not empty else [] if empty else list(chain(*layers[1:]))
    needed = {(above[node], node) for last in gold for node in _path(last, above)}
    tree = [(parent, node) for node, parent in above.items()]
    traps = [
        (node, dice.choice(_ancestors(node, above)))
        for layer in layers[1:depth]
        for node in layer
        if dice.below(2)
    ]
    entrance = (next(ids), root)
    return _Region(
        operation=operation,
        depth=depth,
        node=root,
        gold=tuple(gold),
        needed=tuple(edge for edge in tree if edge in needed),
        others=(*(edge for edge in tree if edge not in needed), *traps, entrance),
        ends=(*(layers[depth] if alive == depth else ()), entrance[0]),
    )


def _grown(layer: Sequence[str], above: dict[str, str], ids: Iterator[str], dice: Dice) -> list[str]:
    """The next layer: at least one node; some nodes of this one have no child, none has more than three."""
    most = 5
    grown: list[str] = []
    for node in dice.shuffled(layer):
        for child in islice(ids, min(dice.between(0 if grown else 1, _WIDEST), most - len(grown))):
            above[child] = node
            grown.append(child)
    return grown


def _path(node: str, above: Mapping[str, str]) -> Iterator[str]:
    """The node and those above it, the root left out."""
    while node in above:
        yield node
        node = above[node]


def _ancestors(node: str, above: Mapping[str, str]) -> list[str]:
    return [above[step] for step in _path(node, above)]


def _nodes(order: Order, options: Options, regions: Sequence[_Region], ids: Iterator[str]) -> list[str]:
    """Nodes outside of all regions, so many that the document's edges give the degree."""
    lines = [_line(edge) + "\n" for region in regions for edge in region.edges]
    a_line = sum(order.tokenizer.counts(lines)) / len(lines)
    return list(islice(ids, max(16, int(order.tokens / a_line / options.degree))))


def _further_edges(regions: Sequence[_Region], nodes: Sequence[str], dice: Dice) -> Iterator[Edge]:
    """Different edges that change no answer, without end."""
    shut = {node for region in regions for node in region.shut}
    known = dict.fromkeys(chain(*(edge for region in regions for edge in region.edges)))
    sources = [*nodes, *chain(*(region.ends for region in regions))]
    targets = [*nodes, *(node for node in known if node not in shut)]
    drawn = {edge for region in regions for edge in region.edges}
    most = len(sources) * len(targets) // 2
    while len(drawn) < most:
        pairs = dice.words(2048).tolist()
        for one, other in zip(pairs[::2], pairs[1::2], strict=True):
            edge = (sources[one * len(sources) >> 64], targets[other * len(targets) >> 64])
            if edge[0] != edge[1] and edge not in drawn:
                drawn.add(edge)
                yield edge


GRAPH = Task(
    name="graph",
    title="Walks over a directed graph that is given as its edges",
    options=Options,
    make=_make,
)
