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
from scenarios.documents.wording import answer_form
from scenarios.language import Language
from scenarios.line import Names, Number, Value
from scoring.lines.normal import normal
from tests.scenarios.documents.little_filler import Pieces, order, qwen_order

KINDS: Sequence[tuple[str, dict[str, JsonValue]]] = (
    ("needle", {}),
    ("needle", {"kind": "uuid", "depths": 5}),
    ("multi-needle", {}),
    ("variables", {}),
    ("counting", {"kind": "common"}),
    ("counting", {"kind": "frequent"}),
    ("counting", {"kind": "events"}),
    ("repeated-words", {}),
    ("absent", {}),
)
every_kind = pytest.mark.parametrize(("name", "options"), KINDS, ids=[f"{n}-{o}" for n, o in KINDS])
both_languages = pytest.mark.parametrize("language", ["en", "zh"])

DIGESTS = {
    ("needle", "en"): "373c4c2abe0513e76c1e6ed4acf3fd4ecb89a9fa11803eabd69125df9a60eee7",
    ("needle", "zh"): "8dd5701b7cc686893f2a181a4d1db5a039dcadec075076ddde13ff03cc451b55",
    ("multi-needle", "en"): "3474363bcadefabb9bc21d6f4342459b3411c12b7ac635cd2177b3e86f94158a",
    ("multi-needle", "zh"): "7698b32d34557044f1e6e085e3a84b74f23f9cb997a2b30fba017bb35bbdb8ca",
    ("variables", "en"): "41c671b43ca24e68bbfeccc8001d2941fa91cc6125fea4560e8747d412dd5902",
    ("variables", "zh"): "dbd80e049ae0c9dcd578d2975c303f0b11ebbdcfd2a7dd01b21a46ab40e2283c",
    ("counting", "en"): "76bfc37a3dd0b632477380e08b62b56f783deaf6368fbd2114e8291837f0302b",
    ("counting", "zh"): "c56d9ce2352e5ebbcf640f02026a6c985c30466e9229d914ef2b24a684d8b3de",
    ("repeated-words", "en"): "04a41662dc2bd1fc47b2d725a95a15e2fe88e35c86217898ee734d57e6a307b3",
    ("repeated-words", "zh"): "d51908b3d396d5c4da4f90c91979c0b9874df00a224731820746df6de80e4121",
    ("absent", "en"): "fc11997104ad72c7a7e00b41e73793b1254c4786ae90cfadd67385cfd9205eec",
    ("absent", "zh"): "268ae0b68ec12902de85c735602b130094bbcdec459e89c53bb5f0e45476b0fe",
}
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


@pytest.mark.parametrize("name", ["needle", "multi-needle", "absent", "counting"])
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


def test_tasks_are_found_by_their_names() -> None:
    assert all(name == task.name for name, task in TASKS.items())
    assert all(task.options() for task in TASKS.values())
