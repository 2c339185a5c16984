"""Where the answer of a reply stands."""

import pytest

from scoring.lines.reply import read_reply, without_thinking


@pytest.mark.parametrize(
    ("reply", "strict"),
    [
        ("ANSWER: Ina Ravn", "Ina Ravn"),
        ("It is told in part 3.\n\nANSWER: Ina Ravn.", "Ina Ravn."),
        ("**ANSWER:** Ina Ravn", "Ina Ravn"),
        ("**ANSWER: Ina Ravn**", "Ina Ravn"),
        ("`ANSWER: Ina Ravn`", "Ina Ravn"),
        ("Final answer: Ina Ravn", "Ina Ravn"),
        ("ANSWER：林晚舟", "林晚舟"),
        ("答案：林晚舟", "林晚舟"),
        ("**最终答案**：林晚舟", "林晚舟"),
        ("所以ANSWER: 林晚舟", "林晚舟"),
        ("ANSWER:\n42", "42"),
        ('ANSWER:\n```json\n["a", "b"]\n```', '["a", "b"]'),
        ('ANSWER: [\n  "a",\n  "b"\n]', '[ "a", "b" ]'),
        (r"ANSWER: $\boxed{42}$", "42"),
        ("ANSWER: 41\nNo, wait.\nANSWER: 42", "42"),
        ("ANSWER: 42\nI end with one line `ANSWER: <value>`, as asked.", "42"),
        ("<think>ANSWER: 41</think>ANSWER: 42", "42"),
        ("The ANSWER: 41 of the template</think>\nANSWER: 42", "42"),
        ("Ina Ravn", None),
        ("The answer is Ina Ravn", None),
        ("ANSWER:", None),
        ("ANSWER: 42</think>", None),
        ("<think>ANSWER: 42", None),
        ("DANSWER: 42", None),
        ("", None),
    ],
)
def test_the_answer_stands_behind_the_last_mark(reply: str, strict: str | None) -> None:
    assert read_reply(reply).strict == strict


@pytest.mark.parametrize(
    ("reply", "flexible"),
    [
        ("Ina Ravn", "Ina Ravn"),
        ("It is told\nin part 3: Ina Ravn", "It is told\nin part 3: Ina Ravn"),
        ("word " * 60 + "\n\nIna Ravn\n", "Ina Ravn"),
        ("ANSWER: Ina Ravn\nThat is all.", "Ina Ravn"),
        ("", None),
        ("<think>Ina Ravn", None),
    ],
)
def test_without_a_mark_the_last_line_is_what_might_be_meant(reply: str, flexible: str | None) -> None:
    assert read_reply(reply).flexible == flexible


def test_what_is_thought_between_is_left_out_and_the_rest_stays() -> None:
    assert without_thinking("a<think>b</think>c<thinking>d</thinking>e") == "ace"


def test_a_reply_of_nothing_but_tags_is_read_in_time() -> None:
    assert without_thinking("<think>" * 200_000) == ""
