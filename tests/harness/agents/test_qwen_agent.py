"""Qwen-Agent at the desk: every ending has its class, what is written down is what the model
wrote, and what it does behind a user's back is undone or said.
"""

import asyncio
import json
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.agents.registry import NOUS, QWEN, open_agents, played_by
from harness.clients.client import BadReply, ContextTooLong, OverBudget, Overloaded
from harness.exams.answer_key import prepare_exam
from harness.models.wanted import ModelError
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, ToolMessage, Transcript, UserMessage
from scoring.grade import Grade, grade
from tests.harness.stage import Scripted, Turn, scenario, stage

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]

both = pytest.mark.parametrize("agent", [QWEN, NOUS])
LOOK = ("boxes__peek", '{"box": "a"}')
PUT = ("boxes__fill", '{"box": "b", "count": 3}')
BOX = {"id": "look", "tool": "boxes__peek", "args": {"box": "a"}}


async def the_stage(tmp_path: Path) -> Stage:
    return replace(stage(tmp_path), agents=await open_agents([QWEN, NOUS]))


async def the_exam(tmp_path: Path, **changes: Any) -> Exam:
    return await prepare_exam(scenario(**changes), stage(tmp_path).home)


def in_text(turn: Turn) -> Turn:
    """Calls as a model writes them that was told of its tools in words."""
    if not isinstance(turn, list):
        return turn
    return "\n".join(
        f'<tool_call>\n{{"name": "{name}", "arguments": {text}}}\n</tool_call>' for name, text in turn
    )


def model(agent: str, turns: Sequence[Turn], **how: Any) -> Scripted:
    return Scripted([in_text(turn) if agent == NOUS else turn for turn in turns], agent=agent, **how)


async def played(tmp_path: Path, scripted: Scripted, **changes: Any) -> tuple[Transcript, Grade]:
    exam = await the_exam(tmp_path, **changes)
    transcript = await play(exam, scripted, 0, await the_stage(tmp_path))
    return transcript, grade(exam, transcript)


def leftover() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "longspan-agent"]


@both
async def test_gold_behaviour_is_done_and_right(tmp_path: Path, agent: str) -> None:
    transcript, result = await played(tmp_path, model(agent, [[LOOK], [PUT], "Both hold 3."]))

    assert (transcript.ended, result.success, result.score) == ("done", True, 1.0)
    assert [call.arguments_json for _, call, _ in transcript.calls] == [LOOK[1], PUT[1]]
    assert [call.written for _, call, _ in transcript.calls] == [None, None]
    assert [found.structured for _, _, found in transcript.calls if found] == [
        {"box": "a", "holds": 3},
        {"box": "b", "holds": 3},
    ]
    assert len(transcript.exchanges) == 3
    assert transcript.notes[0].startswith("agent: qwen-agent 0.0.")
    assert "repaired" not in str(transcript.notes)
    assert not leftover()


@both
@pytest.mark.parametrize(
    ("turn", "ended"),
    [
        (Overloaded("http_503", "busy"), "provider"),
        (BadReply("bad_reply", "?"), "provider"),
        (ContextTooLong("context", "too long"), "overflow"),
        (OverBudget("budget", "the cap"), "budget"),
        ([("boxes__burst", "{}")], "server"),
        ("The end.", "done"),
    ],
)
async def test_every_ending_has_its_class(tmp_path: Path, agent: str, turn: Turn, ended: str) -> None:
    transcript, result = await played(tmp_path, model(agent, [[LOOK], turn]))

    assert transcript.ended == ended
    assert result.graded is (ended in {"done", "overflow"})
    assert len(list(transcript.calls)) >= 1
    assert not leftover()


@both
@pytest.mark.parametrize(
    ("turns", "limits", "kind"),
    [
        ([[LOOK], [PUT]], {"steps": 2}, "steps"),
        ([[LOOK, LOOK, LOOK]], {"calls": 2}, "calls"),
        ([[LOOK]], {}, "loop"),
    ],
)
async def test_what_a_model_uses_up_counts_against_it(
    tmp_path: Path, agent: str, turns: list[Turn], limits: dict[str, int], kind: str
) -> None:
    transcript, result = await played(tmp_path, model(agent, turns), limits=limits)

    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("limit", kind)
    assert (result.graded, result.success) == (True, False)
    assert not leftover()


@both
async def test_calls_of_a_cut_reply_are_never_made(tmp_path: Path, agent: str) -> None:
    transcript, _ = await played(tmp_path, model(agent, [[PUT]], finish="length"))

    assert transcript.ended == "truncated"
    assert not transcript.changes


