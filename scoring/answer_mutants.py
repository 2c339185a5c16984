"""Mutants of an answer about a document: the wrong replies of `scoring.line_mutants`, as behaviours."""

from collections.abc import Iterator

from scoring.line_mutants import line_mutants
from scoring.mutant import Mutant
from scoring.original import Original


def answer_mutants(source: Original) -> Iterator[Mutant]:
    for segment in source.exam.scenario.segments:
        line, place = segment.expect.line, source.last_turn(segment.id)
        if line is None:
            continue
        for one in line_mutants(line, source.exam.scenario.language):
            turn = source.behaviour[place].model_copy(update={"text": one.reply})
            yield Mutant(
                operator=one.operator,
                target=f"{segment.id}.{line.kind}",
                behaviour=() if one.equivalent else (turn,),
                predicted=tuple(one.predicted),
                equivalent=one.equivalent,
            )
