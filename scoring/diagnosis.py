"""What went wrong in a trial, and what went wrong first.

Every finding has a code and the moment it happened: the call, or the end of the segment or of the trial. The
root cause of a failed trial is the earliest finding; of two at the same moment, the one that comes first in
`scoring.codes`. A needless call that only read changes nothing, so it is never the root cause: a failed trial
always has another finding. A successful trial has no root cause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from scenarios.transcript import AssistantMessage, SegmentRecord, ToolMessage
from scenarios.words import asks
from scoring.answer import FactCheck
from scoring.codes import NEUTRAL, RANK
from scoring.dependencies import fabricated
from scoring.evidence import Evidence
from scoring.final_state import LeafCheck
from scoring.lines.verdict import LineVerdict
from scoring.order import in_order, live_edges
from scoring.pairing import Made
from scoring.preparation import Gold, Stage
from scoring.recovery import retried
from scoring.rules import Violation
from scoring.verdict import CallVerdict
from scoring.verdicts import STORM, storm_around

Moment = tuple[float, float]
"""(index of the segment, position of the call); infinity is the end."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    code: str
    at: Moment
    why: str
    harmless: bool = False


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything the scorers found; what the diagnosis is made from."""

    evidence: Evidence
    verdicts: Sequence[CallVerdict]
    missing: Mapping[str, str]
    facts: Sequence[FactCheck]
    leaves: Sequence[LeafCheck]
    violations: Sequence[Violation]
    line: LineVerdict | None
    success: bool


def missing_calls(evidence: Evidence, verdicts: Sequence[CallVerdict]) -> dict[str, str]:
    """By id of each gold call that is unmet: the code of the call made in its stead, or `missing_call`."""
    instead = {verdict.gold: verdict.code for verdict in verdicts if verdict.gold is not None}
    return {
        gold.id: instead.get(gold.id, "missing_call")
        for stage in evidence.prepared.stages.values()
        for gold in evidence.unmet(stage)
    }


def diagnose(found: Findings) -> list[Finding]:
    """Every finding, the earliest first."""
    findings = [
        *_of_calls(found),
        *_of_rules(found),
        *_of_order(found.evidence),
        *_of_errors(found),
        *_of_segments(found),
        *_of_end(found),
    ]
    return sorted(findings, key=lambda finding: (finding.at, RANK[finding.code]))


def root_cause(findings: Sequence[Finding]) -> Finding | None:
    """The earliest finding that can have made a trial fail."""
    return next((finding for finding in findings if not finding.harmless), None)


def _of_calls(found: Findings) -> Iterator[Finding]:
    evidence = found.evidence
    for verdict, made in zip(found.verdicts, evidence.made, strict=True):
        if verdict.code in NEUTRAL:
            continue
        needless = verdict.code in {"extra_call", "redundant_repeat"} and not evidence.writes(made)
        yield Finding(
            code=verdict.code,
            at=_moment(evidence, made),
            why=f"call {made.position} ({made.name}): {verdict.why}",
            harmless=needless,
        )
    for name in (name for name, code in found.missing.items() if code == "missing_call"):
        gold = evidence.prepared.gold[name]
        why = f"gold call {name!r} ({gold.call.tool}) was not made"
        yield Finding(code="missing_call", at=_due(evidence, gold), why=why)


def _of_rules(found: Findings) -> Iterator[Finding]:
    """Broken rules that are not already the primary code of their call."""
    for violation in found.violations:
        if found.verdicts[violation.made.position].code != violation.code:
            at = _moment(found.evidence, violation.made)
            yield Finding(code=violation.code, at=at, why=violation.why)


def _of_order(evidence: Evidence) -> Iterator[Finding]:
    for before, after in live_edges(evidence):
        pair = evidence.pairs.get(after)
        if pair is not None and pair.made.sent and not in_order(evidence, (before, after)):
            why = f"call {pair.made.position} ({pair.made.name}) needs gold call {before!r} before it"
            yield Finding(code="wrong_order", at=_moment(evidence, pair.made), why=why)
    for pair in evidence.pairs.values():
        for name, source in fabricated(pair, evidence):
            why = f"call {pair.made.position} ({pair.made.name}): {name} was made up, not taken from {source}"
            yield Finding(code="dependency_fabricated", at=_moment(evidence, pair.made), why=why)


def _of_errors(found: Findings) -> Iterator[Finding]:
    evidence = found.evidence
    for made in evidence.made:
        storm = storm_around(made, evidence.made)
        primary = found.verdicts[made.position].code == "retry_storm"
        if len(storm) >= STORM and made.position == storm[0] and not primary:
            why = f"{made.name} failed {len(storm)} times in a row with the same arguments"
            yield Finding(code="retry_storm", at=_moment(evidence, made), why=why)
        if not found.success and _ignored(made, found):
            why = f"call {made.position} ({made.name}) failed, and nothing was done about it"
            yield Finding(code="ignored_tool_error", at=_moment(evidence, made), why=why)


def _ignored(made: Made, found: Findings) -> bool:
    """Whether a call failed, nothing was tried in its stead, and the reply did not even ask."""
    evidence = found.evidence
    if not (made.refused or made.spoilt) or found.verdicts[made.position].code == "allowed":
        return False
    pair = evidence.pair_at.get(made.position)
    if (pair is not None and pair.good) or retried(made, evidence):
        return False
    rest = [v for v in found.verdicts[made.position + 1 :] if v.segment == made.segment]
    return all(v.code == "matched" for v in rest) and not asks(evidence.reply(made.segment))


def _of_segments(found: Findings) -> Iterator[Finding]:
    evidence = found.evidence
    for segment, stage in evidence.prepared.stages.items():
        if segment in evidence.records:
            at = (float(stage.index), inf)
            if found.line is not None and not found.line.right:
                yield Finding(code=found.line.outcome, at=at, why=f"{segment}: {found.line.why}")
            if _stopped_by_itself(evidence, segment):
                yield from _of_stopping(segment, stage, at, found)
            yield from _of_reply(segment, at, found)


def _of_stopping(segment: str, stage: Stage, at: Moment, found: Findings) -> Iterator[Finding]:
    needed = [gold.id for gold in stage.gold if gold.id in found.missing]
    calls = [made for made in found.evidence.made if made.segment == segment]
    if needed and not calls:
        why = f"{segment}: {len(needed)} calls were needed and none was made"
        yield Finding(code="refused_when_needed", at=at, why=why)
        return
    never_made = [name for name in needed if found.missing[name] == "missing_call"]
    if never_made and not calls[-1].failed:
        yield Finding(code="premature_stop", at=at, why=f"{segment}: stopped without {', '.join(never_made)}")


def _of_reply(segment: str, at: Moment, found: Findings) -> Iterator[Finding]:
    wrong = [fact for fact in found.facts if fact.segment == segment and not fact.met]
    asked = [fact.wanted for fact in wrong if fact.kind in {"question", "ask"}]
    left_out = [fact.wanted for fact in wrong if fact.kind in {"say", "answer"}]
    blurted = [fact.wanted for fact in wrong if fact.kind == "not_say"]
    if asked:
        yield Finding(code="ask_missing", at=at, why=f"{segment}: did not ask for {', '.join(asked)}")
    if left_out:
        why = f"{segment}: the reply does not state {', '.join(left_out)}"
        yield Finding(code="answer_wrong", at=at, why=why)
    if blurted:
        yield Finding(code="answer_wrong", at=at, why=f"{segment}: the reply states {', '.join(blurted)}")


def _of_end(found: Findings) -> Iterator[Finding]:
    evidence, transcript = found.evidence, found.evidence.transcript
    if transcript.ended != "done" and all(v.code != "budget_exhausted" for v in found.verdicts):
        cause = f": {transcript.failure.message}" if transcript.failure is not None else ""
        last = transcript.segments[-1].segment if transcript.segments else ""
        at = _end_of(evidence, last)
        yield Finding(code="budget_exhausted", at=at, why=f"ended as {transcript.ended}{cause}")
    for record in transcript.segments:
        if _has_orphan(record):
            why = f"{record.segment}: a tool result has no call of its id before it"
            yield Finding(code="transcript_broken", at=_end_of(evidence, record.segment), why=why)
    wrong = [leaf.words for leaf in found.leaves if leaf.outcome in {"wrong", "missing"}]
    unasked = [leaf.words for leaf in found.leaves if leaf.outcome == "side_effect"]
    for code, words in (("state_wrong", wrong), ("side_effect", unasked)):
        if words:
            yield Finding(code=code, at=(inf, inf), why="; ".join(words))


def _has_orphan(record: SegmentRecord) -> bool:
    open_ids: list[str] = []
    for message in record.messages:
        if isinstance(message, AssistantMessage):
            open_ids = [call.id for call in message.tool_calls]
        elif isinstance(message, ToolMessage) and (not open_ids or open_ids.pop(0) != message.call_id):
            return True
    return False


def _stopped_by_itself(evidence: Evidence, segment: str) -> bool:
    """The model ended the segment with a reply, and not because something ran out."""
    cut = evidence.transcript.ended != "done" and evidence.transcript.segments[-1].segment == segment
    if evidence.prepared.exam.scenario.user is not None:  # who has the last word, and says when that is
        return not cut
    last = evidence.records[segment].messages[-1:]
    return not cut and all(isinstance(m, AssistantMessage) and not m.tool_calls for m in last)


def _moment(evidence: Evidence, made: Made) -> Moment:
    stage = evidence.prepared.stages.get(made.segment)
    return (float(stage.index) if stage is not None else inf), float(made.position)


def _end_of(evidence: Evidence, segment: str) -> Moment:
    stage = evidence.prepared.stages.get(segment)
    return (float(stage.index) if stage is not None else 0.0), inf


def _due(evidence: Evidence, gold: Gold) -> Moment:
    """When a missing call was due at the latest: before the first call that needs it, or at the end."""
    ancestors = evidence.prepared.ancestors
    later = [_moment(evidence, p.made) for p in evidence.pairs.values() if gold.id in ancestors[p.gold.id]]
    return min([*later, _end_of(evidence, gold.segment)])
