"""The loop: a scripted model in a tiny world, and the class that every ending gets."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.clients.client import BadReply, ContextTooLong, Overloaded
from harness.exams.answer_key import prepare_exam
from harness.trial.play import play
from scenarios.exam import Exam
from scenarios.problem import ScenarioError
from scenarios.transcript import Change, ToolMessage, Transcript
from scoring.grade import Grade, grade
from tests.harness.stage import Scripted, Turn, scenario, stage

pytestmark = pytest.mark.anyio

LOOK = ("boxes__peek", '{"box": "a"}')
MISNAMED = [{"id": "a", "tool": "boxes__peak"}, {"id": "b", "tool": "boxes__pour"}]
PUT = ("boxes__fill", '{"box": "b", "count": 3}')


async def exam(tmp_path: Path, **changes: Any) -> Exam:
    return await prepare_exam(scenario(**changes), stage(tmp_path).home)


async def played(
    tmp_path: Path, turns: Sequence[Turn], model: Scripted | None = None, **changes: Any
) -> tuple[Transcript, Grade]:
    asked = await exam(tmp_path, **changes)
    transcript = await play(asked, model or Scripted(turns), 0, stage(tmp_path))
    return transcript, grade(asked, transcript)


async def test_gold_behaviour_is_done_and_right(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, [[LOOK], [PUT], "Both hold 3."])

    assert transcript.ended == "done"
    assert transcript.changes == {"boxes": (Change(path="/boxes/b", before=0, after=3, kind="changed"),)}
    assert (result.success, result.score) == (True, 1.0)
    assert len(transcript.exchanges) == 3


async def test_the_model_reads_what_the_tool_said(tmp_path: Path) -> None:
    model = Scripted([[LOOK], "3"])

    await played(tmp_path, [], model)

    last = model.seen[1][-1]
    assert isinstance(last, ToolMessage)
    assert last.text == '{"box":"a","holds":3}'


async def test_every_trial_starts_in_a_fresh_world(tmp_path: Path) -> None:
    asked = await exam(tmp_path)
    first = await play(asked, Scripted([[PUT], "3"]), 0, stage(tmp_path))
    second = await play(asked, Scripted([[("boxes__peek", '{"box": "b"}')], "0"]), 1, stage(tmp_path))

    assert first.changes
    assert not second.changes
    assert '"holds":0' in str(next(iter(second.calls))[2])


async def test_calls_of_a_cut_reply_are_never_executed(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, [], Scripted([[PUT]], finish="length"))

    assert transcript.ended == "truncated"
    assert not transcript.changes
    assert [result for _, _, result in transcript.calls] == [None]


async def test_using_up_the_scenarios_output_tokens_is_a_limit_and_not_a_truncation(tmp_path: Path) -> None:
    model = Scripted(["…"], finish="length", output_tokens=50)

    transcript, result = await played(tmp_path, [], model, limits={"output_tokens": 50})

    assert (transcript.ended, result.success) == ("limit", False)


@pytest.mark.parametrize(
    ("turns", "limits", "kind"),
    [
        ([[LOOK], [PUT]], {"steps": 2}, "steps"),
        ([[LOOK, LOOK, LOOK]], {"calls": 2}, "calls"),
        ([[LOOK]], {}, "loop"),
    ],
)
async def test_what_a_model_uses_up_counts_against_it(
    tmp_path: Path, turns: list[Turn], limits: dict[str, int], kind: str
) -> None:
    transcript, result = await played(tmp_path, turns, limits=limits)

    assert transcript.ended == "limit"
    assert transcript.failure is not None
    assert transcript.failure.kind == kind
    assert (result.graded, result.success) == (True, False)


@pytest.mark.parametrize(
    ("turn", "ended"),
    [
        (Overloaded("http_503", "busy"), "provider"),
        (BadReply("bad_reply", "?"), "provider"),
        (ContextTooLong("context", "too long"), "overflow"),
        ([("boxes__burst", "{}")], "server"),
        ('<tool_call>{"name": "boxes__peek", "arguments": {"box": "a"}}</tool_call>', "parser"),
        ('<tool_call>{"name": "boxes__peek", "arguments": </tool_call>', "done"),
        ('<tool_call>{"name": "no__tool", "arguments": {}}</tool_call>', "done"),
        ("<think>three, or is it", "parser"),
        ("three, so</think>I put 3 into b.", "parser"),
        ("Between <think> and </think> I put 3 into b.", "done"),
    ],
)
async def test_every_ending_has_its_class(tmp_path: Path, turn: Turn, ended: str) -> None:
    transcript, result = await played(tmp_path, [[LOOK], turn])

    assert transcript.ended == ended
    assert result.graded is (ended in {"done", "overflow"})
    assert len(list(transcript.calls)) >= 1


async def test_a_bug_of_ours_is_a_class_and_says_where(tmp_path: Path) -> None:
    def bug() -> None:
        raise RuntimeError("ours")

    model = Scripted(["x"])
    model.on_ask = bug
    transcript, result = await played(tmp_path, [], model)

    assert (transcript.ended, result.graded) == ("harness", False)
    assert transcript.failure is not None
    assert "test_play" in transcript.failure.where


async def test_waiting_longer_than_the_scenario_allows_is_nobodys_wrong_answer(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, [], Scripted([[LOOK]], ms=700.0), limits={"seconds": 1})

    assert transcript.ended == "provider"
    assert transcript.failure is not None
    assert transcript.failure.kind == "seconds"


async def test_a_forced_first_call_is_asked_for_once_a_turn_and_noted(tmp_path: Path) -> None:
    model = Scripted([[LOOK], [PUT], "3"], first_call="required")

    transcript, _ = await played(tmp_path, [], model)

    assert [ask.tool_choice for ask in model.asks] == ["required", "auto", "auto"]
    assert transcript.notes == ("first_call: required",)


async def test_arguments_that_break_off_in_a_whole_reply_are_noted(tmp_path: Path) -> None:
    broken = (LOOK[0], '{"box": "a')

    transcript, _ = await played(tmp_path, [], Scripted([[broken], [PUT], "3"]))

    assert transcript.ended == "done"
    (note,) = transcript.notes
    assert LOOK[0] in note
    assert "break off" in note


async def test_a_cancelled_trial_leaves_no_transcript(tmp_path: Path) -> None:
    asked = await exam(tmp_path)
    reached = asyncio.Event()

    class Endless(Scripted):
        async def reply(self, messages: Any, ask: Any) -> Any:
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(play(asked, Endless([]), 0, stage(tmp_path)))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"look": {"box": "z"}}, 'the gold call boxes__peek {"box": "z"} fails: .*no box z'),
        ({"look": {"bx": "a"}}, "fails: .*"),
        ({"put": {"box": "b", "count": {"ref": "look.result.held"}}}, "no value at 'look.result.held'"),
    ],
)
async def test_gold_that_does_not_work_is_refused(tmp_path: Path, changes: Any, message: str) -> None:
    segments = scenario().model_dump(mode="json", exclude_defaults=True)["segments"]
    for call in segments[0]["expect"]["calls"]:
        call["args"] = changes.get(call["id"], call["args"])

    with pytest.raises(ScenarioError, match=message):
        await exam(tmp_path, segments=segments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"final": {"state": {"boxes": {"changed": {"/boxes/b": 4}}}}},
            "the gold calls leave 3 at /boxes/b, not 4",
        ),
        ({"final": {"state": {"boxes": {"changed": {"/boxes/z": 4}}}}}, "leave nothing at /boxes/z"),
        ({"final": {"never": [{"tool": "boxes__filll"}]}}, "did you mean 'boxes__fill'"),
        ({"segments": [{"id": "s", "user": "?", "expect": {"calls": MISNAMED}}]}, "(?s)peak.*pour"),
        ({"tools": {"faults": [{"tool": "boxes__fill", "error": "garbled"}]}}, "only for tools that read"),
    ],
)
async def test_an_expectation_that_gold_does_not_meet_is_refused(
    tmp_path: Path, changes: Any, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        await exam(tmp_path, **changes)
