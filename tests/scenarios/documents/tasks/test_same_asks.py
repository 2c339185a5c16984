import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.document import CannotMake, Document
from scenarios.documents.tasks.same_asks import SAME_ASKS
from scenarios.language import Language
from scenarios.line import Passage
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order


def exchanges(document: Document) -> list[tuple[str, str]]:
    """(ask, passage) in the order of the transcript."""
    text = "\n\n".join(document.parts)
    return re.findall(r"(?:User: |用户：)(.+)\n(?:Assistant: |助手：)((?:.+\n?)+?)(?=\n\n|\n?\Z)", text)


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(deadline=None, max_examples=15)
@given(
    number=st.integers(0, 99),
    parts=st.integers(1, 5),
    tokens=st.sampled_from([4096, 16384]),
    sentences=st.integers(1, 6),
)
def test_counting_the_asks_of_the_transcript_gives_the_gold(
    language: Language, number: int, parts: int, tokens: int, sentences: int
) -> None:
    asked = order(language, tokens, number=number, parts=parts, options={"sentences": sentences})
    document = SAME_ASKS.make(asked)
    check_document(document, asked)
    told = exchanges(document)
    for probe in document.probes:
        (ask,) = re.findall(r"“(.+)”", probe.question)
        (nth,) = re.findall(r"the (\d+)(?:st|nd|rd|th) of them|第 (\d+) 次", probe.question)
        passages = [passage for other, passage in told if other == ask]
        place = int("".join(nth)) - 1
        assert isinstance(probe.line, Passage)
        assert len(passages) == probe.cell.variant["asks"]
        assert probe.line.gold == passages[place]
        assert list(probe.line.others) == passages[:place] + passages[place + 1 :]
        assert probe.line.prefix in probe.question
        assert probe.line.prefix not in document.text
        assert document.text.count(probe.line.gold) == 1
        assert [passage in document.text for passage in passages] == [True] * len(passages)


def test_the_answer_rests_on_the_asks_up_to_the_wanted_one_in_their_order() -> None:
    document = SAME_ASKS.make(order(tokens=16384))
    for probe in document.probes:
        assert len(probe.evidence) == probe.cell.variant["nth"]
        places = [place.token for place in probe.evidence]
        assert places == sorted(places)
        assert probe.cell.depth == pytest.approx(places[-1] / sum(document.tokens), abs=0.01)
        assert probe.output_tokens > 256


def test_asks_come_two_four_and_eight_times_and_the_haystack_asks_for_the_same_forms_and_topics() -> None:
    document = SAME_ASKS.make(order(tokens=32768))
    assert {probe.cell.variant["asks"] for probe in document.probes} == {2, 4, 8}
    wanted = {re.findall(r"“Write (.+) about (.+)\.”", probe.question)[0] for probe in document.probes}
    others = [re.findall(r"Write (.+) about (.+)\.", ask)[0] for ask, _ in exchanges(document)]
    others = [kind for kind in others if kind not in wanted]
    for form, topic in wanted:
        assert any(form == kind[0] for kind in others)
        assert any(topic == kind[1] for kind in others)


def test_a_short_document_leaves_out_the_largest_group_and_a_shorter_one_is_refused() -> None:
    short = SAME_ASKS.make(order(tokens=1024, parts=1))
    assert 8 not in {probe.cell.variant["asks"] for probe in short.probes}
    with pytest.raises(CannotMake, match="more than half"):
        SAME_ASKS.make(order(tokens=128, parts=1))


def test_alone_a_group_changes_with_the_number_of_the_document() -> None:
    asks = [
        {probe.cell.variant["asks"] for probe in SAME_ASKS.make(order(number=n, independent=True)).probes}
        for n in range(3)
    ]
    assert asks == [{2}, {4}, {8}]


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    assert (
        SAME_ASKS.make(qwen_order("en", 4096, parts=2)).digest
        == "b2dfe1d440892411a026ff5185223cef73be0203955b6e7fa71225d71cf60335"
    )
    assert (
        SAME_ASKS.make(qwen_order("zh", 4096, parts=2)).digest
        == "f09610a3f8a335d0c667ccb4ee626159129151cc01a90d4ddab5afd078846bbb"
    )