@both
async def test_the_output_tokens_and_seconds_of_a_scenario_hold(tmp_path: Path, agent: str) -> None:
    cut = model(agent, ["…"], finish="length", output_tokens=50)
    transcript, _ = await played(tmp_path, cut, limits={"output_tokens": 50})
    assert transcript.ended == "limit"

    transcript, _ = await played(tmp_path, model(agent, [[LOOK]], ms=700.0), limits={"seconds": 1})
    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("provider", "seconds")


async def test_a_call_that_the_server_left_in_the_text_is_its_parsers_fault(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, Scripted([in_text([LOOK])], agent=QWEN))

    assert transcript.ended == "parser"


@both
async def test_a_bug_of_ours_fails_the_run_and_is_not_the_agents(tmp_path: Path, agent: str) -> None:
    def bug() -> None:
        raise RuntimeError("ours")

    transcript, _ = await played(tmp_path, model(agent, ["x"], on_ask=bug))

    assert transcript.ended == "harness"


@pytest.mark.parametrize(
    "text",
    ['<tool_call>"name, arguments"</tool_call>', '<tool_call>{"name": 7, "arguments": {}}</tool_call>'],
)
async def test_a_reply_that_breaks_qwen_agent_is_wrong(tmp_path: Path, text: str) -> None:
    transcript, result = await played(tmp_path, Scripted([text], agent=NOUS))

    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("limit", "agent")
    assert (result.graded, result.success) == (True, False)
    assert transcript.segments[0].reply == text
    assert not leftover()


@both
async def test_a_cancelled_trial_leaves_no_thread(tmp_path: Path, agent: str) -> None:
    exam, at, reached = await the_exam(tmp_path), await the_stage(tmp_path), asyncio.Event()

    class Endless(Scripted):
        async def reply(self, messages: Any, ask: Any) -> Any:
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(play(exam, Endless([], agent=agent), 0, at))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not leftover()


@both
async def test_many_trials_at_a_time_do_not_meet(tmp_path: Path, agent: str) -> None:
    exam, at = await the_exam(tmp_path), await the_stage(tmp_path)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play(exam, model(agent, [[LOOK], [PUT], "3"]), n, at)) for n in range(12)]

    assert {grade(exam, task.result()).score for task in tasks} == {1.0}
    assert not leftover()


@both
async def test_what_the_world_refuses_is_said_and_recorded_as_in_our_own_loop(
    tmp_path: Path, agent: str
) -> None:
    calls = [
        ("boxes__peek", '{"box": "z"}'),
        ("boxes__peek", '{"bx": "a"}'),
        ("boxes__peak", "{}"),
    ]
    ours, _ = await played(tmp_path, Scripted([calls, "no"]))
    theirs, _ = await played(tmp_path, model(agent, [calls, "no"]))

    found = [
        [(one.problem, one.text, one.detail) for _, _, one in each.calls if one] for each in (ours, theirs)
    ]
    assert found[0] == found[1]
    assert [problem for problem, _, _ in found[1]] == ["tool_error", "schema", "unknown_tool"]


async def test_arguments_that_are_no_json_are_the_models_mistake_where_tools_go_over_the_wire(
    tmp_path: Path,
) -> None:
    transcript, result = await played(tmp_path, Scripted([[("boxes__peek", "{box: 'a'}")], "3"], agent=QWEN))

    ((_, call, found),) = transcript.calls
    assert (call.arguments_json, call.written) == ("{box: 'a'}", None)
    assert found is not None
    assert found.problem == "malformed"
    assert result.root_cause == "malformed_call"


@pytest.mark.parametrize(
    ("written", "made", "noted"),
    [
        ('{"name": "boxes__peek", "arguments": {box: \'a\',}}', '{"box": "a"}', "repaired arguments"),
        (
            '{"name": "boxes__peek", "arguments": {"box": "z", "box": "a"}}',
            '{"box": "a"}',
            "repaired arguments",
        ),
        (
            '{"name": "boxes__peek", "arguments": {"box": "a"}}</tool_call> It holds 3.',
            '{"box": "a"}',
            "dropped",
        ),
        ('{"name": "boxes__peek", "arguments": {"box": }}', '{"box": }', None),
    ],
)
async def test_what_its_parser_makes_of_a_call_is_made_and_what_was_written_is_kept(
    tmp_path: Path, written: str, made: str, noted: str | None
) -> None:
    text = f"I look.\n<tool_call>{written}" + ("" if "</tool_call>" in written else "</tool_call>")
    transcript, _ = await played(tmp_path, Scripted([text, "3"], agent=NOUS))

    ((_, call, found),) = transcript.calls
    assert call.arguments_json == made
    assert call.written is not None
    assert call.written.startswith(written)
    assert found is not None
    assert found.problem == (None if noted else "malformed")
    assert [word for word in ("repaired arguments", "dropped") if word in str(transcript.notes)] == (
        [noted] if noted else []
    )
    assert transcript.segments[0].messages[1].text.strip() == "I look."


