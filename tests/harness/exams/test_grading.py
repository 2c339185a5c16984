"""Grading is pure: from the files alone, as often as one likes, with the same bytes."""

import json
from pathlib import Path

import pytest

from harness.clients.client import Overloaded
from harness.exams.floors import read_floors
from harness.exams.grading import Grader, graded_trials, keeping_scores
from harness.report.write import write_reports
from scenarios.transcript import Transcript
from scoring.registry import UnknownScorer
from tests.harness.little_run import GOLD, LittleRun, exam, gold, little_run
from tests.harness.stage import Scripted

pytestmark = pytest.mark.anyio


async def finished(tmp_path: Path) -> LittleRun:
    """A run with a right trial and one that nobody answered."""
    run = await little_run(tmp_path)
    model = gold()
    await run.runner(model).run(model)
    broken = Scripted([GOLD[0], Overloaded("http_503", "HTTP 503: busy")])
    run.folder.transcript_file(run.trials(model)[1]).unlink()
    await run.runner(broken).run(broken)
    return run


def graded(run: LittleRun) -> dict[str, bytes]:
    """Every file that grading writes, made anew."""
    folder = run.folder
    write_reports(
        folder,
        folder.record,
        keeping_scores(folder, graded_trials(folder, folder.record)),
        read_floors(folder),
    )
    names = ("scores.jsonl", "report.html", "report.md", "report.json", "report.csv")
    return {name: (folder.path / name).read_bytes() for name in names}


async def test_grading_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    run = await finished(tmp_path)

    first = graded(run)
    for name in first:
        (run.folder.path / name).unlink()

    assert graded(run) == first


async def test_grading_needs_the_folder_and_nothing_else(tmp_path: Path) -> None:
    run = await finished(tmp_path)
    first = graded(run)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run.folder.path.rename(elsewhere / "run")
    run.tmp_path = elsewhere

    assert graded(run) == first


async def test_there_is_one_grade_a_line_in_the_order_of_the_trials(tmp_path: Path) -> None:
    run = await finished(tmp_path)

    lines = graded(run)["scores.jsonl"].decode().splitlines()

    grades = [json.loads(line) for line in lines]
    assert [(g["scenario"], g["graded"], g.get("success")) for g in grades] == [
        ("tests/one", True, True),
        ("tests/two", False, None),
    ]
    assert grades[1]["reason"] == "not graded, since it ended as `provider`: HTTP 503: busy"


async def test_scores_stay_as_they_were_when_grading_is_cut_off(tmp_path: Path) -> None:
    run = await finished(tmp_path)
    before = graded(run)["scores.jsonl"]
    trials = keeping_scores(run.folder, graded_trials(run.folder, run.folder.record))
    next(trials)

    trials.close()  # type: ignore[attr-defined] # a generator, which its annotation does not say

    assert (run.folder.path / "scores.jsonl").read_bytes() == before
    assert not list(run.folder.path.glob(".*.tmp"))


async def test_a_scorer_that_is_not_installed_is_named(tmp_path: Path) -> None:
    asked = await exam(tmp_path, scorers=["brevity"])
    transcript = Transcript(scenario="tests/boxes", model="m", repeat=0, ended="done")

    with pytest.raises(UnknownScorer, match="no scorer is called 'brevity'"):
        Grader().grade(asked, transcript)
