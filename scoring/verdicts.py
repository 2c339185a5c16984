"""One primary code for every call, with the gold call it was paired with; see `scoring.codes` for the order.

A call stands in for a gold call that nobody met (`wrong_tool`) when it comes where the gold call would have
come, after what that needs and before what needs it, and is of the same kind: a call that only reads is
never taken for a missing write.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import inf

from scenarios.matching import Mismatch
from scoring.assignment import assign
from scoring.evidence import Evidence
from scoring.pairing import Made, Pair, same_call
from scoring.preparation import Gold
from scoring.rules import Violation
from scoring.verdict import CallVerdict, Difference

Judgement = tuple[str, str]
"""A code, and why."""

STORM = 3
"""So many identical failing calls in a row are a storm."""


def judge_calls(evidence: Evidence, violations: Sequence[Violation]) -> tuple[CallVerdict, ...]:
    broken = {found.made.position: found for found in reversed(violations) if found.code != "ask_missing"}
    early = [
        _unsent(made, evidence) or _paired(made, evidence) or _declared(made, evidence, broken)
        for made in evidence.made
    ]
    candidates = [
        made
        for made, judged in zip(evidence.made, early, strict=True)
        if judged is None or judged[0] in {"hallucinated_tool", "policy_violation"}
    ]
    stand_ins = _stand_ins(evidence, candidates)
    return tuple(
        _verdict(made, judged or _extra(made, evidence, stand_ins.get(made.position)), evidence, stand_ins)
        for made, judged in zip(evidence.made, early, strict=True)
    )


def _unsent(made: Made, evidence: Evidence) -> Judgement | None:
    """What kept a call from reaching its tool, or its result from coming back."""
    result, tools = made.result, evidence.prepared.tools
    if made.sent and not made.spoilt:
        return None
    if result is None:
        if evidence.transcript.ended == "done":
            return "transcript_broken", "the transcript has no result for this call"
        return "budget_exhausted", f"never executed: the trial ended as {evidence.transcript.ended}"
    if made.spoilt:
        return "fault", f"hit by an injected fault ({result.detail})"
    if made.arguments is None:
        return (
            "malformed_call",
            f"the arguments are not one JSON object: {result.detail or result.text}",
        )
    if result.problem == "unknown_tool":
        near = get_close_matches(made.name, tools, n=1)
        hint = f"; the nearest is {near[0]}" if near else ""
        return "hallucinated_tool", f"none of the {len(tools)} tools has this name{hint}"
    return "schema_violation", result.detail or "the arguments do not fit the tool's schema"


def _paired(made: Made, evidence: Evidence) -> Judgement | None:
    pair = evidence.pair_at.get(made.position)
    if pair is None:
        return None
    if not pair.exact:
        return "wrong_arg_value", "; ".join(map(_words, pair.mismatches))
    if made.refused and not pair.gold.fails:
        return "matched", f"as gold call {pair.gold.id!r}, but the tool refused it"
    return "matched", f"as gold call {pair.gold.id!r}"


def _declared(made: Made, evidence: Evidence, broken: Mapping[int, Violation]) -> Judgement | None:
    """What the scenario itself says of a call that is not gold."""
    violation = broken.get(made.position)
    if violation is not None:
        return violation.code, violation.why
    if evidence.allows(made):
        return "allowed", "an extra call that the scenario allows"
    return None


def _extra(made: Made, evidence: Evidence, stand_in: Gold | None) -> Judgement:
    if stand_in is not None:
        return "wrong_tool", f"in the place of {stand_in.call.tool} (gold call {stand_in.id!r})"
    for earlier in reversed(evidence.made[: made.position]):
        if not earlier.failed and same_call(earlier, made):
            return "redundant_repeat", f"call {earlier.position} again, with nothing changed in between"
        if evidence.writes(earlier):
            break
    storm = evidence.rows[made.position]
    if len(storm) >= STORM:
        return "retry_storm", f"the same failing call {len(storm)} times in a row"
    tool = evidence.prepared.tools.get(made.name)
    kind = "may write" if tool is None or tool.writes else "only reads"
    return "extra_call", f"nothing asks for it; it {kind}"


def _verdict(made: Made, judged: Judgement, evidence: Evidence, stand_ins: Mapping[int, Gold]) -> CallVerdict:
    pair = evidence.pair_at.get(made.position)
    gold = pair.gold if pair is not None else stand_ins.get(made.position)
    return CallVerdict(
        segment=made.segment,
        position=made.position,
        tool=made.name,
        code=judged[0],
        gold=gold.id if gold is not None else None,
        why=judged[1],
        mismatches=_differences(pair),
    )


def _differences(pair: Pair | None) -> tuple[Difference, ...]:
    return tuple(
        Difference(path=m.path, wanted=m.wanted, given=m.given, missing=m.missing)
        for m in (pair.mismatches if pair is not None else ())
    )


def _words(mismatch: Mismatch) -> str:
    given = "left out" if mismatch.missing else f"given {mismatch.given!r}"
    return f"{mismatch.path or 'arguments'}: wanted {mismatch.wanted}, {given}"


def _stand_ins(evidence: Evidence, candidates: Sequence[Made]) -> dict[int, Gold]:
    """By position: the gold call that a call of another tool was made for, paired one to one."""
    unmet = [
        gold
        for gold in evidence.prepared.gold.values()
        if not gold.call.optional and gold.id not in evidence.pairs
    ]
    if not unmet or not candidates:
        return {}
    weights = [[_likeness(gold, made, evidence) for made in candidates] for gold in unmet]
    return {candidates[column].position: unmet[row] for row, column in assign(weights)}


def _likeness(gold: Gold, made: Made, evidence: Evidence) -> float:
    """How well a call of another tool fits the place of a gold call; 0 when it cannot stand there."""
    tool = evidence.prepared.tools.get(made.name)
    if made.segment != gold.segment or (tool is not None and tool.writes != gold.writes):
        return 0.0
    ancestors = evidence.prepared.ancestors
    before = (p.made.message for p in evidence.pairs.values() if p.gold.id in ancestors[gold.id])
    after = (p.made.message for p in evidence.pairs.values() if gold.id in ancestors[p.gold.id])
    if not max(before, default=-1) < made.message < min(after, default=inf):
        return 0.0
    names = made.arguments.keys() if made.arguments is not None else set()
    shared = len(gold.call.args.keys() & names) / len(gold.call.args.keys() | names or {""})
    same_server = gold.call.tool.partition("__")[0] == made.name.partition("__")[0]
    return 1 + shared + 0.5 * same_server - 1e-6 * abs(gold.place - made.place)
