"""After an injected fault, did the model get what it was after?

A call that a fault hit is recovered from when the model later made an equivalent call (same tool, same
arguments) that came back well, when a later call of the tool in the same segment met a gold call exactly, or
when the trial succeeded by another way. The score is the share of the hit calls that were recovered from.
"""

from scoring.evidence import Evidence
from scoring.pairing import Made, same_call
from scoring.score import Score


def score_recovery(evidence: Evidence, *, success: bool) -> Score:
    hit = [made for made in evidence.made if made.spoilt]
    if not hit:
        return Score(value=None, reason="no call was hit by a fault")
    lost = [made for made in hit if not success and not retried(made, evidence)]
    recovered = len(hit) - len(lost)
    reason = f"{recovered} of {len(hit)} calls that a fault hit were recovered from"
    if lost:
        reason += "; not " + ", ".join(f"call {made.position} ({made.name})" for made in lost)
    return Score(value=recovered / len(hit), reason=reason)


def retried(made: Made, evidence: Evidence) -> bool:
    """Whether a failed call was made again and went well, or a later one in its segment was right."""
    for later in evidence.made[made.position + 1 :]:
        if later.name != made.name or later.failed:
            continue
        pair = evidence.pair_at.get(later.position)
        if same_call(made, later) or (pair is not None and pair.exact and later.segment == made.segment):
            return True
    return False
