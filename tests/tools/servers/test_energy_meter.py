"""Electricity at home: readings, codes and breakers, each of which may be another than it seems."""

from typing import Any

import pytest

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers import energy_meter as energy
from tools.state import Draft
from tools.world import Refused

FILES = ("world.yaml", "world.zh.yaml")


def before(meter: str, home: str, file: str = "world.yaml") -> Draft:
    world: Any = read_yaml(LIBRARY / "home-energy" / file).value
    return Draft({**world, "held": {"meter": meter, "home": home}})


def test_a_reading_takes_the_place_of_one_that_the_meter_did_not_send() -> None:
    state = before("M-1", "H-1")
    assert energy.get_readings(state, "A-401")["to_pay"] == 13893.3  # type: ignore[call-overload,index] # JSON

    assert energy.record_reading(state, "A-401", 4821) == {"account": "A-401", "used": 2919, "to_pay": 875.7}
    assert energy.get_readings(state, "A-401") == {
        "account": "A-401",
        "readings": [
            {"day": "2025-11-20", "kwh": 1902, "how": "sent"},
            {"day": "2026-11-18", "kwh": 4821, "how": "told"},
        ],
        "to_pay": 875.7,
    }


def test_a_meter_never_runs_backwards() -> None:
    with pytest.raises(Refused, match="1902"):
        energy.record_reading(before("M-1", "H-1"), "A-401", 482)


def test_the_button_goes_round_the_screens() -> None:
    state = before("M-82", "H-81", "world.zh.yaml")
    assert energy.read_display(state) == {"screen": "峰", "shows": "1203.4"}

    energy.press_button(state)
    assert energy.press_button(state) == {"screen": "总", "shows": "3868.6"}
    assert energy.press_button(state) == {"screen": "峰", "shows": "1203.4"}


def test_a_code_counts_once_at_its_own_meter_and_the_debt_is_kept() -> None:
    state = before("M-4", "H-1")
    assert energy.type_code(state, "5016-7742-3391") == {"result": "rejected", "credit": 2.1}

    code = energy.issue_code(state, "Y-88", "EM-3391")
    assert code == {"code": "4417-0926-8835", "credit": 25.5, "kept_for_debt": 4.5}
    assert energy.type_code(state, "4417-0926-8835") == {"result": "accepted", "credit": 27.6}
    assert energy.type_code(state, "4417-0926-8835") == {"result": "rejected", "credit": 27.6}


def test_a_meter_lets_current_through_once_it_is_released_and_its_button_held() -> None:
    state = before("M-81", "H-81", "world.zh.yaml")
    assert energy.hold_button(state) == {"light_of_the_meter": "red"}

    energy.release_meter(state, "EM-8801")
    assert energy.check_meter(state, "EM-8801")["lets_current_through"] is False  # type: ignore[call-overload,index] # JSON
    assert energy.hold_button(state) == {"light_of_the_meter": "green"}


def test_a_breaker_with_a_fault_behind_it_trips_again() -> None:
    state = before("M-5", "H-4")

    assert energy.push_breaker_up(state, "sockets") == {"breaker": "sockets", "stays": "up"}
    assert energy.push_breaker_up(state, "heat pump") == {"breaker": "heat pump", "stays": "trips again"}
    assert energy.look_at_breakers(state) == {"main": "on", "sockets": "on", "heat pump": "off"}


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    state = before("M-1", "H-1")

    with pytest.raises(Refused, match="free: 2026-11-19"):
        energy.book_electrician(state, "A-401", "2026-11-21")
    with pytest.raises(Refused, match="No breaker"):
        energy.push_breaker_up(state, "cellar")
    with pytest.raises(Refused, match="no meter EM-1"):
        energy.go_to_meter(state, "EM-1")
    with pytest.raises(Refused, match="No meter"):
        energy.check_meter(state, "EM-1")


@pytest.mark.parametrize("file", FILES)
def test_every_account_has_a_tariff_readings_and_a_meter(file: str) -> None:
    world: Any = read_yaml(LIBRARY / "home-energy" / file).value

    assert {one["tariff"] for one in world["accounts"].values()} <= set(world["tariffs"])
    assert sorted(world["readings"]) == sorted(world["accounts"])
    serials = {one["serial"] for one in world["meters"].values()}
    assert {one["serial"] for one in world["accounts"].values()} <= serials
