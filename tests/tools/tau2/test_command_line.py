"""What `check`, `list` and `plan` do with tau2's own suites; needs `pip install 'longspan[tau2]'`."""

import json
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.harness.verbs.command_line import Said, invoke

pytestmark = [pytest.mark.e2e, pytest.mark.tau2]


def check(tmp_path: Path, *arguments: str) -> Said:
    return invoke("check", *arguments, at=tmp_path)


def found(said: Said) -> dict[str, Mapping[str, Any]]:
    """What was found of each suite, in a check that found nothing of ours broken."""
    assert said.status == 0, said.out
    data = json.loads(said.out)
    assert data["problems"] == []
    return {suite["suite"]: suite for suite in data["suites"]}


def test_the_one_task_of_mock_without_reference_actions_is_listed_and_no_failure(tmp_path: Path) -> None:
    suites = found(check(tmp_path, "tau2/mock", "tau2/mock-solo", "--json"))
    mock, solo = suites["tau2-mock"]["theirs"], suites["tau2-mock-solo"]["theirs"]

    assert (mock["solved"], solo["solved"], solo["unsolved"]) == (8, 7, [])
    (one,) = mock["unsolved"]
    assert one["scenario"] == "tau2-mock/update_task_with_history_and_env_assertions"
    assert "no reference action" in one["why"]
    assert suites["tau2-mock"]["diagnosed"] == suites["tau2-mock"]["mutants"] > 80
    assert sum(mock["passed"].values()) == 11


def test_what_silence_solves_of_airline_is_a_fact(tmp_path: Path) -> None:
    """Of these ten tasks, doing nothing solves more than a suite of ours may give away."""
    airline = found(check(tmp_path, "tau2/airline", "--limit", "10", "--json"))["tau2-airline"]

    assert (airline["scenarios"], airline["oracle"]) == (10, 1.0)
    assert airline["floors"]["idle"] == airline["floor_success"] > 0.15
    assert airline["theirs"]["benchmark"] == "tau2"


def test_the_terminal_names_what_is_so_and_who_answers_for_it(tmp_path: Path) -> None:
    said = check(tmp_path, "tau2/mock")

    assert said.status == 0
    assert "tau2-mock: gold does not solve 1 of 9 tasks" in said.out
    assert "tau2-mock: 11 of 94 mutants solve their task" in said.out
    assert said.out.endswith("Of the suites of other benchmarks, all that is ours is in order.\n")


def newer_checkout(folder: Path) -> Path:
    """The installed data with one task of mock, which is rewarded for what nobody here knows."""
    spec = find_spec("tau2")
    assert spec is not None
    assert spec.submodule_search_locations
    data = Path(spec.submodule_search_locations[0]) / "data/tau2"
    for part in ("domains/mock", "user_simulator"):
        shutil.copytree(data / part, folder / part)
    tasks = folder / "domains/mock/tasks.json"
    kept = [task for task in json.loads(tasks.read_text("utf-8")) if task["id"] == "create_task_1"]
    kept[0]["evaluation_criteria"]["reward_basis"] = ["DB", "MOOD"]
    tasks.write_text(json.dumps(kept), "utf-8")
    tasks.with_name("split_tasks.json").write_text(json.dumps({"base": ["create_task_1"]}), "utf-8")
    return folder


def test_other_data_is_checked_and_listed_where_it_is_named(tmp_path: Path) -> None:
    data = ("--tau2-data", str(newer_checkout(tmp_path / "newer")))

    said = check(tmp_path, "tau2/mock", *data)
    listed = invoke("list", "scenarios", "tau2/mock", *data, "--json", at=tmp_path)

    assert said.status == 3
    assert "there is no verdict on oracle: nobody here knows how to judge MOOD" in said.out
    assert [row["scenario"] for row in json.loads(listed.out)["scenarios"]] == ["tau2-mock/create_task_1"]


def test_a_study_names_other_data_beside_itself(tmp_path: Path) -> None:
    newer_checkout(tmp_path / "studies/newer")
    study = "models: [reference/oracle]\nsuites: [tau2/mock]\ntau2_data: newer\n"
    (tmp_path / "studies/study.yaml").write_text(study, "utf-8")

    planned = invoke("plan", "studies/study.yaml", "--json", at=tmp_path)
    played = invoke("run", "studies/study.yaml", "--json", at=tmp_path)

    assert json.loads(planned.out)["trials"] == json.loads(played.out)["report"]["trials"] == 1


def test_what_a_run_would_refuse_is_not_planned(tmp_path: Path) -> None:
    said = invoke("plan", "tau2/mock", "-m", "gpt-4.1", at=tmp_path)

    assert said.status == 2
    assert "name one with --user-model" in said.err


def test_a_plan_has_a_row_for_the_user_and_says_that_it_is_the_least(tmp_path: Path) -> None:
    asked = ("tau2/airline", "--limit", "2", "-m", "gpt-4.1", "--user-model", "gpt-4.1-mini")
    said = invoke("plan", *asked, at=tmp_path)

    assert said.status == 0
    assert "a user played by a model says more" in said.err


def test_suites_are_listed_with_their_number_of_tasks(tmp_path: Path) -> None:
    rows = json.loads(invoke("list", "suites", "--json", at=tmp_path).out)["suites"]
    tau2 = {
        row["suite"]: (row["scenarios"], row["needs"]) for row in rows if row["suite"].startswith("tau2/")
    }

    assert (tau2["tau2/airline"], tau2["tau2/mock-solo"]) == ((50, ""), (7, ""))
