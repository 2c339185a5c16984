"""The numbers that a reply states as amounts, and those that only stand in it."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.amounts import last_number, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The total is $1,234.50.", [1234.5]),
        ("退款金额为１２３４元", [1234]),
        ("共3件,每件¥19.90", [3, 19.9]),
        ("It fell to -4 °C, then −5.", [-4, -5]),
        ("2 + 2 = 4", [2, 2, 4]),
        ("12 %", [12]),
        ("5,000,000 and 1,2", [5000000, 1, 2]),
        ("**42.50** EUR, or EUR42.50, or €42,50, or 42,50 €", [42.5, 42.5, 42.5, 42.5]),
        ("1.280,00 € and 1'280.00 and 1\u202f280", [1280, 1280, 1280]),
        ("US$12.5, RMB128, ￥1,280.00/年", [12.5, 128, 1280]),
        ("a discount of -¥18.24", [-18.24]),
        ("10kg, 20个, 303m³, 7.5 kN/m²", [10, 20, 303, 7.5]),
        ("2½ hours, ¾ of it", [2.5, 0.75]),
        ("6.96万元，1.5 million, 12k", [69600, 1500000, 12000]),
        ("42–45", [42, 45]),
        ("2x red, x3 blue, × 4", [2, 3, 4]),
        ("vpn2.norwick.example:4433", [4433]),
        ("No.5 on page 12, in the 3rd row", [5, 12, 3]),
        ("nothing", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "order O-1001 of C-20, on QC418, seat row HB-BRN-42, INC‑72, vpn2.norwick.example, 4SJ6Y82",
        "delivered on 20 March 2026, 2026-03-20, March 20th, 3月20日 or 20.03.2026",
        "the 14–16 April and 3 and 6 April",
        "at 10:20, 3 pm, 下午3点40分 or 15时",
        "call +44 117 496 0777 or 139-0571-4420",
        "version 1.2.3 of me2@box20.example",
        "2026年和3月",
    ],
)
def test_digits_of_ids_days_times_and_telephones_are_no_amounts(text: str) -> None:
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("seven seats and twenty-one bags", [7, 21]),
        ("forty-five minutes; one hundred and eighty in all", [45, 180]),
        ("two thousand five hundred", [2500]),
        ("a three-day delay", [3]),
        ("还剩三个空席位，两件商品，二十四天，一百八十分钟，首印八千册", [3, 2, 24, 180, 8000]),
        (
            "二十六万支，十七批，五百立方米，两百吨，八百亩，三十户，二十五米",
            [260000, 17, 500, 200, 800, 30, 25],
        ),
        ("百分之十二", [12]),
        ("only one seat, 仅剩一件", [1, 1]),
    ],
)
def test_numbers_in_words_are_numbers(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "this one is no one's",
        "the twenty-first",
        "十分抱歉，万一不行，千万别急",
        "一下、一个、两三天",
        "someone attends",
    ],
)
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert numbers_in(text) == []


def test_a_chinese_comma_parts_numbers() -> None:
    assert numbers_in("货号 BX-42，158元") == [158]
    assert numbers_in("机票YC1211，365元；火车G667，499.5元") == [365, 499.5]
    assert numbers_in("共１，２８０元") == [1280]


def test_the_numbers_of_a_numbered_list_are_no_amounts() -> None:
    assert numbers_in("1. **O-17**: 42.50\n2. O-18: 43\n\n**3.** nothing") == [42.5, 43]
    assert numbers_in("一共：\n1、红色 5 件\n2、蓝色 6 件") == [5, 6]
    assert numbers_in("①10:00；②8000册；③共6个") == numbers_in("2️⃣8000册，6个") == [8000, 6]
    assert numbers_in("3. That is all.") == numbers_in("3.") == [3]


def test_the_last_number_is_one_in_digits_where_there_is_one() -> None:
    assert last_number("The sum is €653.50 for the two of you on 20 March.") == 653.5
    assert last_number("There are four of them.") == 4
    assert last_number("There is none.") is None


_AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2).map(float)


@settings(deadline=None)
@given(_AMOUNTS)
def test_every_amount_is_found_where_it_is_written(amount: float) -> None:
    for text in (
        f"That makes ${amount:,.2f} in all.",
        f"| total | **{amount:,.2f} €** |",
        f"共{amount:.2f}元。",
        f"订单O-17，{amount:.2f}元，3月20日送达",
        f"退款 ¥{amount:,.2f}（原路退回）",
    ):
        assert numbers_in(text) == [amount]


@settings(deadline=None)
@given(st.integers(2, 9999))
def test_every_number_is_found_in_words(number: int) -> None:
    assert numbers_in(f"It comes to {_english(number)} pages.") == [number]
    assert numbers_in(f"一共{_chinese(number)}页。") == [number]


@settings(deadline=None)
@given(st.dates())
def test_the_number_of_a_day_is_no_amount(day: date) -> None:
    assert (
        numbers_in(f"最晚{day.month}月{day.day}日办理") == numbers_in(f"O-{day.day} and QX{day.month}") == []
    )


_WORDS = (
    *(
        "",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
    ),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _english(number: int) -> str:
    if number >= 1000:
        return f"{_english(number // 1000)} thousand {_english(number % 1000)}".rstrip()
    if number >= 100:
        return f"{_WORDS[number // 100]} hundred and {_english(number % 100)}".removesuffix(" and ")
    if number >= 20:
        return f"{_TENS[number // 10]}-{_WORDS[number % 10]}".rstrip("-")
    return _WORDS[number]


def _chinese(number: int) -> str:
    """As it is spoken: 二百零五, 一千零二十."""
    text = ""
    for place, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            text += "零一二三四五六七八九"[digit] + sign
        elif text and number and not text.endswith("零"):
            text += "零"
    return text
