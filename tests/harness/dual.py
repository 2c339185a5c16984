"""A tiny world of two: the clerk turns a valve, the guest at home looks at the tap and opens it."""

from pathlib import Path
from typing import Any

from pydantic import JsonValue

from harness.exams.answer_key import prepare_exam
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.scenario import Scenario
from tests.harness.stage import stage
from tools.world import Refused, State, World, reads, users, writes


def read_meter(state: State) -> JsonValue:
    """Read the pressure."""
    return {"bar": state["bar"]}


def turn_valve(state: State, valve: str) -> JsonValue:
    """Turn a valve on."""
    if valve not in state["valves"]:
        raise Refused(f"no valve {valve}")
    state["valves"][valve] = "on"
    return {"valve": valve, "is": "on"}


def open_tap(state: State) -> JsonValue:
    """Open the tap and look."""
    state["tap"] = "open"
    return {"water": "runs" if state["valves"]["main"] == "on" else "none"}


WATER = World(
    name="water", title="Water", tools=(reads(read_meter), writes(turn_valve), users(writes(open_tap)))
)

SCRIPT: dict[str, Any] = {
    "opening": "No water here. I am in flat {flat}.",
    "start": "dry",
    "otherwise": "Pardon?",
    "states": {
        "dry": [
            {
                "when": ["tap"],
                "do": [{"id": "tap", "tool": "flat__open_tap"}],
                "say": "I opened it, and the water: {tap.water}.",
                "cases": [{"given": {"tap.water": "runs"}, "say": "It runs!", "to": "wet"}],
            },
            {"when": {"any_of": ["colleague", "transfer"]}, "say": "All right.", "stop": "transfer"},
        ],
        "wet": [{"say": "Thanks.", "stop": "done"}],
    },
}
USER: dict[str, Any] = {"goal": "You want water.", "knows": {"flat": 7}, "script": SCRIPT}
CALLS: list[dict[str, Any]] = [
    {"id": "meter", "tool": "works__read_meter"},
    {"id": "valve", "tool": "works__turn_valve", "args": {"valve": "main"}},
    {"id": "tap", "tool": "flat__open_tap", "after": ["valve"]},
]


def talk(**changes: Any) -> Scenario:
    """The water is off; `user` and other fields may be changed."""
    base: dict[str, Any] = {
        "suite": "tests",
        "id": "water",
        "title": "No water",
        "servers": {
            "works": {
                "builtin": "water",
                "state": {"bar": 4, "valves": {"main": "off", "garden": "off"}, "tap": "shut"},
            },
            "flat": {"shares": "works", "side": "user"},
        },
        "user": USER,
        "segments": [{"id": "call", "expect": {"calls": CALLS, "say": [4]}}],
    }
    return Scenario.model_validate({**base, **changes})


def with_user(**changes: Any) -> Scenario:
    return talk(user={**USER, **changes})


def waterworks(tmp_path: Path) -> Stage:
    return stage(tmp_path, WATER)


async def talk_exam(tmp_path: Path, scenario: Scenario | None = None) -> Exam:
    return await prepare_exam(scenario or talk(), waterworks(tmp_path).home)
