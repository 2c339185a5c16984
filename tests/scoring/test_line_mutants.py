"""Every line scorer gives the oracle 1, and each mutant of its reply less, with the outcome it predicts."""

from typing import get_args

import pytest

from scenarios.line import Line, Names, Value
from scoring.line_mutants import LineMutant, LineOperator, gold_line, line_mutants, wrong_line
from scoring.lines.judge import judge_line
from tests.scoring.lines.cases import CASES

MUTANTS = [
    pytest.param(name, mutant, id=f"{name}: {mutant.operator} {number}")
    for name, (line, language) in CASES.items()
    for number, mutant in enumerate(line_mutants(line, language))
    if mutant.equivalent is None
]


@pytest.mark.parametrize("name", CASES)
def test_the_oracle_is_right(name: str) -> None:
    line, language = CASES[name]

    verdict = judge_line(line, gold_line(line, language), language)

    assert (verdict.outcome, verdict.right) == ("right", True), verdict.why
    assert verdict.value == 1.0 or name == "summary by likeness"
    assert verdict.figures["parsed"] == verdict.figures["flexible"] == verdict.figures["exact"] == 1.0


@pytest.mark.parametrize(("name", "mutant"), MUTANTS)
def test_a_mutant_scores_less_and_is_told_what_is_wrong_with_it(name: str, mutant: LineMutant) -> None:
    line, language = CASES[name]

    verdict = judge_line(line, mutant.reply, language)

    assert verdict.outcome in mutant.predicted, f"{mutant.reply!r}: {verdict.why}"
    assert not verdict.right
    assert verdict.value < 1.0


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_line_is_wrong_and_always_the_same(name: str) -> None:
    line, language = CASES[name]

    assert wrong_line(line, language) == wrong_line(line, language)
    assert not judge_line(line, wrong_line(line, language), language).right


def test_every_operator_that_does_not_apply_says_why() -> None:
    idle = {
        (name, mutant.operator): mutant.equivalent
        for name, (line, language) in CASES.items()
        for mutant in line_mutants(line, language)
        if mutant.equivalent is not None
    }

    assert idle["amount", "give_decoy"] == "no other value of its form is known that could be told from it"
    assert idle["choice", "leave_open"] == "the value itself is worded as a choice"
    assert idle["no names", "drop_item"] == "nothing is wanted"
    assert all(idle.values())


def test_every_operator_is_used() -> None:
    uses = {
        mutant.operator
        for line, language in CASES.values()
        for mutant in line_mutants(line, language)
        if mutant.equivalent is None
    }

    assert uses == set(get_args(LineOperator))


@pytest.mark.parametrize("line", [Value(gold="Velm"), Names(gold=("Velm", "Orrin"))])
def test_mutants_come_in_one_order(line: Line) -> None:
    assert list(line_mutants(line, "en")) == list(line_mutants(line, "en"))
