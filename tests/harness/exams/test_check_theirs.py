"""Suites of other benchmarks: what is so of them is told, and only what is ours can fail."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from harness.exams.answer_key import prepare_exam
from harness.exams.check import SuiteCheck, Unsolved
from harness.exams.check_theirs import check_their_suite
from scenarios.exam import Exam
from scenarios.theirs import Theirs
from scoring.theirs import NoRules
from tests.harness.stage import BOXES, fill, peek, scenario, stage
from tools.world import World, reads, writes

pytestmark = pytest.mark.anyio

SOUND = World(name="boxes", title="Boxes", tools=(reads(peek), writes(fill)))
"""The boxes without the tool that breaks, which mutants would call too."""
REFERENCE: list[JsonValue] = [
    {"name": "peek", "arguments": {"box": "a"}},
    {"name": "fill", "arguments": {"box": "b", "count": 3}},
]
NOTHING: dict[str, Any] = {"segments": [{"id": "copy", "user": "Copy a to b.", "expect": {}}]}


def theirs(benchmark: str = "tau2", **criteria: Any) -> Theirs:
    """By tau2's rules on our boxes, a task is solved when its reference actions were made."""
    wanted: dict[str, JsonValue] = {"reward_basis": ["ACTION"], "actions": REFERENCE, **criteria}
    asked: dict[str, JsonValue] = {"server": "boxes", "evaluation_criteria": wanted}
    return Theirs(benchmark=benchmark, version="1.0", data="0" * 64, criteria=asked)


async def exam(tmp_path: Path, world: World = SOUND, **changes: Any) -> Exam:
    return await prepare_exam(scenario(**{"theirs": theirs(), **changes}), stage(tmp_path, world).home)


async def checked(tmp_path: Path, *exams: Exam, world: World = SOUND) -> SuiteCheck:
    return await check_their_suite("tests", exams, stage(tmp_path, world), concurrency=2)


async def unsolved(tmp_path: Path, **changes: Any) -> tuple[Unsolved, SuiteCheck]:
    """What is said of the one task of a suite, which its gold does not solve."""
    found = await checked(tmp_path, await exam(tmp_path, **changes))
    assert found.theirs is not None
    assert (found.theirs.solved, found.oracle, found.mutants) == (0, 0.0, 0)
    (one,) = found.theirs.unsolved
    return one, found


async def test_what_gold_and_silence_solve_is_counted_by_their_rules(tmp_path: Path) -> None:
    for_nothing = theirs(reward_basis=["COMMUNICATE"])
    found = await checked(
        tmp_path, await exam(tmp_path), await exam(tmp_path, id="for-nothing", theirs=for_nothing)
    )

    assert (found.oracle, found.floors, found.floor_success) == (1.0, {"idle": 0.5, "refuser": 0.5}, 0.5)
    assert found.theirs is not None
    assert (found.theirs.benchmark, found.theirs.version) == ("tau2", "1.0")
    assert (found.theirs.solved, found.theirs.unsolved) == (2, ())
    assert found.problems == ()


async def test_a_mutant_that_their_rules_let_pass_is_counted_and_diagnosed_all_the_same(
    tmp_path: Path,
) -> None:
    found = await checked(tmp_path, await exam(tmp_path))

    assert found.theirs is not None
    assert found.theirs.passed["duplicate_call"] == 2
    assert "swap_tool" not in found.theirs.passed
    assert found.mutants == found.diagnosed == sum(found.operators.values())
    assert found.problems == ()


async def test_an_answer_that_is_refused_for_no_known_reason_is_a_problem(tmp_path: Path) -> None:
    other = [{"name": "peek", "arguments": {"box": "b"}}]

    one, found = await unsolved(tmp_path, theirs=theirs(actions=other))

    assert one.why is None
    assert found.problems == (
        "tests/boxes: its own answer is refused, and no known reason explains it: "
        'reward 0: 0 of 1 reference actions made; missing: peek(box="b")',
    )


async def test_a_task_without_an_answer_of_its_own_is_listed_with_that_reason(tmp_path: Path) -> None:
    asserted = theirs(actions=None, env_assertions=[{"func_name": "is_full"}], reward_basis=["ENV_ASSERTION"])

    one, found = await unsolved(tmp_path, theirs=asserted, **NOTHING)

    assert one.scenario == "tests/boxes"
    assert (
        one.why == "it asserts what the world must become, and has no reference action that brings it about"
    )
    assert one.verdict.startswith("reward 0: is_full()")
    assert found.problems == ()


async def test_a_known_defect_of_their_rules_is_the_reason(tmp_path: Path) -> None:
    """Commas are taken out of what was said, so a text with one is never told by tau2's rule."""
    comma = theirs(reward_basis=["COMMUNICATE"], communicate_info=["1,000"])
    told: dict[str, Any] = {"segments": [{"id": "copy", "user": "How many?", "expect": {"say": ["1,000"]}}]}

    one, found = await unsolved(tmp_path, theirs=comma, **told)

    assert one.why == "a known defect of its rules: communicate_comma"
    assert found.problems == ()


async def test_what_a_judge_has_to_decide_is_no_problem(tmp_path: Path) -> None:
    judged = theirs(reward_basis=["NL_ASSERTION"], nl_assertions=["The agent is kind."])

    one, found = await unsolved(tmp_path, theirs=judged)

    assert one.why == "assertions in natural language decide it, and no judge is asked"
    assert found.problems == ()


async def test_a_verdict_that_nobody_can_give_is_a_problem(tmp_path: Path) -> None:
    unknown = theirs(reward_basis=["ACTION", "NL_ASSERTION", "MOOD"], nl_assertions=["The agent is kind."])

    one, found = await unsolved(tmp_path, theirs=unknown)

    assert one.why is None
    assert "tests/boxes: there is no verdict on oracle: nobody here knows how to judge MOOD" in found.problems


async def test_gold_that_cannot_be_played_to_its_end_is_a_problem(tmp_path: Path) -> None:
    _, found = await unsolved(tmp_path, limits={"steps": 1})

    (problem,) = found.problems
    assert problem.startswith("tests/boxes: gold cannot be played to its end: it ended as `limit`")


async def test_a_server_that_breaks_is_a_problem(tmp_path: Path) -> None:
    found = await checked(tmp_path, await exam(tmp_path, BOXES), world=BOXES)

    assert found.oracle == 1.0
    assert found.problems
    assert all("could not be played" in one and "ZeroDivisionError" in one for one in found.problems)


async def test_a_benchmark_whose_rules_nobody_knows_is_not_begun_with(tmp_path: Path) -> None:
    with pytest.raises(NoRules, match="nobody knows the rules of 'games'"):
        await checked(tmp_path, await exam(tmp_path, theirs=theirs("games")))


async def test_rules_that_raise_are_a_problem_and_no_end_of_the_check(tmp_path: Path) -> None:
    unreadable = Theirs(benchmark="bfcl", version="1.0", data="0" * 64, criteria={"category": 3})

    one, found = await unsolved(tmp_path, theirs=unreadable)

    assert "raised ValidationError" in one.verdict
    assert len(found.problems) > 3
    assert all("there is no verdict on" in problem for problem in found.problems)
