"""What holds of every Responses reply, however its bytes are cut, its keys ordered and its events garbled."""

import json
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clients.client import ClientError
from harness.clients.event_stream import EventStream
from harness.clients.responses import Responses
from harness.registry.provider import Quirks
from scenarios.transcript import AssistantMessage, Exchange
from tests.harness.clients.responses_events import LOOK, STREAMS, WHOLE, comparable, reply, whole


@pytest.mark.parametrize("name", WHOLE)
def test_a_reply_is_the_same_streamed_and_whole(name: str) -> None:
    events = STREAMS[name]
    streamed = reply(*events)
    if events[-1]["response"]["output"]:
        assert comparable(whole(**events[-1]["response"])) == comparable(streamed)


def as_stream(events: Sequence[dict[str, Any]]) -> bytes:
    lines = (f"event: {one['type']}\ndata: {json.dumps(one, ensure_ascii=False)}\n\n" for one in events)
    return "".join(lines).encode()


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=25)
@given(data=st.data())
def test_any_split_of_the_same_bytes_gives_the_same_reply(name: str, data: st.DataObject) -> None:
    raw = as_stream(STREAMS[name])
    cuts = sorted({0, len(raw), *data.draw(st.lists(st.integers(0, len(raw)), max_size=40))})
    stream, assembly = EventStream(), Responses().assembly(0.0, Quirks(), None, thinks=False)
    for start, stop in pairwise(cuts):
        for event in stream.feed(raw[start:stop]):
            assembly.add(event, 1.0)
    for event in stream.close():
        assembly.add(event, 1.0)
    assert comparable(assembly.reply(2.0, ended=stream.ended)) == comparable(reply(*STREAMS[name]))


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same JSON with its keys in another order."""
    if isinstance(value, list):
        return [shuffled(one, dice) for one in value]
    if not isinstance(value, dict):
        return value
    keys = [*value]
    dice.shuffle(keys)
    return {key: shuffled(value[key], dice) for key in keys}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=10)
@given(dice=st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(name: str, dice: random.Random) -> None:
    events = [shuffled(event, dice) for event in STREAMS[name]]
    assert comparable(reply(*events)) == comparable(reply(*STREAMS[name]))


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=25)
@given(data=st.data())
def test_events_that_come_twice_or_in_another_order_do_no_harm(name: str, data: st.DataObject) -> None:
    """As long as the first and the last stay where they are."""
    first, *middle, last = STREAMS[name]
    if not last["response"]["output"]:  # what is not told again at the end has to come in order
        return
    again = data.draw(st.lists(st.sampled_from(middle), max_size=5)) if middle else []
    events = data.draw(st.permutations([*middle, *again]))
    assert comparable(reply(first, *events, last)) == comparable(reply(*STREAMS[name]))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | ANYTHING


TYPES = [
    *(f"response.{end}" for end in ("created", "completed", "incomplete", "failed")),
    *(f"response.output_item.{when}" for when in ("added", "done")),
    *(
        f"response.{kind}.{when}"
        for kind in (
            *("output_text", "refusal", "reasoning_text", "reasoning_summary_text"),
            "function_call_arguments",
        )
        for when in ("delta", "done")
    ),
    "error",
]
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "type": one_of("output_text", "refusal", "reasoning_text", "summary_text"),
        "text": one_of("x"),
        "refusal": one_of("x"),
    },
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "type": one_of("message", "reasoning", "function_call"),
        "id": one_of("a", "b"),
        "call_id": one_of("1"),
        "name": one_of(LOOK),
        "arguments": one_of("{}"),
        "content": st.lists(PARTS | ANYTHING, max_size=2) | ANYTHING,
        "summary": st.lists(PARTS | ANYTHING, max_size=2) | ANYTHING,
        "encrypted_content": one_of("gAAA"),
        "phase": one_of("commentary"),
    },
)
RESPONSES = st.fixed_dictionaries(
    {},
    optional={
        "status": one_of("completed", "incomplete"),
        "incomplete_details": one_of({"reason": "max_output_tokens"}, None),
        "output": st.lists(ITEMS | ANYTHING, max_size=3) | ANYTHING,
        "usage": st.dictionaries(st.sampled_from(["input_tokens", "output_tokens"]), ANYTHING) | ANYTHING,
        "model": one_of("m"),
        "error": one_of(None),
    },
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES) | ANYTHING,
        "output_index": one_of(0, 1),
        "content_index": one_of(0, 1),
        "summary_index": one_of(0, 1),
        "delta": one_of("x"),
        "text": one_of("x"),
        "refusal": one_of("x"),
        "arguments": one_of("{}"),
        "item": ITEMS | ANYTHING,
        "response": RESPONSES | ANYTHING,
        "error": one_of(None),
    },
)


@settings(max_examples=500)
@given(st.lists(EVENTS, max_size=6), st.booleans())
def test_every_reply_can_be_written_and_read_back_or_has_a_name(events: list[Any], ended: bool) -> None:
    try:
        found = reply(*events, ended=ended)
    except ClientError as error:
        assert error.kind  # noqa: PT017 # any of the kinds will do
        return
    assert AssistantMessage.model_validate_json(found.message.model_dump_json()) == found.message
    assert Exchange.model_validate_json(found.exchange.model_dump_json()) == found.exchange
