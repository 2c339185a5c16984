import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.document import CannotMake, Document
from scenarios.documents.tasks.hops import HOPS
from scenarios.language import Language
from scenarios.line import Value
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

_TELLS = {
    "en": (
        r"(?P<a>\w+ \w+) (?:works for|earns a living at) (?P<b>\w+ \w+)\.",
        r"(?P<a>\w+ \w+) has been on the payroll of (?P<b>\w+ \w+) for years\.",
        r"(?P<b>\w+) is where (?P<a>\w+ \w+) has its head office\.",
        r"(?P<a>[A-Z]\w+ \w+) keeps its head office in (?P<b>\w+)\.",
        r"(?P<a>\w+) was built on the banks of the river (?P<b>\w+)\.",
        r"The river (?P<b>\w+) runs through the middle of (?P<a>\w+)\.",
        r"The river (?P<a>\w+) rises in the (?P<b>\w+) Hills\.",
        r"Up in the (?P<b>\w+) Hills is the spring of the river (?P<a>\w+)\.",
    ),
    "zh": (
        r"(?P<a>\w{3})在(?P<b>\w+)上班。",
        r"(?P<a>\w{3})是(?P<b>\w+)的老职工。",
        r"(?P<a>\w{3})多年来一直受雇于(?P<b>\w+)。",
        r"(?P<a>\w+)把总部设在(?P<b>\w{2}市)。",
        r"(?P<b>\w{2}市)是(?P<a>\w+)总部的所在地。",
        r"(?P<a>\w{2}市)坐落在(?P<b>\w{2}[河江])岸边。",
        r"(?P<b>\w{2}[河江])从(?P<a>\w{2}市)城中穿过。",
        r"(?P<a>\w{2}[河江])发源于(?P<b>\w{2}山)。",
        r"(?P<b>\w{2}山)是(?P<a>\w{2}[河江])的源头。",
    ),
}
"""A second reading of the text, that knows nothing of how it was made."""


def steps(document: Document, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for sentence in re.findall(r"[^.。]+[.。]", document.text):
        for tells in _TELLS[language]:
            if (match := re.fullmatch(tells, sentence.strip())) is not None:
                assert match["a"] not in found
                found[match["a"]] = match["b"]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(deadline=None, max_examples=12)
@given(number=st.integers(0, 50), parts=st.integers(1, 9), seed=st.integers(0, 99))
def test_following_the_facts_leads_to_the_gold(
    language: Language, number: int, parts: int, seed: int
) -> None:
    asked = order(language, number=number, parts=parts, seed=seed)
    document = HOPS.make(asked)
    check_document(document, asked)
    found = steps(document, language)
    for probe in document.probes:
        (name,) = [start for start in found if start in probe.question and start not in found.values()]
        for _ in range(int(str(probe.cell.variant["hops"]))):
            name = found[name]
        assert isinstance(probe.line, Value)
        assert probe.line.gold == name
        assert name not in probe.line.decoys
        assert all(decoy in document.text for decoy in probe.line.decoys)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_facts_come_in_the_order_that_is_reported_each_in_a_part_of_its_own(language: Language) -> None:
    document = HOPS.make(order(language, parts=5, number=3))
    told = {probe.cell.variant["order"] for probe in document.probes}
    assert told == {"forward", "backward", "shuffled"}
    for probe in document.probes:
        places = [place.token for place in probe.evidence]
        assert len({place.part for place in probe.evidence}) == probe.cell.variant["hops"] == len(places)
        rises = {a < b for a, b in pairwise(places)}
        expected = {"forward": {True}, "backward": {False}, "shuffled": {True, False}}
        assert rises == expected[str(probe.cell.variant["order"])]


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    assert (
        HOPS.make(qwen_order("en", 4096, parts=2)).digest
        == "bfa64efab7cfec01aebfce0f1882d71e5fbe9c858fcec76ea67de5f7ab345d5a"
    )
    assert (
        HOPS.make(qwen_order("zh", 4096, parts=2)).digest
        == "16e5f6920e44320abe41b76dcb04fecff6263144a22ecbd92920ba0c7d55210e"
    )


def test_a_document_of_one_question_holds_its_chain_and_those_that_lead_astray() -> None:
    document = HOPS.make(order(number=4, independent=True))
    assert len(document.probes) == 1
    assert len(steps(document, "en")) == 4 * 4 + len(document.probes[0].evidence)


def test_two_facts_alone_cannot_be_shuffled() -> None:
    with pytest.raises(CannotMake, match="three hops"):
        HOPS.make(order(options={"hops": [2], "orders": ["shuffled"]}))
