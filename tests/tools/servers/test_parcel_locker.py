"""The parcel lockers: codes work at their own wall only, and sensors, notices and photos may differ."""

from typing import Any

import pytest

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers import parcel_locker as wall
from tools.state import Draft
from tools.world import Refused

FILES = ("world.yaml", "world.zh.yaml")


def standing(locker: str, notice: str, file: str = "world.yaml") -> Draft:
    world: Any = read_yaml(LIBRARY / "parcel-locker" / file).value
    return Draft({**world, "held": {"locker": locker, "notice": notice}})


def test_a_pin_opens_its_own_wall_only_and_stays_good() -> None:
    state = standing("LK-22", "N-1")
    assert wall.type_pin(state, "480216") == {"result": "wrong code"}

    wall.walk_to(state, "LK-21")
    assert wall.type_pin(state, "480216") == {"result": "open", "door": "3"}
    assert wall.take_out(state, "3") == {"door": "3", "taken": "PK-3101"}
    assert wall.find_parcel(state, "PK-3101")["state"] == "collected"  # type: ignore[call-overload,index] # JSON


def test_three_wrong_tries_lock_a_parcel_until_it_has_a_new_pin() -> None:
    state = standing("LK-21", "N-1")
    for _ in range(3):
        wall.type_pin(state, "000000")
    assert wall.type_pin(state, "480216") == {"result": "wrong code"}

    assert wall.new_pin(state, "PK-3101") == {"parcel": "PK-3101", "pin": "917350"}
    assert wall.type_pin(state, "480216") == {"result": "wrong code"}
    assert wall.type_pin(state, "917350") == {"result": "open", "door": "3"}


def test_a_code_is_read_by_a_clean_scanner_only() -> None:
    state = standing("LK-21", "N-1")
    state["lockers"]["LK-21"]["scanner"] = "smeared"
    assert wall.scan_code(state) == {"result": "cannot read the code"}

    wall.wipe_scanner(state)
    assert wall.look_at_terminal(state) == {"screen": "on", "scanner": "clean"}
    assert wall.scan_code(state) == {"result": "open", "door": "3"}


def test_the_code_of_a_false_notice_opens_nothing() -> None:
    assert wall.scan_code(standing("LK-24", "N-2")) == {"result": "unknown code"}


def test_a_shut_door_shows_nothing_until_the_desk_opens_it() -> None:
    state = standing("LK-22", "N-3")
    with pytest.raises(Refused, match="shut"):
        wall.look_into(state, "7")

    wall.open_door(state, "LK-22", "7")
    assert wall.look_into(state, "7") == {"door": "7", "inside": "PK-3103"}


def test_a_parcel_goes_into_a_door_of_its_size_that_is_free() -> None:
    state = standing("LK-23", "N-4")
    with pytest.raises(Refused, match="No door of size L"):
        wall.reserve_door(state, "LK-23", "PK-3104", "L")

    wall.reserve_door(state, "LK-23", "PK-3104", "M")
    wall.type_pin(state, "559021")
    with pytest.raises(Refused, match="does not go in"):
        wall.put_in(state, "2", "PK-3104")


def test_a_door_that_is_reported_is_given_to_nobody() -> None:
    state = standing("LK-81", "N-82", "world.zh.yaml")
    wall.report_door(state, "LK-81", "09", "dirty")

    with pytest.raises(Refused, match="没有空闲的 M 号格口"):
        wall.reserve_door(state, "LK-81", "PK-8102", "M")


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    state = standing("LK-21", "N-1")

    with pytest.raises(Refused, match="2026-06-04"):
        wall.redeliver(state, "PK-3107", "2026-06-05", "shop")
    with pytest.raises(Refused, match="at the depot"):
        wall.new_pin(state, "PK-3107")
    with pytest.raises(Refused, match="once already"):
        wall.keep_longer(state, "PK-3105", "2026-06-09")
    with pytest.raises(Refused, match="No customer"):
        wall.parcels_of(state, "123")


@pytest.mark.parametrize("file", FILES)
def test_every_parcel_has_a_customer_and_what_lies_in_a_locker_lies_behind_a_door(file: str) -> None:
    world: Any = read_yaml(LIBRARY / "parcel-locker" / file).value

    assert {one["customer"] for one in world["parcels"].values()} <= set(world["customers"])
    behind = {one["inside"] for locker in world["lockers"].values() for one in locker["doors"].values()}
    assert {key for key, one in world["parcels"].items() if one["state"] == "in locker"} <= behind
    assert sorted(world["runs"]) == sorted(world["lockers"])
