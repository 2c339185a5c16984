"""Several keys, values and queries."""

import pytest
from pydantic import ValidationError

from scenarios.documents.tasks.multi_needle import MULTI_NEEDLE
from scenarios.line import Names
from tests.scenarios.documents.little_filler import order


def test_a_question_wants_every_number_of_its_things() -> None:
    document = MULTI_NEEDLE.make(order(options={"keys": 6, "values": 3, "queries": 2}))
    assert len(document.probes) == 3
    for probe in document.probes:
        assert isinstance(probe.line, Names)
        assert len(probe.line.gold) == 6
        keys = probe.cell.fact.split()
        assert len(keys) == 2
        assert all(f"the {key}" in probe.question for key in keys)
        assert [found.answer for found in probe.evidence] == list(probe.line.gold)
        assert all(str(found.answer) in found.text for found in probe.evidence)
        assert all(any(key in found.text for key in keys) for found in probe.evidence)


def test_every_number_is_asked_for_once() -> None:
    document = MULTI_NEEDLE.make(order())
    asked = [value for probe in document.probes if isinstance(probe.line, Names) for value in probe.line.gold]
    assert len(set(asked)) == len(asked) == 16


def test_things_that_are_left_over_lead_astray_and_are_not_asked_about() -> None:
    document = MULTI_NEEDLE.make(order(options={"keys": 4, "values": 1, "queries": 3}))
    (probe,) = document.probes
    assert len(probe.evidence) == 3
    assert (
        sum(document.text.count(word) for word in ("registered for the", "belong to the", "also goes by"))
        == 4
    )


def test_sentences_are_spread_over_the_parts() -> None:
    document = MULTI_NEEDLE.make(order(parts=4))
    assert {found.part for probe in document.probes for found in probe.evidence} == {1, 2, 3, 4}


def test_more_queries_than_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="about 3 things needs as many keys; there are 2"):
        MULTI_NEEDLE.make(order(options={"keys": 2, "queries": 3}))
