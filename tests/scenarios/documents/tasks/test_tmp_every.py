"""Laws that hold for each task that hides something in a document or asks about all of it."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from scenarios.documents.document import Document, Order
from scenarios.documents.tasks.registry import TASKS
from scenarios.documents.wording import NOT_STATED, answer_form
from scenarios.language import Language
from scenarios.line import Names, Number, Value
from scoring.lines.gold import gold_line
from scoring.lines.judge import judge_line
from scoring.lines.normal import normal
from tests.scenarios.documents.little_filler import Pieces, order, qwen_order

KINDS: Sequence[tuple[str, dict[str, JsonValue]]] = (("graph",{}),("hops",{}),("no-overlap",{}),("no-overlap",{"depths":4,"steps":[2]}),("same-asks",{}),("list-state",{}),("code",{}))
every_kind = pytest.mark.parametrize(("name", "options"), KINDS, ids=[f"{n}-{o}" for n, o in KINDS])
both_languages = pytest.mark.parametrize("language", ["en", "zh"])

DIGESTS: dict = {}
"""Of documents of 2,048 Qwen tokens in two parts; another one means other bytes for the same order."""


def made(name: str, asked: Order) -> Document:
    return TASKS[name].make(asked)


@pytest.mark.parametrize(("name", "language"), DIGESTS)
def test_the_same_order_gives_the_same_bytes_everywhere(name: str, language: Language) -> None:
    asked = qwen_order(language, 2048, parts=2)
    document = made(name, asked)
    assert document.digest == DIGESTS[name, language]
    assert document == made(name, asked)


@every_kind
@both_languages
@settings(max_examples=8, deadline=None)
@given(
    tokens=st.integers(1500, 9000),
    parts=st.integers(1, 4),
    seed=st.integers(0, 999),
    number=st.integers(0, 99),
)
def test_documents_are_full_and_hold_their_evidence_once(
    name: str,
    options: dict[str, JsonValue],
    language: Language,
    tokens: int,
    parts: int,
    seed: int,
    number: int,
) -> None:
    asked = order(language, tokens, parts=parts, seed=seed, number=number, options=options)
    document = made(name, asked)
    assert len(document.parts) == parts
    assert list(document.tokens) == Pieces().counts(document.parts)
    assert 0.99 * tokens <= sum(document.tokens) <= tokens
    for probe in document.probes:
        for found in probe.evidence:
            assert document.text.count(found.text) == 1
            assert found.text in document.parts[found.part - 1]


@every_kind
@both_languages
def test_questions_are_told_apart_and_stand_nowhere_in_the_document(
    name: str, options: dict[str, JsonValue], language: Language
) -> None:
    document = made(name, order(language, options=options))
    ids = [probe.id for probe in document.probes]
    assert len(set(ids)) == len(ids) >= 1
    for probe in document.probes:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", probe.id)
        question = probe.question.splitlines()[0]
        assert question not in document.text
        assert "{" not in question
        assert probe.cell.task == name
        assert probe.cell.tokens == 4096


@every_kind
def test_a_question_asks_for_the_form_that_its_answer_is_read_by(
    name: str, options: dict[str, JsonValue]
) -> None:
    for probe in made(name, order(options=options)).probes:
        match probe.line:
            case Value():
                assert probe.question.endswith(answer_form("value", "en"))
            case Names():
                assert probe.question.endswith(answer_form("list", "en"))
            case Number():
                assert probe.question.endswith(answer_form("number", "en"))


@every_kind
@both_languages
def test_another_seed_or_number_gives_another_document(
    name: str, options: dict[str, JsonValue], language: Language
) -> None:
    asked = order(language, options=options)
    others = (asked, replace(asked, seed=7), replace(asked, number=1))
    if name != "repeated-words":  # its words come with the number
        assert len({made(name, other).digest for other in others}) == 3
    assert made(name, others[2]).digest != made(name, asked).digest


@every_kind
@both_languages
def test_a_document_that_stands_alone_holds_the_evidence_of_its_one_question(
    name: str, options: dict[str, JsonValue], language: Language
) -> None:
    shared = made(name, order(language, options=options))
    alone = made(name, order(language, options=options, independent=True))
    (probe,) = alone.probes
    assert probe.question == shared.probes[0].question
    assert normal(str(probe.line.model_dump().get("gold"))) == normal(
        str(shared.probes[0].line.model_dump().get("gold"))
    )
    others = [other for other in shared.probes if other.cell.fact.split()[0] != probe.cell.fact.split()[0]]
    assert not any(found.text in alone.text for other in others for found in other.evidence)


@pytest.mark.parametrize("name", ["graph","no-overlap"])
@both_languages
def test_a_permutation_is_the_same_parts_in_another_order(name: str, language: Language) -> None:
    told = made(name, order(language, parts=4))
    read = made(name, order(language, parts=4, permutation=1))
    assert read.parts != told.parts
    assert sorted(read.parts) == sorted(told.parts)
    assert [probe.question for probe in read.probes] == [probe.question for probe in told.probes]
    for probe in read.probes:
        assert probe.cell.permutation == 1
        assert all(found.text in read.parts[found.part - 1] for found in probe.evidence)


@every_kind
@both_languages
def test_the_gold_is_judged_right_and_abstaining_only_where_the_document_is_silent(
    name: str, options: dict[str, JsonValue], language: Language
) -> None:
    for probe in made(name, order(language, options=options)).probes:
        gold = judge_line(probe.line, gold_line(probe.line, language), language)
        assert (gold.right, gold.value) == (True, 1.0)
        silent = judge_line(probe.line, f"ANSWER: {NOT_STATED[language]}", language)
        assert silent.right == (isinstance(probe.line, Value) and probe.line.gold is None)


def test_tasks_are_found_by_their_names() -> None:
    assert all(name == task.name for name, task in TASKS.items())
    assert all(task.options() for task in TASKS.values())
