"""What a judge said of one trial: a verdict for each assertion in natural language, and what asking took.

It is written once, under a key of all that shaped it, and only read afterwards. So a grade that needs it
stays a pure function of files, and grading again asks nobody.
"""

from typing import Literal

from scenarios.record import Record
from scenarios.transcript import Exchange, Failure


class AssertionVerdict(Record):
    assertion: str
    """As the benchmark words it."""
    met: bool
    reason: str
    """The judge's own; no rule reads it."""


class Judgement(Record):
    schema_version: Literal[1] = 1
    exam: str
    """The exam's digest."""
    transcript: str
    """SHA-256 of what was judged."""
    judge: str
    """The label of the model."""
    prompt: int
    """The version of what it was asked with."""
    verdicts: tuple[AssertionVerdict, ...] = ()
    """One for each assertion, in their order; none where the judge failed."""
    failure: Failure | None = None
    """Why there are no verdicts: nothing that the model under test has done. The judge is asked again."""
    exchanges: tuple[Exchange, ...] = ()
    """The requests to the judge, those of earlier tries included; never among the model's own."""

    @property
    def met(self) -> tuple[bool, ...] | None:
        """The verdicts alone; None where there are none."""
        return None if self.failure is not None else tuple(one.met for one in self.verdicts)
