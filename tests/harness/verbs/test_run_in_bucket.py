"""A run whose folder is an address: every verb does with it what it does with a folder of a disk."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from harness.runs.lease import take
from harness.runs.places import Bucket
from harness.runs.store import RunFolder
from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import invoke

RUN = ("run", "little", "-m", "reference/oracle", "-m", "reference/idle", "--repeats", "2", "--json")


@pytest.fixture(params=["memory", "s3"])
def runs(request: pytest.FixtureRequest) -> str:
    """The address of an empty folder of runs."""
    root = "memory:/" if request.param == "memory" else request.getfixturevalue("s3")
    return f"{root}/{uuid4().hex}/runs"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    write_suite(tmp_path / "little", "ada", "ole")
    return tmp_path


def answer(*arguments: str, at: Path) -> Any:
    said = invoke(*arguments, at=at)
    assert said.status == 0, said.err
    return json.loads(said.out)


def test_a_run_in_a_bucket_has_all_that_one_on_a_disk_has_and_goes_on(runs: str, here: Path) -> None:
    on_disk = answer(*RUN, at=here)
    first = answer(*RUN, "--runs", runs, at=here)
    again = answer(*RUN, "--runs", f"{runs}/", at=here)

    assert first["report"]["models"][0]["success"] == on_disk["report"]["models"][0]["success"]
    assert (again["run"], again["report"]) == (first["run"], first["report"])
    assert first["run"].startswith(f"{runs}/")
    files, kept = Bucket(first["run"]), RunFolder(here / on_disk["run"]).files
    names = {name.rpartition("/")[2] for name in _all(files)}
    assert names >= {name.rpartition("/")[2] for name in _all(kept)} - {"trials.csv", "spent.jsonl", ".lock"}
    assert files.read("scores.jsonl") == kept.read("scores.jsonl")


def test_verbs_that_read_a_run_read_one_in_a_bucket(runs: str, here: Path) -> None:
    run = answer(*RUN, "--runs", runs, at=here)["run"]

    shown = answer("show", run, "oracle/little/ada/0", "--json", at=here)
    graded = answer("grade", run, "--json", at=here)
    reported = answer("report", run, "--json", at=here)
    listed = answer("list", "runs", "--runs", runs, "--json", at=here)

    assert shown["scenario"] == "little/ada"
    assert graded == reported
    assert [row["run"] for row in listed["runs"]] == [run]


def test_tables_are_written_beside_the_run_or_where_one_says(runs: str, here: Path) -> None:
    run = answer(*RUN, "--runs", runs, at=here)["run"]

    beside = answer("report", run, "--format", "parquet", "--json", at=here)
    there = answer("report", run, "--format", "parquet", "--to", f"{runs}-tables", "--json", at=here)

    assert beside["files"] == [f"{run}/parquet/trials.parquet", f"{run}/parquet/calls.parquet"]
    assert there["files"][0] == f"{runs}-tables/trials.parquet"
    assert Bucket(run).read("parquet/trials.parquet")[:4] == b"PAR1"
    assert Bucket(f"{runs}-tables").read("calls.parquet")[:4] == b"PAR1"


def test_a_run_that_is_being_played_is_not_played_by_another(runs: str, here: Path) -> None:
    run = answer(*RUN, "--runs", runs, at=here)["run"]
    lease = take(Bucket(run), datetime.now(UTC))

    said = invoke(*RUN, "--runs", runs, at=here)

    assert said.status == 2
    assert f"{run} is being played by another longspan on {lease.holder.host}" in said.err


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("s3://AKIA:s3cr3t@bucket/runs", "an address holds no keys"),
        ("nothing://runs", "nobody knows nothing://"),
    ],
)
@pytest.mark.parametrize("verb", [RUN, ("list", "runs")])
def test_a_wrong_address_is_said_before_anything_is_done(
    here: Path, verb: tuple[str, ...], address: str, part: str
) -> None:
    said = invoke(*verb, "--runs", address, at=here)

    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("error: ")
    assert part in said.err
    assert "s3cr3t" not in said.err


def test_a_store_that_is_not_there_is_an_error_in_one_line(s3: str, here: Path) -> None:
    said = invoke(*RUN, "--runs", "s3://nowhere/runs", at=here)

    assert said.status == 1
    assert "s3://nowhere/runs/" in said.err
    assert "cannot be written" in said.err
    assert said.err.count("\n") == 1


def _all(files: Any) -> list[str]:
    return [name for folder in files.folders() for name in files.names(folder)] + _direct(files)


def _direct(files: Any) -> list[str]:
    known = ("run.yaml", "plan.json", "floors.json", "scores.jsonl", "trials.csv", "spent.jsonl")
    reports = tuple(f"report.{form}" for form in ("html", "md", "json", "csv"))
    return [name for name, _ in files.read_each((*known, *reports))]
