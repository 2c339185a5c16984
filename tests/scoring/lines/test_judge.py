"""What holds for every kind of line, whatever the reply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.codes import CODES, CODES_ZH
from scoring.line_mutants import gold_line
from scoring.lines.judge import judge_line
from scoring.lines.verdict import OUTCOMES, OUTCOMES_ZH
from tests.scoring.lines.cases import CASES

every_kind = pytest.mark.parametrize("name", CASES)


@every_kind
@settings(max_examples=25, deadline=None)
@given(reply=st.text(), marked=st.booleans())
def test_any_reply_has_a_verdict_within_bounds(name: str, reply: str, marked: bool) -> None:
    line, language = CASES[name]

    verdict = judge_line(line, f"ANSWER: {reply}" if marked else reply, language)

    assert 0 <= verdict.value <= 1
    assert verdict.right == (verdict.outcome == "right")
    assert verdict.why
    if verdict.answer is None:
        assert (verdict.outcome, verdict.value) == ("unparsed", 0.0)


@every_kind
@pytest.mark.parametrize("sign", ["[", "(", "1,", "- a\n", "ANSWER: x\n", "三", "<think>", "$", " "])
def test_a_reply_that_repeats_itself_is_read(name: str, sign: str) -> None:
    line, language = CASES[name]

    assert not judge_line(line, "ANSWER: " + sign * 3000, language).right


@every_kind
def test_a_verdict_keeps_through_writing_and_reading(name: str) -> None:
    line, language = CASES[name]
    verdict = judge_line(line, gold_line(line, language), language)

    assert type(verdict).model_validate_json(verdict.model_dump_json()) == verdict


@every_kind
def test_figures_are_there_whether_or_not_the_answer_could_be_read(name: str) -> None:
    line, language = CASES[name]
    right, silent = (judge_line(line, reply, language) for reply in (gold_line(line, language), ""))

    assert right.figures.keys() == silent.figures.keys()
    assert silent.figures["parsed"] == silent.figures["flexible"] == silent.figures["exact"] == 0.0


def test_every_outcome_has_its_meaning_in_both_languages() -> None:
    assert OUTCOMES.keys() == OUTCOMES_ZH.keys()
    assert set(OUTCOMES) - {"right"} <= CODES.keys() & CODES_ZH.keys()
