"""What a request cost: as its provider says, or else by its usage at the prices of the run.

Prices are frozen when a run is first written, so that its dollars do not move when a price list does. A cost
that cannot be told is None with the reason, and never 0; a provider's own word wins over any list.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Literal, NamedTuple, get_args

from harness.registry.entry import Entry, Registry
from harness.registry.provider import Providers
from harness.registry.rates import Prices
from harness.runs.record import ModelVariant, RunRecord
from scenarios.currency import ExchangeRate
from scenarios.transcript import Exchange

Told = Literal["reported", "computed"]
"""By the provider; by usage and prices."""
Untold = Literal["no_price", "no_usage", "doubtful", "no_time", "no_exchange_rate"]
"""Nobody says what its tokens cost; nobody counted them; the counts do not fit together; the price depends on
the moment, and that is not known; the price is in a currency for which the run has no rate."""
Basis = Told | Untold | Literal["simulated"]
_UNTOLD = frozenset(get_args(Untold))
_LOCAL = "local/"
_DOLLARS = "USD"
_DIGITS = 12
"""Behind the point; what a sum of floats has behind these is noise."""


class RequestCost(NamedTuple):
    usd: float | None
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What is known of one model's prices in one run."""

    prices: Prices | None = None
    rate: ExchangeRate | None = None
    """Of the prices' currency, where that is not the dollar."""
    simulated: bool = False
    """A reference model, which nobody charges for; what it would cost has no meaning."""

    def cost(self, exchange: Exchange) -> RequestCost:
        """What one request cost, in US dollars."""
        if self.simulated:
            return RequestCost(None, "simulated")
        reported = exchange.reported_usd
        if reported is not None and isfinite(reported) and reported >= 0:
            return RequestCost(reported, "reported")
        if exchange.usage.doubt:
            return RequestCost(None, "doubtful")
        if self.prices is None:
            return RequestCost(None, "no_price")
        if self.prices.currency != _DOLLARS and self.rate is None:
            return RequestCost(None, "no_exchange_rate")
        at = _moment(exchange.sent)
        if at is None and (self.prices.hours or self.prices.later):
            return RequestCost(None, "no_time")
        paid = self.prices.price(exchange.usage, at)
        if paid is None:
            return RequestCost(None, "no_usage")
        return RequestCost(paid * (self.rate.usd if self.rate else 1.0), "computed")


UNPRICED = Tariff()


def tariffs(record: RunRecord) -> dict[str, Tariff]:
    """By model label, from what is frozen in the record."""
    return {model.label: _tariff(model, record) for model in record.everybody}


def _tariff(model: ModelVariant, record: RunRecord) -> Tariff:
    prices = record.prices.get(model.label)
    rate = record.exchange.get(prices.currency) if prices and prices.currency != _DOLLARS else None
    return Tariff(prices=prices, rate=rate, simulated=model.simulated)


@dataclass
class CostSums:
    """The cost of many requests, and how much of it is known by what."""

    requests: Counter[Basis] = field(default_factory=Counter)
    usd: dict[Basis, float] = field(default_factory=dict)

    def add(self, cost: RequestCost) -> None:
        self.requests[cost.basis] += 1
        if cost.usd is not None:
            self.usd[cost.basis] = self.usd.get(cost.basis, 0.0) + cost.usd

    def merge(self, other: "CostSums") -> None:
        self.requests.update(other.requests)
        for basis, usd in other.usd.items():
            self.usd[basis] = self.usd.get(basis, 0.0) + usd

    @property
    def total(self) -> float | None:
        """US dollars of the requests whose cost is known; None where none is."""
        return round(sum(self.usd.values()), _DIGITS) if self.usd else None

    @property
    def untold(self) -> dict[str, int]:
        """Requests whose cost is not in the total, by why."""
        return {basis: n for basis, n in self.requests.items() if basis in _UNTOLD}


def summed(exchanges: Iterable[Exchange], tariff: Tariff) -> CostSums:
    """The cost of some requests together."""
    sums = CostSums()
    for exchange in exchanges:
        sums.add(tariff.cost(exchange))
    return sums


def prices_of(
    variants: Iterable[ModelVariant], registry: Registry, providers: Providers
) -> dict[str, Prices]:
    """What a registry says that each of the models costs where it is asked, by label; others are left out."""
    found = {variant.label: _prices(variant, registry, providers) for variant in variants}
    return {label: prices for label, prices in found.items() if prices is not None}


def repriced(record: RunRecord, own: Registry, providers: Providers) -> RunRecord:
    """The record with other prices for the models that a registry has; the others keep theirs."""
    return record.model_copy(
        update={"prices": {**record.prices, **prices_of(record.everybody, own, providers)}}
    )


def _prices(variant: ModelVariant, registry: Registry, providers: Providers) -> Prices | None:
    entry = _entry(variant, registry)
    if variant.simulated or entry is None or not _serves(entry, variant):
        return None
    return entry.regional.get(_region(variant, providers), entry.prices)


def _entry(variant: ModelVariant, registry: Registry) -> Entry | None:
    if variant.entry is not None and variant.entry in registry.models:
        return registry.models[variant.entry]
    found = registry.find(variant.label if variant.label.startswith(_LOCAL) else variant.model)
    return found[1] if found else None


def _serves(entry: Entry, variant: ModelVariant) -> bool:
    """Whether an entry's prices are those of who is asked: the same weights cost else elsewhere."""
    return entry.provider in {None, variant.provider}


def _region(variant: ModelVariant, providers: Providers) -> str:
    """The region whose address a model is asked at; empty for none."""
    provider = providers.providers.get(variant.provider or "")
    asked = variant.base_url or ""
    regions: Mapping[str, str] = provider.regions if provider else {}
    return next((name for name, url in regions.items() if _is_below(asked, url)), "")


def _is_below(address: str, url: str) -> bool:
    root = url.rstrip("/")
    return address == root or address.startswith(f"{root}/")


def _moment(sent: str) -> datetime | None:
    """When a request was sent; None where that was not written down."""
    try:
        at = datetime.fromisoformat(sent)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
