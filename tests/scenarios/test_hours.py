"""The times of day that a reply names, in English and in Chinese."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.hours import parse_time, times_in


def names(text: str, time: str) -> bool:
    return any(parse_time(time) in named for named in times_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "15:40",
        "at 15:40:00",
        "2026-03-14T15:40",
        "3:40 pm",
        "3:40PM",
        "3.40 p.m.",
        "3:40 in the afternoon",
        "3:40",
        "时间：15:40",
        "15点40分",
        "15时40分",
        "下午3:40",
        "下午 3 点 40 分",
        "下午三点四十分",
        "３：４０",
    ],
)
def test_a_time_is_a_time_however_it_is_written(text: str) -> None:
    assert names(text, "15:40")


@pytest.mark.parametrize(
    "text",
    [
        "03:40",
        "3:40 am",
        "上午3:40",
        "凌晨三点四十分",
        "15:4",
        "115:40",
        "3.40",
        "15:41",
        "3:40 in the morning",
    ],
)
def test_another_time_is_another_time(text: str) -> None:
    assert not names(text, "15:40")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("4 pm", "16:00"),
        ("4 o'clock", "16:00"),
        ("10am", "10:00"),
        ("9:00", "09:00"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("12:15 am", "00:15"),
        ("12:15 pm", "12:15"),
        ("上午十点", "10:00"),
        ("中午12点半", "12:30"),
        ("三点三刻", "15:45"),
        ("18时", "18:00"),
        ("晚上6点整", "18:00"),
        ("4–5 pm", "16:00"),
        ("from 4:30 to 5 p.m.", "16:30"),
        ("下午两点至四点", "16:00"),
        ("13:30到14:00", "14:00"),
    ],
)
def test_hours_alone_halves_of_the_day_and_ranges_are_understood(text: str, time: str) -> None:
    assert names(text, time)


@pytest.mark.parametrize("text", ["in 30小时", "45 minutes", "三小时", "1:0", "16:9", "25:10", "下午"])
def test_lengths_and_ratios_are_no_times(text: str) -> None:
    assert times_in(text) == []


def test_a_time_of_a_scenario_is_written_with_a_colon() -> None:
    assert parse_time("9:05") == parse_time("09:05") == 545
    assert parse_time("24:00") is parse_time("9 am") is parse_time("9:5") is None


@settings(deadline=None)
@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_is_found_where_it_is_written(hour: int, minute: int) -> None:
    wanted = f"{hour:02}:{minute:02}"
    half = "pm" if hour >= 12 else "am"
    for text in (
        f"It leaves at {wanted}.",
        f"at {hour % 12 or 12}:{minute:02} {half}",
        f"{hour}点{minute}分开车",
    ):
        assert names(text, wanted)
    assert not names(f"at {hour % 12 or 12}:{minute:02} {half}", f"{(hour + 12) % 24:02}:{minute:02}")
