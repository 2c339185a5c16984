"""The rules for conversations, over hashes of what was given back and of what became of the state."""

from scoring.bfcl.defects import CORRECTED, STRICT, Kept
from scoring.bfcl.multi_turn import MOST_STEPS, GoldTurn, PlayedTurn, judge_turns

GOLD = (
    GoldTurn(outputs=("a", "b"), state={"Lamp": "1"}, expected=True),
    GoldTurn(outputs=(), state={"Lamp": "1"}, expected=False),
    GoldTurn(outputs=("b",), state={"Lamp": "2"}, expected=True),
)


def turn(*outputs: str, state: str | None = None, steps: int = 1) -> PlayedTurn:
    return PlayedTurn(
        steps=steps, called=steps > 0, outputs=outputs, state=None if state is None else {"Lamp": state}
    )


IDLE = turn(steps=0, state="1")
FIRST, LAST = turn("a", "b", state="1"), turn("b", state="2")


def code(*played: PlayedTurn, kept: Kept = STRICT) -> str:
    wrong = judge_turns(GOLD, played, kept)
    return "" if wrong is None else wrong.code


def test_gold_is_right() -> None:
    assert code(FIRST, IDLE, LAST) == ""
    assert code(FIRST, IDLE, LAST, kept=CORRECTED) == ""


def test_more_than_gold_may_be_seen_in_any_order() -> None:
    assert code(turn("x", "b", "a", state="1"), IDLE, LAST) == ""


def test_an_output_counts_as_often_as_gold_has_it_in_a_turn() -> None:
    assert code(turn("a", state="1"), IDLE, LAST) == "missing_output"
    assert code(FIRST, IDLE, turn("other", state="2")) == ""  # it was seen in an earlier turn


def test_the_state_counts_after_every_turn_that_gold_acts_in() -> None:
    assert code(turn("a", "b", state="9"), IDLE, LAST) == "wrong_state"
    assert code(FIRST, IDLE, turn("b", state="1")) == "wrong_state"


def test_a_turn_in_which_gold_acts_must_not_be_empty() -> None:
    assert code(turn(steps=0), IDLE, LAST) == "empty_turn"


def test_acting_too_soon_is_wrong_for_us_alone() -> None:
    assert code(FIRST, turn("x", state="9"), LAST) == ""
    assert code(FIRST, turn("x", state="9"), LAST, kept=CORRECTED) == "called"


def test_too_many_steps_and_too_few_turns_are_wrong() -> None:
    assert code(FIRST, IDLE, turn("b", state="2", steps=MOST_STEPS + 1)) == "too_many_steps"
    assert code(FIRST, IDLE, turn("b", state="2", steps=MOST_STEPS)) == ""
    assert code(FIRST, IDLE) == "cut_short"
