"""Why a server is not there: one class, read from the end of its log, with what a person can do about it."""

import re
from pathlib import Path
from typing import Literal

FailureKind = Literal[
    "port taken",
    "context does not fit",
    "context beyond the model",
    "unknown architecture",
    "unknown parser",
    "layout",
    "no GPU",
    "not open to you",
    "missing weights",
    "bad flag",
    "out of memory",
    "killed",
    "refused",
    "timed out",
    "unknown",
]

_TAIL_LINES = 50
_SAID_BY = re.compile(r"^\(\w+ pid=\d+\) [A-Z]+ [-\d]+ [:\d]+ \[[^\]]*\] ?", re.MULTILINE)
"""What vLLM writes before each line of a process that is not the first."""
_POINTER = "root cause"
"""An error of one process that sends to that of another."""
_KILLED = frozenset({137, -9})
"""How SIGKILL shows: on the server, and on its supervisor."""
_SIGNS: tuple[tuple[FailureKind, str], ...] = (
    ("port taken", r"[Aa]ddress already in use"),
    ("context beyond the model", r"greater than the derived max_model_len"),
    ("context does not fit", r"KV cache is needed"),
    ("unknown parser", r"(?:Tool|Reasoning) parser '[^']*' not found"),
    ("unknown architecture", r"are not supported for now|does not recognize this architecture"),
    (
        "layout",
        r"must be divisible by|is not divisible by|must evenly divide|not divisible by weight quantization"
        r"|exceeds the maximum supported value|KV heads \(\d+\)\. Increase|World size \(\d+\) is larger",
    ),
    (
        "no GPU",
        r"Failed to infer device type|No CUDA GPUs are available|Found no NVIDIA driver"
        r"|NVIDIA driver on your system is too old|CUDA driver version is insufficient"
        r"|no kernel image is available|Invalid device id|NVML",
    ),
    ("not open to you", r"[Gg]ated ?[Rr]epo|is restricted|401 Client Error|403 Client Error"),
    (
        "missing weights",
        r"Cannot find any model weights|Repo id must be in the form|cannot start |RepositoryNotFound"
        r"|is not a local folder|not a valid model identifier|outgoing traffic has been disabled"
        r"|No such file or directory: '[^']*(?:config\.json|\.safetensors|\.jinja)"
        r"|does not appear to have a file named",
    ),
    (
        "bad flag",
        r"unrecognized arguments|error: argument|expected one argument|invalid choice|No such option"
        r"|Invalid value for",
    ),
    (
        "out of memory",
        r"out of memory|MemoryError|Cannot allocate memory|less than requested memory"
        r"|less than desired (?:GPU|CPU) memory|No available memory for the cache",
    ),
    ("killed", r"died unexpectedly"),
)
"""In this order, as one may follow from another. The texts are those of vLLM 0.32 and its libraries."""

_REMEDIES: dict[FailureKind, str] = {
    "port taken": "another program has each port that was tried; name a free one, or run it again",
    "context does not fit": "serve a smaller context, or give the cache more memory",
    "context beyond the model": "serve a context that the model has, or extend it where the catalog says how",
    "unknown architecture": "this version of the engine does not know the model; install one that does",
    "unknown parser": "correct the parser's name, or add --tool-parser-plugin FILE to the flags",
    "layout": "choose another layout; `longspan models fit` lists those that work and why others do not",
    "no GPU": "look at nvidia-smi: the driver, and which GPUs this process may use (CUDA_VISIBLE_DEVICES)",
    "not open to you": "accept the model's terms on its page, set HF_TOKEN, and install it again",
    "missing weights": "run `longspan models install` for this model again",
    "bad flag": "correct the flags; they are those of the engine's version that is installed",
    "out of memory": "close other programs, or serve with a smaller cache, context or concurrency",
    "killed": "from outside, as the system does when memory runs out; close other programs and run it again",
    "refused": "its log says why; a chat template or a parser that does not fit the model is the usual cause",
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
    errors = re.findall(r"^\S*(?:Error|Exception|error): .*$", _SAID_BY.sub("", said), re.MULTILINE)
    own = [error for error in errors if _POINTER not in error]
    if errors and not own:  # its engine is gone without a word
        return ServerFailed(model, "killed", what, log)
    last_words = own[-1][:200] if own else "no error in its log"
    return ServerFailed(model, "unknown", f"{what} (exit status {status}, {last_words})", log)


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
