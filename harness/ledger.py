"""`spent.jsonl`: what each request of a run cost, so that a cap holds however often the run goes on.

A request is written down before it is sent, with the most that it can cost, and again once that is known.
One that was never settled, since we were killed meanwhile, is taken to have cost all that it could.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from os import strerror
from pathlib import Path
from typing import BinaryIO, Literal

from harness.store import RunError, RunFolder
from scenarios.record import Record

Why = Literal["held", "usage", "reported", "bound", "refused"]


class Line(Record):
    """One line; the last one of a request is what it cost."""

    request: int
    """Its number in the run."""
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


@dataclass(kw_only=True)
class Ledger:
    file: BinaryIO
    """Unbuffered, so that a line is there as soon as it is written."""
    size: int = 0
    """Bytes of its whole lines."""
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
        data = line.model_dump_json(exclude_none=True).encode() + b"\n"
        written = self.file.write(data)
        if written < len(data):  # a half line would make the file unreadable
            self.file.truncate(self.size)
            raise OSError(ENOSPC, strerror(ENOSPC))
        self.size += written

    def count(self, line: Line) -> None:
        self.requests = max(self.requests, line.request)
        if line.why != "held":
            self.usd += line.usd or 0.0
            self.tokens += line.tokens or 0
            self.unknown += line.usd is None
            self.uncounted += line.tokens is None


@contextmanager
def open_ledger(folder: RunFolder) -> Iterator[Ledger]:
    """The run's ledger, for one writer. Raises `RunError` when it cannot be read."""
    path = folder.path / "spent.jsonl"
    with path.open("ab", buffering=0) as file:
        ledger, held = Ledger(file=file), dict[int, Line]()
        for line, ledger.size in _lines(path):
            ledger.count(line)
            if line.why == "held":
                held[line.request] = line
            else:
                held.pop(line.request, None)
        file.truncate(ledger.size)  # what a kill cut in half was not sent, or is still held
        for line in held.values():
            ledger.write(line.model_copy(update={"why": "bound"}))
        yield ledger


def _lines(path: Path) -> Iterator[tuple[Line, int]]:
    """Every whole line, with where it ends."""
    end = 0
    with path.open("rb") as lines:
        for number, text in enumerate(lines, 1):
            if not text.endswith(b"\n"):
                return
            end += len(text)
            try:
                yield Line.model_validate_json(text), end
            except ValueError as error:
                raise RunError(
                    f"{path}:{number} is no line of a ledger, and without it nobody knows what was spent; "
                    "restore the file, or play the run again with --new"
                ) from error
