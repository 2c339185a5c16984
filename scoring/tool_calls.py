"""Did the model make the calls that the gold behaviour makes, and no others?

A call counts as right at three levels: `name` (the tool is right), `schema` (and its arguments fit the
tool's schema), `exact` (and every argument is as wanted). The score is F1 at the exact level. Extra calls of
an allowed tool and calls that an injected fault hit are left out; an optional gold call that was made is
right, and one that was not made is not missing.
"""

from collections.abc import Callable

from scoring.evidence import Evidence
from scoring.pairing import Pair
from scoring.score import Score

_LEVELS: dict[str, Callable[[Pair], bool]] = {
    "name": lambda _: True,
    "schema": lambda pair: pair.made.sent,
    "exact": lambda pair: pair.exact,
}


def score_calls(evidence: Evidence) -> Score:
    required = evidence.prepared.required
    counted = sum(map(evidence.counts, evidence.made))
    pairs = evidence.pairs.values()
    if not required:
        needless = counted - sum(pair.exact for pair in pairs)
        if not needless:
            return Score(value=None, reason="no call is needed and none was made")
        return Score(value=0.0, reason=f"no call is needed; {needless} made")
    details: dict[str, float] = {}
    for level, right in _LEVELS.items():
        found = [pair for pair in pairs if right(pair)]
        precision = len(found) / counted if counted else 0.0
        recall = sum(not pair.gold.call.optional for pair in found) / required
        f1 = 2 * precision * recall / (precision + recall) if found and recall else 0.0
        details |= {f"{level}_precision": precision, f"{level}_recall": recall, f"{level}_f1": f1}
    leaves = sum(pair.leaves for pair in pairs)
    if leaves:
        details["argument_accuracy"] = sum(pair.right for pair in pairs) / leaves
    exact = sum(pair.exact for pair in pairs)
    needed = sum(pair.exact and not pair.gold.call.optional for pair in pairs)
    reason = f"{needed} of {required} needed calls made exactly; {exact} of {counted} calls made are right"
    return Score(value=details["exact_f1"], reason=reason, details=details)
