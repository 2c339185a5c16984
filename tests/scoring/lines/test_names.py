"""Sets by F1, orders by exactness and nearness."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.line import Names, Sequence
from scoring.lines.items import read_items
from scoring.lines.judge import judge_line
from scoring.lines.verdict import LineVerdict

TOWNS = Names(gold=("Velm", "Orrin", "Tarn"))
EVENTS = Sequence(gold=("a", "b", "c", "d"))


def judged(line: Names | Sequence, answer: str) -> LineVerdict:
    return judge_line(line, f"ANSWER: {answer}", "en")


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("[“a”, “b”]", ["a", "b"]),
        ("['a', 'b']", ["'a'", "'b'"]),
        ("[a, b]", ["a", "b"]),
        ("【甲、乙】", ["甲", "乙"]),
        ("a, b; c", ["a", "b", "c"]),
        ("甲、乙，丙", ["甲", "乙", "丙"]),
        ("a -> b → c > d", ["a", "b", "c", "d"]),
        ("a < b < c", ["a", "b", "c"]),
        ("1. a 2. b, 3. c", ["a", "b", "c"]),
        ("1) a; 2) b", ["a", "b"]),
        ("①甲 ②乙", ["甲", "乙"]),
        ("1、甲 2、乙", ["甲", "乙"]),
        ("1. FC Velm", ["FC Velm"]),
        ("1,280, 1,340", ["1,280", "1,340"]),
        ("[1280, 1340]", ["1280", "1340"]),
        ("[]", []),
        ("none", []),
        ("无", []),
        ("not stated", []),
        ("", None),
    ],
)
def test_lists_as_people_write_them(answer: str, items: list[str] | None) -> None:
    assert read_items(answer) == items


@pytest.mark.parametrize(
    ("answer", "outcome", "value"),
    [
        ('["Velm", "Orrin", "Tarn"]', "right", 1.0),
        ("tarn, velm and orrin", "right", 1.0),
        ("Velm, Velm, Orrin, Tarn", "right", 1.0),
        ("Velm, Orrin", "incomplete", 0.8),
        ("Velm, Orrin, Tarn, Sorn", "extra", 6 / 7),
        ("Velm, Sorn", "partly", 0.4),
        ("Sorn", "wrong_value", 0.0),
        ("[]", "false_abstention", 0.0),
    ],
)
def test_names_are_scored_as_a_set(answer: str, outcome: str, value: float) -> None:
    verdict = judged(TOWNS, answer)

    assert verdict.outcome == outcome, verdict.why
    assert verdict.value == pytest.approx(value), verdict.why


def test_no_names_are_met_by_an_empty_answer_alone() -> None:
    nothing = Names(gold=())

    assert judged(nothing, "[]").value == 1.0
    assert judged(nothing, "none").right
    assert judged(nothing, '["Velm"]').value == 0.0
    assert judged(nothing, '["Velm"]').outcome == "false_answer"
    assert judge_line(nothing, "ANSWER:", "en").value == 0.0
    assert judge_line(nothing, "", "en").outcome == "unparsed"


def test_a_name_may_have_an_and_in_it() -> None:
    assert judged(Names(gold=("Fox and Hound", "Swan")), "Fox and Hound, Swan").right
    assert judged(Names(gold=("Fox", "Hound", "Swan")), "Swan, Fox and Hound").right
    assert judge_line(Names(gold=("和平路", "长堤路")), "ANSWER: 和平路和长堤路", "zh").value < 1


def test_what_is_remarked_in_brackets_is_no_part_of_an_item() -> None:
    assert judged(EVENTS, "a (5 May, 2026), b (6 June), c, d (at 10:20)").right
    assert judged(EVENTS, '["a (2026)", "b", "c", "d"]').right
    assert judged(EVENTS, "b (5 May), a (6 June), c, d").outcome == "wrong_order"
    assert judged(Names(gold=("open(file)", "close")), "open(file), close").right
    assert judged(TOWNS, "Velm (or Sorn), Orrin, Tarn").outcome == "partly"


@pytest.mark.parametrize(
    ("answer", "outcome", "tau", "value"),
    [
        ("a, b, c, d", "right", 1.0, 1.0),
        ("b, a, c, d", "wrong_order", 2 / 3, 2 / 3),
        ("d, c, b, a", "wrong_order", -1.0, 0.0),
        ("a, b, c", "incomplete", 1.0, 6 / 7),
        ("a, b, c, d, e", "extra", 1.0, 8 / 9),
        ("a, b, c, d, d", "extra", 1.0, 8 / 9),
        ("a, b, x, d", "partly", 1.0, 0.75),
        ("a", "incomplete", 0.0, 0.0),
        ("x", "wrong_value", 0.0, 0.0),
    ],
)
def test_an_order_is_near_by_tau(answer: str, outcome: str, tau: float, value: float) -> None:
    verdict = judged(EVENTS, answer)

    assert verdict.outcome == outcome
    assert verdict.figures["tau"] == pytest.approx(tau)
    assert verdict.value == pytest.approx(value), verdict.why


def test_an_order_may_be_near_by_edits() -> None:
    states = Sequence(gold=("3", "7", "7", "12"), nearness="edit")

    assert judged(states, "[3, 7, 7, 12]").right
    assert judged(states, "[3, 7, 12]").value == 0.75
    assert judged(states, "[7, 3, 7, 12]").value == 0.5


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), max_size=8), st.lists(st.sampled_from("abcdefgh"), max_size=8))
def test_sets_and_orders_stay_within_bounds(gold: list[str], given_items: list[str]) -> None:
    answer = ", ".join(given_items) or "[]"
    names, order = judged(Names(gold=tuple(gold)), answer), judged(Sequence(gold=tuple(gold)), answer)

    assert names.right == (set(gold) == set(given_items))
    assert order.right == (gold == given_items)
    assert (names.value == 1) == names.right
    assert 0 <= order.value <= 1
