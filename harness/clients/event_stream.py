"""Server-sent events, put together from bytes that may be cut anywhere.

Servers are sloppy: some end an event by one newline, some write no space after `data:`, some spread one JSON
over several lines, some leave out the last newline. All of that is read. What is no JSON object is not.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.clients.client import BadReply

MOST_BYTES = 64 * 2**20
"""Of a reply on the wire: more than any model says, and little enough to hold."""
_QUOTED = 4000
"""Bytes of what cannot be read; whoever keeps the message cuts it further."""
_END = b"[DONE]"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Event = Mapping[str, Any]


@dataclass
class EventStream:
    """Takes in bytes as they come and gives back the events that are whole."""

    ended: bool = False
    """The end mark was read; nothing after it counts."""
    _size: int = 0
    _line: bytearray = field(default_factory=bytearray)
    _data: list[bytes] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that are whole by now. Raises `BadReply` for what is no JSON object, or no end."""
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            raise too_long()
        self._line += chunk
        if b"\n" in chunk:
            *lines, rest = bytes(self._line).removeprefix(_BYTE_ORDER_MARK).split(b"\n")
            self._line = bytearray(rest)
            for line in lines:
                if line.startswith(b"data:") or self._data:
                    yield from self._take(line)

    def close(self) -> Iterator[Event]:
        """What is left when the server has closed the line: its last newlines may be missing."""
        yield from self._take(bytes(self._line))
        yield from self._take(b"")

    def _take(self, line: bytes) -> Iterator[Event]:
        line = line.rstrip(b"\r")
        if self.ended:
            return
        if not line and self._data:
            whole, self._data = b"\n".join(self._data), []
            yield parsed_object(whole, "bad_stream", "the stream")
        elif line.startswith(b"data:"):
            yield from self._take_data(line[5:].strip())

    def _take_data(self, data: bytes) -> Iterator[Event]:
        """One line's data: mostly an event of its own, else a part of one that goes on until a blank line."""
        if data == _END and not self._data:
            self.ended = True
        elif data and not self._data and data.startswith(b"{") and data.endswith(b"}"):
            try:
                yield parsed_object(data, "bad_stream", "the stream")
            except BadReply:
                self._data.append(data)
        elif data:
            self._data.append(data)


def parsed_object(data: bytes, kind: str, where: str) -> Event:
    """The JSON object that the bytes are; `NaN` and its like are read as null. Raises `BadReply`."""
    try:
        value = json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BadReply(kind, f"{where} holds {data[:_QUOTED]!r}, which is not JSON") from error
    if not isinstance(value, dict):
        raise BadReply(kind, f"{where} holds {data[:_QUOTED]!r} where an object is needed")
    return value


def too_long() -> BadReply:
    return BadReply("too_long", f"the reply is longer than {MOST_BYTES // 2**20} MiB on the wire")
