"""The meaning of matchers, in arguments and in replies."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from scenarios.matchers import checked_argument, checked_fact
from scenarios.matching import (
    compare,
    compare_arguments,
    equal,
    leaves,
    mentioned,
    resolve,
    sample,
    wording,
)

LOOKUP = resolve({"list": [{"id": "O-17", "total": 42.5}], "note": {"id": "N-1"}})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.floats(-1e6, 1e6) | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text("xyz", max_size=3), inside, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("matcher", "good", "bad"),
    [
        (1, [1, 1.0], ["1", True, 2]),
        ("u1", ["u1"], ["U1", "u1 ", None]),
        (True, [True], [1, "true"]),
        ({"equal": {"number": 1}}, [{"number": 1}], [1]),
        ({"any_of": ["a", {"number": 2}]}, ["a", 2], ["b", 3]),
        ({"number": 42.5, "within": 0.01}, [42.5, 42.509], [42.52, "42.5", True]),
        ({"number": {"ref": "list.result.0.total"}}, [42.5], [42]),
        ({"text": "Vpn  broken"}, ["VPN BROKEN", "ｖｐｎ broken"], ["vpn", 3]),
        ({"contains": ["vpn", 7]}, ["the VPN has failed for 7 days"], ["the vpn fails", 7]),
        ({"set": [{"ref": "list.result.0.id"}, 7]}, [[7, "O-17"]], [["O-18", 7]]),
        ({"set": ["a", "b"]}, [["b", "a"]], [["a"], ["a", "a"], ["a", "b", "b"], "ab"]),
        ({"regex": r"\d{3}", "example": "123"}, ["123"], ["1234", 123]),
        ({"date": "2026-03-14"}, ["2026-03-14", "14 March 2026"], ["2026-03-15", 20260314]),
        ({"ref": "list.result.0.id"}, ["O-17"], ["O-18"]),
        ({"any": True}, [None, 1, {}], []),
        ({"a": 1, "b": [1, {"any": True}]}, [{"a": 1, "b": [1, 9]}], [{"a": 1}, {"a": 1, "b": [1]}, []]),
        ({"date": "2026-03-14", "time": "10:00"}, [{"date": "2026-03-14", "time": "10:00"}], ["2026-03-14"]),
    ],
)
def test_a_matcher_takes_what_fits_and_nothing_else(
    matcher: JsonValue, good: list[JsonValue], bad: list[JsonValue]
) -> None:
    assert all(not compare(matcher, value, LOOKUP) for value in good)
    assert all(compare(matcher, value, LOOKUP) for value in bad)
    assert not compare(matcher, sample(matcher, LOOKUP), LOOKUP)


@pytest.mark.parametrize(
    ("fact", "said", "unsaid"),
    [
        (42.5, "You get $42.50 back.", "You get 425 back."),
        ("shipped", "It has Shipped.", "It is unshipped."),
        ({"any_of": ["refused", "declined"]}, "It was declined.", "It went well."),
        ({"number": 10, "within": 0.5}, "about 10.4", "about 11"),
        ({"set": ["red", "blue"], "of": ["red", "blue", "green"]}, "Red and blue.", "Red, blue and green."),
        ({"contains": ["red", 3]}, "3 red ones", "red ones"),
        ({"regex": r"N-\d", "example": "N-1"}, "See N-4.", "See N."),
        ({"date": "2026-03-14"}, "送达日期是3月14日", "送达日期是3月15日"),
        ({"ref": "note.result.id"}, "Your note is N-1.", "Your note is N-12."),
        ({"number": {"ref": "list.result.0.total"}}, "42.50", "42"),
        (True, "That is true.", "That is false."),
    ],
)
def test_a_fact_is_met_by_a_reply_that_states_it(fact: JsonValue, said: str, unsaid: str) -> None:
    assert mentioned(fact, said, LOOKUP)
    assert not mentioned(fact, unsaid, LOOKUP)
    assert mentioned(fact, f"Well: {wording(fact, LOOKUP)}.", LOOKUP)


def test_the_answer_is_the_last_number_and_not_any_number() -> None:
    assert mentioned(4, "2 + 2 = 4", LOOKUP, last=True)
    assert not mentioned(2, "2 + 2 = 4", LOOKUP, last=True)


@pytest.mark.parametrize(
    ("fact", "said", "unsaid"),
    [
        ("15:40", "It leaves at 3:40 pm.", "It leaves at 3:40 am."),
        ("09:00", "上午9点开始", "上午10点开始"),
        ("2026-03-14", "on 14 March", "on 15 March"),
        ("2026-03-14T15:40", "on 14 March at 3:40 pm", "on 14 March at 4:40 pm"),
        ({"text": "2026-03-14"}, "on 2026-03-14", "on 14 March"),
        ({"ref": "flight.result.departs"}, "14 March, 15:40", "14 March"),
        ({"any_of": [{"date": "2026-04-03"}, 5]}, "on 3 and 6 April", "on 4 and 6 April"),
        (20, "¥20.00，3月11日", "O-20, 20 March, 20:20"),
        (158, "货号 BX-42，158元", "货号 BX-158，42元"),
        (18.24, "| discount | −18.24 |", "| discount | 18.42 |"),
        (3, "还剩三个空席位", "3月1日，还剩四个空席位"),
        ({"number": 45}, "forty-five minutes before", "at 19:45"),
        ({"regex": "final sale", "example": "final sale"}, "It is marked **Final** sale.", "It is final."),
    ],
)
def test_a_fact_is_met_in_the_words_that_people_use_and_not_by_its_digits_elsewhere(
    fact: JsonValue, said: str, unsaid: str
) -> None:
    lookup = resolve({"flight": {"departs": "2026-03-14T15:40"}})

    assert mentioned(fact, said, lookup)
    assert not mentioned(fact, unsaid, lookup)


def test_a_minus_counts_in_an_answer_and_where_it_is_wanted() -> None:
    assert mentioned(9.5, "You save: -9.50", LOOKUP)
    assert not mentioned(9.5, "The difference is -9.50", LOOKUP, last=True)
    assert mentioned(-5, "It is -5 °C.", LOOKUP)
    assert not mentioned(-5, "It is 5 °C.", LOOKUP)


def test_a_file_may_write_a_time_and_a_day_in_its_own_way() -> None:
    matcher: JsonValue = {"contains": ["18:35", {"date": "2026-03-14"}, 82]}

    assert not compare(matcher, "Home at 6:35 pm on 14 March, for €82.00.", LOOKUP)
    assert compare(matcher, "Home at 18:35 on 14 March, with QM82.", LOOKUP)


def test_an_argument_that_nobody_asked_for_is_wrong_unless_it_is_the_default() -> None:
    schema: dict[str, JsonValue] = {"properties": {"limit": {"type": "integer", "default": 20}}}

    assert not compare_arguments({"user": "u1"}, {"user": "u1", "limit": 20}, LOOKUP, schema)
    assert not compare_arguments({"user": "u1", "limit": 20}, {"user": "u1"}, LOOKUP, schema)
    assert compare_arguments({"user": "u1"}, {"user": "u1", "limit": 5}, LOOKUP, schema)[0].unknown
    assert compare_arguments({"user": "u1"}, {"user": "u1", "x": 1}, LOOKUP, schema)[0].path == "x"


def test_an_argument_may_be_left_out_only_where_the_matcher_says_so() -> None:
    assert not compare({"note": {"any": True, "optional": True}}, {}, LOOKUP)
    assert compare({"note": {"any": True}}, {}, LOOKUP)[0].missing


def test_an_optional_argument_may_be_left_out_whatever_its_default_is() -> None:
    schema: dict[str, JsonValue] = {"properties": {"kind": {"type": "string", "default": "all"}}}
    wanted: dict[str, JsonValue] = {"kind": {"any_of": ["open"], "optional": True}}

    assert not compare_arguments(wanted, {}, LOOKUP, schema)
    assert not compare_arguments(wanted, {"kind": "open"}, LOOKUP, schema)
    assert compare_arguments(wanted, {"kind": "all"}, LOOKUP, schema)


def test_a_reference_to_nothing_names_itself() -> None:
    with pytest.raises(LookupError, match=r"no value at 'list\.result\.4\.id'"):
        LOOKUP("list.result.4.id")


@given(JSON)
def test_every_value_equals_itself_and_matches_itself(value: JsonValue) -> None:
    assert equal(value, value)
    assert not compare({"equal": value}, value, LOOKUP)
    assert leaves(value) >= 1


@given(JSON, JSON)
def test_equality_is_symmetric(a: JsonValue, b: JsonValue) -> None:
    assert equal(a, b) == equal(b, a)


@pytest.mark.parametrize(
    ("check", "matcher", "message"),
    [
        (checked_fact, {"numbr": 4}, "did you mean `number`"),
        (checked_fact, {"any": True}, "says nothing about a reply"),
        (checked_argument, {"number": "4"}, "`number` needs a number"),
        (checked_argument, {"number": 4, "withn": 1}, "found 'withn' beside it"),
        (checked_argument, {"regex": "(", "example": "x"}, "not a regular expression"),
        (checked_argument, {"regex": "x+"}, "needs an `example`"),
        (checked_argument, {"date": "2026-02-30"}, "a day as YYYY-MM-DD"),
        (checked_argument, {"any_of": []}, "a list of at least one matcher"),
        (checked_argument, {"ref": "list"}, r"CALL\.result"),
        (checked_argument, [{"set": []}], "a list of at least one item"),
    ],
)
def test_a_mistaken_matcher_is_explained(
    check: Callable[[JsonValue], JsonValue], matcher: JsonValue, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check(matcher)
