"""The verbs: what they print for people, and the one JSON document that they print for programs."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from harness.cli import VERBS
from harness.evaluation import Outcome
from harness.run import Tally
from harness.runs.store import RunFolder
from harness.verbs.reporting import tell_outcome
from tests.harness.little_suite import write_suite
from tests.harness.verbs.command_line import Said, contents, invoke, longspan

HEAVY = ("mcp", "aiohttp", "numpy", "pydantic", "harness.trial.play")
RUN = ("run", "little", "-m", "reference/oracle", "-m", "reference/idle", "--repeats", "2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a suite and a finished run of it, called `runs/done`."""
    here = tmp_path_factory.mktemp("place")
    write_suite(here / "little", "ada", "ole")
    done = invoke(*RUN, at=here)
    assert done.status == 0, done.err
    next((here / "runs").iterdir()).rename(here / "runs/done")
    return here


def answered(said: Said) -> Any:
    """The one JSON document on stdout."""
    assert said.status == 0, said.err
    assert said.out.endswith("\n")
    return json.loads(said.out)


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
from harness.cli import app
try:
    app(["--help"])
except SystemExit as end:
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    sys.exit(f"loaded {{loaded}}" if loaded or end.code else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert all(f" {verb} " in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(tmp_path: Path, verb: str) -> None:
    said = invoke(verb, "--help", at=tmp_path)

    assert said.status == 0
    assert f"Usage: longspan {verb}" in said.out or f"Usage: root {verb}" in said.out
    assert said.err == ""


@pytest.mark.parametrize("verb", ["show", "install", "serve"])
def test_every_verb_of_models_explains_itself(tmp_path: Path, verb: str) -> None:
    assert invoke("models", verb, "--help", at=tmp_path).status == 0


@pytest.mark.parametrize("arguments", [(), ("models",)])
def test_a_command_that_is_not_whole_shows_what_there_is(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = invoke(*arguments, at=tmp_path)

    assert said.status == 2
    assert "Commands" in said.out + said.err


@pytest.mark.parametrize("arguments", [("chekc",), ("run", "--unknown"), ("check", "--transport", "pigeon")])
def test_what_is_no_command_is_wrong_use(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = invoke(*arguments, at=tmp_path)

    assert (said.status, said.out) == (2, "")
    assert "Error" in said.err


def test_the_version_is_said(tmp_path: Path) -> None:
    assert invoke("--version", at=tmp_path).out.startswith("longspan 0.")


def test_a_run_answers_with_its_folder_and_its_report(tmp_path: Path) -> None:
    write_suite(tmp_path / "little", "ada", "ole")

    said = longspan(*RUN, "--json", at=tmp_path)

    data = answered(said)
    assert data.keys() == {"run", "report"}
    assert json.loads((tmp_path / data["run"] / "report.json").read_text("utf-8")) == data["report"]
    report = data["report"]
    assert (report["schema"], report["simulated"], report["trials"]) == (1, True, 8)
    oracle, idle = report["models"]
    assert (oracle["model"], oracle["trials"], oracle["graded"], oracle["excluded"]) == (
        "reference/oracle",
        4,
        4,
        {},
    )
    assert (oracle["success"]["mean"], idle["success"]["mean"]) == (1.0, 0.0)
    assert {
        "floor",
        "pass_hat_k",
        "pass_at_k",
        "usage",
        "cost_usd",
        "cost_per_success_usd",
        "latency_ms",
        "ttft_ms",
        "tpot_ms",
        "suites",
        "diagnosis",
    } <= oracle.keys()
    assert oracle["cost_usd"] is None
    assert oracle["usage"] == dict.fromkeys(("input", "cached", "written", "output", "reasoning"))
    assert oracle["pass_hat_k"] == {"1": 1.0, "2": 1.0}
    suite = oracle["suites"][0]
    assert (suite["suite"], suite["n"], suite["success"]["mean"], suite["floor"]) == ("little", 4, 1.0, 0.0)
    assert suite["metrics"]["score"].keys() == {"mean", "low", "high", "n"}
    assert "reference/oracle: 4 of 4 played, 4 of 4 right" in said.err


def test_a_finished_run_answers_at_once_with_the_same_report(tmp_path: Path) -> None:
    write_suite(tmp_path / "little", "ada", "ole")
    first = invoke(*RUN, "--json", at=tmp_path)
    before = contents(tmp_path / answered(first)["run"] / "transcripts")

    again = invoke(*RUN, "--json", at=tmp_path)

    assert again.out == first.out
    assert "4 trials, 4 were played before" in again.err
    assert contents(tmp_path / answered(first)["run"] / "transcripts") == before


def test_grading_and_reporting_again_answer_with_the_same_report(place: Path) -> None:
    before = contents(place)

    graded, reported = (invoke(verb, "runs/done", "--json", at=place) for verb in ("grade", "report"))

    assert answered(graded) == answered(reported)
    assert answered(graded)["run"] == "runs/done"
    assert contents(place) == before


def test_a_run_can_be_exported_for_data_frames(place: Path) -> None:
    pytest.importorskip("datasets")

    said = invoke("report", "runs/done", "--format", "parquet", "--to", "tables", "--json", at=place)

    assert answered(said) == {"run": "runs/done", "files": ["tables/trials.parquet", "tables/calls.parquet"]}
    assert all((place / file).is_file() for file in answered(said)["files"])


def test_a_trial_is_shown_by_as_much_of_its_name_as_is_unique(place: Path) -> None:
    for_people = invoke("show", "runs/done", "oracle/little/ada/1", at=place)
    for_programs = answered(invoke("show", "runs/done", "oracle/little/ada/1", "--json", at=place))

    assert for_people.status == 0
    assert "My phone number is now 555-0199" in " ".join(for_people.out.split())
    assert "C-1" in for_people.out
    assert isinstance(for_programs, dict)
    assert "555-0199" in json.dumps(for_programs)


def test_a_check_answers_with_what_it_found(place: Path) -> None:
    data = answered(invoke("check", "little", "--json", at=place))

    assert data["problems"] == []
    suite = data["suites"][0]
    assert {"suite", "scenarios", "oracle", "floor", "mutants", "diagnosed"} <= suite.keys()
    assert (suite["suite"], suite["scenarios"], suite["oracle"], suite["floor"]) == ("little", 2, 1.0, 0.0)
    assert 0 < suite["mutants"] == suite["diagnosed"]


def test_a_check_that_finds_something_answers_all_the_same_and_misses_the_gate(tmp_path: Path) -> None:
    file = write_suite(tmp_path / "weak", "ada") / "ada/scenario.yaml"
    file.write_text(file.read_text("utf-8").replace("say: [", "say: [sorry]\n      ask: ["), "utf-8")
    file.write_text(file.read_text("utf-8").replace("ask: [{ref: find.result.0.id}]", "allow: []"), "utf-8")

    said = invoke("check", "weak", "--json", at=tmp_path)

    assert said.status == 3
    assert json.loads(said.out)["problems"] == [
        "weak: refuser scores 0.25; at most 0.15 is allowed; highest: weak/ada (0.25)"
    ]


LISTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "suites": (("suite", "scenarios", "title"), "shop"),
    "scenarios": (("scenario", "language", "tags", "title"), "shop/which-anna"),
    "models": (("model", "title"), "local/smollm2"),
    "runs": (("run", "created", "models", "suites"), "runs/done"),
}


@pytest.mark.parametrize("what", LISTS)
def test_what_there_is_is_listed_for_people_and_for_programs(place: Path, what: str) -> None:
    columns, one = LISTS[what]

    rows = answered(invoke("list", what, "--json", at=place))[what]

    assert all(row.keys() >= set(columns) for row in rows)
    assert one in {row[columns[0]] for row in rows}
    assert one in invoke("list", what, at=place).out


def test_scenarios_are_listed_of_the_suites_that_are_named(place: Path) -> None:
    rows = answered(invoke("list", "scenarios", "little", "--json", at=place))["scenarios"]

    assert [row["scenario"] for row in rows] == ["little/ada", "little/ole"]


def test_where_there_is_no_run_the_list_is_empty(tmp_path: Path) -> None:
    assert answered(invoke("list", "runs", "--json", at=tmp_path)) == {"runs": []}
    assert invoke("list", "runs", at=tmp_path).err == "There are no runs yet.\n"


def test_a_run_that_cannot_be_read_is_listed_as_such(tmp_path: Path) -> None:
    (tmp_path / "runs/odd").mkdir(parents=True)
    (tmp_path / "runs/odd/run.yaml").write_text("[", "utf-8")

    row = answered(invoke("list", "runs", "--json", at=tmp_path))["runs"][0]

    assert "unreadable" in row["models"]


def test_what_a_suite_needs_is_listed_to_the_letter(tmp_path: Path) -> None:
    write_suite(tmp_path / "little", "ada")
    file = tmp_path / "little" / "ada" / "scenario.yaml"
    file.write_text(file.read_text("utf-8") + "\ntags: ['[documents]']\n", "utf-8")

    assert "[documents]" in invoke("list", "scenarios", "little", at=tmp_path).out


def test_what_is_known_of_a_model_is_shown(tmp_path: Path) -> None:
    data = answered(invoke("models", "show", "local/smollm2", "--json", at=tmp_path))

    assert (data["name"], data["installed"]) == ("smollm2", {})
    assert "name: local/smollm2" in invoke("models", "show", "local/smollm2", at=tmp_path).out


@pytest.mark.parametrize("json_wanted", [True, False])
def test_a_bug_of_ours_fails_the_run_after_its_report(place: Path, *, json_wanted: bool) -> None:
    folder = RunFolder(place / "runs/done")
    tally = Tally(played=1, kept=3, ended={"harness": 1})
    outcome = Outcome(folder=folder, record=folder.record, tallies=(tally,))
    said = io.StringIO()
    out, err = Console(file=io.StringIO()), Console(file=said)

    with pytest.raises(typer.Exit) as caught:
        tell_outcome(outcome, out=out, err=err, as_json=json_wanted)

    assert caught.value.exit_code == 1
    assert "error: a trial ended in a bug of Longspan" in said.getvalue()
