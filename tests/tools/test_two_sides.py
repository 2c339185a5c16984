"""One world, two servers: the model's tools and the simulated user's."""

from pathlib import Path

import pytest

from scenarios.scenario import Scenario, Transport
from tests.tools.tiny_world import SHARED_NAME, START, call, home
from tools.failure import WorldFailed
from tools.open_world import open_world

pytestmark = pytest.mark.anyio


def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "suite": "tests",
            "id": "two",
            "title": "Two sides",
            "servers": {
                "mine": {"shares": "notes", "side": "user"},
                "notes": {"builtin": SHARED_NAME, "state": START},
            },
            "segments": [{"id": "talk"}],
            "user": {"goal": "You want order."},
        }
    )


@pytest.mark.parametrize("transport", ["memory", "stdio", "http"])
async def test_both_sides_work_in_one_world(transport: Transport, tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path, transport)) as world:
        assert [tool.name for tool in world.tools] == ["notes__list_notes", "notes__add_note"]
        assert [tool.name for tool in world.user_tools] == ["mine__tidy_up"]

        await world.call(call("notes__add_note", '{"text": "two"}'))
        gone = await world.call(call("mine__tidy_up", '{"note": "N-1"}'), "user")
        left = await world.call(call("notes__list_notes"))

        assert gone.text == "gone"
        assert left.structured == [{"id": "N-2", "text": "two", "stars": 0}]
        assert await world.snapshot() == {"notes": {"notes": {"N-2": {"text": "two", "stars": 0}}}}


async def test_neither_side_knows_the_tools_of_the_other(tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path)) as world:
        taken = await world.call(call("mine__tidy_up", '{"note": "N-1"}'))
        lent = await world.call(call("notes__list_notes"), "user")

    assert (taken.problem, lent.problem) == ("unknown_tool", "unknown_tool")


async def test_a_world_that_does_not_start_is_named_before_long(tmp_path: Path) -> None:
    broken = scenario().model_copy(update={"servers": dict(scenario().servers)})
    missing = broken.servers["notes"].model_copy(update={"builtin": "tests.tools.tiny_world:NOTHING"})
    broken.servers["notes"] = missing
    here = home(tmp_path, "http", worlds={"tests.tools.tiny_world:NOTHING": None}, open_timeout=60.0)

    with pytest.raises(WorldFailed) as caught:
        async with open_world(broken, home=here):
            raise AssertionError("it opened")

    assert caught.value.kind == "server_exited"
