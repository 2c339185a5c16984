"""Conversations of an agent with a scripted user, who has hands of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.scenario import Scenario
from scenarios.transcript import AssistantMessage, Change, ToolCall, Transcript, UserAction, UserMessage
from scoring.grade import Grade, grade
from tests.harness.dual import CALLS, USER, talk, talk_exam, waterworks, with_user
from tests.harness.stage import Scripted, Turn

pytestmark = pytest.mark.anyio

METER = ("works__read_meter", "{}")
VALVE = ("works__turn_valve", '{"valve": "main"}')
GOLD: tuple[Turn, ...] = ([METER], [VALVE], "The pressure is 4. Open the tap, please.", "You are welcome.")


async def played(
    tmp_path: Path, turns: Sequence[Turn], scenario: Scenario | None = None
) -> tuple[Transcript, Grade]:
    exam = await talk_exam(tmp_path, scenario)
    transcript = await play(exam, Scripted(turns), 0, waterworks(tmp_path))
    return transcript, grade(exam, transcript)


def _call() -> ToolCall:
    return ToolCall(id="c", name="works__read_meter", arguments_json="{}")


def said(transcript: Transcript) -> list[str]:
    """Who said what: `u`, `a` for words, `+` for calls of either."""
    found = []
    for message in transcript.segments[0].messages:
        match message:
            case UserMessage(text=text):
                found.append(f"u {text}")
            case AssistantMessage(text=text, tool_calls=calls):
                found.append(f"a+ {calls[0].name}" if calls else f"a {text}")
            case UserAction(tool_calls=calls):
                found.append(f"u+ {calls[0].name}")
    return found


async def test_both_work_in_one_world_until_the_user_leaves(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, GOLD)

    assert said(transcript) == [
        "u No water here. I am in flat 7.",
        "a+ works__read_meter",
        "a+ works__turn_valve",
        "a The pressure is 4. Open the tap, please.",
        "u+ flat__open_tap",
        "u It runs!",
        "a You are welcome.",
        "u Thanks.",
    ]
    assert (transcript.ended, transcript.stopped, transcript.user) == ("done", "user_done", "scripted")
    assert (result.success, result.score) == (True, 1.0)


async def test_what_the_user_does_is_in_the_world_and_no_call_of_the_model(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, GOLD)

    assert Change(path="/tap", before="shut", after="open", kind="changed") in transcript.changes["works"]
    assert [call.name for _, call, _ in transcript.calls] == ["works__read_meter", "works__turn_valve"]
    assert [call.name for call, _ in transcript.user_calls] == ["flat__open_tap"]
    assert [verdict.tool for verdict in result.calls] == ["works__read_meter", "works__turn_valve"]


async def test_the_model_never_sees_what_the_user_does(tmp_path: Path) -> None:
    exam = await talk_exam(tmp_path)
    model = Scripted(GOLD)

    await play(exam, model, 0, waterworks(tmp_path))

    assert [message.role for message in model.seen[-1]] == [
        *("user", "assistant", "tool", "assistant", "tool", "assistant", "user")
    ]
    assert [tool.name for tool in exam.key.tools] == ["works__read_meter", "works__turn_valve"]


async def test_an_agent_that_brings_the_user_to_nothing_fails(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, [[METER], [VALVE], "The pressure is 4. Goodbye."])

    assert (transcript.ended, transcript.stopped) == ("done", "user_gave_up")
    assert result.success is False
    assert "state_wrong" in result.codes


async def test_an_agent_has_no_hands_at_the_users_home(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, [[("flat__open_tap", "{}")], "The tap is 4."])

    assert result.codes["hallucinated_tool"] == 1
    assert transcript.calls is not None


async def test_a_reply_in_the_middle_states_a_fact_as_well(tmp_path: Path) -> None:
    _, result = await played(tmp_path, GOLD)

    assert result.scores["answer"].value == 1.0


async def test_a_user_who_is_handed_over_leaves_with_that_signal(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, ["I ask a colleague."])

    assert (transcript.ended, transcript.stopped) == ("done", "user_transfer")


async def test_a_user_who_is_never_done_is_the_agents_limit(tmp_path: Path) -> None:
    scenario = with_user(limits={"turns": 2})
    transcript, result = await played(tmp_path, ["Well."], scenario)

    assert (transcript.ended, transcript.failure.kind if transcript.failure else "") == ("limit", "turns")
    assert transcript.stopped is None
    assert result.graded


async def test_errors_of_both_are_counted_together(tmp_path: Path) -> None:
    wrong = ("works__turn_valve", '{"valve": "cellar"}')
    scenario = with_user(limits={"errors": 2})
    transcript, _ = await played(tmp_path, [[wrong], [wrong], "Done."], scenario)

    assert (transcript.ended, transcript.failure.kind if transcript.failure else "") == ("limit", "errors")


async def test_messages_of_both_may_be_limited_together(tmp_path: Path) -> None:
    scenario = with_user(limits={"hops": 5})
    transcript, _ = await played(tmp_path, GOLD, scenario)

    assert (transcript.ended, transcript.failure.kind if transcript.failure else "") == ("limit", "hops")


async def test_words_beside_calls_break_a_protocol_that_forbids_them(tmp_path: Path) -> None:
    both = Scripted(GOLD)
    exam = await talk_exam(tmp_path, with_user(text_with_calls=False))
    chatty = AssistantMessage(text="One moment.", tool_calls=(_call(),))
    both.turns = [chatty, "Done."]

    transcript = await play(exam, both, 0, waterworks(tmp_path))

    assert (transcript.ended, transcript.failure.kind if transcript.failure else "") == ("limit", "protocol")


async def test_a_greeting_is_put_into_the_models_mouth_and_is_none_of_its_words(tmp_path: Path) -> None:
    scenario = with_user(first="agent", greeting="Waterworks, 4 bar at your service.")
    exam = await talk_exam(tmp_path, scenario)
    model = Scripted(["Open the tap."])

    transcript = await play(exam, model, 0, waterworks(tmp_path))

    assert said(transcript)[:2] == [
        "a Waterworks, 4 bar at your service.",
        "u No water here. I am in flat 7.",
    ]
    assert [message.role for message in model.seen[0]] == ["assistant", "user"]
    assert len(transcript.exchanges) == len(model.seen)
    assert grade(exam, transcript).scores["answer"].value == 0.0


@pytest.mark.parametrize(("name", "success"), [("oracle", True), ("idle", False), ("refuser", False)])
async def test_reference_models_talk_with_a_scripted_user(tmp_path: Path, name: str, success: bool) -> None:
    exam = await talk_exam(tmp_path)
    variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)

    transcript = await play(exam, ReferenceModel(variant=variant), 0, waterworks(tmp_path))

    assert transcript.ended == "done"
    assert grade(exam, transcript).success is success


@pytest.mark.parametrize(("name", "success"), [("oracle", True), ("idle", False), ("refuser", False)])
async def test_without_a_script_the_users_gold_calls_are_made_when_they_are_named(
    tmp_path: Path, name: str, success: bool
) -> None:
    user = {key: value for key, value in USER.items() if key != "script"}
    exam = await talk_exam(tmp_path, talk(user=user))
    variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)

    transcript = await play(exam, ReferenceModel(variant=variant), 0, waterworks(tmp_path))

    assert grade(exam, transcript).success is success
    assert bool(list(transcript.user_calls)) is success


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        (CALLS[:2], "not among the gold `calls`"),
        ([*CALLS, {"id": "again", "tool": "flat__open_tap"}], "goodbye before its gold call 'again'"),
    ],
)
async def test_gold_that_the_script_does_not_know_is_a_mistake(
    tmp_path: Path, calls: list[dict[str, Any]], message: str
) -> None:
    bad = talk(segments=[{"id": "call", "expect": {"calls": calls, "say": [4]}}])

    with pytest.raises(Exception, match=message):
        await talk_exam(tmp_path, bad)
