"""Answers to questions that nobody asked, to be measured."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from scenarios.reading import FactKind, Layout
from scoring.consistency.observation import Observation

GOLD = "ina ravn"
WRONG = "olaf berg"


def answer(right: bool = True, **changes: Any) -> Observation:
    """One answer right after a fact was told in the first part, unless said otherwise."""
    plain: dict[str, Any] = {
        "model": "reader",
        "suite": "papers",
        "document": "one",
        "layout": "segmented",
        "fact": "keeper",
        "kind": "static",
        "after": 1,
        "lag": 0,
        "lag_tokens": 0,
        "answer": GOLD if right else WRONG,
        "right": right,
        "outcome": "right" if right else "wrong_value",
        "value": float(right),
    }
    return Observation.model_validate(plain | changes)


def row(right: Sequence[bool], told: int = 1, **changes: Any) -> list[Observation]:
    """Answers after one part and the next, from where the fact is told on."""
    return [
        answer(one, after=told + lag, lag=lag, lag_tokens=1000 * lag, **changes)
        for lag, one in enumerate(right)
    ]


def flipping(chance: float, documents: int, times: int, seed: int) -> Iterator[Observation]:
    """A reader that gives one and the same wrong answer with this probability, anew each time."""
    dice = np.random.default_rng(seed)
    for number in range(documents):
        for fact in ("keeper", "gate", "mill"):
            right = (dice.random(times) >= chance).tolist()
            yield from row(right, document=f"paper-{number}", fact=fact)


def at_end(
    right: bool, layout: Layout = "segmented", kind: FactKind = "static", **changes: Any
) -> Observation:
    return answer(right, **({"layout": layout, "kind": kind, "after": 8, "lag": 7} | changes))
