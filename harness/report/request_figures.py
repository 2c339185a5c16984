"""What requests took: tokens, time, attempts and dollars, those that gave documents part by part included."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from harness.models.pricing import Basis, CostSums, Tariff, summed
from harness.registry.rates import Known
from scenarios.currency import Currency
from scenarios.record import Record
from scenarios.transcript import Attempt, Exchange, Usage
from scoring.statistics.resampling import percentile


class Percentiles(Record):
    p50: float | None
    p95: float | None


class Tokens(Record):
    """Counts as they were reported, added up; None where nobody reported any.

    `cached` and `written` are parts of `input`, and `reasoning` is a part of `output`.
    """

    input: int | None = None
    cached: int | None = None
    written: int | None = None
    output: int | None = None
    reasoning: int | None = None


class Priced(Record):
    requests: int
    usd: float


class CostFigures(Record):
    """How much of a cost is known, and by what."""

    reported: Priced
    """By the provider, in its replies."""
    computed: Priced
    """By usage, at the prices of the run."""
    unknown: dict[str, int]
    """Requests whose cost is not counted, by why: `no_price`, `no_usage`, `doubtful` (counts that do not fit
    together), `no_time`, `no_exchange_rate`."""

    @property
    def is_partial(self) -> bool:
        """Whether the dollars are a lower bound."""
        return bool(self.unknown)

    @property
    def unpriced(self) -> int:
        """Requests whose cost is not counted."""
        return sum(self.unknown.values())


class PriceSource(Record):
    """Which price list a cost was computed by."""

    as_of: date
    source: str
    known: Known
    currency: Currency
    usd: float | None
    """Dollars of one unit of the currency; None for dollars, and where the study gives no rate."""
    rate_as_of: date | None
    disputed: tuple[str, ...]
    """What other sources say of these prices, where it differs."""


@dataclass
class RequestSums:
    """Takes in the requests of one model."""

    tokens: Tokens = field(default_factory=Tokens)
    requests: int = 0
    doubtful: int = 0
    attempts: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Attempts that brought no reply, by kind."""
    conceded: Counter[str] = field(default_factory=Counter)
    """Requests, by what was given up for them."""
    latency: "array[float]" = field(default_factory=lambda: array("d"))
    ttft: "array[float]" = field(default_factory=lambda: array("d"))
    tpot: "array[float]" = field(default_factory=lambda: array("d"))
    costs: defaultdict[str, CostSums] = field(default_factory=lambda: defaultdict(CostSums))
    """By suite."""

    def add(self, suite: str, exchanges: Sequence[Exchange], tariff: Tariff) -> None:
        self.tokens = added(self.tokens, total_tokens(exchanges))
        self.requests += len(exchanges)
        self.costs[suite].merge(summed(exchanges, tariff))
        for exchange in exchanges:
            self.latency.append(exchange.ms)
            self.ttft.extend([] if exchange.ttft_ms is None else [exchange.ttft_ms])
            self.tpot.extend([] if exchange.tpot_ms is None else [exchange.tpot_ms])
            self.doubtful += bool(exchange.usage.doubt)
            self.conceded.update(exchange.conceded)
            self.attempts += 1
            self.add_failed(exchange.failed)

    def add_failed(self, attempts: Iterable[Attempt]) -> None:
        """Count attempts that were not answered."""
        kinds = [attempt.kind for attempt in attempts]
        self.failed.update(kinds)
        self.attempts += len(kinds)

    @property
    def cost(self) -> CostSums:
        """Of all suites."""
        return merged(self.costs.values())


def merged(parts: Iterable[CostSums]) -> CostSums:
    whole = CostSums()
    for part in parts:
        whole.merge(part)
    return whole


def cost_figures(sums: CostSums) -> CostFigures:
    def priced(basis: Basis) -> Priced:
        return Priced(requests=sums.requests[basis], usd=round(sums.usd.get(basis, 0.0), 12))

    return CostFigures(reported=priced("reported"), computed=priced("computed"), unknown=sums.untold)


def each(cost: CostSums, count: int) -> float | None:
    """Dollars for each of so many; None where nothing is known or there are none."""
    return None if cost.total is None or not count else round(cost.total / count, 12)


def price_source(tariff: Tariff) -> PriceSource | None:
    """None where no price is known."""
    prices, rate = tariff.prices, tariff.rate
    if prices is None:
        return None
    return PriceSource(
        as_of=prices.as_of,
        source=prices.source,
        known=prices.known,
        currency=prices.currency,
        usd=rate.usd if rate else None,
        rate_as_of=rate.as_of if rate else None,
        disputed=prices.disputed,
    )


def percentiles(values: Sequence[float]) -> Percentiles:
    return Percentiles(p50=percentile(values, 50), p95=percentile(values, 95))


def total_tokens(exchanges: Iterable[Exchange]) -> Tokens:
    """The sum of what was reported; None for what no request reported."""
    reported = [exchange.usage for exchange in exchanges]
    return Tokens(
        input=_sum(reported, lambda usage: usage.input),
        cached=_sum(reported, lambda usage: usage.cached),
        written=_sum(reported, lambda usage: usage.written),
        output=_sum(reported, lambda usage: usage.output),
        reasoning=_sum(reported, lambda usage: usage.reasoning),
    )


def added(one: Tokens, other: Tokens) -> Tokens:
    """The sum; None only where neither side knows."""

    def both(a: int | None, b: int | None) -> int | None:
        return b if a is None else a if b is None else a + b

    return Tokens(
        input=both(one.input, other.input),
        cached=both(one.cached, other.cached),
        written=both(one.written, other.written),
        output=both(one.output, other.output),
        reasoning=both(one.reasoning, other.reasoning),
    )


def _sum(reported: list[Usage], count_of: Callable[[Usage], int | None]) -> int | None:
    counts = [count for usage in reported if (count := count_of(usage)) is not None]
    return sum(counts) if counts else None
