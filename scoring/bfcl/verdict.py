"""BFCL's verdict on a trial as its own rules give it, and beside it without their known defects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import cast

from scenarios.bfcl.record import SINGLE_TURN, Criteria, family_of, language_of
from scenarios.exam import Exam
from scenarios.theirs import Theirs
from scenarios.transcript import Transcript
from scoring.bfcl.calls import read_tool_calls
from scoring.bfcl.defects import CORRECTED, DEFECTS, STRICT, Kept
from scoring.bfcl.function_call import Rules, Wrong
from scoring.bfcl.multi_turn import judge_turns
from scoring.bfcl.single_turn import SingleTurn
from scoring.bfcl.single_turn import judge as judge_turn
from scoring.bfcl.trial import first_calls, read_turns
from scoring.bfcl.unmeetable import why_unmeetable
from scoring.score import Score
from scoring.their_verdict import TheirVerdict

BENCHMARK = "bfcl"
_AT_MOST_TOGETHER = 2


def judge(exam: Exam, transcript: Transcript) -> TheirVerdict:
    """What BFCL says of a trial; `corrected` is what our rules for its task say."""
    theirs = cast("Theirs", exam.scenario.theirs)
    criteria = Criteria.model_validate(theirs.criteria)
    strict = _wrong(criteria, exam, transcript, STRICT)
    corrected = _wrong(criteria, exam, transcript, CORRECTED)
    differs = (strict is None) != (corrected is None)
    defects = dict(_defects(criteria, exam, transcript)) if differs else {}
    said = "; ".join((_said(corrected, "BFCL's rules without defects"), *defects))
    return TheirVerdict(
        benchmark=BENCHMARK,
        success=strict is None,
        scores={"corrected": Score(value=float(corrected is None), reason=said)},
        corrected=corrected is None,
        defects=defects,
        reason=_said(strict, "BFCL's rules"),
    )


def _said(wrong: Wrong | None, rules: str) -> str:
    return f"right by {rules}" if wrong is None else f"{wrong.code}: {wrong.why}"


def why_unsolved(exam: Exam) -> str | None:
    """Why a task cannot be solved as its own answer says, where its data tells that."""
    theirs = cast("Theirs", exam.scenario.theirs)
    return why_unmeetable(Criteria.model_validate(theirs.criteria))


def _wrong(criteria: Criteria, exam: Exam, transcript: Transcript, kept: Kept) -> Wrong | None:
    if criteria.category in SINGLE_TURN:
        rules = Rules(
            functions={one.name: one for one in criteria.functions},
            language=language_of(criteria.category),
            kept=kept,
        )
        task = SingleTurn(family=family_of(criteria.category), key=criteria.key, rules=rules)
        attempt = read_tool_calls(first_calls(transcript), criteria.names)
        return judge_turn(task, replace(attempt, cut_off=transcript.ended != "done"))
    if transcript.ended != "done":
        return Wrong(code="cut_short", why=f"the conversation ended as `{transcript.ended}`")
    gold, played = read_turns(exam, transcript, criteria.server)
    return judge_turns(gold, played, kept)


def _defects(criteria: Criteria, exam: Exam, transcript: Transcript) -> Iterator[tuple[str, str]]:
    """The fewest defects whose repair changes the verdict."""
    told: Mapping[str, str] = {str(code): said for code, said in DEFECTS.items()}
    strict = _wrong(criteria, exam, transcript, STRICT) is None
    for count in range(1, _AT_MOST_TOGETHER + 1):
        for some in combinations(sorted(STRICT), count):
            if (_wrong(criteria, exam, transcript, STRICT - set(some)) is None) != strict:
                yield from ((code, told[code]) for code in some)
                return
