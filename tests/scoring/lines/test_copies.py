"""Texts that are to be given back as they are."""

from difflib import SequenceMatcher

import pytest

from scenarios.line import Copy, Passage
from scoring.lines.judge import judge_line
from tests.scoring.lines.cases import PASSAGES

APPLES = Copy(common="apple", unique="apples", count=10, place=4)
MRCR = Passage(prefix="k3Rq9", gold=PASSAGES[0], others=PASSAGES[1:])


def test_a_copy_may_stand_behind_a_mark_or_alone() -> None:
    text = "apple apple apple apple apples apple apple apple apple apple"

    for reply in (
        text,
        f"ANSWER: {text}",
        f"<think>…</think>\n\n`{text}`",
        text.replace("apple ", "Apple\n"),
    ):
        assert judge_line(APPLES, reply, "en").right, reply


def test_a_copy_is_near_by_letters() -> None:
    verdict = judge_line(APPLES, "apple apple apple apple apples apple apple apple apple", "en")

    assert verdict.outcome == "incomplete"
    assert verdict.value == pytest.approx(1 - len(" apple") / len("apple " * 9 + "apples"))
    assert verdict.figures["present"] == verdict.figures["placed"] == 1.0
    assert verdict.figures["words"] == 0.9


def test_a_chinese_copy_needs_no_spaces_and_keeps_words_apart_that_contain_each_other() -> None:
    line = Copy(common="苹果", unique="苹果树", count=5, place=2)

    assert judge_line(line, "苹果苹果苹果树苹果苹果", "zh").right
    assert judge_line(line, "苹果 苹果 苹果树 苹果 苹果", "zh").right
    assert judge_line(line, "苹果 苹果树 苹果 苹果 苹果", "zh").outcome == "wrong_order"
    assert judge_line(line, "苹果 苹果 苹果 苹果 苹果", "zh").outcome == "wrong_value"


def test_a_passage_is_nothing_without_its_prefix() -> None:
    verdict = judge_line(MRCR, PASSAGES[0], "en")

    assert (verdict.outcome, verdict.value, verdict.answer) == ("unparsed", 0.0, None)
    assert (verdict.figures["ratio"], verdict.figures["flexible"]) == (1.0, 1.0)


def test_the_ratio_is_difflibs_own() -> None:
    given = PASSAGES[0].replace("salt", "corn") + " The end."

    verdict = judge_line(MRCR, f"k3Rq9{given}", "en")

    assert verdict.value == SequenceMatcher(None, given, PASSAGES[0]).ratio()
    assert verdict.outcome == "partly"


def test_the_instance_that_was_given_back_is_named() -> None:
    other, unlike = (judge_line(MRCR, f"k3Rq9{text}", "en") for text in (PASSAGES[2], "0123456789" * 8))

    assert (other.outcome, other.figures["instance"]) == ("decoy", 2.0)
    assert (unlike.outcome, unlike.figures["instance"]) == ("wrong_value", -1.0)


def test_a_reply_that_never_ends_is_compared_in_time() -> None:
    verdict = judge_line(MRCR, "k3Rq9" + PASSAGES[0] * 5000, "en")

    assert verdict.outcome == "wrong_value"
    assert verdict.value < 0.001
