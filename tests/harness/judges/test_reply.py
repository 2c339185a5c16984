"""A judge's reply is exactly one verdict for each assertion, or it is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judges.reply import Unreadable, read_verdicts

TWO = ("The agent greets.", "The agent does not refund.")


def verdict(statement: Any, met: Any = True, **more: Any) -> dict[str, Any]:
    return {"statement": statement, "reason": "It says so.", "met": met, **more}


def reply(*verdicts: Any, **more: Any) -> str:
    return json.dumps({"verdicts": list(verdicts), **more})


def test_verdicts_are_put_in_the_order_of_the_assertions() -> None:
    found = read_verdicts(reply(verdict(2, met=False), verdict(1)), TWO)

    assert [(one.assertion, one.met) for one in found] == [(TWO[0], True), (TWO[1], False)]
    assert found[0].reason == "It says so."


def test_a_code_block_around_the_whole_reply_is_taken_off() -> None:
    found = read_verdicts(f"```json\n{reply(verdict(1), verdict(2))}\n```\n", TWO)

    assert [one.met for one in found] == [True, True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("Both hold.", "not one JSON object"),
        ("[true, true]", "not one JSON object"),
        (f"Here you are: {reply(verdict(1), verdict(2))}", "not one JSON object"),
        (f"{reply(verdict(1), verdict(2))} {reply(verdict(1), verdict(2))}", "not one JSON object"),
        ('{"verdicts": [], "verdicts": []}', "not one JSON object"),
        ("{}", "verdicts: Field required"),
        (reply(), "verdicts: Tuple should have at least 1 item"),
        (reply(verdict(1)), "1 verdicts on 2 statements; 2 has none"),
        (reply(verdict(1), verdict(1)), "statement 1 has more than one verdict"),
        (reply(verdict(1), verdict(2), verdict(3)), "there is no statement 3, only 1 to 2"),
        (reply(verdict(0), verdict(1)), "there is no statement 0"),
        (reply(verdict(1), verdict(2, met="true")), "verdicts.1.met"),
        (reply(verdict(1), verdict(2, met=1)), "verdicts.1.met"),
        (reply(verdict(1), verdict(2, met=None)), "verdicts.1.met"),
        (reply(verdict(True), verdict(2)), "verdicts.0.statement"),
        (reply(verdict("1"), verdict(2)), "verdicts.0.statement"),
        (reply(verdict(1), verdict(2, sure=0.5)), "verdicts.1.sure"),
        (reply(verdict(1), verdict(2), all_met=True), "all_met"),
        ("__import__('os').getcwd()", "not one JSON object"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_verdicts(text, TWO)

    assert why in str(caught.value)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(Unreadable):
        read_verdicts(text, TWO)


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.randoms())
def test_verdicts_come_back_as_they_were_given(met: list[bool], dice: Any) -> None:
    given_back = [verdict(n, met=one) for n, one in enumerate(met, start=1)]
    dice.shuffle(given_back)

    found = read_verdicts(reply(*given_back), [f"s{n}" for n in range(len(met))])

    assert [one.met for one in found] == met
