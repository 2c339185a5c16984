"""How many calls the model made for the gold calls: gold / made, at most 1.

An optional gold call counts as gold when it was made.
"""

from scenarios.transcript import AssistantMessage
from scoring.evidence import Evidence
from scoring.score import Score


def score_efficiency(evidence: Evidence) -> Score:
    optional = sum(pair.gold.call.optional and pair.exact for pair in evidence.pairs.values())
    needed = evidence.prepared.required + optional
    counted = sum(map(evidence.counts, evidence.made))
    requests = sum(
        isinstance(message, AssistantMessage)
        for record in evidence.transcript.segments
        for message in record.messages
    )
    details: dict[str, float] = {"gold": needed, "calls": counted, "requests": requests}
    if not evidence.prepared.required:
        return Score(value=None, reason="no call is needed", details=details)
    reason = f"{counted} made for {needed} gold calls, in {requests} requests"
    return Score(value=min(1.0, needed / counted) if counted else 0.0, reason=reason, details=details)
