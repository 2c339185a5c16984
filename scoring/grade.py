"""The grade of one trial: whether it succeeded, how far it came, and what went wrong first.

*Success* is the final state ∧ every fact stated ∧ nothing forbidden said or done, of a trial that ended by
itself. The calls are scored beside it, and count where they are all that a model can answer. The score is the
mean of those of state, answer, calls and order that apply, and 0 when a rule was broken. Where nothing is
expected there is nothing to earn.

A task of another benchmark succeeds by that benchmark's own rules; our verdict stands beside theirs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import GRADED, Transcript
from scoring.answer import check_facts, score_answer
from scoring.diagnosis import Finding, Findings, diagnose, missing_calls, root_cause
from scoring.efficiency import score_efficiency
from scoring.evidence import Evidence, read
from scoring.final_state import check_leaves, score_state
from scoring.lines.judge import judge_line
from scoring.lines.verdict import LineVerdict
from scoring.order import score_order
from scoring.preparation import Prepared, prepare
from scoring.recovery import score_recovery
from scoring.rules import find_violations, score_rules
from scoring.score import Score, Scorer
from scoring.theirs import Rules, TheirVerdict, find_rules, their_scores
from scoring.tool_calls import score_calls
from scoring.verdict import CallVerdict, Difference
from scoring.verdicts import judge_calls

__all__ = ["COMPONENTS", "CallVerdict", "Difference", "Grade", "Prepared", "grade", "prepare"]

COMPONENTS = ("state", "answer", "calls", "order")
"""The scores whose mean is the score of a trial."""

_RIGHT = frozenset({"matched", "allowed"})


class Grade(Record):
    scenario: str
    model: str
    repeat: int
    ended: str
    graded: bool
    """False for a trial that the model did not decide; it has no scores."""
    success: bool | None = None
    score: float | None = None
    """In [0, 1]; None when no component applies."""
    scores: dict[str, Score] = {}
    calls: tuple[CallVerdict, ...] = ()
    missing: dict[str, str] = {}
    """By id of each gold call that is needed and unmet: the code of the call made in its stead, or
    `missing_call`."""
    codes: dict[str, int] = {}
    """How often each code of `scoring.codes` was found, in calls and in the trial as a whole."""
    root_cause: str | None = None
    line: LineVerdict | None = None
    """Of the answer about a document."""
    theirs: TheirVerdict | None = None
    """What another benchmark's own rules say, where the scenario is one of its tasks: `success` is theirs
    then, and ours is the score `ours`."""
    reason: str
    """One sentence for a table."""


def grade(
    exam: Exam | Prepared,
    transcript: Transcript,
    extra: Mapping[str, Scorer] | None = None,
    rules: Rules | None = None,
) -> Grade:
    """The grade of one trial; `extra` are plug-in scorers, which are shown and do not move the score.

    A task of another benchmark succeeds by that benchmark's `rules`; they are looked up if not given, and
    then `NoRules` is raised where nobody knows them. What its rules cannot tell is not graded.

    A plug-in that raises gets a score without a value that says so: it never counts as zero, and never
    keeps the other scores from being written.
    """
    prepared = exam if isinstance(exam, Prepared) else prepare(exam)
    if transcript.ended not in GRADED:
        why = f": {transcript.failure.message}" if transcript.failure is not None else ""
        return not_graded(transcript, f"not graded, since it ended as `{transcript.ended}`{why}")
    evidence = read(prepared, transcript)
    facts, leaves, violations = check_facts(evidence), check_leaves(evidence), find_violations(evidence)
    line = _judged_line(evidence)
    verdicts = judge_calls(evidence, violations)
    missing = missing_calls(evidence, verdicts)
    calls_count = not prepared.exam.scenario.tools.answered
    success = (
        transcript.ended == "done"
        and not (calls_count and (missing or any(call.code not in _RIGHT for call in verdicts)))
        and (line is None or line.right)
        and all(fact.met for fact in facts)
        and all(leaf.outcome == "right" for leaf in leaves)
        and not violations
    )
    scores = {
        "state": score_state(leaves),
        "answer": score_answer(facts) if line is None else _line_score(line),
        "calls": score_calls(evidence),
        "order": score_order(evidence),
        "rules": score_rules(evidence, violations),
        "recovery": score_recovery(evidence, success=success),
        "efficiency": score_efficiency(evidence),
    }
    findings = diagnose(
        Findings(
            evidence=evidence,
            verdicts=verdicts,
            missing=missing,
            facts=facts,
            leaves=leaves,
            violations=violations,
            line=line,
            success=success,
        )
    )
    cause = None if success else root_cause(findings)
    why = _sentence(success, cause, findings)
    theirs = _their_verdict(prepared.exam, transcript, rules)
    if theirs is not None:
        scores |= their_scores(theirs, success, why)
    return Grade(
        scenario=transcript.scenario,
        model=transcript.model,
        repeat=transcript.repeat,
        ended=transcript.ended,
        graded=theirs is None or theirs.success is not None,
        success=success if theirs is None else theirs.success,
        score=0.0 if violations else _mean(scores),
        scores=scores | _plugged_in(prepared.exam, transcript, extra or {}, scores),
        calls=verdicts,
        missing=missing,
        codes=dict(Counter(finding.code for finding in findings)),
        root_cause=cause.code if cause is not None else None,
        line=line,
        theirs=theirs,
        reason=why if theirs is None else theirs.reason,
    )


def _their_verdict(exam: Exam, transcript: Transcript, rules: Rules | None) -> TheirVerdict | None:
    theirs = exam.scenario.theirs
    if theirs is None:
        return None
    return (rules or find_rules(theirs.benchmark))(exam, transcript)


def _judged_line(evidence: Evidence) -> LineVerdict | None:
    """The verdict on the answer about a document; None where no document is asked about."""
    scenario = evidence.prepared.exam.scenario
    for segment in scenario.segments:
        if segment.expect.line is not None:
            return judge_line(segment.expect.line, evidence.reply(segment.id), scenario.language)
    return None


def _line_score(line: LineVerdict) -> Score:
    return Score(value=line.value, reason=line.why, details=line.figures)


def _mean(scores: Mapping[str, Score]) -> float | None:
    values = [value for name in COMPONENTS if (value := scores[name].value) is not None]
    return sum(values) / len(values) if values else None


def _plugged_in(
    exam: Exam, transcript: Transcript, extra: Mapping[str, Scorer], built_in: Mapping[str, Score]
) -> dict[str, Score]:
    taken = sorted(extra.keys() & built_in.keys())
    if taken:
        raise ValueError(f"a scorer may not be called {', '.join(taken)}: that is a built-in score")
    found: dict[str, Score] = {}
    for name, scorer in extra.items():
        try:
            found[name] = scorer.score(exam, transcript)
        except Exception as error:  # the boundary to code that is not ours
            found[name] = Score(value=None, reason=f"the scorer raised {type(error).__name__}: {error}")
    return found


def not_graded(transcript: Transcript, reason: str) -> Grade:
    """The grade of a trial that has none."""
    return Grade(
        scenario=transcript.scenario,
        model=transcript.model,
        repeat=transcript.repeat,
        ended=transcript.ended,
        graded=False,
        reason=reason,
    )


def _sentence(success: bool, cause: Finding | None, findings: Sequence[Finding]) -> str:
    if not success:
        return cause.why if cause is not None else "failed, and no rule says why"
    if not findings:
        return "all as expected"
    return "succeeded, with " + ", ".join(dict.fromkeys(finding.code for finding in findings))
