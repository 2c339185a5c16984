"""Every mutant of an exam's gold behaviour: how a scorer is shown to see what goes wrong.

Each operator is applied to every gold call, every leaf of its arguments, every fact and every rule that it
applies to. The mutants are played like any other model; `survives` says whether a grade caught one as it was
predicted to.
"""

from collections.abc import Iterator

from scenarios.exam import Exam
from scoring.answer_mutants import answer_mutants
from scoring.argument_mutants import argument_mutants
from scoring.call_mutants import call_mutants
from scoring.mutant import Mutant, Operator, survives
from scoring.original import original
from scoring.reply_mutants import reply_mutants

__all__ = ["Mutant", "Operator", "mutants", "survives"]


def mutants(exam: Exam) -> Iterator[Mutant]:
    """Every mutant, those that cannot matter included; the same exam gives the same ones in one order."""
    source = original(exam)
    if exam.scenario.reading is not None:
        yield from answer_mutants(source)
        return
    yield from call_mutants(source)
    yield from argument_mutants(source)
    yield from reply_mutants(source)
