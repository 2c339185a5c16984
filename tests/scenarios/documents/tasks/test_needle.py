"""The needle grid: every thing moves through every depth, and a needle alone goes round the depths too."""

from collections import Counter

import pytest

from scenarios.documents.tasks.needle import NEEDLE
from scenarios.line import Value
from tests.scenarios.documents.little_filler import order

DEPTHS = [n / 9 for n in range(10)]


def test_there_is_a_needle_at_every_depth_and_a_question_for_each() -> None:
    document = NEEDLE.make(order())
    assert sorted(probe.cell.depth or 0.0 for probe in document.probes) == [round(d, 4) for d in DEPTHS]
    for probe in document.probes:
        (found,) = probe.evidence
        assert found.token / sum(document.tokens) == pytest.approx(probe.cell.depth, abs=0.02)
        assert isinstance(probe.line, Value)
        assert str(probe.line.gold) in found.text
        assert probe.line.ruler == (probe.line.gold,)
        assert len(probe.line.decoys) == 9
        assert all(document.text.count(decoy) == 1 for decoy in probe.line.decoys)


def test_over_ten_documents_every_thing_stands_once_at_every_depth() -> None:
    made = [NEEDLE.make(order(tokens=1500, number=n)) for n in range(10)]
    places = Counter((probe.cell.fact, probe.cell.depth) for one in made for probe in one.probes)
    assert len(places) == 100
    assert set(places.values()) == {1}
    values = [str(probe.line.gold) for one in made for probe in one.probes if isinstance(probe.line, Value)]
    assert len(set(values)) == 100


def test_the_next_ten_documents_have_other_things() -> None:
    first, next_ten = (
        {probe.cell.fact for probe in NEEDLE.make(order(tokens=1500, number=n)).probes} for n in (0, 10)
    )
    assert len(first & next_ten) <= 2


def test_needles_that_stand_alone_go_round_the_depths() -> None:
    made = [NEEDLE.make(order(tokens=1024, number=n, independent=True)) for n in range(10)]
    assert sorted(one.probes[0].cell.depth or 0.0 for one in made) == [round(d, 4) for d in DEPTHS]
    assert all(one.probes[0].cell.variant["alone"] for one in made)


def test_questions_do_not_come_in_the_order_of_the_depths() -> None:
    orders = {
        tuple(probe.cell.depth for probe in NEEDLE.make(order(tokens=1500, number=n)).probes)
        for n in range(5)
    }
    assert len(orders) == 5
    assert not any(list(depths) == sorted(depths, key=lambda d: d or 0.0) for depths in orders)


def test_a_single_needle_stands_in_the_middle() -> None:
    (probe,) = NEEDLE.make(order(options={"depths": 1})).probes
    assert probe.cell.depth == 0.5


def test_a_needle_of_a_moved_part_counts_at_the_depth_where_it_stands() -> None:
    document = NEEDLE.make(order(tokens=8000, parts=5, permutation=2))
    for probe in document.probes:
        (found,) = probe.evidence
        assert probe.cell.lag == 5 - found.part
        assert found.token / 8000 == pytest.approx(probe.cell.depth, abs=1 / 18 + 0.01)
