"""How a built-in world is reached makes no difference: the same behaviour gets the same grade everywhere.

Twelve scenarios of the library are played by the oracle and by one mutant each, in memory, over stdio and
over HTTP. Among them are Chinese worlds, faults of several kinds, writes, questions back, changes of mind,
forty distractors, and two servers at once.
"""

import random
import time
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from harness.clients.client import Model
from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.exams.reference import Performer
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.load import find_suite, load_scenario
from scenarios.scenario import Transport
from scenarios.transcript import Transcript
from scoring.behaviour import Behaviour, gold_behaviour
from scoring.mutation import Mutant, mutants, survives
from tools.open_world import WorldHome

pytestmark = pytest.mark.anyio

SCENARIOS = (
    "shop/cancel-one-discount-the-other",
    "shop/which-lantern",
    "shop/zh-steamer-lid-promise",
    "travel/rui-stays-home",
    "travel/first-class-to-porto",
    "travel/zh-later-train-to-xian",
    "desk/more-printing-trouble",
    "desk/ninety-days",
    "desk/zh-wrong-person-wrong-edition",
    "office/boots-on-a-closing-day",
    "office/one-to-one-there-and-back",
    "office/zh-last-word-on-printing",
)
TRANSPORTS: tuple[Transport, ...] = ("memory", "stdio", "http")


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_behaviour_gets_the_same_grade_over_every_transport(name: str, tmp_path: Path) -> None:
    home = WorldHome(work=tmp_path / "work", logs=tmp_path / "logs")
    exam = await prepare_exam(load_scenario(find_suite(name)), home)
    mutant = drawn(exam)
    for behaviour in (gold_behaviour(exam), mutant.behaviour):
        played = await over_every_transport(exam, behaviour, home)
        in_memory = played.pop("memory")
        for transport, transcript in played.items():
            assert what_happened(transcript) == what_happened(in_memory), transport
            assert Grader().grade(exam, transcript) == Grader().grade(exam, in_memory), transport
        grade = Grader().grade(exam, in_memory)
        if behaviour is mutant.behaviour:
            assert survives(mutant, grade) is None
        else:
            assert (grade.success, grade.score) == (True, 1.0)


def test_the_scenarios_are_of_every_kind() -> None:
    asked = [load_scenario(find_suite(name)) for name in SCENARIOS]

    assert {scenario.language for scenario in asked} == {"en", "zh"}
    assert {fault.error for scenario in asked for fault in scenario.tools.faults} >= {"timeout", "truncated"}
    assert any(len(scenario.servers) > 1 for scenario in asked)
    assert any(scenario.tools.distractors for scenario in asked)
    assert any(segment.expect.ask for scenario in asked for segment in scenario.segments)


def drawn(exam: Exam) -> Mutant:
    """One of the mutants that matter, the same one on every run."""
    return random.Random(exam.scenario.name).choice([m for m in mutants(exam) if m.equivalent is None])  # noqa: S311 # reproducible, not secret


async def over_every_transport(
    exam: Exam, behaviour: Behaviour, home: WorldHome
) -> dict[Transport, Transcript]:
    played: dict[Transport, Transcript] = {}
    variant = ModelVariant(label="played", wire="reference", model="played", simulated=True)
    model: Model = Performer(variant=variant, behaviour=behaviour)

    async def over(transport: Transport) -> None:
        there = replace(home, transport=transport)
        stage = Stage(home=there, now=lambda: "", clock=time.perf_counter)
        played[transport] = await play(exam, model, 0, stage)

    async with anyio.create_task_group() as group:
        for transport in TRANSPORTS:
            group.start_soon(over, transport)
    return played


def what_happened(transcript: Transcript) -> object:
    """All that is said and done in a trial, without the times."""
    said = [
        message.model_copy(update={"ms": 0.0}) if message.role == "tool" else message
        for record in transcript.segments
        for message in record.messages
    ]
    return transcript.ended, transcript.failure, said, transcript.changes
