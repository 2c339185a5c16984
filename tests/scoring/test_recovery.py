"""What the model did after an injected fault."""

from scoring.evidence import read
from scoring.preparation import prepare
from scoring.recovery import score_recovery
from scoring.score import Score
from tests.scoring.trials import LIST, PAY, REPLY, Called, broken, call, refund_exam, refund_trial

HIT = broken("shop__list_orders", "fault", "timeout", customer="u1")
LOOK = broken("shop__get_order", "fault", "garbled", order="O-17")


def recovered(*steps: Called | list[Called] | str, success: bool = False) -> Score:
    return score_recovery(read(prepare(refund_exam()), refund_trial(*steps)), success=success)


def test_trying_again_recovers() -> None:
    assert recovered(HIT, LIST, PAY, REPLY).value == 1.0


def test_going_on_as_if_nothing_had_happened_does_not() -> None:
    score = recovered(HIT, PAY, REPLY)

    assert score.value == 0.0
    assert "call 0 (shop__list_orders)" in score.reason


def test_a_right_call_of_the_tool_recovers_from_a_wrong_one() -> None:
    wrong = broken("shop__list_orders", "fault", "error", customer="u2")

    assert recovered(wrong, LIST, PAY, REPLY).value == 1.0


def test_success_by_another_way_recovers() -> None:
    assert recovered(LIST, LOOK, PAY, REPLY, success=True).value == 1.0


def test_each_hit_call_counts() -> None:
    assert recovered(HIT, LIST, LOOK, PAY, REPLY).value == 0.5


def test_trying_again_in_vain_does_not_recover() -> None:
    assert recovered(HIT, HIT, PAY, REPLY).value == 0.0


def test_a_late_result_is_no_lost_one() -> None:
    late = call("shop__list_orders", customer="u1")
    late.detail = "slow"

    assert recovered(late, PAY, REPLY).value is None
