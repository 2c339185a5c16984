"""Server-sent events, cut wherever a network may cut them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.client import BadReply
from harness.clients.event_stream import MOST_BYTES, EventStream

EVENTS = [{"text": "é 你好 😀"}, {"text": "\\r\\n"}, {"n": [1, {"deep": "}"}]}]
ONE, TWO, THREE = (json.dumps(event, ensure_ascii=False).encode() for event in EVENTS)
INDENTED = json.dumps(EVENTS[2], indent=1).encode().replace(b"\n", b"\ndata: ")

STREAMS = {
    "as the standard has it": b"data: %s\n\ndata: %s\n\ndata: %s\n\ndata: [DONE]\n\n" % (ONE, TWO, THREE),
    "carriage returns": b"data: %s\r\n\r\ndata: %s\r\n\r\ndata: %s\r\n\r\ndata: [DONE]\r\n\r\n"
    % (ONE, TWO, THREE),
    "no space, comments, other fields": b": hi\n\nevent: message\nid: 7\ndata:%s\n\n:\nretry: 5\n\n"
    b"data:%s\n\nevent: x\n\ndata:%s\n\ndata:[DONE]\n\n" % (ONE, TWO, THREE),
    "one newline an event": b"data: %s\ndata: %s\ndata: %s\ndata: [DONE]\n" % (ONE, TWO, THREE),
    "no last newline": b"data: %s\n\ndata: %s\n\ndata: %s" % (ONE, TWO, THREE),
    "no newline after the end mark": b"data: %s\n\ndata: %s\n\ndata: %s\n\ndata: [DONE]" % (ONE, TWO, THREE),
    "one event on several lines": b"data: %s\n\ndata: %s\n\ndata: %s\n\ndata: [DONE]\n\n"
    % (ONE, TWO, INDENTED),
    "a byte order mark": b"\xef\xbb\xbfdata: %s\n\ndata: %s\n\ndata: %s\n\n" % (ONE, TWO, THREE),
    "more after the end": b"data: %s\n\ndata: %s\n\ndata: %s\n\ndata: [DONE]\n\ndata: {}\n\njunk\n"
    % (ONE, TWO, THREE),
}


def read(*chunks: bytes) -> list[object]:
    stream = EventStream()
    found: list[object] = [event for chunk in chunks for event in stream.feed(chunk)]
    return found + list(stream.close())


@pytest.mark.parametrize("sent", STREAMS.values(), ids=STREAMS)
def test_events_are_the_same_wherever_the_bytes_are_cut(sent: bytes) -> None:
    assert read(sent) == EVENTS
    assert read(*(bytes([byte]) for byte in sent)) == EVENTS
    for cut in range(len(sent)):
        assert read(sent[:cut], sent[cut:]) == EVENTS


@pytest.mark.parametrize(
    "sent",
    [
        b"data: {not json}\n\n",
        b"data: [1]\n\n",
        b"data: {\n\n",
        b'data: {"a": "\xff"}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"a": ' + b"9" * 5000 + b"}\n\n",
        b'data: {"half": ',
    ],
)
def test_what_is_no_json_object_is_refused(sent: bytes) -> None:
    with pytest.raises(BadReply, match="the stream holds"):
        read(sent)


def test_numbers_that_json_has_not_are_read_as_null() -> None:
    assert read(b'data: {"a": NaN, "b": -Infinity}\n\n') == [{"a": None, "b": None}]


def test_a_stream_without_end_is_given_up() -> None:
    with pytest.raises(BadReply, match="longer than 64 MiB"):
        read(*[b": still here\n" * 2**16] * (MOST_BYTES // 2**19))


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_nothing_else_is_ever_raised(chunks: list[bytes]) -> None:
    try:
        found = read(*(part for chunk in chunks for part in (chunk, b"\ndata: ")))
    except BadReply:
        return
    assert all(isinstance(event, dict) for event in found)
