"""Which prompt tokens a provider finds in its cache, and how fast it is."""

from typing import Annotated, Literal

from pydantic import Field

from harness.registry.rates import Known, Tokens
from scenarios.record import Record

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0)]


class CacheRule(Record):
    """Which prompt tokens a provider finds in its cache."""

    kind: Literal["block", "unit", "breakpoint", "none"]
    """`block`: whole blocks of the longest beginning that was seen. `unit`: whole beginnings that were kept:
    up to the end of an input, up to the end of an output, and what two requests were found to share.
    `breakpoint`: up to a mark that the request carries."""
    block: Tokens = 1
    """Tokens; a hit is a whole number of them (`block`)."""
    minimum: Annotated[int, Field(ge=0)] = 0
    """A shorter hit is none."""
    interval: Tokens | None = None
    """Units are kept at every so many tokens of a long input as well; None: not published (`unit`)."""
    look_back: Tokens = 20
    """Messages before a mark among which an earlier mark is looked for (`breakpoint`)."""
    lifetime: Seconds | None = None
    """After its last use an entry is kept so long; None: until room is needed."""
    missed: Share = 0.0
    """Likely share of hits that do not come: another server answered, or the entry was gone."""
    needs: str | None = None
    """What a request has to carry before anything is cached; None: it is automatic."""
    source: str = ""
    known: Known = "assumption"


NO_CACHE = CacheRule(kind="none")


class Pace(Record):
    """How fast a model is."""

    prefill: Annotated[float, Field(gt=0)]
    """Prompt tokens a second that are computed."""
    decode: Annotated[float, Field(gt=0)]
    """Output tokens a second, of one request."""
    first: Annotated[float, Field(ge=0)] = 0.5
    """Seconds of every request beside these."""
    source: str = ""
    known: Known = "assumption"
