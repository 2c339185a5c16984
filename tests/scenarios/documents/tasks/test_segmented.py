"""Facts of six kinds in one document: where they are told, what is asked about them, and when."""

import doctest
import re
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.documents.document import Document, Probe
from scenarios.documents.tasks import segmented
from scenarios.documents.tasks.segmented import SEGMENTED, Options, most_questions
from scenarios.documents.tasks.segmented_facts import PLOTS
from scenarios.language import Language
from scenarios.line import Conflict, Names, Number, Sequence, Value
from scoring.lines.judge import judge_line
from scoring.lines.normal import wordings
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

CEILING = 60
"""Questions on one document of the preset in 8 parts: what its users are told."""
both_languages = pytest.mark.parametrize("language", ["en", "zh"])


def made(language: Language = "en", parts: int = 8, **changes: object) -> Document:
    return SEGMENTED.make(order(language, 8192, parts=parts, **changes))


def of_kind(document: Document, kind: str) -> list[Probe]:
    return [probe for probe in document.probes if probe.cell.fact_kind == kind]


@both_languages
@settings(deadline=None, max_examples=15)
@given(
    number=st.integers(0, 99),
    seed=st.integers(0, 99),
    parts=st.integers(1, 12),
    counts=st.fixed_dictionaries({kind: st.integers(0, 3) for kind in ("update", "timeline", "ledger")}),
)
def test_the_document_tells_what_its_questions_rest_on(
    language: Language, number: int, seed: int, parts: int, counts: Mapping[str, int]
) -> None:
    asked = order(language, 8192, parts=parts, number=number, seed=seed, options=dict(counts))
    document = SEGMENTED.make(asked)
    check_document(document, asked)
    assert len(document.probes) <= most_questions(Options.model_validate(counts), parts)
    for probe in document.probes:
        assert all(place.part <= probe.after for place in probe.evidence)
        assert (probe.cell.task, probe.cell.document) == ("segmented", number)
        if isinstance(probe.line, Value):
            told = " ".join(place.text for place in probe.evidence)
            assert probe.line.gold is None or wordings(probe.line.gold)[0] in told
            assert all(decoy in document.text and decoy not in told for decoy in probe.line.decoys)


@settings(deadline=None, max_examples=25)
@given(number=st.integers(0, 999))
def test_the_preset_keeps_under_its_ceiling(number: int) -> None:
    assert len(made(number=number).probes) <= most_questions(Options(), 8) <= CEILING


def test_the_ceiling_is_reached_and_grows_slowly() -> None:
    assert max(len(made(number=number).probes) for number in range(40)) >= most_questions(Options(), 8) - 1
    assert most_questions(Options(), 64) < 2 * most_questions(Options(), 8)
    assert doctest.testmod(segmented).failed == 0


@both_languages
def test_every_kind_is_asked_about_and_everything_is_in_three_wordings_at_the_end(language: Language) -> None:
    document = made(language)
    facts = {probe.cell.fact: probe.cell.fact_kind for probe in document.probes if not probe.cell.entry}
    assert Counter(facts.values()) == {
        "static": 2,
        "update": 1,
        "contradiction": 2,
        "timeline": 1,
        "ledger": 1,
        "entity": 1,
    }
    for fact in facts:
        last = [p for p in document.probes if p.cell.fact == fact and p.after == 8 and not p.cell.entry]
        assert [probe.cell.wording for probe in last] == [0, 1, 2]
        assert len({probe.question for probe in last}) == 3
        assert len({str(probe.line) for probe in last}) == 1


def test_wordings_share_few_words_but_the_name() -> None:
    """Of the words of each two wordings, at most two thirds stand in both."""
    for plots in (PLOTS["en"].static, PLOTS["en"].update, PLOTS["en"].entity):
        for plot in plots:
            words = [set(re.findall(r"\w+", wording)) for wording in plot.asked]
            for n, one in enumerate(words):
                for other in words[n + 1 :]:
                    assert len(one & other) / len(one | other) < 2 / 3


def test_nothing_is_known_before_a_fact_is_told() -> None:
    for number in range(8):
        document = made(number=number)
        before = [probe for probe in document.probes if probe.cell.lag == -1]
        assert before
        for probe in before:
            assert isinstance(probe.line, Value)
            assert probe.line.gold is None
            assert probe.only_at
            later = next(p for p in document.probes if p.cell.fact == probe.cell.fact and p.cell.lag == 0)
            assert probe.after < later.after
            assert probe.question == later.question


@both_languages
def test_an_update_replaces_what_was_told(language: Language) -> None:
    asked = of_kind(made(language), "update")
    old, new = asked[-1].evidence
    for probe in asked:
        assert isinstance(probe.line, Value)
        known = [place.answer for place in (old, new) if place.part <= probe.after]
        assert probe.line.gold == (known[-1] if known else None)
        assert list(probe.line.stale) == known[:-1]
        assert probe.rests == "latest" or not probe.evidence
    assert old.token < new.token


