"""`trials.csv` while a run goes on, and after it was cut off at any byte."""

import csv
import io
from pathlib import Path

import pytest

from harness.runs.record import ModelVariant
from harness.runs.recording import recording
from harness.runs.store import RunFolder, Trial
from scenarios.transcript import AssistantMessage, SegmentRecord, Transcript
from scoring.grade import Grade
from tests.harness.little_run import Watcher
from tests.harness.report.sample_run import exam

MODEL = ModelVariant(label="m", wire="chat", model="m")
TRIAL = Trial(model=MODEL, scenario="shop/a", repeat=0)
EXAMS = {"shop/a": exam("shop", "a")}
GRADE = Grade(scenario="shop/a", model="m", repeat=0, ended="done", graded=True, success=True, reason="")
ANSWER = 'He said "no",\nthen\n"yes".'
"""Quotation marks, commas and line ends: what a careless reader trips over."""


def transcript(answer: str) -> Transcript:
    said = SegmentRecord(segment="s", messages=(AssistantMessage(text=answer),))
    return Transcript(scenario="shop/a", model="m", repeat=0, ended="done", segments=(said,))


def record(folder: Path, *answers: str) -> None:
    with recording(RunFolder(folder), "r", EXAMS, Watcher()) as kept:
        for answer in answers:
            kept.played(TRIAL, transcript(answer), GRADE)


def answers(folder: Path) -> list[str]:
    text = (folder / "trials.csv").read_bytes().decode("utf-8-sig")
    return [row["answer"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_a_row_is_there_as_soon_as_its_trial_was_played(tmp_path: Path) -> None:
    with recording(RunFolder(tmp_path), "r", EXAMS, Watcher()) as kept:
        kept.played(TRIAL, transcript("甲"), GRADE)

        assert answers(tmp_path) == ["甲"]


def test_everything_is_handed_on_to_who_watches(tmp_path: Path) -> None:
    watcher = Watcher()
    with recording(RunFolder(tmp_path), "r", EXAMS, watcher) as kept:
        kept.began(MODEL, 2, 1)
        kept.played(TRIAL, transcript("x"), GRADE)

    assert watcher.begun == [("m", 2, 1)]
    assert watcher.seen == [("shop/a", 0, "done")]


def test_a_resumed_run_goes_on_below_one_header(tmp_path: Path) -> None:
    record(tmp_path, ANSWER)
    record(tmp_path, "two")

    assert answers(tmp_path) == [ANSWER, "two"]


@pytest.mark.parametrize("cut", [1, 2, 5, 15, 20, 30, 60])
def test_a_row_that_a_kill_cut_in_half_is_taken_away(tmp_path: Path, cut: int) -> None:
    record(tmp_path, "one", ANSWER)
    file = tmp_path / "trials.csv"
    file.write_bytes(file.read_bytes()[:-cut])

    record(tmp_path, "two")

    assert answers(tmp_path) == ["one", "two"]


@pytest.mark.parametrize("left", [0, 1, 10])
def test_a_header_that_a_kill_cut_in_half_is_written_again(tmp_path: Path, left: int) -> None:
    record(tmp_path)
    file = tmp_path / "trials.csv"
    file.write_bytes(file.read_bytes()[:left])

    record(tmp_path, "one")

    assert answers(tmp_path) == ["one"]
