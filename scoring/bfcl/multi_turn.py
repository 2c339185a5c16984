"""BFCL's verdict on a conversation: after every turn the state is the gold state, and nothing is missing.

Turn by turn: something was called where the gold calls something; every public attribute of every back end is
what the gold calls made of it; and each output of the gold calls stands among the outputs of all calls so far
(as often as it stands in the gold). Turns in which the gold calls nothing are not looked at by BFCL, although
it has a rule for them; ours asks that nothing is called there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.bfcl.defects import Kept
from scoring.bfcl.function_call import Wrong

MOST_STEPS = 20
"""Requests with calls that a turn may take; one more ends BFCL's conversation, and fails it."""


@dataclass(frozen=True, kw_only=True)
class GoldTurn:
    outputs: tuple[str, ...]
    """Hashes of what the gold calls give back."""
    state: dict[str, str]
    """By back end, the hash of its state after the turn."""
    expected: bool
    """Whether the gold calls anything."""


@dataclass(frozen=True, kw_only=True)
class PlayedTurn:
    steps: int
    """Requests that brought calls."""
    called: bool
    """Whether any call could be read."""
    outputs: tuple[str, ...]
    state: dict[str, str] | None
    """None: nothing was ever called, so the state is the first one."""


def judge_turns(gold: Sequence[GoldTurn], played: Sequence[PlayedTurn], kept: Kept) -> Wrong | None:
    """What is wrong with a conversation first, or None."""
    if any(turn.steps > MOST_STEPS for turn in played):
        return Wrong(code="too_many_steps", why=f"a turn took more than {MOST_STEPS} steps")
    if len(played) < len(gold):
        return Wrong(code="cut_short", why=f"{len(played)} of {len(gold)} turns were played")
    so_far: Counter[str] = Counter()
    for place, (wanted, turn) in enumerate(zip(gold, played, strict=False)):
        so_far.update(turn.outputs)
        wrong = _judge_turn(wanted, turn, so_far) if wanted.expected else _judge_idle(turn, kept)
        if wrong is not None:
            return Wrong(code=wrong.code, why=f"turn {place + 1}: {wrong.why}")
    return None


def _judge_turn(wanted: GoldTurn, turn: PlayedTurn, so_far: Counter[str]) -> Wrong | None:
    if not turn.called:
        return Wrong(code="empty_turn", why="nothing was called")
    state = turn.state or {}
    if other := [name for name, digest in wanted.state.items() if state.get(name) != digest]:
        return Wrong(code="wrong_state", why=f"the state of {', '.join(other)} is not what it should be")
    if missing := Counter(wanted.outputs) - so_far:
        return Wrong(
            code="missing_output", why=f"{missing.total()} results of the gold calls were never seen"
        )
    return None


def _judge_idle(turn: PlayedTurn, kept: Kept) -> Wrong | None:
    if turn.called and "idle_turn_unchecked" not in kept:
        return Wrong(code="called", why="something was called that could not be done yet")
    return None
