"""Results files of tau2's own runner; the trials in them are graded where tau2 is installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.foreign.tau2_results import Regraded, read_results, regrade, summary
from scenarios.problem import ScenarioError
from scoring.their_verdict import TheirVerdict
from tests.tools.tiny_world import home

TASK: dict[str, Any] = {
    "id": "make_1",
    "user_scenario": {"persona": None, "instructions": "Ask for one."},
    "ticket": "Make one.",
    "initial_state": None,
    "evaluation_criteria": {
        "actions": [
            {
                "action_id": "x",
                "requestor": "assistant",
                "name": "create_task",
                "arguments": {"user_id": "user_1", "title": "One"},
                "compare_args": None,
            }
        ],
        "env_assertions": None,
        "communicate_info": None,
        "nl_assertions": ["It was kind."],
        "reward_basis": ["DB", "COMMUNICATE"],
    },
}


def call(title: str, answer: str | None = None) -> list[dict[str, Any]]:
    made = {"id": "c", "name": "create_task", "requestor": "assistant"}
    said = {"task_id": "task_2", "title": title, "description": None, "status": "pending"}
    return [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{**made, "arguments": {"user_id": "user_1", "title": title}}],
        },
        {
            "id": "c",
            "role": "tool",
            "content": answer or json.dumps(said),
            "requestor": "assistant",
            "error": False,
        },
    ]


def simulation(
    messages: list[dict[str, Any]], reward: float | None, why: str = "user_stop", trial: int = 0
) -> dict[str, Any]:
    whole = [
        {"role": "assistant", "content": "Hi!", "tool_calls": None},
        {"role": "user", "content": "One, please.", "tool_calls": None},
        *messages,
        {"role": "assistant", "content": "Done.", "tool_calls": None},
        {"role": "user", "content": "###STOP###", "tool_calls": None},
    ]
    info = None if reward is None else {"reward": reward}
    return {
        "task_id": "make_1",
        "trial": trial,
        "termination_reason": why,
        "messages": whole,
        "reward_info": info,
    }


def results(folder: Path, *simulations: dict[str, Any], **change: Any) -> Path:
    whole = {
        "timestamp": "2026-01-01",
        "info": {
            "agent_info": {"implementation": "llm_agent", "llm": "some-model"},
            "user_info": {"implementation": "user_simulator", "llm": "some-user"},
            "environment_info": {"domain_name": "mock"},
        },
        "tasks": [TASK],
        "simulations": list(simulations),
        **change,
    }
    file = folder / "theirs.json"
    file.write_text(json.dumps(whole), "utf-8")
    return file


def test_a_file_is_read_with_who_played_it(tmp_path: Path) -> None:
    found = read_results(results(tmp_path, simulation([], 0.0)))

    assert (found.domain, found.solo, found.agent, found.user) == ("mock", False, "some-model", "some-user")
    assert list(found.tasks) == ["make_1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "no results file of tau2's"),
        (
            '{"info": {"environment_info": {"domain_name": "bank"}}, "tasks": [], "simulations": []}',
            "domain 'bank'",
        ),
    ],
)
def test_what_is_no_results_file_is_told_why(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(text, "utf-8")

    with pytest.raises(ScenarioError, match=message):
        read_results(tmp_path / "other.json")


@pytest.mark.anyio
@pytest.mark.e2e
@pytest.mark.tau2
async def test_trials_are_graded_by_playing_their_calls_again(tmp_path: Path) -> None:
    file = results(
        tmp_path,
        simulation(call("One"), 1.0),
        simulation(call("Two"), 1.0, trial=1),
        simulation(call("One", answer='{"task_id": "task_9"}'), None, trial=2),
        simulation(call("One"), 0.0, why="max_steps", trial=3),
    )

    found = await regrade(read_results(file), home(tmp_path))

    assert [one.verdict.success for one in found] == [True, False, True, False]
    assert [one.differs for one in found] == [False, True, False, False]
    assert [one.ended for one in found] == ["done", "done", "done", "limit"]
    assert found[2].notes == ("mock__create_task (c) answers otherwise than recorded",)
    assert _counts(found) == {
        "trials": 4,
        "recorded": 2,
        "success": 2,
        "corrected": 2,
        "unknown": 0,
        "differ": 1,
    }


@pytest.mark.anyio
@pytest.mark.e2e
@pytest.mark.tau2
async def test_two_calls_with_one_id_are_each_compared_with_their_own_answer(tmp_path: Path) -> None:
    second = json.dumps({"task_id": "task_3", "title": "Two", "description": None, "status": "pending"})
    file = results(tmp_path, simulation([*call("One"), *call("Two", answer=second)], 0.0))

    (found,) = await regrade(read_results(file), home(tmp_path))

    assert (found.notes, found.verdict.success) == ((), False)


def test_what_is_not_known_differs_from_nothing() -> None:
    unknown = TheirVerdict(benchmark="tau2", success=None, reason="nobody was asked")
    wrong = TheirVerdict(benchmark="tau2", success=False, reason="")

    assert not regraded(recorded=0.0, verdict=unknown).differs
    assert not regraded(recorded=1.0, verdict=unknown).differs
    assert not regraded(recorded=None, verdict=wrong).differs
    assert regraded(recorded=1.0, verdict=wrong).differs


def regraded(recorded: float | None, verdict: TheirVerdict) -> Regraded:
    return Regraded(task="t", trial=0, ended="done", recorded=recorded, verdict=verdict)


def _counts(found: list[Regraded]) -> dict[str, Any]:
    return dict(summary(found))
