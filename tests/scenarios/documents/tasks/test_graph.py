import re
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.document import CannotMake, Document, Probe
from scenarios.documents.tasks.graph import GRAPH
from scenarios.line import Names
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

Graph = Mapping[str, frozenset[str]]


def graph(lines: Iterable[str]) -> Graph:
    found: dict[str, set[str]] = {}
    for line in lines:
        source, arrow, target = line.split()
        assert arrow == "->"
        assert target not in found.setdefault(source, set()), "an edge stands twice"
        found[source].add(target)
    return {source: frozenset(targets) for source, targets in found.items()}


def lines_of(document: Document) -> list[str]:
    return [line for part in document.parts for line in part.split("\n")]


def solved(question: str, edges: Graph) -> set[str]:
    """The answer as a reader of the question finds it."""
    if (asked := re.search(r"edge to (\w+)\?|直接指向 (\w+)？", question)) is not None:
        node = asked[1] or asked[2]
        return {source for source, targets in edges.items() if node in targets}
    if (asked := re.search(r"exactly (\d) from (\w+)", question)) is not None:
        depth, node, exact = int(asked[1]), asked[2], True
    elif (asked := re.search(r"与 (\w+) 的距离恰好是 (\d)", question)) is not None:
        depth, node, exact = int(asked[2]), asked[1], True
    else:
        asked = re.search(r"from (\w+) over at most (\d)|从 (\w+) 出发最多走 (\d)", question)
        assert asked is not None
        depth, node, exact = int(asked[2] or asked[4]), asked[1] or asked[3], False
    seen, layer = {node}, {node}
    for _ in range(depth):
        layer = {target for source in layer for target in edges.get(source, ())} - seen
        seen |= layer
    return layer if exact else seen - {node}


def gold(probe: Probe) -> set[str]:
    assert isinstance(probe.line, Names)
    assert len(set(probe.line.gold)) == len(probe.line.gold)
    return set(probe.line.gold)


@settings(deadline=None, max_examples=25)
@given(
    language=st.sampled_from(["en", "zh"]),
    number=st.integers(0, 50),
    parts=st.integers(1, 6),
    tokens=st.sampled_from([1024, 2048, 4096]),
    depths=st.sampled_from([[1], [2, 3], [4]]),
)
def test_walking_the_edges_of_the_text_gives_the_gold(
    language: str, number: int, parts: int, tokens: int, depths: list[int]
) -> None:
    asked = order(
        "zh" if language == "zh" else "en", tokens, number=number, parts=parts, options={"depths": depths}
    )
    document = GRAPH.make(asked)
    check_document(document, asked)
    edges = graph(lines_of(document))
    for probe in document.probes:
        assert solved(probe.question, edges) == gold(probe)


def test_every_edge_of_the_evidence_is_needed_and_together_they_are_enough() -> None:
    document = GRAPH.make(order(tokens=8192))
    lines = lines_of(document)
    for probe in document.probes:
        evidence = [place.text for place in probe.evidence]
        assert solved(probe.question, graph(evidence)) == gold(probe)
        for missing in evidence:
            fewer = graph(line for line in lines if line != missing)
            lost = gold(probe) - solved(probe.question, fewer)
            assert lost
            if probe.rests == "each":
                (place,) = [place for place in probe.evidence if place.text == missing]
                assert lost == {place.answer}


def test_empty_answers_rest_on_nothing_and_their_node_is_in_the_document() -> None:
    document = GRAPH.make(order(tokens=16384))
    empty = [probe for probe in document.probes if not gold(probe)]
    assert len(document.probes) == 12
    assert len(empty) == 3
    for probe in empty:
        assert not probe.evidence
        assert probe.cell.fact in document.text


def test_some_regions_lead_back_to_an_ancestor() -> None:
    document = GRAPH.make(order(tokens=16384))
    edges = graph(lines_of(document))
    walks = [probe for probe in document.probes if probe.cell.variant["operation"] != "parents"]
    assert any(probe.cell.fact in edges.get(node, ()) for probe in walks for node in edges[probe.cell.fact])


def test_nodes_have_as_many_edges_as_asked() -> None:
    for degree in (1.5, 3.0):
        edges = graph(lines_of(GRAPH.make(order(tokens=32768, options={"degree": degree, "questions": 2}))))
        nodes = set(edges) | set().union(*edges.values())
        assert sum(map(len, edges.values())) / len(nodes) == pytest.approx(degree, rel=0.15)


def test_a_short_document_asks_fewer_questions_and_one_that_is_too_short_is_refused() -> None:
    assert len(GRAPH.make(order(tokens=512, parts=1)).probes) < 12
    with pytest.raises(CannotMake, match="do not fit"):
        GRAPH.make(order(tokens=16, parts=1))


def test_parts_may_come_in_another_order() -> None:
    told, other = (GRAPH.make(order(permutation=n)) for n in (0, 1))
    assert set(told.parts) == set(other.parts)
    assert told.parts != other.parts
    check_document(other, order(permutation=1))


def test_a_document_of_one_question_changes_what_it_asks_with_its_number() -> None:
    asked = [GRAPH.make(order(number=n, independent=True)).probes for n in range(5)]
    assert {len(probes) for probes in asked} == {1}
    assert len({str(probes[0].cell.variant) for probes in asked}) > 3


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    assert (
        GRAPH.make(qwen_order("en", 4096, parts=2)).digest
        == "e5e1d202162ef2c757661ba9d1adff395dc5f7f81a7b8c984ec13858ee0cabfa"
    )
