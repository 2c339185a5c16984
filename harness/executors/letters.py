"""What a worker writes to the steward of its run, and what it is answered: small values, many in a letter.

A message between processes costs as much as a trial's own work, so whatever is to be said at about one moment
goes together, and nothing goes that the other side does not need.
"""

from dataclasses import dataclass
from typing import Literal

from harness.clients.client import ClientError, Sending
from scenarios.transcript import Exchange, Failure, TrialClass


@dataclass(frozen=True, kw_only=True, slots=True)
class Begin:
    """A trial is about to be begun. Answered once it is written down."""

    number: int
    place: int
    """In the shard."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Enter:
    """A request wants to be sent. Answered when it may be, which can take as long as the limits want."""

    number: int
    model: str
    """The label of the variant."""
    sending: Sending


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """How a request failed, as far as limits have to know."""

    kind: str
    retry_after: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """What became of a request that was let through."""

    number: int
    exchange: Exchange | None = None
    """Without the gaps between its chunks, which nobody needs here."""
    refused: bool = False
    failed: Refusal | Literal["broken off"] | None = None

    def fail(self) -> None:
        """Raise a `ClientError` as the request did, if it did."""
        if isinstance(self.failed, Refusal):
            raise ClientError(self.failed.kind, "", retry_after=self.failed.retry_after)
        if self.failed is not None:
            raise ClientError(self.failed, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """A trial's end, as far as those who watch a run want to know."""

    place: int
    row: bytes
    """Its line of `trials.csv`."""
    ended: TrialClass
    failure: Failure | None = None
    success: bool | None = None
    resent: int = 0


News = Begin | Enter | Leave | Played


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """To `Begin` and to `Enter`."""

    number: int
    before: int = 0
    """How often the trial had been begun by workers that were lost."""
    over: str = ""
    """Why no request that costs anything may be sent any more, by the kind of cap; empty: it may."""
    message: str = ""
