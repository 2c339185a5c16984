"""What BFCL's rules look at in a trial, read from its transcript and its exam."""

from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    CallProblem,
    Change,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
)
from scoring.bfcl.multi_turn import GoldTurn, PlayedTurn

CALLS = "/calls/"
TURNS = "/turns/"
_NEVER_SENT: frozenset[CallProblem] = frozenset({"malformed", "unknown_tool", "schema"})


def first_calls(transcript: Transcript) -> tuple[ToolCall, ...]:
    """The calls of the first reply, which is all that a single turn is judged by."""
    for record in transcript.segments:
        for message in record.messages:
            if isinstance(message, AssistantMessage) and not message.given:
                return message.tool_calls
    return ()


def read_turns(exam: Exam, transcript: Transcript, server: str) -> tuple[list[GoldTurn], list[PlayedTurn]]:
    """The gold turns and the played ones; a segment is a turn."""
    gold = gold_turns(exam.key.reference.get(server, ()))
    calls = [one for one in transcript.changes.get(server, ()) if one.path.startswith(CALLS)]
    made, found = 0, []
    for record in transcript.segments:
        reached = sum(_reached(record))
        found.append(played_turn(calls[: made + reached], made, _steps(record)))
        made += reached
    return gold, found


def gold_turns(reference: Sequence[Change]) -> list[GoldTurn]:
    found = []
    for one in reference:
        if one.path.startswith(TURNS) and isinstance(one.after, dict):
            turn: dict[str, Any] = one.after
            outputs = tuple(map(str, turn["outputs"]))
            found.append(GoldTurn(outputs=outputs, state=dict(turn["state"]), expected=bool(outputs)))
    return found


def played_turn(calls: Sequence[Change], before: int, steps: int) -> PlayedTurn:
    """A turn from the calls that had reached the back ends by its end, `before` of them in earlier turns."""
    made: list[dict[str, Any]] = [one.after for one in calls if isinstance(one.after, dict)]
    return PlayedTurn(
        steps=steps,
        called=steps > 0,
        outputs=tuple(str(one["output"]) for one in made[before:]),
        state=dict(made[-1]["state"]) if made else None,
    )


def _steps(record: SegmentRecord) -> int:
    """Requests that brought at least one call that can be read."""
    found = 0
    for place, one in enumerate(record.messages):
        if isinstance(one, AssistantMessage) and one.tool_calls:
            results = record.messages[place + 1 : place + 1 + len(one.tool_calls)]
            problems = [each.problem for each in results if isinstance(each, ToolMessage)]
            found += len(problems) < len(one.tool_calls) or any(each != "malformed" for each in problems)
    return found


def _reached(record: SegmentRecord) -> Iterator[bool]:
    """For every result, whether its call reached the back ends."""
    for one in record.messages:
        if isinstance(one, ToolMessage):
            yield one.problem not in _NEVER_SENT
