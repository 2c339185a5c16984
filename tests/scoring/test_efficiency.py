"""Calls made for the calls that are needed."""

from scoring.efficiency import score_efficiency
from scoring.evidence import read
from scoring.preparation import prepare
from tests.scoring.trials import (
    LIST,
    PAY,
    REPLY,
    call,
    exam,
    expecting,
    refund_exam,
    refund_trial,
    said,
    trial,
)


def test_gold_calls_alone_are_efficient() -> None:
    score = score_efficiency(read(prepare(refund_exam()), refund_trial(LIST, PAY, REPLY)))

    assert score.value == 1.0
    assert score.details == {"gold": 2, "calls": 2, "requests": 3}


def test_twice_the_calls_are_half_as_efficient() -> None:
    ticket = call("desk__open_ticket", title="x")
    made = refund_trial(LIST, ticket, ticket, PAY, call("shop__get_order", order="O-17"), REPLY)

    assert score_efficiency(read(prepare(refund_exam()), made)).value == 0.5


def test_silence_is_not_efficient() -> None:
    assert score_efficiency(read(prepare(refund_exam()), refund_trial("No."))).value == 0.0


def test_where_no_call_is_needed_there_is_no_efficiency() -> None:
    of = exam(expecting("s", say=["x"]))

    assert score_efficiency(read(prepare(of), trial(said("s", "x")))).value is None
