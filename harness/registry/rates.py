"""What tokens cost: by length of the prompt, by the clock, and by what the cache had."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scenarios.currency import Currency
from scenarios.record import Record
from scenarios.transcript import Usage

Known = Literal["documentation", "reported", "memory", "assumption"]
"""The provider's own pages; a third party's table or measurement; recollection; a guess that says so."""
Price = Annotated[float, Field(ge=0)]
"""Of a million tokens, in the currency of the prices."""
Tokens = Annotated[int, Field(ge=1)]
Day = Annotated[int, Field(ge=1, le=7)]
_MILLION = 1_000_000


class Rates(Record):
    input: Price
    """Of tokens that are computed."""
    cached: Price | None = None
    """Of tokens that the cache has; None: a hit costs what a miss costs."""
    write: Price | None = None
    """Of tokens that are computed and written into the cache; None: no surcharge."""
    output: Price
    thought: Price | None = None
    """Of output that is reasoning; None: it costs what other output costs."""
    thought_covers: Literal["reasoning", "output"] = "reasoning"
    """What `thought` is the price of: the reasoning alone, or all output of a request that reasoned."""

    @model_validator(mode="after")
    def _a_hit_is_cheap(self) -> Self:
        if self.cached is not None and self.cached > self.input:
            raise ValueError("`cached` is what a hit costs, and may not be more than `input`")
        return self

    def cost(self, *, fresh: int, cached: int, written: int, output: int, thought: int = 0) -> float:
        """What a request pays; `fresh`, `cached` and `written` are its prompt; `output` holds `thought`."""
        rates = self.priced
        if thought and rates.thought_covers == "output":
            thought = output
        return (
            fresh * rates.input
            + cached * (rates.cached or 0.0)
            + written * (rates.write or 0.0)
            + (output - thought) * rates.output
            + thought * (rates.thought or 0.0)
        ) / _MILLION

    @property
    def priced(self) -> "Rates":
        """The same with every price written out."""
        return Rates(
            input=self.input,
            cached=self.input if self.cached is None else self.cached,
            write=self.input if self.write is None else self.write,
            output=self.output,
            thought=self.output if self.thought is None else self.thought,
            thought_covers=self.thought_covers,
        )


class Tier(Rates):
    """What all tokens of a request cost when its prompt is long."""

    above: Tokens
    """Prompt tokens."""


class Hours(Rates):
    """What all tokens of a request cost that is sent at certain hours of the day."""

    start: time
    """UTC, the first moment."""
    end: time
    """UTC, the first moment that is not meant; at or before `start`, the hours go past midnight."""
    days: tuple[Day, ...] = ()
    """Of the UTC calendar, Monday is 1; empty: every day. What goes past midnight is on the next one."""

    def holds(self, at: datetime) -> bool:
        moment = at.astimezone(UTC)
        now = moment.time()
        if self.days and moment.isoweekday() not in self.days:
            return False
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


class Later(Rates):
    """What all tokens of a request cost from a day on that has been announced."""

    start: date
    """UTC."""


class Prices(Rates):
    currency: Currency = "USD"
    tiers: tuple[Tier, ...] = ()
    hours: tuple[Hours, ...] = ()
    """The first that holds counts, before any tier; at other hours the prices above do."""
    later: tuple[Later, ...] = ()
    """The last that has begun counts, before anything else."""
    as_of: date
    source: str
    known: Known
    disputed: tuple[str, ...] = ()
    """What other sources say, where it differs."""

    def rates(self, prompt: int, at: datetime | None = None) -> Rates:
        """What a request with so long a prompt pays, sent at that moment; the dearest hours if not said.

        A later price is passed over where no moment is said.
        """
        if at is None:
            return max((self._tier(prompt), *self.hours), key=lambda rates: (rates.output, rates.input))
        if begun := [one for one in self.later if one.start <= at.astimezone(UTC).date()]:
            return max(begun, key=lambda one: one.start)
        return next((hours for hours in self.hours if hours.holds(at)), self._tier(prompt))

    def price(self, usage: Usage, at: datetime | None = None) -> float | None:
        """What a request cost by its usage, in `currency`; None where a count that it needs is not known."""
        if usage.input is None or usage.output is None or usage.doubt:
            return None
        cached, written = usage.cached or 0, usage.written or 0
        return self.rates(usage.input, at).cost(
            fresh=max(0, usage.input - cached - written),
            cached=cached,
            written=written,
            output=usage.output,
            thought=min(usage.reasoning or 0, usage.output),
        )

    def _tier(self, prompt: int) -> Rates:
        reached = [tier for tier in self.tiers if prompt > tier.above]
        return max(reached, key=lambda tier: tier.above) if reached else self
