"""A count or a sum."""

import pytest

from scenarios.line import Number
from scoring.lines.judge import judge_line


@pytest.mark.parametrize(
    ("answer", "outcome", "value"),
    [
        ("400", "right", 1.0),
        ("400 events", "right", 1.0),
        ("**400**.", "right", 1.0),
        ("four hundred", "right", 1.0),
        ("150 + 250 = 400", "right", 1.0),
        ("400件", "right", 1.0),
        ("四百", "right", 1.0),
        ("0.04万", "right", 1.0),
        ("400 (150 + 250)", "right", 1.0),
        ("400件（两项合计）", "right", 1.0),
        ("400 (or 401)", "enumerated", 0.0),
        ("401 (150 + 251, not 400)", "wrong_value", 0.9975),
        ("401", "wrong_value", 0.9975),
        ("900", "wrong_value", 0.0),
        ("400 or 401", "enumerated", 0.0),
        ("between 390 and 410", "enumerated", 0.0),
        ("not stated", "false_abstention", 0.0),
        ("many", "wrong_value", 0.0),
    ],
)
def test_a_count_is_exact_and_its_nearness_stands_beside(answer: str, outcome: str, value: float) -> None:
    verdict = judge_line(Number(gold=400), f"ANSWER: {answer}", "en")

    assert verdict.outcome == outcome, verdict.why
    assert verdict.value == pytest.approx(value), verdict.why
    assert verdict.figures["closeness"] == verdict.value
    assert verdict.figures["exact"] == float(outcome == "right")


@pytest.mark.parametrize("answer", ["0", "none", "zero", "没有", "零"])
def test_nothing_may_be_counted(answer: str) -> None:
    assert judge_line(Number(gold=0), f"ANSWER: {answer}", "en").right


def test_a_lone_one_is_a_number_here() -> None:
    assert judge_line(Number(gold=1), "ANSWER: one", "en").right
    assert judge_line(Number(gold=1), "ANSWER: 一个", "zh").right


def test_a_sum_is_right_within_its_tolerance() -> None:
    total = Number(gold=20413.75, within=0.01)

    assert judge_line(total, "ANSWER: 20,413.75", "en").right
    assert judge_line(total, "ANSWER: 2.041375万元", "zh").right
    assert not judge_line(total, "ANSWER: 20,413.5", "en").right


def test_equal_numbers_agree() -> None:
    answers = {
        judge_line(Number(gold=7), f"ANSWER: {text}", "en").answer for text in ("1,280", "1280", "1280.0")
    }

    assert answers == {"1280"}
