"""Did calls that depend on each other come in order?

The gold calls and what they need form a graph. Every edge of its transitive reduction between calls that
were made, or had to be made, is satisfied when both calls were sent and the first one's result was there
before the second one was written. An optional call that was left out passes its edges on.
"""

from scoring.evidence import Evidence
from scoring.pairing import Pair
from scoring.preparation import Edge
from scoring.score import Score


def score_order(evidence: Evidence) -> Score:
    edges = live_edges(evidence)
    parallel = _parallel_use(evidence)
    if not edges:
        return Score(value=None, reason="no call depends on another", details=parallel)
    broken = [edge for edge in edges if not in_order(evidence, edge)]
    value = (len(edges) - len(broken)) / len(edges)
    reason = f"{len(edges) - len(broken)} of {len(edges)} dependencies kept"
    if broken:
        reason += "; not " + ", ".join(f"{before} before {after}" for before, after in broken)
    return Score(value=value, reason=reason, details={"order_ok": float(not broken), **parallel})


def live_edges(evidence: Evidence) -> tuple[Edge, ...]:
    """The dependencies that count in this trial."""
    gold = evidence.prepared.gold
    return evidence.prepared.edges_among(
        frozenset(name for name, call in gold.items() if not call.call.optional or name in evidence.pairs)
    )


def in_order(evidence: Evidence, edge: Edge) -> bool:
    before, after = (_sent(evidence.pairs.get(name)) for name in edge)
    return before is not None and after is not None and before.made.message < after.made.message


def _sent(pair: Pair | None) -> Pair | None:
    return pair if pair is not None and pair.made.sent else None


def _parallel_use(evidence: Evidence) -> dict[str, float]:
    """Of the gold calls that could follow their neighbour in the same message, the share that did."""
    could = did = 0
    for group in evidence.prepared.together:
        messages = [evidence.pairs[name].made.message for name in group if name in evidence.pairs]
        could += len(group) - 1
        did += len(messages) - len(set(messages))
    return {"parallel_use": did / could} if could else {}
