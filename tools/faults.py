"""Faults that a scenario injects: which call is hit, and what the model reads then.

Everything here is pure. The same scenario is hit at the same calls with the same bytes on every run.
"""

import hashlib
from collections.abc import Iterable

from scenarios.language import Language
from scenarios.scenario import Fault
from tools.answers import Answer

KEPT = 0.3
"""The share of a result that a truncated one still shows."""

_LOST = 2 / 3
"""The share of the characters of a result that a garbled one lost."""

_NOISE = "�#?~^¿§"


def fault_of(faults: Iterable[Fault], tool: str, nth: int) -> Fault | None:
    """The fault that hits the nth call of a tool, counted from 1."""
    return next((fault for fault in faults if fault.tool == tool and fault.nth == nth), None)


def unsent(fault: Fault, language: Language) -> Answer:
    """What comes back from a call that never reached its server (`timeout`, `error`)."""
    default = {
        ("timeout", "en"): "Error: the request timed out; no response was received. Nothing was changed.",
        ("timeout", "zh"): "错误：请求超时，未收到响应，未做任何更改。",
        ("error", "en"): "Error: the service is temporarily unavailable (503). Nothing was changed.",
        ("error", "zh"): "错误：服务暂时不可用（503），未做任何更改。",
    }[fault.error, language]
    text = fault.message if fault.error == "error" and fault.message else default
    return Answer(text=text, problem="fault", detail=fault.error)


def spoilt(fault: Fault, text: str, language: Language, seed: str) -> Answer:
    """What is left of a result on its way back (`garbled`, `truncated`)."""
    left = _truncated(text, language) if fault.error == "truncated" else _garbled(text, seed)
    return Answer(text=left, problem="fault", detail=fault.error)


def _truncated(text: str, language: Language) -> str:
    end = {
        "en": "[response truncated: the connection was closed]",
        "zh": "[响应被截断：连接已关闭]",
    }
    return f"{text[: int(len(text) * KEPT)]}\n{end[language]}"


def _garbled(text: str, seed: str) -> str:
    noise = hashlib.shake_256(seed.encode()).digest(len(text))
    return "".join(
        _NOISE[byte % len(_NOISE)] if byte < 256 * _LOST and not character.isspace() else character
        for character, byte in zip(text, noise, strict=True)
    )
