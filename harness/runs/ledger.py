"""What each request of a run cost, so that a cap holds however often the run goes on.

A request is written down before it is sent, with the most that it can cost, and again once that is known.
One that was never settled, since we were killed meanwhile, is taken to have cost all that it could.

Who holds a run writes `spent.jsonl` on a disk, line by line. Everybody else who may spend, and whoever writes
where nothing can be appended to, writes a part: `spent/WRITER-NONCE.jsonl` on a disk, and in a store
`spent/WRITER-NONCE-N.jsonl`, objects that are put again with each line until they are full. All of them
together are the ledger; a request's number means something in its own file, or objects of one writer, only.
"""

import asyncio
import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import ENOSPC
from os import strerror
from platform import node
from typing import BinaryIO, Literal, Protocol

from harness.runs.places import Bucket
from harness.runs.store import RunError, RunFolder
from scenarios.record import Record

Why = Literal["held", "usage", "reported", "bound", "refused"]

_WHOLE = "spent.jsonl"
_PARTS = "spent"
_OBJECT = re.compile(r"-\d{5}\.jsonl$")
"""What stands behind the name of a writer."""
_FULL = 1 << 16
"""Bytes of an object after which the next one is begun."""


class Line(Record):
    """One line; the last one of a request is what it cost."""

    request: int
    """Its number, counted by its writer."""
    model: str
    at: str
    """UTC, ISO 8601."""
    usd: float | None = None
    """None: nobody knows."""
    tokens: int | None = None
    """Of prompt and output; None: nobody knows."""
    why: Why
    """`held`: about to be sent. Afterwards, how the cost is known: by the provider's `usage`, by what the
    provider `reported` that it cost, or not at all, and then its `bound` is taken; `refused`: the model never
    saw it, and it cost nothing."""


class Sink(Protocol):
    """Where a ledger's lines go."""

    def append(self, data: bytes) -> None:
        """Take a line. Raises `OSError`."""
        ...

    async def kept(self) -> None:
        """Wait until all that was taken before will outlive us. Raises `OSError`."""
        ...


@dataclass(kw_only=True)
class Ledger:
    sink: Sink
    requests: int = 0
    usd: float = 0.0
    """Of all that was settled."""
    tokens: int = 0
    unknown: int = 0
    """Requests whose cost in dollars nobody knows."""
    uncounted: int = 0
    """Requests whose tokens nobody knows."""

    def begin(self) -> int:
        """The number of the next request."""
        self.requests += 1
        return self.requests

    def write(self, line: Line) -> None:
        """Append a line, and count it in any case. Raises `OSError`."""
        self.count(line)
        self.sink.append(line.model_dump_json(exclude_none=True).encode() + b"\n")

    async def kept(self) -> None:
        """Wait until what was written stays written; a disk needs no wait. Raises `OSError`."""
        await self.sink.kept()

    def count(self, line: Line) -> None:
        """Count a line of our own."""
        self.requests = max(self.requests, line.request)
        self.add(line)

    def add(self, line: Line) -> None:
        """Count a line, whoever wrote it."""
        if line.why != "held":
            self.usd += line.usd or 0.0
            self.tokens += line.tokens or 0
            self.unknown += line.usd is None
            self.uncounted += line.tokens is None


@dataclass(kw_only=True)
class Appended:
    """Lines at the end of a file of a disk."""

    file: BinaryIO
    """Unbuffered, so that a line is there as soon as it is written."""
    size: int = 0
    """Bytes of its whole lines."""

    def append(self, data: bytes) -> None:
        written = self.file.write(data)
        if written < len(data):  # a half line would make the file unreadable
            self.file.truncate(self.size)
            raise OSError(ENOSPC, strerror(ENOSPC))
        self.size += written

    async def kept(self) -> None:
        return


