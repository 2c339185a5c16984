"""`longspan report --gpu-hour` and `--bench`: what own machines cost and can do, told after the run."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.runs.store import RunFolder
from tests.harness.report.sample_hosting import BIG, FAST, SMALL, bench_of, compared_record, compared_trials
from tests.harness.verbs.command_line import invoke


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of a model of ours and a hosted one."""
    folder = RunFolder(tmp_path / "run")
    folder.write_record(compared_record(BIG, FAST))
    for of in (BIG, FAST):
        for trial, exam, transcript, _ in compared_trials(of):
            folder.write_exam(exam)
            folder.write_transcript(trial, transcript)
    return folder.path


def own(run: Path, *options: str) -> dict[str, Any]:
    said = invoke("report", str(run), *options, "--json", at=run.parent)
    assert said.status == 0, said.err
    rows: list[dict[str, Any]] = json.loads(said.out)["report"]["hosting"]["rows"]
    return rows[0]


def test_an_hour_may_cost_something_else(run: Path) -> None:
    frozen = (run / "run.yaml").read_bytes()
    before, after = own(run), own(run, "--gpu-hour", f"{BIG.label}=4.2")
    assert before["cost_per_trial"]["mean"] == pytest.approx(0.035)
    assert after["cost_per_trial"]["mean"] == pytest.approx(0.07)
    assert (run / "run.yaml").read_bytes() == frozen


def test_what_run_yaml_says_is_what_is_reckoned_with(run: Path) -> None:
    said = (run / "run.yaml").read_text("utf-8")
    (run / "run.yaml").write_text(said.replace("gpu_hour: 2.1", "gpu_hour: 1.05"), "utf-8")
    assert own(run)["cost_per_trial"]["mean"] == pytest.approx(0.0175)


def test_a_bench_tells_what_there_is_to_be_had(run: Path) -> None:
    folder = run.parent / "bench"
    folder.mkdir()
    (folder / "bench.json").write_text(bench_of(BIG, (4, 60.0, 6000, 150)).model_dump_json(), "utf-8")
    for place in (folder, folder / "bench.json"):
        found = own(run, "--bench", str(place))["saturation"]
        assert (found["source"], found["input_per_second"]) == ("bench", 100)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--gpu-hour", "local/other=2"), f"this run's models of yours: {BIG.label}"),
        (("--gpu-hour", f"{FAST.label}=2"), "models of yours"),
        (("--gpu-hour", f"{BIG.label}=cheap"), "'cheap' is no price"),
        (("--gpu-hour", f"{BIG.label}=-1"), "is no price"),
        (("--gpu-hour", f"{BIG.label}=inf"), "is no price"),
        (("--gpu-hour", "2.5"), "LOCAL/NAME=DOLLARS"),
        (("--bench", "nowhere.json"), "there is no such file"),
        (("--bench", "run/run.yaml"), "is no bench.json"),
    ],
)
def test_what_cannot_be_reckoned_with_is_wrong_use(run: Path, options: tuple[str, ...], why: str) -> None:
    said = invoke("report", str(run), *options, at=run.parent)
    assert said.status == 2
    assert why in " ".join(said.err.split())


def test_a_bench_of_a_model_that_was_not_asked_is_wrong_use(run: Path) -> None:
    (run.parent / "bench.json").write_text(bench_of(SMALL, (4, 60.0, 6000, 150)).model_dump_json(), "utf-8")
    said = invoke("report", str(run), "--bench", "bench.json", at=run.parent)
    assert said.status == 2
    assert f"is of {SMALL.label}" in " ".join(said.err.split())
