"""Counts over the whole document."""

from collections import Counter

import pytest

from scenarios.documents.document import CannotMake, Document
from scenarios.documents.tasks.counting import COUNTING
from scenarios.line import Names, Number
from tests.scenarios.documents.little_filler import order


def words(document: Document) -> Counter[str]:
    return Counter(word for part in document.parts for word in part.split("\n"))


def test_ten_common_words_occur_often_and_all_others_seldom() -> None:
    document = COUNTING.make(order(tokens=8192))
    (probe,) = document.probes
    assert isinstance(probe.line, Names)
    found = words(document)
    common = [found.pop(word) for word in probe.line.gold]
    assert len(common) == 10
    assert all(28 <= times <= 30 for times in common)
    assert Counter(found.values())[3] > 0.95 * len(found)
    assert max(found.values()) == 3


def test_in_a_short_document_the_common_words_are_fewer_but_stand_out() -> None:
    document = COUNTING.make(order(tokens=1024))
    assert document.probes[0].cell.variant["next"] == 3
    assert int(str(document.probes[0].cell.variant["last"])) >= 6


def test_common_words_that_do_not_stand_out_are_refused() -> None:
    with pytest.raises(CannotMake, match=r"50 common words can occur \d times in 1,024 tokens"):
        COUNTING.make(order(tokens=1024, options={"common": 50}))


def test_frequent_words_fall_off_by_their_rank() -> None:
    document = COUNTING.make(order(tokens=8192, options={"kind": "frequent"}))
    (probe,) = document.probes
    ranked = words(document).most_common()
    assert isinstance(probe.line, Names)
    assert list(probe.line.gold) == [word for word, _ in ranked[:3]]
    first = ranked[0][1]
    for rank, (_, times) in enumerate(ranked[:6], start=1):
        assert times == pytest.approx(first * 4 / (rank + 1) ** 2, rel=0.05, abs=1)


def test_too_short_a_list_to_rank_its_words_is_refused() -> None:
    with pytest.raises(CannotMake, match="too few to tell the 20 most frequent words"):
        COUNTING.make(order(tokens=1024, options={"kind": "frequent", "top": 20, "alpha": 3}))


def test_the_records_of_an_event_are_counted_over_the_whole_log() -> None:
    document = COUNTING.make(order(tokens=8192, parts=3, options={"kind": "events"}))
    assert len(document.probes) == 4
    for probe in document.probes:
        assert isinstance(probe.line, Number)
        assert document.text.count(f"reports {probe.cell.fact}.") == probe.line.gold
        assert len(probe.evidence) == probe.line.gold >= 1
    counted = sum(len(probe.evidence) for probe in document.probes)
    assert counted < 0.5 * sum(words(document).values())


def test_a_log_too_short_for_its_events_is_refused() -> None:
    with pytest.raises(CannotMake, match="no room for 8 events"):
        COUNTING.make(order(tokens=512, options={"kind": "events", "events": 8}))
