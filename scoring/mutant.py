"""One mutant: the gold behaviour with one thing wrong with it, and the codes that must be found."""

from typing import Literal

from scenarios.record import Record
from scoring.behaviour import Behaviour
from scoring.grade import Grade
from scoring.line_mutants import LineOperator

CallOperator = Literal[
    "drop_call",
    "swap_tool",
    "duplicate_call",
    "reorder",
    "malform_json",
    "hallucinate_tool",
    "alter_argument",
    "drop_argument",
    "add_argument",
    "retype_argument",
    "forget_fact",
    "flip_answer",
    "say_forbidden",
    "refuse",
    "call_when_none",
    "act_instead_of_ask",
    "call_forbidden",
    "ignore_error",
]
Operator = CallOperator | LineOperator


class Mutant(Record):
    operator: Operator
    target: str
    """What was changed: a gold call, a leaf of its arguments (`pay.order`), or a fact (`refund.say.0`)."""
    behaviour: Behaviour = ()
    predicted: tuple[str, ...] = ()
    """Codes, of which one has to be found."""
    blamed: tuple[str, ...] = ()
    """The gold calls of which one has to bear a predicted code; empty where the whole trial bears it."""
    tool: str | None = None
    """The tool of the altered call, which may bear the code as well."""
    equivalent: str | None = None
    """Why the change cannot matter; such a mutant is listed and not played."""


def survives(mutant: Mutant, grade: Grade) -> str | None:
    """Why a mutant was not caught as predicted; None when it was."""
    if not grade.graded:
        return f"it was not graded: {grade.reason}"
    if grade.success and grade.score in {1.0, None}:
        return "it succeeds, and its score is not below 1"
    expected = " or ".join(mutant.predicted)
    if not grade.codes.keys() & set(mutant.predicted):
        return f"{expected} was expected; found {', '.join(grade.codes) or 'nothing'}"
    if mutant.blamed and not _borne(mutant, grade) & set(mutant.predicted):
        found = ", ".join(sorted(_borne(mutant, grade))) or "nothing"
        return f"{expected} was expected of {', '.join(mutant.blamed)}; found {found}"
    return None


def _borne(mutant: Mutant, grade: Grade) -> set[str]:
    """The codes that the altered call or its gold call bears."""
    calls = {c.code for c in grade.calls if c.gold in mutant.blamed or c.tool == mutant.tool}
    return calls | {grade.missing[name] for name in mutant.blamed if name in grade.missing}
