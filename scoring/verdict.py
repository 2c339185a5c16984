"""What is said of one call: the gold call it was paired with, one primary code, and what was wrong."""

from pydantic import JsonValue

from scenarios.record import Record


class Difference(Record):
    """One leaf of the arguments that is not as wanted."""

    path: str
    wanted: str
    given: JsonValue = None
    missing: bool = False


class CallVerdict(Record):
    segment: str
    position: int
    """Counted from 0 over the whole trial."""
    tool: str
    """As the model wrote it."""
    code: str
    """`matched`, `allowed`, `fault` (hit by an injected fault: neither expected nor extra), or a code of
    `scoring.codes`."""
    gold: str | None = None
    """The gold call it was paired with."""
    why: str
    mismatches: tuple[Difference, ...] = ()
