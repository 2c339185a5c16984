"""BFCL's tasks through the real loop: what decides, what is offered when, what gold gets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.clients.client import Conversation
from harness.exams.answer_key import prepare_exam
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.bfcl.suites import BfclSuites
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade, grade
from tests.bfcl_package import forgotten, put_package
from tests.harness.stage import Scripted, Turn, stage
from tools.bfcl.worlds import WithBfcl

pytestmark = pytest.mark.anyio

AREA = "bfcl__geometry_area"
CATEGORIES = ("simple_python", "parallel", "simple_java", "multi_turn_base", "multi_turn_miss_func")


@dataclass
class Noting(Scripted):
    """A scripted model that remembers which tools it was offered."""

    offered: list[set[str]] = field(default_factory=list)

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        self.offered.append({tool.name for tool in exam.key.tools})
        return self


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with forgotten():
        yield put_package(tmp_path / "home")


async def played(home: Path, category: str, model: Any) -> tuple[Transcript, Grade]:
    (scenario,) = BfclSuites(home=home).load(f"bfcl/{category}", None).scenarios
    here = stage(home.parent)
    with_bfcl = here.home.__class__(
        work=here.home.work, logs=here.home.logs, worlds=WithBfcl(here.home.worlds, home)
    )
    exam = await prepare_exam(scenario, with_bfcl)
    where = here.__class__(home=with_bfcl, now=here.now, clock=here.clock)
    transcript = await play(exam, model, 0, where)
    return transcript, grade(exam, transcript)


async def answered(home: Path, category: str, *turns: Turn) -> Grade:
    return (await played(home, category, Scripted(turns)))[1]


def reference(name: str) -> ReferenceModel:
    variant = ModelVariant(label=f"reference/{name}", wire="reference", model=name, simulated=True)
    return ReferenceModel(variant=variant)


@pytest.mark.parametrize("category", CATEGORIES)
async def test_gold_is_right_and_silence_is_not(home: Path, category: str) -> None:
    _, gold = await played(home, category, reference("oracle"))
    assert gold.success, gold.reason
    assert gold.theirs is not None
    assert gold.theirs.corrected
    _, idle = await played(home, category, reference("idle"))
    assert idle.success is False


async def test_silence_is_right_where_nothing_fits(home: Path) -> None:
    _, idle = await played(home, "irrelevance", reference("idle"))
    assert idle.success


async def test_one_request_decides_a_task_of_one_turn(home: Path) -> None:
    model = Scripted([[(AREA, '{"base": 10}')], "never asked for"])
    transcript, result = await played(home, "simple_python", model)
    assert (transcript.ended, len(transcript.exchanges)) == ("done", 1)
    assert result.success


async def test_theirs_decides_and_the_corrected_verdict_stands_beside_it(home: Path) -> None:
    given = await answered(home, "simple_python", [(AREA, '{"base": 10, "unit": "me.tres"}')])
    assert given.success
    assert given.theirs is not None
    assert given.theirs.corrected is False
    assert list(given.theirs.defects) == ["blind_text"]


async def test_greedy_pairing_shows_in_a_trial(home: Path) -> None:
    both: Turn = [(AREA, '{"base": 1}'), (AREA, '{"base": 2}')]
    given = await answered(home, "parallel", both)
    assert given.success is False
    assert given.theirs is not None
    assert given.theirs.corrected
    assert list(given.theirs.defects) == ["greedy_pairing"]


async def test_a_conversation_is_judged_turn_by_turn(home: Path) -> None:
    right: list[Turn] = [[("bfcl__dim", '{"level": 3}'), ("bfcl__look", "{}")], "ok"]
    last: list[Turn] = [[("bfcl__dim", '{"level": 5}')], "ok"]
    assert (await answered(home, "multi_turn_base", *right, *last)).success
    late = await answered(home, "multi_turn_base", "later", *right, *last)
    assert late.reason == "empty_turn: turn 1: nothing was called"
    unseen = await answered(home, "multi_turn_base", [("bfcl__dim", '{"level": 3}')], "ok", *last)
    assert unseen.reason.startswith("missing_output: turn 1")
    wrong = await answered(home, "multi_turn_base", *right, [("bfcl__dim", '{"level": 6}')], "ok")
    assert wrong.reason.startswith("wrong_state: turn 2: the state of TicketAPI")


async def test_a_held_out_function_is_offered_from_its_turn_on(home: Path) -> None:
    model = Noting(["I cannot do that.", [("bfcl__dim", '{"level": 3, "why": "x"}')], "done"])
    _, result = await played(home, "multi_turn_miss_func", model)
    assert result.success, result.reason
    assert [("bfcl__dim" in offered) for offered in model.offered] == [False, True]


async def test_calling_where_nothing_can_be_done_is_wrong_for_us_alone(home: Path) -> None:
    model = Noting([[("bfcl__look", "{}")], "hm", [("bfcl__dim", '{"level": 3, "why": "x"}')], "done"])
    _, result = await played(home, "multi_turn_miss_func", model)
    assert result.success
    assert result.theirs is not None
    assert result.theirs.corrected is False
    assert list(result.theirs.defects) == ["idle_turn_unchecked"]
