"""Does the last reply of each segment state what it must, and nothing that it must not?

Every `say`, `answer` and `ask` fact counts once, and in a segment that has `ask` facts so does asking at all.
One forbidden statement makes the score 0. A reply that was never written states nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.matching import describe, mentioned
from scenarios.scenario import Expectation
from scenarios.words import asks
from scoring.evidence import Evidence
from scoring.score import Score


@dataclass(frozen=True, kw_only=True)
class FactCheck:
    """One fact of one segment, and whether the reply is as it must be."""

    segment: str
    kind: str
    """`say`, `answer`, `ask`, `question` (the reply asks at all) or `not_say`."""
    wanted: str
    met: bool


def check_facts(evidence: Evidence) -> list[FactCheck]:
    return [
        check
        for segment, stage in evidence.prepared.stages.items()
        for check in _checks(segment, stage.expect, evidence)
    ]


def score_answer(checks: list[FactCheck]) -> Score:
    facts = [check for check in checks if check.kind != "not_say"]
    said = [check for check in checks if check.kind == "not_say" and not check.met]
    if said:
        return Score(value=0.0, reason="; ".join(f"{c.segment}: states {c.wanted}" for c in said))
    if not facts:
        return Score(value=None, reason="no fact is asked for")
    missed = [check for check in facts if not check.met]
    reason = f"{len(facts) - len(missed)} of {len(facts)} facts stated"
    if missed:
        reason += "; missing: " + ", ".join(f"{c.segment}: {c.wanted}" for c in missed)
    return Score(value=(len(facts) - len(missed)) / len(facts), reason=reason)


def _checks(segment: str, expect: Expectation, evidence: Evidence) -> Iterator[FactCheck]:
    reply, lookup = evidence.reply(segment), evidence.lookup

    def check(kind: str, fact: JsonValue) -> FactCheck:
        stated = mentioned(fact, reply, lookup, last=kind == "answer")
        met = stated != (kind == "not_say")
        return FactCheck(segment=segment, kind=kind, wanted=describe(fact, lookup), met=met)

    for fact in expect.say:
        yield check("say", fact)
    if expect.answer is not None:
        yield check("answer", expect.answer)
    if expect.ask:
        yield FactCheck(segment=segment, kind="question", wanted="a question", met=asks(reply))
    for fact in expect.ask:
        yield check("ask", fact)
    for fact in expect.not_say:
        yield check("not_say", fact)
