"""The gold of a haystack's summary is what a second reading of the text finds, document by document."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.document import CannotMake, Document
from scenarios.documents.tasks.summary import SUMMARY, Options
from scenarios.language import Language
from scenarios.line import Insight, Insights
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

_HEADING = {"en": r"^## Document (\d+)$", "zh": r"^## 文档 (\d+)$"}


def insights(document: Document) -> list[Insight]:
    found: list[Insight] = []
    for probe in document.probes:
        assert isinstance(probe.line, Insights)
        found += probe.line.insights
    return found


def short_documents(text: str, language: Language) -> dict[int, str]:
    """By number; parts are read one behind the other."""
    _, *rest = re.split(_HEADING[language], text.replace("\f", "\n"), flags=re.MULTILINE)
    numbers, texts = [int(number) for number in rest[::2]], rest[1::2]
    assert numbers[:-1] == list(range(1, len(numbers)))
    return dict(zip(numbers, texts, strict=True))


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(deadline=None, max_examples=15)
@given(number=st.integers(0, 50), parts=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_documents_cited_are_those_that_tell_it(
    language: Language, number: int, parts: int, seed: int
) -> None:
    asked = order(language, 6000, number=number, parts=parts, seed=seed)
    document = SUMMARY.make(asked)
    check_document(document, asked)
    texts = short_documents(document.text, language)

    for insight in insights(document):
        telling = {n for n, text in texts.items() if insight.value in text and insight.entity in text}
        assert set(insight.cites) == telling
        assert 2 <= len(insight.cites) <= 5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_says_which_insight_it_is_and_where_it_stands(language: Language) -> None:
    document = SUMMARY.make(order(language, 6000, parts=3))
    texts = short_documents(document.text, language)

    for probe in document.probes:
        assert isinstance(probe.line, Insights)
        assert probe.rests == "each"
        told = [place.answer for place in probe.evidence]
        assert told == [[n, cite] for n, one in enumerate(probe.line.insights) for cite in one.cites]
        for place in probe.evidence:
            assert isinstance(place.answer, list)
            assert place.text in texts[int(str(place.answer[1]))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_number_of_a_telling_document_stands_in_the_same_part(language: Language) -> None:
    document = SUMMARY.make(order(language, 9000, parts=5))

    for probe in document.probes:
        for place in probe.evidence:
            before, _, _ = document.parts[place.part - 1].partition(place.text)
            assert re.search(_HEADING[language], before, re.MULTILINE)


def test_insights_are_told_in_other_words_each_time_and_figures_are_all_different() -> None:
    document = SUMMARY.make(order())
    sentences = [place.text for probe in document.probes for place in probe.evidence]
    values = [insight.value for insight in insights(document)]

    assert len(set(sentences)) == len(sentences)
    assert len(set(values)) == len(values) == 8


def test_a_question_names_its_things_and_no_others() -> None:
    first, second = SUMMARY.make(order()).probes
    assert isinstance(first.line, Insights)
    assert isinstance(second.line, Insights)

    for insight in first.line.insights:
        assert insight.entity in first.question
        assert insight.entity not in second.question
        assert insight.value not in first.question


def test_a_question_may_stand_alone() -> None:
    together, alone = SUMMARY.make(order()), SUMMARY.make(order(independent=True))
    assert isinstance(together.probes[1].line, Insights)

    assert [probe.id for probe in alone.probes] == ["summary-1"]
    for insight in together.probes[1].line.insights:
        assert insight.value not in alone.text


def test_a_long_haystack_has_longer_documents_and_not_more() -> None:
    texts = short_documents(SUMMARY.make(order(tokens=60_000)).text, "en")

    assert 90 <= len(texts) <= 102


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_order_gives_the_same_bytes(language: Language) -> None:
    made = [SUMMARY.make(qwen_order(language, 4096, parts=2)) for _ in range(2)]

    assert made[0] == made[1]
    assert made[0].digest != SUMMARY.make(qwen_order(language, 4096, parts=2, number=1)).digest


@pytest.mark.parametrize(
    ("tokens", "parts", "options", "words"),
    [
        (2048, 1, {"groups": 6}, "may take 50%"),
        (4096, 40, {}, "short documents apart from each other"),
    ],
)
def test_what_has_no_room_is_refused_with_the_numbers(
    tokens: int, parts: int, options: dict[str, int], words: str
) -> None:
    with pytest.raises(CannotMake, match=words) as refused:
        SUMMARY.make(order(tokens=tokens, parts=parts, options=options))
    assert f"{tokens:,}" in str(refused.value)


def test_options_have_defaults() -> None:
    assert Options() == Options.model_validate({})
