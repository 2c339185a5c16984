"""A user that a model plays: what it is told, how it ends, and who is to blame when it breaks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from harness.clients.client import ContextTooLong, OverBudget, Overloaded
from harness.trial.play import play
from harness.users.by_model import ModelUser, users_exam
from harness.users.prompt import user_prompt
from scenarios.scenario import Scenario
from scenarios.transcript import AssistantMessage, ToolCall, Transcript, UserAction, UserMessage
from scoring.grade import grade
from tests.harness.dual import talk, talk_exam, waterworks, with_user
from tests.harness.stage import Scripted, Turn

pytestmark = pytest.mark.anyio

VALVE = ("works__turn_valve", '{"valve": "main"}')
METER = ("works__read_meter", "{}")
TAP = ("flat__open_tap", "{}")
AGENT: tuple[Turn, ...] = ([METER], [VALVE], "The pressure is 4. Open the tap.", "Fine.")
GUEST: tuple[Turn, ...] = ("There is no water.", [TAP], "It runs. Thank you! [[DONE]]")


async def played(
    tmp_path: Path,
    guest: Sequence[Turn],
    agent: Sequence[Turn] = AGENT,
    scenario: Scenario | None = None,
    finish: str = "stop",
) -> tuple[Transcript, Scripted]:
    exam = await talk_exam(tmp_path, scenario)
    user = Scripted(guest, finish=finish, label="guest")
    stage = replace(waterworks(tmp_path), user=ModelUser(model=user))
    return await play(exam, Scripted(agent), 0, stage), user


def ending(transcript: Transcript) -> tuple[str, str]:
    return transcript.ended, transcript.failure.kind if transcript.failure else ""


async def test_a_model_plays_the_user_with_hands_of_its_own(tmp_path: Path) -> None:
    transcript, user = await played(tmp_path, GUEST)

    assert (transcript.ended, transcript.stopped, transcript.user) == ("done", "user_done", "guest")
    assert [call.name for call, _ in transcript.user_calls] == ["flat__open_tap"]
    assert grade(await talk_exam(tmp_path), transcript).success is True
    assert len(user.asks) == 3


async def test_its_requests_are_kept_apart_from_the_models(tmp_path: Path) -> None:
    transcript, user = await played(tmp_path, GUEST)

    assert len(transcript.user_exchanges) == len(user.asks)
    assert len(transcript.exchanges) == 3


async def test_it_hears_the_agent_and_its_own_tools_and_nothing_else(tmp_path: Path) -> None:
    _, user = await played(tmp_path, GUEST)

    heard = [message for message in user.seen[-1] if isinstance(message, UserMessage)]
    assert [one.text for one in heard] == [
        "(You are through to the agent. Say your first words.)",
        "The pressure is 4. Open the tap.",
    ]
    assert [one.role for one in user.seen[-1]] == ["user", "assistant", "user", "assistant", "tool"]


@pytest.mark.parametrize(
    ("mark", "stopped"),
    [
        ("[[DONE]]", "user_done"),
        ("[[TRANSFER]]", "user_transfer"),
        ("That is nothing that I know. [[OUT-OF-SCOPE]]", "user_out_of_scope"),
        ("[[TRANSFER]] or [[DONE]]", "user_transfer"),
    ],
)
async def test_it_ends_the_conversation_by_a_mark(tmp_path: Path, mark: str, stopped: str) -> None:
    transcript, _ = await played(tmp_path, ["Hello.", mark], scenario=with_user(faults="note"))

    assert (transcript.ended, transcript.stopped) == ("done", stopped)
    last = transcript.segments[0].messages[-1]
    assert isinstance(last, UserMessage)
    assert last.text == mark


async def test_marks_may_be_those_of_another_benchmark(tmp_path: Path) -> None:
    scenario = with_user(marks={"done": "###STOP###"}, prompt="Be brief.")
    transcript, _ = await played(tmp_path, ["Hello.", "[[DONE]] ###STOP###"], scenario=scenario)

    assert transcript.stopped == "user_done"
    assert scenario.user is not None
    assert user_prompt(scenario, scenario.user, tools=True) == "Be brief."


@pytest.mark.parametrize(
    ("guest", "ended"),
    [
        (["Hello.", ""], ("user", "empty")),
        (["Hello.", [TAP]], ("user", "steps")),
        (["Hello.", ContextTooLong("too_long", "x")], ("user", "overflow")),
        (["Hello.", Overloaded("http_503", "x")], ("provider", "http_503")),
        (["Hello.", OverBudget("max_cost", "x")], ("budget", "max_cost")),
    ],
)
async def test_what_the_user_breaks_is_not_the_models_doing(
    tmp_path: Path, guest: Sequence[Turn], ended: tuple[str, str]
) -> None:
    transcript, _ = await played(tmp_path, guest)

    assert ending(transcript) == ended
    assert not grade(await talk_exam(tmp_path), transcript).graded


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('<tool_call>\n{"name": "flat__open_tap", "arguments": {}}\n</tool_call>', "call_as_text"),
        ("I am the user, so I say hello. </think> Hello.", "unbalanced_think"),
    ],
)
async def test_what_its_server_failed_to_parse_never_reaches_the_agent(
    tmp_path: Path, said: str, kind: str
) -> None:
    transcript, _ = await played(tmp_path, ["Hello.", said])

    assert ending(transcript) == ("user", kind)
    heard = [one for one in transcript.segments[0].messages if isinstance(one, UserMessage)]
    assert [one.text for one in heard] == ["Hello."]


@pytest.mark.parametrize(
    ("marks", "said", "stopped"),
    [
        ({"done": "END"}, ["The WEEKEND suits me.", "Good. END"], "user_done"),
        ({"done": "END"}, ["好的，再见END"], "user_done"),
        ({"done": "#STOP", "transfer": "#STOP-AND-GO"}, ["Fine. #STOP-AND-GO"], "user_transfer"),
    ],
)
async def test_a_mark_is_no_part_of_a_longer_word_and_the_longer_mark_counts(
    tmp_path: Path, marks: dict[str, str], said: Sequence[str], stopped: str
) -> None:
    scenario = with_user(marks=marks, faults="note")

    transcript, user = await played(tmp_path, said, scenario=scenario)

    assert (transcript.stopped, len(user.asks)) == (stopped, len(said))


async def test_marks_that_are_the_same_are_refused() -> None:
    with pytest.raises(ValidationError, match="nobody could tell which is meant"):
        with_user(marks={"done": "###", "transfer": "###"})


async def test_a_user_that_calls_and_calls_in_one_message_is_stopped(tmp_path: Path) -> None:
    scenario = talk(limits={"calls": 5})
    scenario = scenario.model_copy(update={"user": with_user().user})

    transcript, _ = await played(tmp_path, ["Hello.", [TAP] * 50], scenario=scenario)

    assert ending(transcript) == ("user", "calls")
    assert len([back for _, back in transcript.user_calls if back is not None]) == 5


@pytest.mark.parametrize(
    ("tool", "faults", "ended"),
    [
        ("works__turn_valve", "exclude", ("user", "errors")),  # a tool that only the agent has
        ("works__turn_valve", "note", ("limit", "errors")),
    ],
)
async def test_calls_that_name_no_tool_of_its_own_are_the_users_and_stop_at_the_limit(
    tmp_path: Path, tool: str, faults: str, ended: tuple[str, str]
) -> None:
    scenario = with_user(limits={"errors": 3}, faults=faults)

    transcript, _ = await played(tmp_path, ["Hello.", [(tool, "{}")] * 20], scenario=scenario)

    assert ending(transcript) == ended
    made = [back.problem for _, back in transcript.user_calls if back is not None]
    assert made == ["unknown_tool"] * 3


async def test_a_cut_reply_of_the_user_is_the_users(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, GUEST, finish="length")

    assert ending(transcript) == ("user", "truncated")


async def test_words_beside_calls_are_heard_by_nobody(tmp_path: Path) -> None:
    call = ToolCall(id="c", name="flat__open_tap", arguments_json="{}")
    both = AssistantMessage(text="Let me see.", tool_calls=(call,))

    transcript, _ = await played(tmp_path, ["Hello.", both, "It runs. [[DONE]]"])

    action = next(one for one in transcript.segments[0].messages if isinstance(one, UserAction))
    assert action.text == "Let me see."
    assert action.results[0].text == '{"water":"runs"}'


async def test_words_beside_calls_may_be_forbidden(tmp_path: Path) -> None:
    call = ToolCall(id="c", name="flat__open_tap", arguments_json="{}")
    both = AssistantMessage(text="Let me see.", tool_calls=(call,))
    scenario = with_user(text_with_calls=False)

    transcript, _ = await played(tmp_path, ["Hello.", both], scenario=scenario)

    assert ending(transcript) == ("user", "protocol")


async def test_it_has_the_users_tools_and_a_prompt_of_all_that_it_knows(tmp_path: Path) -> None:
    scenario = with_user(persona="You are Ada.", unknown=["the pressure"], never=["Do not swear."])
    exam = await talk_exam(tmp_path, scenario)
    assert exam.scenario.user is not None

    shown = users_exam(exam, exam.scenario.user)

    assert [tool.name for tool in shown.key.tools] == ["flat__open_tap"]
    for words in ("You want water.", "flat: 7", "You are Ada.", "the pressure", "Do not swear.", "[[DONE]]"):
        assert words in shown.scenario.system
    assert shown.digest != exam.digest


async def test_a_chinese_user_is_told_in_chinese() -> None:
    scenario = talk(language="zh")
    assert scenario.user is not None

    told = user_prompt(scenario, scenario.user, tools=True)

    assert "你绝不能" not in told
    assert "你想要什么" in told
    assert "What you want" not in told


LIAR: tuple[Turn, ...] = ("There is no water in flat 9, contract W-1192.", [TAP], "It runs. [[DONE]]")


async def test_a_trial_that_the_user_broke_is_the_users(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, LIAR)

    assert ending(transcript) == ("user", "invention")
    assert transcript.stopped == "user_done"
    assert transcript.failure is not None
    assert "W-1192" in transcript.failure.message


async def test_where_verdicts_of_others_are_kept_a_fault_is_only_noted(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, LIAR, scenario=with_user(faults="note"))

    assert transcript.ended == "done"
    assert "invention" in " ".join(transcript.notes)
