"""Chains of variables."""

import re

import pytest

from scenarios.documents.tasks.variables import VARIABLES
from scenarios.line import Names
from tests.scenarios.documents.little_filler import order

_CONSTANT = re.compile(r"variable (\w+) holds the value (\d+)")
_HOP = re.compile(r"variable (\w+) holds whatever the variable (\w+) holds")


@pytest.mark.parametrize("told", ["forward", "backward", "shuffled"])
def test_the_gold_is_what_a_program_finds_in_the_text(told: str) -> None:
    document = VARIABLES.make(order(options={"chains": 5, "hops": 3, "order": told}))
    values = dict(_CONSTANT.findall(document.text))
    hops = _HOP.findall(document.text)
    while any(name not in values for name, _ in hops):
        values |= {name: values[other] for name, other in hops if other in values}
    assert len(document.probes) == 5
    for probe in document.probes:
        (constant,) = re.findall(r"\d{7}", probe.question)
        assert isinstance(probe.line, Names)
        assert set(probe.line.gold) == {name for name, value in values.items() if value == constant}
        assert len(probe.line.gold) == 4


def test_a_chain_is_told_in_its_order() -> None:
    for told, rising in (("forward", True), ("backward", False)):
        for probe in VARIABLES.make(order(options={"order": told})).probes:
            places = [found.token for found in probe.evidence]
            assert places == sorted(places, reverse=not rising)


def test_chains_are_told_one_through_the_other() -> None:
    document = VARIABLES.make(order())
    spans = [(probe.evidence[0].token, probe.evidence[-1].token) for probe in document.probes]
    assert any(a[0] < b[0] < a[1] for a in spans for b in spans)
