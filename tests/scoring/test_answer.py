"""Facts that the replies state, and what they must not state."""

from typing import Any

import pytest

from scoring.answer import check_facts, score_answer
from scoring.evidence import read
from scoring.preparation import prepare
from scoring.score import Score
from tests.scoring.trials import Key, call, exam, expecting, gold, said, trial


def scored(reply: str, **expected: Any) -> Score:
    of = exam(expecting("s", **expected))
    return score_answer(check_facts(read(prepare(of), trial(said("s", reply)))))


def test_every_fact_counts_the_same() -> None:
    score = scored("42.5 for O-17.", say=[{"number": 42.5}, "O-17", "voucher"])

    assert score.value == 2 / 3
    assert score.reason == "2 of 3 facts stated; missing: s: 'voucher'"


def test_an_answer_must_be_the_last_number() -> None:
    assert scored("Two and two is 4.", answer={"number": 4}).value == 1.0
    assert scored("It is 4, or 5.", answer={"number": 4}).value == 0.0


def test_a_forbidden_statement_takes_all_away() -> None:
    score = scored("42.5, or 24.5", say=[{"number": 42.5}], not_say=[{"number": 24.5}])

    assert score.value == 0.0
    assert score.reason == "s: states 24.5"


def test_silence_about_what_must_not_be_said_earns_nothing() -> None:
    assert scored("", not_say=[{"number": 24.5}]).value is None


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("Which order number is it?", 1.0),
        ("请问 order number 是多少？", 1.0),
        ("Please tell me the order number.", 1.0),
        ("There is no order number.", 0.5),
        ("Which one?", 0.5),
        ("Done.", 0.0),
    ],
)
def test_asking_means_a_question_that_names_what_is_missing(reply: str, value: float) -> None:
    assert scored(reply, ask=["order number"]).value == value


def test_a_reply_that_was_never_written_states_nothing() -> None:
    of = exam(expecting("a", say=["x"]), expecting("b", say=["y"]))
    unfinished = trial(said("a", "x", call("shop__get_order", order="O-1")), ended="limit")

    assert score_answer(check_facts(read(prepare(of), unfinished))).value == 0.0


def test_a_reference_in_a_fact_means_the_models_own_result() -> None:
    of = exam(
        expecting("s", gold("open", "desk__open_ticket", title="x"), say=[{"ref": "open.result.id"}]),
        key=Key(results={"open": {"id": "T-1"}}),
    )
    made = call("desk__open_ticket", {"id": "T-5"}, title="x")

    def value(reply: str) -> float | None:
        return score_answer(check_facts(read(prepare(of), trial(said("s", made, reply))))).value

    assert (value("It is T-5."), value("It is T-1.")) == (1.0, 0.0)
