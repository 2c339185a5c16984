"""What a run has spent in all: failed attempts and trials that were played again since are in it.

The other figures are of the transcripts that stand; this one is of the ledger, in which every request is
written down before it is sent.
"""

from harness.runs.ledger import last_lines
from harness.runs.store import RunError, RunFolder
from scenarios.record import Record


class Spent(Record):
    requests: int
    """Those that a model saw, or may have seen."""
    usd: float | None
    """None where no request has a known cost."""
    bound: int
    """Requests of which nobody knows what they cost: the most that they could is in the sum."""
    unknown: int
    """Requests of which not even that is known; they are not in the sum."""


def read_spent(folder: RunFolder) -> Spent | None:
    """From the run's ledger; None where there is none, or it cannot be read."""
    try:
        sent = [line for line in last_lines(folder) if line.why != "refused"]
    except RunError:
        return None
    known = [line.usd for line in sent if line.usd is not None]
    if not sent:
        return None
    return Spent(
        requests=len(sent),
        usd=round(sum(known), 12) if known else None,
        bound=sum(line.why in {"held", "bound"} and line.usd is not None for line in sent),
        unknown=len(sent) - len(known),
    )
