"""Suites that do not prove what they seem to prove, and what `check` says about each."""

from pathlib import Path
from typing import Any, get_args

import pytest

from harness.exams.answer_key import prepare_exam
from harness.exams.check import SuiteCheck, check_suite, repeated_skeletons, unused_operators
from scenarios.exam import Exam
from scoring.line_mutants import LineOperator
from scoring.mutant import CallOperator
from tests.harness.stage import fill, peek, scenario, stage
from tools.world import World, reads, writes

pytestmark = pytest.mark.anyio

SOUND = World(name="boxes", title="Boxes", tools=(reads(peek), writes(fill)))
"""The boxes without the tool that breaks, which mutants would call too."""
LOOK: dict[str, Any] = {"id": "look", "tool": "boxes__peek", "args": {"box": "a"}}
PUT: dict[str, Any] = {"id": "put", "tool": "boxes__fill", "args": {"box": "b", "count": 3}}


def asking(*calls: dict[str, Any], **expect: Any) -> dict[str, Any]:
    """A scenario of one segment that expects this."""
    return {"segments": [{"id": "copy", "user": "Copy a to b.", "expect": {"calls": calls, **expect}}]}


async def exam(tmp_path: Path, **changes: Any) -> Exam:
    return await prepare_exam(scenario(**changes), stage(tmp_path, SOUND).home)


async def checked(tmp_path: Path, **changes: Any) -> SuiteCheck:
    return await check_suite(
        "tests", [await exam(tmp_path, **changes)], stage(tmp_path, SOUND), concurrency=2
    )


async def test_a_sound_suite_has_no_problem(tmp_path: Path) -> None:
    found = await checked(tmp_path)

    assert (found.oracle, found.floors, found.floor_success) == (1.0, {"idle": 0.0, "refuser": 0.0}, 0.0)
    assert found.mutants == found.diagnosed == sum(found.operators.values())
    assert found.problems == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            asking(LOOK, PUT, say=[3], not_say=[3]),
            "tests/boxes: the oracle does not score 1: copy: the reply states 3",
        ),
        (
            {"final": {"never": [{"tool": "boxes__fill"}]}},
            "tests/boxes: the oracle does not score 1: call 1: boxes__fill must never be called",
        ),
        (
            {"limits": {"steps": 2}},
            "tests/boxes: the oracle does not score 1: ended as limit: 2 requests were not enough",
        ),
    ],
)
async def test_gold_that_its_own_rules_forbid_is_a_problem(
    tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    found = await checked(tmp_path, **changes)

    assert found.oracle < 1
    assert problem in found.problems


async def test_a_fact_that_a_refusal_states_is_a_problem(tmp_path: Path) -> None:
    found = await checked(tmp_path, **asking(LOOK, say=["sorry"]))

    assert found.floors == {"idle": 0.0, "refuser": 0.5}
    assert found.problems == (
        "tests/boxes: refuser succeeds; expect a fact that only the tools can tell",
        "tests: refuser scores 0.50; at most 0.15 is allowed; highest: tests/boxes (0.50)",
    )


async def test_a_refusal_that_passes_for_the_answer_survives_as_a_mutant_too(tmp_path: Path) -> None:
    found = await checked(tmp_path, **asking(say=["help"]))

    assert found.diagnosed == found.mutants - 1
    assert (
        "tests/boxes: mutant refuse of copy is not caught: it succeeds, and its score is not below 1"
        in found.problems
    )


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([LOOK], id="a look whose result nobody asks for"),
        pytest.param([{**PUT, "args": {"box": "b", "count": 0}}], id="a write of what is there already"),
    ],
)
async def test_gold_that_does_not_matter_is_a_problem(tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    found = await checked(tmp_path, **asking(*calls))

    assert found.floor_success == 1.0
    assert found.problems == (
        "tests/boxes: idle succeeds; expect a fact that only the tools can tell",
        "tests/boxes: refuser succeeds; expect a fact that only the tools can tell",
    )


async def test_a_matcher_that_takes_any_reply_is_a_problem(tmp_path: Path) -> None:
    found = await checked(tmp_path, **asking(LOOK, PUT, say=[{"regex": ".*", "example": "b"}]))

    score = f"{found.floors['idle']:.2f}"
    assert f"tests: idle scores {score}; at most 0.15 is allowed; highest: tests/boxes ({score})" in (
        found.problems
    )


async def test_a_matcher_that_takes_any_argument_is_listed_with_the_reason(tmp_path: Path) -> None:
    loose = {**PUT, "args": {"box": "b", "count": {"number": 3, "within": 5000}}}

    found = await checked(tmp_path, **asking(LOOK, loose, say=[3]))

    listed = [one for one in found.equivalents if one.target == "put.count"]
    assert listed
    assert all(one.scenario == "tests/boxes" and one.reason for one in listed)


async def test_a_world_that_breaks_under_a_mutant_is_a_problem(tmp_path: Path) -> None:
    whole = stage(tmp_path)
    breakable = await prepare_exam(scenario(), whole.home)

    found = await check_suite("tests", [breakable], whole, concurrency=1)

    assert any("it was not graded" in one and "ZeroDivisionError" in one for one in found.problems)


async def test_a_skeleton_may_occur_four_times_and_no_more(tmp_path: Path) -> None:
    copies = [await exam(tmp_path, id=f"copy-{n}") for n in range(5)]
    other = await exam(tmp_path, id="other", **asking(LOOK, say=[3]))

    assert repeated_skeletons([*copies[:4], other]) == []
    assert repeated_skeletons([*copies, other]) == [
        "5 scenarios have one skeleton of calls; at most 4 may: "
        "tests/copy-0, tests/copy-1, tests/copy-2, tests/copy-3, tests/copy-4"
    ]


async def test_the_same_calls_with_another_kind_of_change_are_another_skeleton(tmp_path: Path) -> None:
    copies = [await exam(tmp_path, id=f"copy-{n}") for n in range(4)]
    idle = await exam(
        tmp_path, id="nothing-changes", **asking(LOOK, {**PUT, "args": {"box": "b", "count": 0}})
    )

    assert repeated_skeletons([*copies, idle]) == []


async def test_an_operator_that_no_suite_uses_is_named(tmp_path: Path) -> None:
    found = await checked(tmp_path)
    every = (*get_args(CallOperator), *get_args(LineOperator))
    unused = set(every) - set(found.operators)

    assert "call_when_none" in unused
    assert unused_operators([found]) == [
        f"the mutation operator {name} is never used" for name in every if name in unused
    ]


async def test_whoever_watches_is_told_of_every_trial(tmp_path: Path) -> None:
    told: list[int] = []

    found = await check_suite("tests", [await exam(tmp_path)], stage(tmp_path, SOUND), 2, tick=told.append)

    assert told == list(range(1, found.mutants + 4))


async def test_what_is_found_can_be_read_by_programs(tmp_path: Path) -> None:
    found = await checked(tmp_path)

    data = found.as_json()

    assert {"suite", "scenarios", "oracle", "floor", "mutants", "diagnosed"} <= data.keys()
    assert (data["scenarios"], data["floor"]) == (1, 0.0)