async def test_a_reply_that_its_parser_would_take_minutes_for_is_wrong(tmp_path: Path) -> None:
    long = ("boxes__peek", json.dumps({"box": "a" * 300_000}))

    transcript, _ = await played(tmp_path, model(NOUS, [[long], "3"]))

    assert transcript.failure is not None
    assert (transcript.ended, transcript.failure.kind) == ("limit", "agent")


async def test_a_prompt_of_nous_tells_of_the_tools_and_shows_results_as_the_users_words(
    tmp_path: Path,
) -> None:
    scripted = model(NOUS, [[LOOK], "3"])

    transcript, _ = await played(tmp_path, scripted)

    assert [type(message) for message in scripted.seen[1]] == [UserMessage, AssistantMessage, UserMessage]
    assert scripted.seen[1][-1].text == '<tool_response>\n{"box":"a","holds":3}\n</tool_response>'
    kept = [type(message) for message in transcript.segments[0].messages]
    assert kept == [UserMessage, AssistantMessage, ToolMessage, AssistantMessage]


async def test_tools_are_described_with_their_whole_schema(tmp_path: Path) -> None:
    systems: list[str] = []

    class Remembering(Scripted):
        def converse(self, exam: Exam, repeat: int) -> Any:
            systems.append(exam.scenario.system)
            assert not exam.key.tools
            return super().converse(exam, repeat)

    await played(tmp_path, Remembering(["3"], agent=NOUS))

    (system,) = systems
    for tool in (await the_exam(tmp_path)).key.tools:
        assert json.dumps(tool.input_schema, ensure_ascii=False) in system


@both
async def test_an_empty_reply_ends_the_turn_instead_of_being_asked_for_again(
    tmp_path: Path, agent: str
) -> None:
    transcript, _ = await played(tmp_path, model(agent, [""]))

    assert transcript.ended == "done"
    assert len(transcript.exchanges) == 1


@both
async def test_more_than_twenty_requests_in_a_turn_are_made_and_it_is_noted(
    tmp_path: Path, agent: str
) -> None:
    looks: list[Turn] = [[("boxes__fill", json.dumps({"box": "b", "count": n}))] for n in range(30)]

    transcript, _ = await played(tmp_path, model(agent, [*looks, "done"]), limits={"steps": 40, "calls": 40})

    assert (transcript.ended, len(transcript.exchanges)) == ("done", 31)
    assert "20 requests a turn were used up" in str(transcript.notes)


@both
async def test_a_long_history_is_not_cut(tmp_path: Path, agent: str) -> None:
    word, scripted = "lantern " * 70_000, model(agent, ["first", "second"])
    segments = [
        {"id": "a", "user": word, "expect": {"calls": [BOX]}},
        {"id": "b", "user": "And now?", "expect": {"no_call": True}},
    ]

    await played(tmp_path, scripted, segments=segments)

    assert [message.text for message in scripted.seen[1]] == [word, "first", "And now?"]


@both
async def test_a_later_turn_sees_the_whole_conversation_before_it(tmp_path: Path, agent: str) -> None:
    scripted = model(agent, [[LOOK], "3", [PUT], "done", "bye"])
    segments = [
        {"id": "a", "user": ["What is in a?", "Put as many into b."], "expect": {"calls": [BOX]}},
        {"id": "b", "user": "Thanks.", "expect": {"no_call": True}},
    ]

    transcript, _ = await played(tmp_path, scripted, segments=segments)

    assert transcript.ended == "done"
    before = [message.text for message in scripted.seen[-1]]
    assert [text for text in before if text in {"What is in a?", "3", "done", "Thanks."}] == [
        "What is in a?",
        "3",
        "done",
        "Thanks.",
    ]
    assert scripted.seen[-1][: len(scripted.seen[-2])] == scripted.seen[-2]


async def test_a_first_call_is_forced_where_tools_go_over_the_wire(tmp_path: Path) -> None:
    scripted = Scripted([[LOOK], [PUT], "3"], agent=QWEN, first_call="required")

    await played(tmp_path, scripted)

    assert [ask.tool_choice for ask in scripted.asks] == ["required", "auto", "auto"]


def test_what_nous_cannot_do_is_refused_before_anything_is_sent() -> None:
    forced = ModelVariant(label="m@host", wire="chat", model="m", first_call="required")
    oracle = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)

    for variant in (forced, oracle):
        assert played_by(variant, QWEN).label == f"{variant.label}+qwen-agent"
        with pytest.raises(ModelError, match="use qwen-agent"):
            played_by(variant, NOUS)


async def test_it_leaves_signals_and_the_working_directory_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]

    await played(tmp_path / "trial", Scripted(["3"], agent=QWEN))

    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert not (tmp_path / "workspace").exists()