@dataclass(kw_only=True)
class InParts:
    """Lines in objects of a store: each is put whole with every line that came meanwhile."""

    bucket: Bucket
    name: str
    """Of the objects, before their number."""
    _lines: bytearray = field(default_factory=bytearray)
    """Those of the object that is being filled."""
    _number: int = 1
    _taken: int = 0
    """Lines that were given to us."""
    _stored: int = 0
    """Of them, those that the store has."""
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)
    _putting: threading.Lock = field(default_factory=threading.Lock)
    """Also of puts that nobody waits for any more: an older one must not land after a newer one."""

    def append(self, data: bytes) -> None:
        self._lines += data
        self._taken += 1

    async def kept(self) -> None:
        wanted = self._taken
        async with self._line:
            if self._stored < wanted:  # else they went with what somebody else was waiting for
                await asyncio.to_thread(self.put)

    def put(self) -> None:
        """Put what the store does not have yet. Raises `OSError`."""
        with self._putting:
            taken, lines = self._taken, bytes(self._lines)
            if self._stored == taken:
                return
            self.bucket.write(f"{self.name}-{self._number:05d}.jsonl", lines)
            self._stored = taken
            if len(lines) >= _FULL:
                del self._lines[: len(lines)]
                self._number += 1


@contextmanager
def open_ledger(folder: RunFolder) -> Iterator[Ledger]:
    """The run's ledger with all that was spent in it before, for who holds the run, and before others go on
    with it. Raises `RunError` when it cannot be read.
    """
    if isinstance(folder.root, Bucket):
        with open_part(folder, "holder") as ledger:
            _count_parts(ledger, folder)
            yield ledger
        return
    path = folder.path / _WHOLE
    with path.open("ab", buffering=0) as file:
        sink, held = Appended(file=file), dict[int, Line]()
        ledger = Ledger(sink=sink)
        with path.open("rb") as lines:
            for line, sink.size in _parsed(lines, str(path)):
                ledger.count(line)
                if line.why == "held":
                    held[line.request] = line
                else:
                    held.pop(line.request, None)
        file.truncate(sink.size)  # what a kill cut in half was not sent, or is still held
        for line in held.values():
            ledger.write(line.model_copy(update={"why": "bound"}))
        _count_parts(ledger, folder)
        yield ledger


@contextmanager
def open_part(folder: RunFolder, writer: str) -> Iterator[Ledger]:
    """A part of the ledger that begins empty, for a writer among others; its name says who that is, and may
    be used again. Raises `OSError` at the end when a store did not take the last lines.
    """
    safe = re.sub(r"[^\w.-]", "~", f"{writer}-{node()}-{os.getpid()}")
    name = f"{_PARTS}/{safe}-{secrets.token_hex(4)}"
    if isinstance(folder.root, Bucket):
        sink = InParts(bucket=folder.root, name=name)
        try:
            yield Ledger(sink=sink)
        finally:
            sink.put()
        return
    path = folder.path / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        yield Ledger(sink=Appended(file=file))


def last_lines(folder: RunFolder) -> Iterator[Line]:
    """The last line of every request of the run, whoever sent it. Raises `RunError`."""
    whole = [] if isinstance(folder.root, Bucket) else [_WHOLE]
    return _last_lines(folder, [*whole, *folder.files.names(_PARTS)])


def _count_parts(ledger: Ledger, folder: RunFolder) -> None:
    """Add what others spent, and what they had on its way at the most that it may have cost."""
    for line in _last_lines(folder, folder.files.names(_PARTS)):
        why: Why = "bound" if line.why == "held" else line.why
        ledger.add(line.model_copy(update={"why": why}))


def _last_lines(folder: RunFolder, names: Iterable[str]) -> Iterator[Line]:
    held: dict[tuple[str, int], Line] = {}
    for name, data in folder.files.read_each(names):
        writer = _OBJECT.sub("", name)
        for line, _ in _parsed(data.splitlines(keepends=True), folder.files.address(name)):
            if line.why == "held":
                held[writer, line.request] = line
            else:
                held.pop((writer, line.request), None)
                yield line
    yield from held.values()


def _parsed(lines: Iterable[bytes], file: str) -> Iterator[tuple[Line, int]]:
    """Every whole line, with where it ends."""
    end = 0
    for number, text in enumerate(lines, 1):
        if not text.endswith(b"\n"):
            return
        end += len(text)
        try:
            yield Line.model_validate_json(text), end
        except ValueError as error:
            raise RunError(
                f"{file}:{number} is no line of a ledger, and without it nobody knows what was spent; "
                "restore the file, or play the run again with --new"
            ) from error
