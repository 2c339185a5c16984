"""BFCL's categories as suites, over a small package of our own."""

from pathlib import Path

import pytest

from scenarios.bfcl.package import FOLDER
from scenarios.bfcl.suites import BfclSuites
from scenarios.problem import ScenarioError
from scenarios.scenario import Scenario
from tests.bfcl_package import put_package


def load(home: Path, category: str) -> Scenario:
    (scenario,) = BfclSuites(home=home).load(f"bfcl/{category}", None).scenarios
    return scenario


def test_a_row_is_a_scenario_whose_call_is_its_answer(tmp_path: Path) -> None:
    scenario = load(put_package(tmp_path), "simple_python")
    assert scenario.name == "bfcl-simple-python/simple-python-0"
    assert scenario.segments[0].user == ("How large is it?",)
    assert not scenario.tools.answered
    (call,) = scenario.segments[0].expect.calls
    assert call.tool == "bfcl__geometry_area"
    assert call.args["base"] == {"any_of": [{"equal": 10}]}
    assert call.args["unit"] == {"any_of": [{"equal": "metres"}], "optional": True}


def test_names_with_dots_become_legal_and_stay_apart(tmp_path: Path) -> None:
    scenario = load(put_package(tmp_path), "simple_python")
    assert scenario.theirs is not None
    names = scenario.theirs.criteria["names"]
    assert isinstance(names, dict)
    assert list(names.values()) == ["geometry.area", "geometry_area"]
    assert next(iter(names)) == "bfcl__geometry_area"
    assert len(set(names)) == 2


def test_what_came_from_where_is_written_down(tmp_path: Path) -> None:
    home = put_package(tmp_path)
    before = load(home, "simple_python").theirs
    file = home / FOLDER / "bfcl_eval" / "data" / "BFCL_v4_simple_python.json"
    file.write_text(file.read_text("utf-8").replace("large", "big"), "utf-8")
    after = load(home, "simple_python").theirs
    assert before is not None
    assert after is not None
    assert before.benchmark == "bfcl"
    assert before.data != after.data


def test_a_system_message_is_the_system_prompt(tmp_path: Path) -> None:
    scenario = load(put_package(tmp_path), "parallel")
    assert (scenario.system, scenario.segments[0].user) == ("Be brief.", ("How large are both?",))


def test_a_turn_is_a_segment_and_held_out_functions_come_later(tmp_path: Path) -> None:
    scenario = load(put_package(tmp_path), "multi_turn_miss_func")
    assert [segment.user for segment in scenario.segments] == [("Dim it to 3.",), ("There is more now.",)]
    assert scenario.segments[0].expect.no_call
    assert scenario.tools.later == {"bfcl__dim": "turn-2"}
    assert scenario.tools.answered


def test_gold_arguments_without_a_name_get_theirs(tmp_path: Path) -> None:
    scenario = load(put_package(tmp_path), "multi_turn_base")
    assert [call.args for _, call in scenario.calls] == [
        {"level": {"equal": 3}},
        {},
        {"level": {"equal": 5}},
    ]


def test_without_the_package_the_command_is_named(tmp_path: Path) -> None:
    home = put_package(tmp_path)
    with pytest.raises(ScenarioError, match="longspan install bfcl"):
        load(home, "live_simple")


def test_a_split_is_told_that_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="BFCL has no splits; take bfcl/parallel"):
        load(put_package(tmp_path), "parallel:test")


@pytest.mark.parametrize("row", ['{"id": "parallel_0"}', "[", "[]", '{"id": "parallel_0", "question": [[]]}'])
def test_rows_of_another_version_name_it_and_the_command(row: str, tmp_path: Path) -> None:
    home = put_package(tmp_path)
    (home / FOLDER / "bfcl_eval" / "data" / "BFCL_v4_parallel.json").write_text(row, "utf-8")

    with pytest.raises(ScenarioError, match=r"bfcl-eval is not as we know it .* `longspan install bfcl`"):
        load(home, "parallel")
