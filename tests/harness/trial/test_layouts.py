"""Each layout shows what it says and nothing more, and begins alike for all questions on one reading."""

import pytest

from harness.trial.layouts import line, part_prompt, whole
from scenarios.language import Language
from scenarios.transcript import AssistantMessage, Message, UserMessage
from tests.harness.little_reading import DOCUMENT, PARTS

BOTH: tuple[Language, ...] = ("en", "zh")


def texts(messages: tuple[Message, ...]) -> str:
    return "\n".join(message.text for message in messages)


@pytest.mark.parametrize("language", BOTH)
def test_a_whole_document_is_one_turn_and_a_fixed_reply(language: Language) -> None:
    for layout in ("single", "concat"):
        user, reply = whole(layout, DOCUMENT, language)
        assert isinstance(user, UserMessage)
        assert reply == AssistantMessage(text="OK")
        assert all(part in user.text for part in PARTS)


def test_headings_stand_before_the_parts_in_concat_alone() -> None:
    assert "[Part 2 of 3]" in texts(whole("concat", DOCUMENT, "en"))
    assert "Part 2" not in texts(whole("single", DOCUMENT, "en"))
    assert "第 2 部分" in texts(whole("concat", DOCUMENT, "zh"))


def test_a_segmented_line_keeps_every_part_and_the_model_s_own_replies() -> None:
    said = line("segmented", DOCUMENT, 2, ["read one", "read two"], "en")
    assert [message.role for message in said] == ["user", "assistant", "user", "assistant"]
    assert PARTS[0] in texts(said)
    assert PARTS[1] in texts(said)
    assert PARTS[2] not in texts(said)
    assert said[3].text == "read two"


def test_a_line_that_goes_on_begins_as_it_began() -> None:
    shorter = line("segmented", DOCUMENT, 2, ["a", "b"], "en")
    assert line("segmented", DOCUMENT, 3, ["a", "b"], "en")[:4] == shorter


def test_only_the_current_part_and_the_notes_are_carried() -> None:
    said = line("carry", DOCUMENT, 2, ["the key is red", "the lamp is green"], "en")
    assert [message.role for message in said] == ["user", "assistant"]
    assert PARTS[0] not in texts(said)
    assert "the key is red" in said[0].text
    assert PARTS[1] in said[0].text
    assert said[1].text == "the lamp is green"


@pytest.mark.parametrize(("language", "none"), [("en", "(none)"), ("zh", "（无）")])
def test_there_are_no_notes_before_the_first_part(language: Language, none: str) -> None:
    assert none in part_prompt("carry", DOCUMENT, 1, [], language)


def test_braces_in_a_document_are_text() -> None:
    braces = DOCUMENT.__class__(parts=("{text} {0}",), tokens=(2,))
    assert "{text} {0}" in texts(whole("single", braces, "en"))
