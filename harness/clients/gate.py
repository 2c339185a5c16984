"""What stands between a model and its endpoint: the endpoint's limits, and the money of the run.

A request stands in its endpoint's line until what it may cost can be set aside and the endpoint may be asked;
afterwards what it did cost takes the place of the bound. What nobody can know, since the reply never came, is
taken at the bound.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from harness.clients.bounds import NOTHING, Amount, Bounds, beyond_the_limit, most_dollars
from harness.clients.client import Gate, OpenGate, Passage, Sending
from harness.clients.limits import Pace
from harness.clients.purse import Purse
from harness.models.pricing import UNPRICED, Tariff
from harness.registry.entry import Entry, Limits
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.runs.ledger import Why
from harness.runs.record import ModelVariant
from scenarios.study import ModelLimits
from scenarios.transcript import Usage

_LOCAL = "local/"


@dataclass(frozen=True, kw_only=True)
class Turnstile:
    """The gate of one model."""

    model: str
    """The label."""
    pace: Pace
    bounds: Bounds
    purse: Purse

    @asynccontextmanager
    async def passage(self, sending: Sending) -> AsyncIterator[Passage]:
        passage, most = Passage(), self.bounds.most(sending)
        async with self.pace.line:
            request = await self.purse.hold(self.model, most)
            try:
                turn = await self.pace.turn(self.bounds.likely(sending))
            except BaseException:
                self.purse.settle(request, self.model, NOTHING, "refused")
                raise
        failed: BaseException | None = None
        try:
            yield passage
        except BaseException as error:
            failed = error
            raise
        finally:
            paid, why = self._paid(passage, most, failed)
            usage = passage.exchange.usage if passage.exchange is not None else Usage()
            self.bounds.learn(sending, usage, most, paid)
            self.pace.end(turn, None if why == "bound" else paid.tokens, failed)
            self.purse.settle(request, self.model, paid, why)

    def _paid(self, passage: Passage, most: Amount, failed: BaseException | None) -> tuple[Amount, Why]:
        if passage.refused:
            return NOTHING, "refused"
        if passage.exchange is None or failed is not None:
            return most, "bound"
        return self.bounds.paid(passage.exchange, most)


@dataclass(kw_only=True)
class Gates:
    """A gate for each model of a run; models at one endpoint under one name share its limits."""

    known: Knowledge
    tariffs: Mapping[str, Tariff]
    """By label."""
    purse: Purse
    concurrency: int
    limits: Mapping[str, ModelLimits] = field(default_factory=dict)
    """By label: what the user says of a model's limits."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _paces: dict[tuple[str | None, str], Pace] = field(default_factory=dict)

    def gate(self, variant: ModelVariant) -> Gate:
        if variant.wire == "reference":
            return OpenGate()
        endpoint = (variant.base_url, variant.model)
        if endpoint not in self._paces:
            self._paces[endpoint] = Pace(
                limits=limits_of(variant, self.known, self.limits),
                concurrency=self.concurrency,
                clock=self.clock,
                sleep=self.sleep,
            )
        bounds = bounds_of(variant, self.known, self.tariffs.get(variant.label, UNPRICED))
        return Turnstile(model=variant.label, pace=self._paces[endpoint], bounds=bounds, purse=self.purse)


def bounds_of(variant: ModelVariant, known: Knowledge, tariff: Tariff) -> Bounds:
    entry = entry_of(variant, known)
    row = known.provider(variant.provider or COMPATIBLE)
    dialect = next((one for wire, one in row.wires.items() if wire == variant.wire), None)
    is_theirs = entry.provider in {None, variant.provider}  # elsewhere the same weights may take more
    return Bounds(
        tariff=tariff,
        is_free=variant.label.startswith(_LOCAL),
        window=entry.context if is_theirs else None,
        most_input=entry.most_input if is_theirs else None,
        beyond=None if dialect is None else beyond_the_limit(variant, entry, dialect.quirks),
    )


def limits_of(variant: ModelVariant, known: Knowledge, own: Mapping[str, ModelLimits]) -> Limits:
    """What the registry says, and over it what the user says."""
    said = own.get(variant.label, ModelLimits()).model_dump(exclude_none=True)
    return entry_of(variant, known).limits.model_copy(update=said)


def entry_of(variant: ModelVariant, known: Knowledge) -> Entry:
    """What the registry has of a model; nothing at all where it does not have it."""
    named = known.registry.models.get(variant.entry or "")
    if named is not None:
        return named
    found = known.registry.find(variant.label if variant.label.startswith(_LOCAL) else variant.model)
    return found[1] if found else Entry()


def unbounded(variant: ModelVariant, known: Knowledge, tariff: Tariff, *, in_dollars: bool) -> str | None:
    """Why nobody can say what a request of this model may cost at the most, and what to do; None when it is
    known.
    """
    bounds, prices = bounds_of(variant, known, tariff), tariff.prices
    if variant.wire == "reference":
        return None
    if bounds.beyond is None and bounds.window is None:
        told = "may think beyond its output limit, and nobody says how long"
        return f"{variant.label} {told}; give most_output with --registry FILE, or a budget of thinking"
    if not in_dollars or bounds.is_free or most_dollars(tariff, 1, 1) is not None:
        return None
    if prices is None:
        return f"nobody knows what {variant.label} costs; give prices with --registry FILE, or no cap"
    return (
        f"{variant.label} is priced in {prices.currency}; say in a study what that is worth, as "
        f"`exchange: {{{prices.currency}: {{usd: …, as_of: …}}}}`"
    )
