"""What a reply states: numbers, dates and words, in English and in Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.words import dates_in, fold, mentions, numbers_in, parse_date, same_day


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The total is $1,234.50.", [1234.5]),
        ("退款金额为１２３４元", [1234.0]),
        ("共3件,每件¥19.90", [3.0, 19.9]),
        ("It fell to -4 °C, then −5.", [-4.0, -5.0]),
        ("2 + 2 = 4", [2.0, 2.0, 4.0]),
        ("order O-1001 of 1.2.3", [1001.0]),
        ("12 %", [12.0]),
        ("5,000,000 and 1,2", [5000000.0, 1.0, 2.0]),
        ("nothing", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: list[float]) -> None:
    assert [n for n in numbers_in(text) if n in numbers] == numbers


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False).map(lambda x: round(x, 2)))
def test_every_amount_is_found_where_it_is_written(amount: float) -> None:
    assert amount in numbers_in(f"That makes ${amount:,.2f} in all.")
    assert amount in numbers_in(f"共{amount:.2f}元。")


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("It has SHIPPED.", "shipped", True),
        ("It was reshipped.", "shipped", False),
        ("order  O-17\nis here", "O-17 is", True),
        ("O-171", "O-17", False),
        ("订单已发货，请留意", "已发货", True),
        ("第３号", "第3号", True),
        ("it's “done”", '"done"', True),
        ("anything", " ", False),
    ],
)
def test_words_are_found_whole_in_latin_and_anywhere_in_chinese(text: str, wanted: str, said: bool) -> None:
    assert mentions(text, wanted) is said


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14",
        "2026/3/14",
        "March 14, 2026",
        "14 March",
        "Mar. 14th",
        "the 14th of March 2026",
        "2026年3月14日",
        "3月14号",
    ],
)
def test_a_day_is_a_day_however_it_is_written(text: str) -> None:
    day = parse_date(text)

    assert day is not None
    assert same_day(day, "2026-03-14")


@pytest.mark.parametrize("text", ["2025-03-14", "15 March 2026", "03/14", "soon", "March"])
def test_another_day_is_another_day(text: str) -> None:
    assert not any(same_day(day, "2026-03-14") for day in dates_in(text))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
