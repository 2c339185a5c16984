"""The mobile phone: what arrives on it follows from the line, the place and the settings together."""

from typing import Any

import pytest

from scenarios.places import LIBRARY
from scenarios.yaml_file import read_yaml
from tools.servers import phone
from tools.state import Draft
from tools.world import Refused

FILES = ("world.yaml", "world.zh.yaml")


def holding(held: str, file: str = "world.yaml") -> Draft:
    world: Any = read_yaml(LIBRARY / "mobile-phone" / file).value
    return Draft({**world, "held": held})


def test_abroad_the_line_and_the_phone_both_have_to_roam() -> None:
    state = holding("P-703", "world.zh.yaml")
    assert phone.look_at_status(state) == {"network": "emergency calls only", "battery": 58}

    phone.allow_roaming(state, "L-703")
    assert phone.look_at_status(state) == {"network": "full", "battery": 58}
    assert phone.open_page(state) == {"loads": "no"}

    phone.switch_data_roaming(state, True)
    assert phone.open_page(state) == {"loads": "yes"}


def test_the_access_point_has_to_be_the_models() -> None:
    state = holding("P-102")

    phone.type_apn(state, "data.kestrel")
    assert phone.open_page(state) == {"loads": "no"}

    phone.type_apn(state, "lte.kestrel")
    assert phone.open_page(state) == {"loads": "yes"}


def test_a_pass_makes_a_slow_line_fast() -> None:
    state = holding("P-702", "world.zh.yaml")
    assert phone.open_page(state) == {"loads": "slowly"}

    assert phone.add_pass(state, "L-702", "中包")["gb_left"] == 8.7  # type: ignore[call-overload,index] # JSON
    assert phone.open_page(state) == {"loads": "yes"}


def test_an_update_needs_charge_and_brings_the_calls_back() -> None:
    state = holding("P-104")
    with pytest.raises(Refused, match="22 %"):
        phone.update_software(state)

    phone.plug_in_charger(state)
    assert phone.update_software(state) == {"software": "14.5"}
    assert phone.make_call(state) == {"connects": "yes"}


def test_versions_are_compared_by_their_parts() -> None:
    state = holding("P-101")
    state["phones"]["P-101"]["software"] = "9.10"
    assert phone.make_call(state) == {"connects": "no"}

    state["models"]["Nova 8"]["calls_need_software"] = "9.4"
    assert phone.make_call(state) == {"connects": "yes"}


def test_a_barred_line_and_a_blocked_card_have_emergency_calls_only() -> None:
    state = holding("P-106")
    assert phone.look_at_status(state)["network"] == "emergency calls only"  # type: ignore[call-overload,index] # JSON
    with pytest.raises(Refused, match="9 tries"):
        phone.type_puk(state, "00000000")
    assert phone.type_puk(state, "60733951")["network"] == "full"  # type: ignore[call-overload,index] # JSON

    phone.bar_line(state, "L-106")
    assert phone.look_at_status(state)["network"] == "emergency calls only"  # type: ignore[call-overload,index] # JSON


def test_no_network_where_works_go_on_and_none_in_flight_mode() -> None:
    state = holding("P-103")
    assert phone.look_at_status(state)["network"] == "none"  # type: ignore[call-overload,index] # JSON
    assert phone.switch_flight_mode(state, False)["network"] == "full"  # type: ignore[call-overload,index] # JSON

    state["phones"]["P-103"]["place"] = "Eastwick"
    assert phone.restart_phone(state)["network"] == "none"  # type: ignore[call-overload,index] # JSON


@pytest.mark.parametrize("file", FILES)
def test_every_line_has_a_card_a_plan_a_model_and_a_phone(file: str) -> None:
    world: Any = read_yaml(LIBRARY / "mobile-phone" / file).value

    lines = world["lines"]
    assert sorted(one["line"] for one in world["phones"].values()) == sorted(lines)
    assert sorted(one["sim"] for one in lines.values()) == sorted(world["sims"])
    assert {one["plan"] for one in lines.values()} <= set(world["plans"])
    assert all(one["model"] == lines[one["line"]]["model"] for one in world["phones"].values())
