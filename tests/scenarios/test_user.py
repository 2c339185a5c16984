"""A simulated user as a file has it: what loading takes, and what it says of mistakes."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scenarios.load import load_scenario
from scenarios.problem import ScenarioError
from scenarios.scenario import Scenario
from scenarios.transcript import SegmentRecord, ToolCall, ToolMessage, Transcript, UserAction
from scenarios.user import SimulatedUser

HEAD = """
title: No internet
servers:
  home: {builtin: router, state: {}}
  mine: {shares: home, side: user}
segments: [{id: talk, expect: {say: [1]}}]
"""
USER = """
user:
  goal: You want the internet back.
  knows: {customer number: C-17}
  script:
    opening: My internet is down.
    start: begin
    otherwise: Sorry?
    states:
      begin:
        - when: restart
          do: [{id: go, tool: mine__restart, args: {who: "{customer number}"}}]
          say: It says {go.light}.
          cases: [{given: {go.light: green}, say: It works., stop: done}]
"""


def load(tmp_path: Path, text: str) -> Scenario:
    folder = tmp_path / "suite" / "one"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(text, "utf-8")
    return load_scenario(folder)


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, text)
    return "\n".join(map(str, caught.value.problems))


def test_a_scenario_may_have_a_user_in_the_place_of_turns(tmp_path: Path) -> None:
    scenario = load(tmp_path, HEAD + USER)

    assert scenario.user is not None
    assert scenario.user.script is not None
    assert scenario.user.script.states["begin"][0].when == ("restart",)
    assert scenario.side_of("mine__restart") == "user"
    assert scenario.side_of("home__look") == "agent"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[{id: talk,", "[{id: talk, user: Hello,", "its turns are the simulated user's"),
        ("[{id: talk,", "[{id: other, expect: {say: [1]}}, {id: talk,", "keep one segment"),
        ("shares: home", "shares: hom", "there are home"),
        ("mine__restart", "nine__restart", "'nine__restart' is no tool of this scenario's servers"),
        ("{go.light}", "{went.light}", "{went.light} is nothing that the user knows"),
        ('"{customer number}"', '"{account}"', "{account} is nothing that the user knows"),
        ("{go.light: green}", "{stop.light: green}", "'stop.light' is of no call of this move"),
        ("start: begin", "start: end", "no state is called 'end'"),
        ("when: restart", "when: [{ref: look.result.x}]", "reads a gold call"),
        ("stop: done", "stop: done, to: begin", "`to` and `stop` contradict each other"),
        ("knows:", "greeting: Hello.\n  knows:", "`first: agent` and `greeting` belong together"),
    ],
)
def test_a_mistake_says_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in problems(tmp_path, (HEAD + USER).replace(old, new, 1))


def test_without_a_user_somebody_has_to_speak(tmp_path: Path) -> None:
    assert "nobody speaks" in problems(tmp_path, HEAD.replace("  mine: {shares: home, side: user}\n", ""))


def test_tools_of_a_user_need_a_user(tmp_path: Path) -> None:
    text = HEAD.replace("id: talk", "id: talk, user: Hello")

    assert "no `user` is simulated" in problems(tmp_path, text)


def test_a_user_wants_something() -> None:
    with pytest.raises(ValidationError):
        SimulatedUser(goal="")


def test_what_a_user_did_is_no_call_of_the_model() -> None:
    call = ToolCall(id="1", name="mine__restart", arguments_json="{}")
    done = UserAction(tool_calls=(call,), results=(ToolMessage(call_id="1", text="ok"),))
    transcript = Transcript(
        scenario="a/b",
        model="m",
        repeat=0,
        ended="done",
        segments=(SegmentRecord(segment="talk", messages=(done,)),),
    )

    again = Transcript.model_validate_json(transcript.model_dump_json(exclude_none=True))

    assert list(again.calls) == []
    assert [(made.name, result.text if result else None) for made, result in again.user_calls] == [
        ("mine__restart", "ok")
    ]
