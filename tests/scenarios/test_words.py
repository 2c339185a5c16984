"""Whether a reply has some words, however its author writes them, and whether it asks for something."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.words import asks, fold, mentions


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
    ("text", "wanted"),
    [
        ("Your order **O‑17** is `packed`.", "O-17 is packed"),
        ("Ｏ－１７", "O-17"),
        ("QM204–0314", "QM204-0314"),
        ("O-\u200b17", "O-17"),
        ("marked *final_sale* by us", "final_sale"),
        ("marked _final\\_sale_", "final_sale"),
        ("under **review** now", "under review"),
        ("postcode 212&nbsp;41", "212 41"),
        ("scanned in Wrocław, sent to Malmö", "Wroclaw"),
        ("Hotel Alianca", "Hotel Aliança"),
        ("已调为 **P1** 级", "P1级"),
        ("芯调嵌入式调试套件", "芯调 嵌入式调试套件"),
        ("运单号：S-7017，已改期", "S-7017"),
        ("[groups@hill.example](mailto:groups@hill.example)", "groups@hill.example"),
        ("| T-2018 | P2 |", "T-2018"),
        ("flight QM 204", "QM204"),
        ("①135-8802-6641", "135-8802-6641"),
    ],
)
def test_markup_dashes_accents_and_spaces_do_not_hide_a_word(text: str, wanted: str) -> None:
    assert mentions(text, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "+44 117 496 0777",
        "0117 496 0777",
        "(0117) 496-0777",
        "+44-117-496-0777",
        "1174960777",
        "+44 (0)117 496 0777",
    ],
)
def test_a_telephone_number_is_itself_however_its_digits_are_grouped(text: str) -> None:
    assert mentions(f"Call {text}, please.", "117 496 0777")
    assert not mentions(f"Call {text}, please.", "117 496 0778")


def test_a_longer_number_is_another_telephone_number() -> None:
    assert not mentions("2117 496 0777", "117 496 0777")
    assert not mentions("117 496 07775", "117 496 0777")


@pytest.mark.parametrize(
    "text",
    [
        "Which one do you mean?",
        "请问是哪一位？",
        "Please tell me which account is yours: Berlin or Hamburg.",
        "Before I book it, please let me know your travel date.",
        "Please also provide the asset tag.",
        "I still need your date of birth.",
        "请提供一件您名下设备的资产编号。",
        "请告诉我您是哪一位。",
        "麻烦您说一下生日。",
        "还需要您提供出生日期。",
    ],
)
def test_what_is_asked_for_politely_is_asked_for(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am sorry, but I cannot help with that.",
        "There are two of them, so I did nothing.",
        "Done. Please let me know if you need anything else.",
        "抱歉，这件事我帮不上忙。",
        "已经办好了。",
    ],
)
def test_a_statement_or_a_farewell_asks_nothing(text: str) -> None:
    assert not asks(text)


@settings(deadline=None)
@given(st.text())
def test_a_text_says_itself(text: str) -> None:
    assert mentions(text, text) or not fold(text)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="*_~", max_codepoint=0x2FF)))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(
    st.from_regex(r"[A-Z]{1,3}-[0-9]{1,5}", fullmatch=True),
    st.sampled_from("-‐‑‒–−－"),
    st.sampled_from(["", "**", "`", "_"]),
)
def test_an_id_is_found_with_any_dash_and_any_emphasis(name: str, dash: str, mark: str) -> None:
    written = f"{mark}{name.replace('-', dash)}{mark}"
    longer = f"{mark}{name.replace('-', dash)}5{mark}"

    assert mentions(f"It is {written}.", name)
    assert mentions(f"编号是{written}，已办好", name)
    assert not mentions(f"It is {longer}.", name)
