"""The verdicts on the library, tried on replies as assistants really write them.

`library_replies/SUITE.yaml` holds, for each scenario and segment, good replies (terse, wordy, with tables,
bold figures, other dates and dashes) and wrong ones by the mistake that they make. Each is said after the
gold calls, through the real loop in the real world: a good one has to succeed, a wrong one has to fail.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.exams.reference import Performer
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.load import SuiteFile, find_suite, library_suites, load_suite
from scenarios.places import LIBRARY
from scenarios.record import Record
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml
from scoring.behaviour import Behaviour, gold_behaviour
from tools.home import WorldHome

pytestmark = pytest.mark.anyio

REPLIES = Path(__file__).parent / "library_replies"
CONVERSATIONS = tuple(
    name
    for name in library_suites()
    if not read_record(SuiteFile, read_yaml(LIBRARY / name / "suite.yaml")).of_documents
)
SUITES = tuple(
    pytest.param(name, marks=pytest.mark.e2e if name == "filesystem" else ()) for name in CONVERSATIONS
)
VARIANT = ModelVariant(label="reference/replies", wire="reference", model="replies", simulated=True)


class Replies(Record):
    """What may be said in a segment."""

    good: tuple[str, ...]
    wrong: dict[str, str] = {}
    """By the mistake that is made."""


@dataclass(frozen=True, kw_only=True)
class Said:
    segment: str
    text: str
    right: bool
    name: str


def read_replies(suite: str) -> dict[str, dict[str, Replies]]:
    data = read_yaml(REPLIES / f"{suite}.yaml").value
    assert isinstance(data, dict)
    return {
        scenario: {name: Replies.model_validate(one) for name, one in segments.items()}
        for scenario, segments in data.items()
        if isinstance(segments, dict)
    }


def replies_of(segments: dict[str, Replies]) -> Iterator[Said]:
    for segment, replies in segments.items():
        for number, text in enumerate(replies.good, start=1):
            yield Said(segment=segment, text=text, right=True, name=f"good reply {number}")
        for mistake, text in replies.wrong.items():
            yield Said(segment=segment, text=text, right=False, name=mistake)


def saying(exam: Exam, said: Said) -> Behaviour:
    """What gold does, with other words at the end of one segment."""
    gold = gold_behaviour(exam)
    place = max(place for place, turn in enumerate(gold) if turn.segment == said.segment)
    return (*gold[:place], gold[place].model_copy(update={"text": said.text}), *gold[place + 1 :])


async def at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    home = WorldHome(work=tmp_path / "work", logs=tmp_path / "logs", sleep=at_once)
    return Stage(home=home, now=lambda: "2026-03-14T10:00:00+00:00", clock=time.perf_counter)


@pytest.mark.parametrize("suite", SUITES)
async def test_good_replies_succeed_and_wrong_ones_fail(suite: str, stage: Stage) -> None:
    replies, grader, misjudged = read_replies(suite), Grader(), []
    for scenario in load_suite(find_suite(suite)).scenarios:
        exam = await prepare_exam(scenario, stage.home)
        for said in replies_of(replies[scenario.id]):
            model = Performer(variant=VARIANT, behaviour=saying(exam, said))
            grade = grader.grade(exam, await play(exam, model, 0, stage))
            if grade.success is not said.right:
                misjudged.append(f"{scenario.name}.{said.segment}: {said.name}: {grade.reason}")

    assert not misjudged, "\n".join(misjudged)


@pytest.mark.parametrize("suite", CONVERSATIONS)
def test_every_scenario_has_two_good_replies_and_a_wrong_one_for_what_it_asks(suite: str) -> None:
    replies = read_replies(suite)

    for scenario in load_suite(find_suite(suite)).scenarios:
        given = replies.pop(scenario.id)
        asked = {segment.id for segment in scenario.segments if segment.expect.facts}
        assert asked <= given.keys() <= {segment.id for segment in scenario.segments}
        assert all(len(one.good) >= 2 for one in given.values())
        assert all(given[segment].wrong for segment in asked)
    assert not replies, f"no scenario is called {', '.join(replies)}"
