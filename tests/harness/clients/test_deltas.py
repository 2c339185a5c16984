"""Deltas that came twice, too late or as all that was said so far: told where they can be, mended nowhere."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.chat import Chat
from harness.clients.client import BadReply, Reply
from harness.registry.provider import Quirks
from tests.harness.clients.endpoint import call, delta

WORDS = ["The ", "answer ", "is, ", "as ", "far ", "as ", "I know, ", "four."]
SO_FAR = ["".join(WORDS[: n + 1]) for n in range(len(WORDS))]
PIECES = ['{"order"', ': "O-', "17", '", "n": ', "5", "}"]
CUMULATIVE = Quirks(deltas="cumulative")


def said(*texts: str, field: str = "content", quirks: Quirks | None = None) -> Reply:
    assembly = Chat().assembly(0.0, quirks or Quirks(), None, thinks=False)
    for text in texts:
        assembly.add(delta(**{field: text}), 1.0)
    assembly.add(delta("stop", content="" if field == "content" else "x"), 1.0)
    return assembly.reply(2.0, ended=True)


def called(*pieces: str, quirks: Quirks | None = None, finish: str = "tool_calls") -> str:
    assembly = Chat().assembly(0.0, quirks or Quirks(), None, thinks=False)
    assembly.add(call(0, "shop__look", "", "1"), 1.0)
    for piece in pieces:
        assembly.add(call(0, "", piece), 1.0)
    assembly.add(delta(finish), 1.0)
    return assembly.reply(2.0, ended=True).message.tool_calls[0].arguments_json


def kind_of(*pieces: str) -> str:
    with pytest.raises(BadReply) as caught:
        called(*pieces)
    return caught.value.kind


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
def test_an_endpoint_that_says_everything_so_far_is_found_out(field: str) -> None:
    with pytest.raises(BadReply, match="deltas: cumulative") as caught:
        said(*SO_FAR, field=field)

    assert caught.value.kind == "cumulative_deltas"


def test_four_chunks_are_enough_to_tell() -> None:
    with pytest.raises(BadReply):
        said("Yes", "Yes, it", "Yes, it is", "Yes, it is four.")
    assert said("Yes", "Yes, it", "Yes, it is four.").message.text == "YesYes, itYes, it is four."


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
def test_an_endpoint_that_is_known_to_do_so_is_read_as_it_means(field: str) -> None:
    message = said(*SO_FAR, SO_FAR[-1], field=field, quirks=CUMULATIVE).message

    assert "".join(WORDS) in {message.text, message.reasoning}


def test_cumulative_arguments_are_read_as_they_are_meant() -> None:
    grown = ["".join(PIECES[: n + 1]) for n in range(len(PIECES))]

    assert called(*grown, quirks=CUMULATIVE) == "".join(PIECES)


def test_a_chunk_that_forgets_what_was_said_is_a_bad_reply() -> None:
    with pytest.raises(BadReply) as caught:
        said("The answer", " is four", quirks=CUMULATIVE)

    assert caught.value.kind == "cumulative_deltas"


@pytest.mark.parametrize(
    "texts",
    [
        ["ha"] * 50,
        [" ha", " ha ha", " ha", " ha ha ha", " ha"],
        ["1", "10", "100"],
        ["a", "ab", "abc", "abcd", "abcde"],
        ["1\n", "12\n", "123\n", "1234\n", "12345\n", "123456\n"],
        ["The answer is four."],
    ],
)
def test_a_text_that_repeats_itself_is_left_alone(texts: list[str]) -> None:
    assert said(*texts).message.text == "".join(texts)


@given(st.lists(st.text("ab ", min_size=1, max_size=4), min_size=1, max_size=30))
def test_a_text_is_what_its_deltas_add_up_to_or_has_a_name(texts: list[str]) -> None:
    try:
        assert said(*texts).message.text == "".join(texts)
    except BadReply as error:
        assert error.kind == "cumulative_deltas"  # noqa: PT017 # either will do
        assert all(after.startswith(before) for before, after in pairwise(texts))


def test_arguments_that_stand_in_every_delta_are_garbled() -> None:
    assert kind_of('{"order"', '{"order": "O-17', '{"order": "O-17"}') == "garbled_deltas"
    assert kind_of('{"order": 1}', '{"order": 1}') == "garbled_deltas"


@pytest.mark.parametrize("place", range(len(PIECES)))
def test_a_delta_that_came_twice_is_never_the_models_mistake(place: int) -> None:
    twice = [*PIECES[: place + 1], PIECES[place], *PIECES[place + 1 :]]
    joined = "".join(twice)

    if PIECES[place] == "}":
        assert called(*twice) == joined
    elif PIECES[place].isdigit():  # 1717 and 55 are as good as 17 and 5: nobody can tell
        assert json.loads(called(*twice))
    else:
        assert kind_of(*twice) == "garbled_deltas"


@pytest.mark.parametrize("place", range(len(PIECES) - 1))
def test_deltas_in_the_wrong_order_are_never_the_models_mistake(place: int) -> None:
    swapped = [*PIECES]
    swapped[place], swapped[place + 1] = PIECES[place + 1], PIECES[place]

    if swapped[2] == PIECES[3]:  # {"order": "O-", "n": 175} is as good as what was meant: nobody can tell
        assert json.loads(called(*swapped)) == {"order": "O-", "n": 175}
    else:
        assert kind_of(*swapped) == "garbled_deltas"


@pytest.mark.parametrize(
    "pieces",
    [
        ['{"a": 1', "}", "}"],
        ['{"a": [1', "}", "]"],
        ['{"a": ', "one}"],
        ['{"a"', ": 1"],
        ["hello", " world"],
        ['{"a": "x', '", "a": "y"}'],
    ],
)
def test_what_only_the_model_can_have_got_wrong_stays_its_own(pieces: list[str]) -> None:
    assert called(*pieces) == "".join(pieces)


def test_equal_deltas_that_make_sense_are_no_repetition() -> None:
    assert called('{"n": 1', "0", "0", "0", "}") == '{"n": 1000}'


def test_arguments_that_a_limit_cut_are_not_looked_into() -> None:
    assert called('{"a', '{"a": 1}', finish="length") == '{"a{"a": 1}'


def test_a_call_that_is_named_after_its_arguments_came_in_the_wrong_order() -> None:
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    assembly.add(call(0, "", '{"a": '), 1.0)

    with pytest.raises(BadReply) as caught:
        assembly.add(call(0, "shop__look", "1}", "1"), 1.0)

    assert caught.value.kind == "garbled_deltas"


def test_an_opening_delta_that_came_twice_changes_nothing() -> None:
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    opening = call(0, "shop__look", "", "1")
    for chunk in (opening, opening, call(0, "", "{}"), delta("tool_calls"), delta("tool_calls")):
        assembly.add(chunk, 1.0)

    calls = assembly.reply(2.0, ended=True).message.tool_calls
    assert [(one.id, one.name, one.arguments_json) for one in calls] == [("1", "shop__look", "{}")]


def test_a_long_malformed_call_is_given_up_soon() -> None:
    pieces = ["x" * 100] * 20_000

    assert called(*pieces) == "".join(pieces)
