import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.report.write import write_reports
from harness.runs.store import RunFolder
from scenarios.transcript import Exchange, ReadingRecord, Usage
from tests.harness.report.sample_reading import Probe, played
from tests.harness.report.sample_run import Graded, bad, broken, good, graded, model, record


def test_one_pass_over_the_trials_writes_all_four_reports(tmp_path: Path) -> None:
    trials = iter([*graded(good(), bad(), broken())])
    report = write_reports(RunFolder(tmp_path), record(repeats=3), trials, {"shop": 0.0})
    assert {file.name for file in tmp_path.iterdir()} == {
        f"report.{end}" for end in ("html", "md", "json", "csv")
    }
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert found == json.loads(json.dumps(report.as_json()))
    assert found["trials"] == 3
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["class"] for row in csv.DictReader(file)] == ["done", "done", "provider"]
    assert "wrong\\_arg\\_value" in (tmp_path / "report.md").read_text("utf-8")


def test_reports_that_cannot_be_finished_leave_the_old_ones_alone(tmp_path: Path) -> None:
    write_reports(RunFolder(tmp_path), record(), graded(good()), {})
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def interrupted() -> Iterator[Graded]:
        yield from graded(bad())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_reports(RunFolder(tmp_path), record(), interrupted(), {})
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    def written() -> dict[str, bytes]:
        write_reports(RunFolder(tmp_path), record(repeats=2), graded(good(), bad()), {})
        return {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    assert written() == written()


def test_the_readings_in_the_folder_are_counted(tmp_path: Path) -> None:
    folder, probe = RunFolder(tmp_path), Probe(layout="segmented")
    folder.write_reading(
        ReadingRecord(
            suite="halls",
            document="needle-en-4096-1",
            layout="segmented",
            model=model().label,
            repeat=0,
            replies=("Read.",),
            exchanges=(Exchange(usage=Usage(input=2000)),),
        )
    )
    asked = record(scenarios=(probe.exam.scenario.name,))
    report = write_reports(folder, asked, played(probe), {})
    assert (report.models[0].requests, report.models[0].usage.input) == (2, 6100)
    said = (tmp_path / "report.md").read_text("utf-8")
    assert "1 of these requests gave documents part by part" in said
