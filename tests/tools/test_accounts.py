"""Worlds that keep account of themselves, as those of other benchmarks do."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import JsonValue

from scenarios.scenario import Scenario
from scenarios.transcript import Change
from tests.tools.tiny_world import call, home
from tools.open_world import open_world
from tools.world import Refused, Spelt, World, WorldTool

pytestmark = pytest.mark.anyio


class Counter:
    """A number that knows where it began."""

    def __init__(self, state: Mapping[str, JsonValue]) -> None:
        self.begun = self.count = int(str(state["count"]))

    def snapshot(self) -> JsonValue:
        return {"count": self.count}

    def changes(self) -> tuple[Change, ...]:
        if self.count == self.begun:
            return (Change(path="/still", after=True, kind="added"),)
        return (Change(path="/count", before=self.begun, after=self.count, kind="changed"),)

    def reference(self) -> tuple[Change, ...]:
        return (Change(path="/count", before=self.begun, after=99, kind="changed"),)


def _raise(state: Counter, by: object) -> Spelt:
    """Add to the number, if it is one."""
    if not isinstance(by, int | float):
        raise Refused(f"Error: {by!r} is no number")
    state.count += int(by)
    return Spelt(text=f"now  {state.count}", value={"by": by})


COUNTING = World(
    name="counting",
    title="A number",
    tools=(
        WorldTool(
            name="raise",
            description="Add to the number.",
            input_schema={"type": "object", "properties": {"by": {"type": "integer"}}, "required": ["by"]},
            writes=True,
            run=_raise,
        ),
    ),
    begin=Counter,
    verbatim=True,
)


def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "suite": "tests",
            "id": "counting",
            "title": "Count",
            "servers": {"n": {"builtin": "counting", "state": {"count": 1}}},
            "segments": [{"id": "talk", "user": "Count."}],
        }
    )


@pytest.mark.parametrize("transport", ["memory", "http"])
async def test_such_a_world_is_asked_what_changed_wherever_others_live(
    transport: str, tmp_path: Path
) -> None:
    place = home(tmp_path, transport, worlds={"counting": COUNTING})  # type: ignore[arg-type] # any transport
    async with open_world(scenario(), home=place) as world:
        before = await world.snapshot()
        untouched = await world.changes(None)
        said = await world.call(call("n__raise", '{"by": 2.0}'))
        after = await world.changes(before)

        assert (said.text, said.structured) == ("now  3", {"by": 2.0})
        assert world.references() == {"n": (Change(path="/count", before=1, after=99, kind="changed"),)}
    assert untouched == {"n": (Change(path="/still", after=True, kind="added"),)}
    assert after == {"n": (Change(path="/count", before=1, after=3, kind="changed"),)}


async def test_its_tools_answer_for_wrong_arguments_themselves(tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path, worlds={"counting": COUNTING})) as world:
        said = await world.call(call("n__raise", '{"by": "two"}'))

    assert (said.problem, said.text) == ("tool_error", "Error: 'two' is no number")
