"""The home network: two sides that see different halves of one world, and do different things to it."""

from typing import Any

import pytest

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers import router
from tools.state import Draft
from tools.world import Refused

FILES = ("world.yaml", "world.zh.yaml")


def home(held: str) -> Draft:
    world: Any = read_yaml(LIBRARY / "home-network" / "world.yaml").value
    return Draft({**world, "held": held})


def test_a_reset_line_comes_back_only_after_a_restart() -> None:
    state = home("R-31")
    assert router.look_at_lights(state) == {"power": "green", "internet": "orange", "wifi": "green"}

    router.reset_line(state, "L-31")
    assert router.check_line(state, "L-31")["router_answers"] is False  # type: ignore[call-overload,index] # JSON

    assert router.restart_router(state) == {"power": "green", "internet": "green", "wifi": "green"}
    assert router.speed_test(state) == {"mbps": 96}


def test_a_restart_helps_nothing_while_the_line_is_stuck() -> None:
    state = home("R-31")

    assert router.restart_router(state) == {"power": "green", "internet": "orange", "wifi": "green"}
    assert router.speed_test(state) == {"mbps": 0}


def test_a_loose_cable_is_red_and_plugging_it_in_is_enough() -> None:
    state = home("R-32")
    assert router.check_cables(state) == {"power": "firm", "line": "loose"}
    assert router.look_at_lights(state) == {"power": "green", "internet": "red", "wifi": "green"}

    router.plug_cable(state, "line")

    assert router.look_at_lights(state) == {"power": "green", "internet": "green", "wifi": "green"}
    assert router.speed_test(state) == {"mbps": 231}


def test_a_crowded_channel_leaves_a_tenth() -> None:
    state = home("R-33")
    assert router.speed_test(state) == {"mbps": 5.0}

    router.set_channel(state, 6)

    assert router.speed_test(state) == {"mbps": 50}


def test_nothing_at_home_helps_in_an_outage() -> None:
    state = home("R-34")

    assert router.restart_router(state)["internet"] == "orange"  # type: ignore[call-overload,index] # JSON
    assert router.get_outage(state, "dike")["outage"]["until"] == "2026-03-14T21:30"  # type: ignore[call-overload,index] # JSON


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    state = home("R-35")

    with pytest.raises(Refused, match="cut"):
        router.reset_line(state, "L-35")
    with pytest.raises(Refused, match="free: 2026-03-16 afternoon"):
        router.book_visit(state, "C-248", "2026-03-16", "morning")
    with pytest.raises(Refused, match="No contract"):
        router.find_customer(state, "123")
    with pytest.raises(Refused, match="basic"):
        router.change_plan(state, "C-248", "huge")


@pytest.mark.parametrize("file", FILES)
def test_every_customer_has_a_line_and_every_line_a_router(file: str) -> None:
    world: Any = read_yaml(LIBRARY / "home-network" / file).value

    lines = [one["line"] for one in world["customers"].values()]
    assert sorted(lines) == sorted(world["lines"]) == sorted(one["line"] for one in world["routers"].values())
    assert {one["plan"] for one in world["customers"].values()} <= set(world["plans"])


def test_each_side_has_tools_of_its_own() -> None:
    sides = {tool.name: tool.side for tool in router.ROUTER.tools}

    assert sides["reset_line"] == "agent"
    assert sides["restart_router"] == "user"
