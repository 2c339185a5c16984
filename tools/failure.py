"""A server that breaks ends the trial; it is never the model's fault.

A tool that says no is an answer that the model reads. A server that exits, hangs, or answers with what is not
MCP is a `WorldFailed`, which says which server, what it last wrote to stderr, and what to do.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from scenarios.foreign import whole_text

FailureKind = Literal[
    "command_not_found",
    "unreachable",
    "server_exited",
    "server_hung",
    "server_garbage",
    "open_timeout",
    "protocol",
    "world_bug",
    "unknown_world",
    "missing_variable",
    "folder",
    "too_few_distractors",
    "watch",
]
"""`command_not_found`, `unreachable`: the server could not be started or reached; `world_bug`: a built-in
world raised what is not `Refused`; `unknown_world`, `missing_variable`, `too_few_distractors`: the scenario
asks for what does not exist; `folder`: a working folder that cannot be made; `watch`: a state that cannot be
read."""

_MOST_SAID = 1000
"""Characters of a message; what servers say can be a whole page."""


class WorldFailed(Exception):
    """A server of the scenario broke; the message is for people and ends with what to do."""

    def __init__(self, kind: FailureKind, server: str, message: str) -> None:
        said = whole_text(message)
        super().__init__(f"server {server!r}: {said}" if server else said)
        self.kind: FailureKind = kind
        self.server = server


def in_short(message: str) -> str:
    """The beginning of what a server said."""
    return message if len(message) <= _MOST_SAID else f"{message[:_MOST_SAID]} …"


def last_lines(log: Path | None, count: int = 8) -> str:
    """What a server last wrote to stderr, ready to stand at the end of a message; empty when nothing."""
    if log is None or not log.is_file():
        return ""
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()[-count:]
    return "\nIts last words on stderr:\n" + "\n".join(f"  {line[:300]}" for line in lines) if lines else ""


def near(name: str, existing: Iterable[str], most: int = 12) -> str:
    """What exists, the closest first when something is close."""
    known = sorted(existing)
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return f"there are: {', '.join(known[:most]) or 'none'}{more}"
