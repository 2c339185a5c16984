"""What the scripted users of the library make of words that a good agent may well choose."""

import pytest

from scenarios.load import find_suite, load_suite
from scenarios.script import fitting
from scenarios.user import Move


def move(name: str, state: str, reply: str) -> Move | None:
    suite, _, scenario = name.partition("/")
    (found,) = (one for one in load_suite(find_suite(suite)).scenarios if one.id == scenario)
    assert found.user is not None
    assert found.user.script is not None
    return fitting(found.user.script.states[state], reply)


@pytest.mark.parametrize(
    ("name", "state", "reply"),
    [
        ("parcel-locker/false-notice", "read", "That message is a scam. Do not pay it."),
        (
            "parcel-locker/false-notice",
            "read",
            "We never ask for money in a message, so please don't pay the fee.",
        ),
        ("home-energy/held-by-the-grid", "looked", "Please do not switch on the heating rod."),
        ("home-energy/breaker-trips-again", "tripped", "Do not try again, please."),
    ],
)
def test_a_warning_not_to_do_a_thing_is_not_taken_for_asking_for_it(
    name: str, state: str, reply: str
) -> None:
    found = move(name, state, reply)

    assert found is not None
    assert (found.do, found.stop) == ((), None)


@pytest.mark.parametrize(
    ("name", "state", "reply", "tool"),
    [
        ("mobile-phone/flight-mode", "named", "Please turn flight mode off.", "phone__switch_flight_mode"),
        (
            "mobile-phone/flight-mode",
            "looked",
            "That is it! Please turn it off.",
            "phone__switch_flight_mode",
        ),
        ("mobile-phone/roaming-off", "looked", "It has to be on. Turn it on.", "phone__switch_data_roaming"),
        ("mobile-phone/software-update", "looked", "Plug the phone in first.", "phone__plug_in_charger"),
        ("mobile-phone/zh-hong-kong", "已查看", "请打开“数据漫游”开关。", "phone__switch_data_roaming"),
        ("mobile-phone/zh-hong-kong", "已查看", "数据漫游是关的，请把它打开。", "phone__switch_data_roaming"),
        ("parcel-locker/door-next-to-it", "named", "Door 7 is open now, look in.", "wall__look_into"),
        ("parcel-locker/no-door-large-enough", "named", "LK-24, the PIN is 559 021.", "wall__walk_to"),
        ("parcel-locker/zh-pin-locked", "已看", "新的取件码是 338 256。", "wall__type_pin"),
        ("parcel-locker/wrong-wall", "named", "Which locker are you at?", "wall__read_sign"),
        ("home-energy/zh-no-power-after-paying", "已核实", "请按住按键 5 秒。", "home__hold_button"),
    ],
)
def test_other_words_for_the_same_are_understood(name: str, state: str, reply: str, tool: str) -> None:
    found = move(name, state, reply)

    assert found is not None
    assert [call.tool for call in found.do][:1] == [tool]


def test_an_agent_that_sees_the_cause_in_its_records_need_not_have_the_page_opened() -> None:
    found = move("mobile-phone/zh-data-used-up", "已核实", "您的流量用完了，这个月还需要多少流量？")

    assert found is not None
    assert found.to == "问价"
