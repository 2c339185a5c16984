"""Suites of other benchmarks at the command line, where their package is and where it is not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bfcl_package import forgotten, put_package
from tests.harness.verbs.command_line import invoke


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A user's folder, whose home has a little BFCL."""
    with forgotten():
        put_package(tmp_path / "home")
        yield tmp_path


def suites_of(place: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    said = invoke("check", *arguments, "--json", at=place)
    assert said.status == 0, said.out
    data = json.loads(said.out)
    assert data["problems"] == []
    return {suite["suite"]: suite for suite in data["suites"]}


def test_a_check_tells_what_is_so_and_misses_no_gate_by_what_is_not_ours(place: Path) -> None:
    found = suites_of(place, "bfcl/irrelevance", "bfcl/live_relevance", "bfcl/multi_turn_base")
    silent, anything = found["bfcl-irrelevance"], found["bfcl-live-relevance"]

    assert (silent["oracle"], silent["floors"]) == (1.0, {"idle": 1.0, "refuser": 1.0})
    assert (anything["oracle"], anything["mutants"]) == (0.0, 0)
    assert anything["theirs"]["unsolved"] == [
        {
            "scenario": "bfcl-live-relevance/live-relevance-0-0-0",
            "verdict": "not_called: called nothing",
            "why": "any call is right here, and BFCL gives none",
        }
    ]
    assert found["bfcl-multi-turn-base"]["theirs"]["solved"] == 1


def test_a_call_made_twice_is_caught_where_one_message_decides(place: Path) -> None:
    simple = suites_of(place, "bfcl/simple_python")["bfcl-simple-python"]

    assert simple["operators"]["duplicate_call"] == 1
    assert "duplicate_call" not in simple["theirs"]["passed"]


def test_an_answer_that_no_known_reason_keeps_from_being_right_misses_the_gate(place: Path) -> None:
    """As when our reading of Java were wrong: the list of texts holds a number."""
    answers = next((place / "home").rglob("possible_answer/*simple_java.json"))
    answers.write_text(answers.read_text("utf-8").replace('["a", "b"]', '["a", 2]'), "utf-8")

    said = invoke("check", "bfcl/simple_java", at=place)

    assert said.status == 3
    assert "bfcl-simple-java: gold does not solve 1 of 1 tasks" in said.out
    assert "✗ bfcl-simple-java/simple-java-0: its own answer is refused, and no known reason" in said.out


def test_suites_of_ours_and_of_others_are_told_apart(place: Path) -> None:
    said = invoke("check", "bfcl/live_relevance", "parcel-locker", "--limit", "1", at=place)

    assert said.status == 0
    assert "Suites of other benchmarks, by their own rules" in said.out
    assert "live-relevance-0-0-0: any call is right here, and BFCL gives none (not_called" in said.out
    assert said.out.splitlines()[-2:] == [
        "Every scenario is proven.",
        "Of the suites of other benchmarks, all that is ours is in order.",
    ]


def test_what_is_there_is_listed_with_its_number_of_tasks(place: Path) -> None:
    said = invoke("list", "suites", "--json", at=place)
    rows = {row["suite"]: row for row in json.loads(said.out)["suites"]}

    assert (rows["bfcl/simple_python"]["scenarios"], rows["bfcl/simple_python"]["needs"]) == (1, "")


def test_what_is_not_there_is_listed_with_how_to_install_it_once(tmp_path: Path) -> None:
    said = invoke("list", "suites", at=tmp_path)

    assert said.status == 0
    assert said.out.count("longspan install bfcl") == 1
    missing = next(line for line in said.out.splitlines() if "bfcl/simple_python" in line)
    assert missing.startswith("Not here: bfcl/simple_python, bfcl/simple_java, ")


@pytest.mark.parametrize("verb", [("check",), ("plan", "-m", "gpt-4.1"), ("list", "scenarios")])
def test_a_suite_whose_package_is_not_there_says_how_to_install_it(
    tmp_path: Path, verb: tuple[str, ...]
) -> None:
    said = invoke(*verb, "bfcl/multiple", at=tmp_path)

    assert said.status == 2
    assert "longspan install bfcl" in said.err


def test_a_plan_knows_what_a_suite_of_others_would_send(place: Path) -> None:
    said = invoke("plan", "bfcl/simple_python", "bfcl/multi_turn_base", "-m", "gpt-4.1", "--json", at=place)

    plan = json.loads(said.out)
    assert (said.status, plan["trials"], plan["requests"]) == (0, 2, 6)
