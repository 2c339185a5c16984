"""What another benchmark says of a trial by its own rules."""

from scenarios.record import Record
from scoring.score import Score


class Assertions(Record):
    """What a task asserts in natural language: no rule decides it, so somebody has to be asked."""

    texts: tuple[str, ...] = ()
    counted: bool = False
    """Whether the benchmark's success depends on them; if not, verdicts on them are shown and no more."""


class TheirVerdict(Record):
    benchmark: str
    success: bool | None
    """None where it cannot be known, as without a judge's verdicts that the rules ask for."""
    reward: float | None = None
    """As the benchmark counts it, where it counts in anything else than success."""
    scores: dict[str, Score] = {}
    """The components of the verdict, under the benchmark's own names."""
    corrected: bool | None = None
    """What `success` would be without the benchmark's known defects; None where nobody says."""
    defects: dict[str, str] = {}
    """By code: where a known defect of the rules touches this trial, and how."""
    reason: str
    """One sentence for a table."""
