"""Why a server is not there: one class, read from the end of its log, with what a person can do about it."""

import re
from pathlib import Path
from typing import Literal

FailureKind = Literal[
    "port taken",
    "context does not fit",
    "unknown architecture",
    "missing weights",
    "out of memory",
    "killed",
    "timed out",
    "unknown",
]

_TAIL_LINES = 50
_KILLED = frozenset({137, -9})
"""How SIGKILL shows: on the server, and on its supervisor."""
_SIGNS: tuple[tuple[FailureKind, str], ...] = (
    ("port taken", r"Address already in use"),
    ("context does not fit", r"KV cache is needed|greater than the derived max_model_len"),
    ("unknown architecture", r"are not supported for now|does not recognize this architecture"),
    ("missing weights", r"Cannot find any model weights|Repo id must be in the form|cannot start "),
    (
        "out of memory",
        r"out of memory|MemoryError|Cannot allocate memory|less than requested memory"
        r"|less than desired GPU memory|No available memory for the cache",
    ),
    ("killed", r"died unexpectedly"),
)
"""In this order, as one may follow from another. The texts are those of vLLM 0.32 and its libraries."""

_REMEDIES: dict[FailureKind, str] = {
    "port taken": "another program took each port that was tried; run it again",
    "context does not fit": "serve a smaller max_model_len, or give the cache more memory",
    "unknown architecture": "this version of the engine does not know the model; install one that does",
    "missing weights": "run `longspan models install` for this model again",
    "out of memory": "close other programs, or serve with a smaller cache, context or concurrency",
    "killed": "from outside, as the system does when memory runs out; close other programs and run it again",
    "timed out": "allow it more time if the log shows that it was still at work",
    "unknown": "the end of the log says more",
}


class ServerFailed(Exception):
    """The server did not start, or ended by itself. The message is one line; `tail` is the end of its log."""

    def __init__(self, model: str, kind: FailureKind, what: str, log: Path) -> None:
        self.kind = kind
        self.remedy = _REMEDIES[kind]
        self.log = log
        self.tail = tuple(_lines(log)[-_TAIL_LINES:])
        super().__init__(f"local/{model}: {what}: {kind}; {self.remedy} (log: {log})")


def server_failed(model: str, what: str, status: int, log: Path) -> ServerFailed:
    """The failure of a server that ended with `status`, as far as its log explains it."""
    said = "\n".join(line for line in _lines(log) if not line.startswith("$ "))
    kinds = [kind for kind, sign in _SIGNS if re.search(sign, said)]
    if kinds:
        return ServerFailed(model, kinds[0], what, log)
    if status in _KILLED:
        return ServerFailed(model, "killed", what, log)
    errors = re.findall(r"^\S*(?:Error|Exception|error): .*$", said, re.MULTILINE)
    last_words = errors[-1][:200] if errors else "no error in its log"
    return ServerFailed(model, "unknown", f"{what} (exit status {status}, {last_words})", log)


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
