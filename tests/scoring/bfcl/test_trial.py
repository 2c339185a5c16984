"""What BFCL's rules look at, read from a transcript."""

from typing import Any

from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import (
    AssistantMessage,
    CallProblem,
    Change,
    Event,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    UserMessage,
)
from scoring.bfcl.trial import first_calls, read_turns


def calls(*names: str) -> AssistantMessage:
    return AssistantMessage(tool_calls=tuple(ToolCall(id="1", name=n, arguments_json="{}") for n in names))


def result(problem: CallProblem | None = None) -> ToolMessage:
    return ToolMessage(call_id="1", text="", problem=problem)


def transcript(*segments: tuple[Event, ...], made: int = 0) -> Transcript:
    after: list[Any] = [{"output": f"o{n}", "state": {"Lamp": str(n)}} for n in range(made)]
    return Transcript(
        scenario="bfcl/x",
        model="m",
        repeat=0,
        ended="done",
        segments=tuple(SegmentRecord(segment=str(n), messages=one) for n, one in enumerate(segments)),
        changes={
            "bfcl": tuple(Change(path=f"/calls/{n}", after=one, kind="added") for n, one in enumerate(after))
        },
    )


def exam() -> Exam:
    scenario = Scenario(suite="s", id="x", title="t", segments=(Segment(id="a", user=("hi",)),))
    return Exam(scenario=scenario, key=AnswerKey(), digest="d")


def test_calls_are_dealt_out_to_the_turns_that_made_them() -> None:
    _, (first, idle, last) = read_turns(
        exam(),
        transcript(
            (calls("a", "b"), result(), result("tool_error"), AssistantMessage(text="ok")),
            (UserMessage(text="?"), AssistantMessage(text="no")),
            (calls("a"), result("unknown_tool"), calls("a"), result()),
            made=3,
        ),
        "bfcl",
    )
    assert (first.outputs, first.state, first.steps) == (("o0", "o1"), {"Lamp": "1"}, 1)
    assert (idle.outputs, idle.state, idle.called) == ((), {"Lamp": "1"}, False)
    assert (last.outputs, last.state, last.steps) == (("o2",), {"Lamp": "2"}, 2)


def test_a_step_whose_calls_cannot_be_read_is_none() -> None:
    _, (turn,) = read_turns(exam(), transcript((calls("a"), result("malformed"))), "bfcl")
    assert (turn.called, turn.state) == (False, None)


def test_only_the_first_reply_counts_where_there_is_one_turn() -> None:
    given = AssistantMessage(text="Hello!", given=True)
    assert [one.name for one in first_calls(transcript((given, calls("a", "b"), calls("c"))))] == ["a", "b"]
    assert first_calls(transcript((AssistantMessage(text="no"), calls("c")))) == ()
    assert first_calls(transcript()) == ()
