"""What the doctor found, and what is to be done about it."""

from typing import Literal

from harness.clients.client import ClientError
from scenarios.record import Record

State = Literal["good", "poor", "bad", "unknown"]
"""As it should be; a run works and something is missing; a run would fail or mislead; could not be seen."""


class Finding(Record):
    check: str
    state: State
    said: str
    """What was seen."""
    remedy: str = ""
    """What to do; empty where all is well."""


def failed(check: str, error: ClientError, remedy: str, state: State = "bad") -> Finding:
    return Finding(check=check, state=state, said=f"{error.kind}: {error}"[:300], remedy=remedy)
