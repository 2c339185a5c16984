import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer  # type: ignore[import-untyped] # nltk has no types

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Stretch
from scenarios.documents.tasks.no_overlap import BASE_TOKENS, NO_OVERLAP, Fact, relations
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Value
from tests.scenarios.documents.little_filler import pieces_filler, qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

_EMPTY_WORDS = (
    "a all an and as at be been beside but by did do does for from had has have her his if in into is it its "
    "may most not of off on one or out over s that the their this to under was were what where which who with"
)
_EMPTY_SIGNS = frozenset("时的了在把着是有过里这那谁很可能大概也就都和中上一总")


def stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", text.lower().replace("’", "'"))
    return {PorterStemmer().stem(word) for word in words if word not in _EMPTY_WORDS.split()}


def signs(text: str) -> set[str]:
    return set(re.findall(r"[\u4e00-\u9fff]", text)) - _EMPTY_SIGNS


def pairs(language: Language) -> Iterator[tuple[Fact, str, str]]:
    """Every sentence with every question that it answers, as they are sent."""
    for relation in relations(language).values():
        for fact in relation.facts:
            for told in relation.told:
                for steps in (1, 2):
                    question = f"{relation.question(fact, steps)}\n{answer_form('value', language)}"
                    yield fact, told.format(name="", thing=fact.thing), question


def test_question_and_sentence_share_no_stem_of_a_content_word_in_english() -> None:
    for _, told, question in pairs("en"):
        assert not stems(told) & stems(question), (told, question)


def test_question_and_sentence_share_no_sign_that_means_something_in_chinese() -> None:
    """Stricter than words, and so than pairs of signs."""
    for _, told, question in pairs("zh"):
        assert not signs(told) & signs(question), (told, question)


def test_question_and_sentence_share_no_word_in_chinese() -> None:
    jieba = pytest.importorskip("jieba")
    for _, told, question in pairs("zh"):
        shared = {word for word in jieba.lcut(told) if len(word) > 1} & set(jieba.lcut(question))
        assert not shared, (told, question)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_sixty_facts_and_none_is_told_twice(language: Language) -> None:
    facts = [fact for relation in relations(language).values() for fact in relation.facts]
    assert len(facts) >= 60
    assert len({fact.thing for fact in facts}) == len(facts)
    for fact in facts:
        assert len(fact.known) >= 2


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(deadline=None, max_examples=12)
@given(number=st.integers(0, 200), parts=st.integers(1, 4), depths=st.integers(1, 14))
def test_knowing_the_facts_gives_the_gold_and_nobody_else(
    language: Language, number: int, parts: int, depths: int
) -> None:
    asked = order(language, number=number, parts=parts, options={"depths": depths})
    document = NO_OVERLAP.make(asked)
    check_document(document, asked)
    assert len(document.probes) == 2 * depths
    for probe in document.probes:
        assert isinstance(probe.line, Value)
        answers = set()
        for relation in relations(language).values():
            for fact in relation.facts:
                wanted = (relation.question(fact, 1), relation.question(fact, 2))
                if probe.question.splitlines()[0] in wanted:
                    for told in relation.told:
                        pattern = re.escape(told.format(name="NAME", thing=fact.thing)).replace(
                            "NAME", r"(\w+ \w+|\w{3})"
                        )
                        answers.update(re.findall(pattern, document.text, re.IGNORECASE))
        assert answers == {probe.line.gold}
        assert (
            set(probe.line.decoys)
            == {p.line.gold for p in document.probes if isinstance(p.line, Value)} - answers
        )


def test_needles_stand_at_even_depths_and_each_is_asked_about_at_one_and_two_steps() -> None:
    document = NO_OVERLAP.make(order(tokens=16384))
    depths = sorted({probe.cell.depth for probe in document.probes if probe.cell.depth is not None})
    assert depths == [round(n / 9, 4) for n in range(10)]
    for probe in document.probes:
        assert probe.cell.depth == pytest.approx(probe.evidence[0].token / sum(document.tokens), abs=0.01)
    steps = [(probe.cell.fact, probe.cell.variant["steps"]) for probe in document.probes]
    assert len(set(steps)) == 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_document_of_the_base_length_holds_all_its_needles(language: Language) -> None:
    asked = order(language, BASE_TOKENS, parts=1)
    document = NO_OVERLAP.make(asked)
    check_document(document, asked)
    assert len(document.probes) == 20


class Guide:
    """Filler that speaks of some of the facts."""

    identity = "guide 1"

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        told = pieces_filler("en").sentences(dice, tokens)
        for n, word in enumerate(self._words):
            told.sentences[n] += f" {word}."
        return told


def test_what_the_filler_speaks_of_is_not_asked() -> None:
    words = [
        word for relation in relations("en").values() for fact in relation.facts[3:] for word in (fact.near,)
    ]
    document = NO_OVERLAP.make(order(tokens=8192, filler=Guide(words), options={"depths": 5}))
    spoken = {word for word in words if word in document.text}
    assert len(spoken) > 50
    assert not any(word in probe.question for probe in document.probes for word in spoken)


def test_too_few_facts_are_refused_with_their_number() -> None:
    words = [fact.near for relation in relations("en").values() for fact in relation.facts[3:]]
    with pytest.raises(CannotMake, match="40 needles were asked for, and only"):
        NO_OVERLAP.make(order(tokens=8192, filler=Guide(words), options={"depths": 40}))


def test_alone_a_needle_goes_round_the_depths() -> None:
    documents = [NO_OVERLAP.make(order(number=n, independent=True, options={"depths": 4})) for n in range(4)]
    assert {document.probes[0].cell.depth for document in documents} == {0.0, 0.3333, 0.6667, 1.0}
    assert all(len(document.probes) == 1 for document in documents)


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    assert (
        NO_OVERLAP.make(qwen_order("en", 4096, parts=2)).digest
        == "92a0a91052b5e3bbdcf9012dfd29e1606e651b36749ab38bf4ade56fd56ff1a3"
    )
    assert (
        NO_OVERLAP.make(qwen_order("zh", 4096, parts=2)).digest
        == "99b3d06bccb20aa142b6d62008e9d1c9bc74b4246f5afde9ca2136ed4884c23a"
    )
