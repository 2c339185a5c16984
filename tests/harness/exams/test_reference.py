"""Models that are no models, played through the real loop in a tiny world."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from harness.clients.client import Model
from harness.exams.answer_key import prepare_exam
from harness.exams.prepare import load_scenarios
from harness.exams.reference import REFERENCE_MODELS, Performer, ReferenceModel, constant
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.scenario import Scenario
from scenarios.transcript import AssistantMessage, Transcript
from scoring.grade import Grade, grade
from tests.harness.known import find_variant
from tests.harness.stage import scenario, stage
from tools.builtin import built_in_worlds
from tools.world import State, World, writes

pytestmark = pytest.mark.anyio


def model(name: str, seed: int = 0) -> ReferenceModel:
    return ReferenceModel(variant=find_variant(f"reference/{name}"), seed=seed)


async def played(tmp_path: Path, asked: Model, **changes: Any) -> tuple[Transcript, Grade]:
    place = stage(tmp_path)
    exam = await prepare_exam(scenario(**changes), place.home)
    transcript = await play(exam, asked, 0, place)
    return transcript, grade(exam, transcript)


def said(transcript: Transcript) -> list[str]:
    return [record.reply for record in transcript.segments]


@pytest.mark.parametrize("name", [name for name in REFERENCE_MODELS if name != "random-tool"])
async def test_every_reference_model_says_that_it_is_simulated_and_plays_to_an_end(
    tmp_path: Path, name: str
) -> None:
    transcript, result = await played(tmp_path, model(name))

    assert find_variant(f"reference/{name}").simulated
    assert (transcript.ended, result.graded) == ("done", True)


async def test_the_oracle_does_what_gold_does_and_says_the_facts(tmp_path: Path) -> None:
    transcript, result = await played(tmp_path, model("oracle"))

    assert (result.success, result.score, result.codes) == (True, 1.0, {})
    assert said(transcript) == ["Here it is: 3."]


@pytest.mark.parametrize("error", ["timeout", "error", "garbled", "truncated"])
async def test_the_oracle_calls_again_what_a_fault_spoilt(tmp_path: Path, error: str) -> None:
    faults = [{"tool": "boxes__peek", "nth": nth, "error": error} for nth in (1, 2)]

    transcript, result = await played(tmp_path, model("oracle"), tools={"faults": faults})

    problems = [answer.problem for _, call, answer in transcript.calls if answer and "peek" in call.name]
    assert problems == ["fault", "fault", None]
    assert (result.success, result.score) == (True, 1.0)
    assert result.scores["recovery"].value == 1.0


async def test_the_oracle_gives_up_on_a_tool_that_never_answers(tmp_path: Path) -> None:
    faults = [{"tool": "boxes__fill", "nth": nth, "error": "timeout"} for nth in range(1, 20)]

    transcript, result = await played(tmp_path, model("oracle"), tools={"faults": faults})

    assert transcript.ended == "done"
    assert not result.success


async def test_the_oracle_does_not_wait_for_what_is_merely_late(tmp_path: Path) -> None:
    faults = [{"tool": "boxes__peek", "error": "slow", "seconds": 0.01}]

    transcript, result = await played(tmp_path, model("oracle"), tools={"faults": faults})

    assert (len(list(transcript.calls)), result.success) == (2, True)


def draw(state: State) -> JsonValue:
    """Draw a ticket."""
    state["drawn"] += 1
    state["tickets"][f"T-{state['drawn']}"] = "open"
    return {"ticket": f"T-{state['drawn']}"}


def close(state: State, ticket: str) -> JsonValue:
    """Close a ticket."""
    state["tickets"][ticket] = "closed"
    return {"ticket": ticket}


TICKETS = World(name="tickets", title="Tickets", tools=(writes(draw), writes(close)))


def tickets(drawn: int) -> Scenario:
    """Draw a ticket and close it, in a world where so many were drawn before."""
    calls = [
        {"id": "draw", "tool": "tickets__draw"},
        {"id": "close", "tool": "tickets__close", "args": {"ticket": {"ref": "draw.result.ticket"}}},
    ]
    expect = {"calls": calls, "say": [{"ref": "draw.result.ticket"}]}
    return scenario(
        servers={"tickets": {"builtin": "tickets", "state": {"drawn": drawn, "tickets": {}}}},
        segments=[{"id": "s", "user": "Draw a ticket and close it.", "expect": expect}],
    )


async def test_the_oracle_uses_the_ids_that_its_own_trial_brought(tmp_path: Path) -> None:
    place = stage(tmp_path, TICKETS)
    exam = await prepare_exam(tickets(drawn=6), place.home)
    moved_on = exam.model_copy(update={"scenario": tickets(drawn=8)})

    transcript = await play(moved_on, model("oracle"), 0, place)

    assert exam.key.results["draw"] == {"ticket": "T-7"}
    assert [call.arguments_json for _, call, _ in transcript.calls] == ["{}", '{"ticket": "T-9"}']
    assert said(transcript) == ["Here it is: T-9."]


async def test_silence_and_refusal_do_nothing(tmp_path: Path) -> None:
    for name, words in [("idle", ""), ("refuser", "I am sorry, but I cannot help with that.")]:
        transcript, result = await played(tmp_path, model(name))

        assert (said(transcript), list(transcript.calls)) == ([words], [])
        assert (result.success, result.score) == (False, 0.0)


async def test_the_refuser_speaks_the_language_of_the_scenario(tmp_path: Path) -> None:
    transcript, _ = await played(tmp_path, model("refuser"), language="zh")

    assert said(transcript) == ["抱歉，这件事我帮不上忙。"]


async def test_one_thing_is_said_after_every_turn(tmp_path: Path) -> None:
    exam = await prepare_exam(
        scenario(
            segments=[
                {"id": "a", "user": ["One.", "Two."], "expect": {"say": [3]}},
                {"id": "b", "user": "Three.", "expect": {"say": [3]}},
            ]
        ),
        stage(tmp_path).home,
    )

    assert [(turn.segment, turn.text) for turn in constant(exam, "no")] == [
        ("a", "no"),
        ("a", "no"),
        ("b", "no"),
    ]


def told(transcript: Transcript) -> str:
    """All that the model said and called."""
    messages = [message for record in transcript.segments for message in record.messages]
    return json.dumps([m.model_dump() for m in messages if isinstance(m, AssistantMessage)])


async def flaws(tmp_path: Path, seed: int) -> list[str]:
    place = stage(tmp_path)
    exam = await prepare_exam(scenario(), place.home)
    return [told(await play(exam, model("flawed", seed), repeat, place)) for repeat in range(12)]


async def test_flaws_are_drawn_from_the_seed_the_scenario_and_the_repeat_alone(tmp_path: Path) -> None:
    one = await flaws(tmp_path, seed=1)

    assert one == await flaws(tmp_path, seed=1)
    assert one != await flaws(tmp_path, seed=2)
    assert len(set(one)) > 2


async def test_a_flawed_model_is_right_about_half_of_the_time(tmp_path: Path) -> None:
    exam = await prepare_exam(scenario(), stage(tmp_path).home)
    grades = [grade(exam, await play(exam, model("flawed"), repeat, stage(tmp_path))) for repeat in range(40)]

    assert 10 <= sum(result.success is True for result in grades) <= 30


@pytest.mark.parametrize("suite", ["shop", "travel", "desk", "office"])
async def test_calls_drawn_at_random_are_of_the_tools_and_keep_to_their_schemas(
    tmp_path: Path, suite: str
) -> None:
    place = stage(tmp_path, *built_in_worlds().values())
    exam = await prepare_exam(load_scenarios([suite], limit=1)[0], place.home)
    schemas = {tool.name: tool.input_schema for tool in exam.key.tools}

    for seed in range(25):
        transcript = await play(exam, model("random-tool", seed), 0, place)

        assert transcript.ended == "done"
        for _, call, answer in transcript.calls:
            Draft202012Validator(schemas[call.name]).validate(json.loads(call.arguments_json))
            assert answer is not None
            assert answer.problem in {None, "tool_error"}


async def test_a_performer_plays_its_behaviour_in_every_repeat(tmp_path: Path) -> None:
    exam = await prepare_exam(scenario(), stage(tmp_path).home)
    variant = ModelVariant(label="reference/mutant", wire="reference", model="mutant", simulated=True)
    performer = Performer(variant=variant, behaviour=constant(exam, "always this"))

    for repeat in range(2):
        assert said(await play(exam, performer, repeat, stage(tmp_path))) == ["always this"]