@both_languages
def test_a_contradiction_is_two_values_and_one_that_is_told_twice_alike_is_none(language: Language) -> None:
    document = made(language)
    (which,) = [probe for probe in document.probes if probe.cell.entry == "names"]
    assert isinstance(which.line, Names)
    shown = {name for name in re.findall(r"[A-Z][a-z]{5,}|\w{2}市", which.question) if name in document.text}
    others = shown - set(which.line.gold)
    assert len(others) == len(which.line.gold) == 2
    sentences = re.split(r"(?<=[.。])\s*", document.text)
    for name in shown:
        said = [sentence for sentence in sentences if name in sentence]
        found = [set(re.findall(r"\d{6}|[A-Z]{5}", sentence)) for sentence in said]
        assert len(said) == 2
        if all(found):  # numbers and letters, which are easily seen
            assert (found[0] != found[1]) == (name in which.line.gold)
    for probe in of_kind(document, "contradiction"):
        if isinstance(probe.line, Conflict):
            assert probe.rests == "each"
            assert {place.answer for place in probe.evidence} == set(probe.line.golds)


@both_languages
def test_a_timeline_is_not_told_as_it_happened(language: Language) -> None:
    for number in range(6):
        asked = of_kind(made(language, number=number), "timeline")[-1]
        assert isinstance(asked.line, Sequence)
        years = [int(re.findall(r"18\d\d", place.text)[0]) for place in asked.evidence]
        places = [place.token for place in asked.evidence]
        assert years == sorted(years)
        assert places not in (sorted(places), sorted(places, reverse=True))
        shown = sorted(asked.line.gold, key=asked.question.index)
        assert shown != list(asked.line.gold)


@both_languages
def test_a_ledger_adds_up_and_its_sum_stands_nowhere(language: Language) -> None:
    document = made(language)
    asked = of_kind(document, "ledger")
    entries = [probe.line.gold for probe in asked if probe.cell.entry and isinstance(probe.line, Number)]
    totals = {probe.line.gold for probe in asked if not probe.cell.entry and isinstance(probe.line, Number)}
    assert totals == {sum(entries)}
    assert len(entries) == 3
    assert str(int(sum(entries))) not in document.text


@both_languages
def test_an_entity_needs_both_of_its_places(language: Language) -> None:
    document = made(language)
    asked = of_kind(document, "entity")[-1]
    intro, use = asked.evidence
    (person,) = [
        name for name in re.findall(r"[A-Z]\w+ [A-Z]\w+|\w{3}", intro.text) if name in asked.question
    ][:1]
    assert isinstance(asked.line, Value)
    assert str(asked.line.gold) in use.text
    assert person not in use.text
    assert document.text.count(person) == 1
    assert intro.part < use.part


def test_in_another_order_only_what_does_not_hang_on_it_is_asked_and_once() -> None:
    told, read = made(), made(permutation=1)
    assert sorted(told.parts) == sorted(read.parts)
    assert told.parts != read.parts
    check_document(read, order("en", 8192, parts=8))
    assert {probe.cell.fact_kind for probe in read.probes} == {"static", "timeline", "ledger", "entity"}
    at_end = {probe.id: probe for probe in told.probes}
    for probe in read.probes:
        assert probe.cell.permutation == 1
        assert not probe.only_at
        assert (probe.line, probe.question) == (at_end[probe.id].line, at_end[probe.id].question)


def test_one_fact_alone_is_another_one_for_each_document() -> None:
    documents = [made(number=number, independent=True) for number in range(8)]
    assert len({document.probes[0].id for document in documents}) == 8
    for document in documents:
        (probe,) = document.probes
        assert probe.after == 8
        assert probe.cell.variant == {"alone": True}


@both_languages
def test_right_answers_are_right_and_the_old_value_is_stale(language: Language) -> None:
    for probe in of_kind(made(language), "update"):
        if isinstance(probe.line, Value) and probe.line.stale:
            old = str(probe.line.stale[0])
            assert judge_line(probe.line, f"ANSWER: {old}", language).outcome == "stale"
            both = f"ANSWER: {probe.line.gold} ({old})"
            assert judge_line(probe.line, both, language).outcome == "mixed"
            assert judge_line(probe.line, f"ANSWER: {probe.line.gold}", language).right


def test_no_facts_at_all_are_refused() -> None:
    kinds = ("static", "update", "contradiction", "timeline", "ledger", "entity")
    with pytest.raises(ValidationError, match="at least one fact"):
        Options.model_validate(dict.fromkeys(kinds, 0))


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    digests = {
        language: SEGMENTED.make(qwen_order(language, 4096, parts=8)).digest for language in ("en", "zh")
    }
    assert digests == {
        "en": "1b0082825df0f4e3c882c84cc6bed7dbbb923008c635070ee09e423db225d54e",
        "zh": "760162faaf17f58fb8e3c3387f7ba04c6cde2c676f72c8678254edc0ebfc24a5",
    }
