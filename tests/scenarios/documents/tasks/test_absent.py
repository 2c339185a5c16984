"""Questions that the document does not answer, beside some that it does."""

import pytest

from scenarios.documents.tasks.absent import ABSENT
from scenarios.language import Language
from scenarios.line import Value
from tests.scenarios.documents.little_filler import order


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_half_of_the_questions_are_answered(language: Language, number: int) -> None:
    document = ABSENT.make(order(language, number=number))
    told = [probe for probe in document.probes if probe.cell.variant["answered"]]
    absent = [probe for probe in document.probes if not probe.cell.variant["answered"]]
    assert len(told) == len(absent) == 4
    for probe in told:
        assert isinstance(probe.line, Value)
        assert str(probe.line.gold) in probe.evidence[0].text
        assert str(probe.line.gold) not in probe.line.decoys
    for probe in absent:
        assert isinstance(probe.line, Value)
        assert probe.line.gold is None
        assert len(probe.line.decoys) == 4
        assert probe.evidence == ()
        assert probe.cell.depth is None


def test_what_is_not_answered_is_near_to_what_is() -> None:
    document = ABSENT.make(order())
    asked = {probe.cell.fact: probe for probe in document.probes}
    for name, probe in asked.items():
        if not name.endswith("absent"):
            continue
        twin = asked[name.replace("absent", "told")]
        (found,) = twin.evidence
        place = next(word for word in found.text.split() if word in {"East", "Upper", "Old"})
        town = found.text[found.text.index(place) :].split()[1].strip(".,")
        assert town in probe.question
        assert (f"{place} {town}" in probe.question) == (probe.cell.variant["near"] == "attribute")


@pytest.mark.parametrize("number", range(4))
def test_both_kinds_of_nearness_are_there_in_every_document(number: int) -> None:
    near = [probe.cell.variant["near"] for probe in ABSENT.make(order(number=number)).probes]
    assert near.count("place") == near.count("attribute") == 4


def test_the_name_of_the_other_place_is_not_in_the_document() -> None:
    document = ABSENT.make(order(options={"pairs": 12}, tokens=6000))
    assert not any(word in document.text for word in ("West ", "Lower ", "New "))
