"""What silence and a polite refusal get for nothing, by suite."""

from pathlib import Path

import pytest

from harness.exams.answer_key import prepare_exam
from harness.exams.floors import measure_floors, read_floors, write_floors
from harness.runs.store import RunFolder
from tests.harness.stage import BOXES, scenario, stage
from tools.world import World

pytestmark = pytest.mark.anyio

HELPLESS = [{"id": "s", "user": "Can you?", "expect": {"say": ["cannot help"]}}]
"""A fact that a refusal states."""


async def test_a_floor_is_the_larger_success_rate_of_the_two_by_suite(tmp_path: Path) -> None:
    place = stage(tmp_path)
    asked = [
        scenario(suite="easy", id="refused", segments=HELPLESS),
        scenario(suite="easy", id="worked-for"),
        scenario(suite="hard", id="worked-for"),
    ]
    exams = [await prepare_exam(one, place.home) for one in asked]

    assert await measure_floors(exams, place) == {"easy": 0.5, "hard": 0.0}


async def test_a_server_that_breaks_says_nothing_about_silence(tmp_path: Path) -> None:
    exam = await prepare_exam(scenario(), stage(tmp_path).home)
    without_its_world = stage(tmp_path, World(name="other", title="Other", tools=BOXES.tools))

    assert await measure_floors([exam], without_its_world) == {}


def test_floors_are_kept_with_the_run(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    before = read_floors(folder)

    write_floors(folder, {"店": 0.25})

    assert (before, read_floors(folder)) == ({}, {"店": 0.25})
