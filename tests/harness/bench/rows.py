"""Rows as a test wants them."""

from typing import Any

from harness.bench.record import Row


def row(**told: Any) -> Row:
    """A request of a second with 100 + 11 tokens, the first after 100 ms; but for what is told."""
    said: dict[str, Any] = {
        "talk": "t",
        "turn": 0,
        "due": 0.0,
        "sent": 0.0,
        "ended": 1.0,
        "asked": 11,
        "input": 100,
        "cached": 0,
        "output": 11,
        "ms": 1000.0,
        "ttft_ms": 100.0,
        "gaps_ms": (90.0,) * 10,
    }
    return Row.model_validate({**said, **told})
