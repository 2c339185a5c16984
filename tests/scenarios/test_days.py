"""The days that a reply names, in English and in Chinese."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.days import dates_in, parse_date, same_day


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14",
        "2026/3/14",
        "2026.03.14",
        "2026-03-14T10:20",
        "March 14, 2026",
        "14 March",
        "Mar. 14th",
        "the 14th of March 2026",
        "Saturday, 14 March",
        "Sat, Mar 14",
        "14-Mar-2026",
        "14. March 2026",
        "**14 March**",
        "14/03/2026",
        "03/14/2026",
        "14.03.2026",
        "2026年3月14日",
        "2026 年 3 月 14 日",
        "3月14号",
        "3月14日（周六）",
        "3月14（星期六）",
        "３月１４日",
        "三月十四日",
        "二〇二六年三月十四日",
    ],
)
def test_a_day_is_a_day_however_it_is_written(text: str) -> None:
    day = parse_date(text)

    assert day is not None
    assert same_day(day, "2026-03-14")


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-14",
        "15 March 2026",
        "03/14",
        "soon",
        "March",
        "2026-03-140",
        "O-14 in March",
        "3月14个",
        "14:03 March",
    ],
)
def test_another_day_is_another_day(text: str) -> None:
    assert not any(same_day(day, "2026-03-14") for day in dates_in(text))


def test_a_day_that_may_be_two_is_not_guessed_at() -> None:
    assert dates_in("03/04/2026") == []
    assert dates_in("04/04/2026") == [(2026, 4, 4)]
    assert dates_in("03.04.2026") == [(2026, 4, 3)]


def test_what_no_calendar_has_is_no_day() -> None:
    assert dates_in("2026-02-30, 31 April, 13月1日, 45 May") == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("14–16 April", [14, 16]),
        ("from Tuesday 14 to Thursday, 16 April", [14, 16]),
        ("the 14th to the 16th of April 2026", [14, 16]),
        ("April 14–16, 2026", [14, 16]),
        ("3 and 6 April", [3, 6]),
        ("April 3 and 6", [3, 6]),
        ("2, 9 and 23 April", [2, 9, 23]),
        ("4月3日和6日", [3, 6]),
        ("4月14日（周二）至16日", [14, 16]),
        ("4月14-16日", [14, 16]),
        ("4月2日、9日、23日", [2, 9, 23]),
        ("4月3日、4月6日", [3, 6]),
    ],
)
def test_days_that_share_a_month_are_all_named(text: str, days: list[int]) -> None:
    assert [(month, day) for _, month, day in dates_in(text)] == [(4, day) for day in days]


def test_a_number_after_a_day_is_no_day() -> None:
    assert dates_in("On 14 March 16 seats were left, at 12.50 each.") == [(None, 3, 14)]
    assert dates_in("March 14, 120 people") == [(None, 3, 14)]


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_found_where_it_is_written(day: date) -> None:
    month = day.strftime("%B")
    for text in (
        f"It comes on {day.isoformat()}.",
        f"It comes on {day:%A}, {day.day} {month} {day.year}, in the morning.",
        f"It comes on {month} {day.day}, {day.year}!",
        f"| **{day.day} {month[:3]} {day.year}** |",
        f"{day.year}年{day.month}月{day.day}日送达",
    ):
        assert dates_in(text) == [(day.year, day.month, day.day)]
