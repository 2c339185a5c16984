"""Dollars from tokens: what each request pays at the price of its length."""

from collections.abc import Iterable

from harness.plan.cache import Outcome
from harness.registry.rates import Prices
from scenarios.record import Record

DETOURS = 1.5
"""A model takes likely no more requests than so many for each of the oracle's."""
_MILLION = 1_000_000


class Dollars(Record):
    """None where it is not known."""

    low: float | None = None
    """Every hit that the rule promises."""
    likely: float | None = None
    """The stated share of them is missed."""
    high: float | None = None
    """No hit at all, longer replies, and detours in tool work."""


def dollars(found: Iterable[Outcome], prices: Prices, *, missed: float = 0.0, detours: float = 1.0) -> float:
    """What the requests cost when such a share of their hits does not come."""
    return sum(
        (detours if one.estimated else 1.0)
        * ((1 - missed) * _price(one, prices) + missed * _price(_cold(one, prices), prices))
        for one in found
    )


def _price(one: Outcome, prices: Prices) -> float:
    rates = prices.rates(one.input)
    cached = rates.input if rates.cached is None else rates.cached
    write = rates.input if rates.write is None else rates.write
    plain = one.input - one.cached - one.written
    return (
        one.cached * cached + one.written * write + plain * rates.input + one.output * rates.output
    ) / _MILLION


def _cold(one: Outcome, prices: Prices) -> Outcome:
    """The same request when the cache had nothing for it; what it would have found is written again."""
    written = one.written + one.cached if prices.write is not None else 0
    return Outcome(
        input=one.input, cached=0, written=written, output=one.output, end=one.end, estimated=one.estimated
    )
