"""One spelling of what means the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.lines.normal import abstains, brief, named, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ina Ravn.", "  ina  RAVN "),
        ("“Malmö”", "malmo"),
        ("１２０", "120"),
        ("1,280", "1280"),
        ("1,280.50", "1280.5"),
        ("$1,280", "1280"),
        ("forty-two", "42"),
        ("3.5万", "35000"),
        ("三万五千", "35000"),
        ("3 May 2026", "2026-05-03"),
        ("May 3rd, 2026", "2026-05-03"),
        ("2026年5月3日", "2026/5/3"),
        ("Not stated.", "未提及"),
        ("The document does not say.", "文中没有提到"),
        ("白鹭镇。", "白鹭镇"),
    ],
)
def test_spellings_of_one_answer_agree(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ina Ravn", "Ina Berg"),
        ("1280", "12.80"),
        ("007", "7"),
        ("12%", "12"),
        ("-5", "5"),
        ("3 May 2026", "3 May"),
        ("2026-05-03 to 2026-05-07", "2026-05-03"),
        ("412 km", "412 miles"),
    ],
)
def test_different_answers_do_not(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    "answer",
    [
        "not stated",
        "Not stated.",
        "**Not stated**",
        "The document does not mention it.",
        "The name of the river isn't given in the text",
        "There is no information on that.",
        "It cannot be determined from the document.",
        "unknown",
        "N/A",
        "None",
        "未提及",
        "文中未说明。",
        "没有提到",
        "文档没有明确说明",
        "无法确定",
        "无",
        "未知",
    ],
)
def test_near_forms_say_that_the_document_does_not_tell(answer: str) -> None:
    assert abstains(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "Ina Ravn",
        "42",
        "42, though not stated in part 1",
        "The Unknown Ferry",
        "No. 7",
        "Nonesuch",
        "无锡",
        "未央宫",
        "林晚舟，其职务未提及",
        "",
    ],
)
def test_other_answers_do_not_say_so(answer: str) -> None:
    assert not abstains(answer)


def test_digits_are_named_with_a_thousands_separator_too() -> None:
    assert named("4821937", "It is 4,821,937.")
    assert named("4821937", "It is 4821937.")
    assert not named("4821937", "It is 48219370.")
    assert not named("0821937", "It is 821,937.")


@settings(deadline=None)
@given(st.text())
def test_the_one_spelling_is_stable_whatever_the_text(text: str) -> None:
    assert isinstance(normal(text), str)
    assert len(brief(text)) <= max(200, 60 + 2 + len("sha256:") + 16)
