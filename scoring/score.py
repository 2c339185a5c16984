"""The result of a scorer, and the one protocol that every scorer follows."""

from typing import Annotated, Protocol

from pydantic import Field

from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import Transcript


class Score(Record):
    value: Annotated[float, Field(ge=0, le=1)] | None
    """None when the scorer does not apply here, which is neither good nor bad."""
    reason: str
    """Words from which the value can be recomputed."""
    details: dict[str, float] = {}
    """Figures that belong to the value; one that does not apply is left out."""


class Scorer(Protocol):
    """Anything with this method is a scorer; there is nothing to inherit from.

    It is a pure function: the same exam and transcript give the same score, whatever else was graded before.
    """

    def score(self, exam: Exam, transcript: Transcript) -> Score: ...
