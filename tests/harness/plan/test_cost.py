"""Dollars from tokens."""

from datetime import date

import pytest

from harness.plan.cache import Outcome
from harness.plan.cost import dollars
from harness.registry.rates import Prices, Tier

PRICES = Prices(
    input=2,
    cached=0.5,
    output=8,
    tiers=(Tier(above=1000, input=4, cached=1, output=16),),
    as_of=date(2026, 1, 1),
    source="made up",
    known="assumption",
)
WRITTEN = PRICES.model_copy(update={"write": 2.5})


def outcome(*, input: int = 1000, cached: int = 0, written: int = 0, estimated: bool = False) -> Outcome:  # noqa: A002 # what providers call it
    return Outcome(input=input, cached=cached, written=written, output=100, end=0, estimated=estimated)


def test_each_kind_of_token_has_its_price() -> None:
    one = outcome(cached=600, written=300)

    assert dollars([one], PRICES) == pytest.approx((600 * 0.5 + 400 * 2 + 100 * 8) / 1e6)
    assert dollars([one], WRITTEN) == pytest.approx((600 * 0.5 + 300 * 2.5 + 100 * 2 + 100 * 8) / 1e6)


def test_a_hit_costs_what_a_miss_costs_where_nobody_sells_hits() -> None:
    plain = PRICES.model_copy(update={"cached": None})

    assert dollars([outcome(cached=600)], plain) == dollars([outcome()], plain)


def test_all_tokens_of_a_long_prompt_cost_more() -> None:
    long = outcome(input=1001, cached=1)

    assert dollars([long], PRICES) == pytest.approx((1 * 1 + 1000 * 4 + 100 * 16) / 1e6)


def test_missed_hits_are_paid_in_full_and_written_again() -> None:
    one = outcome(cached=600)
    hit, missed = dollars([one], WRITTEN), dollars([one], WRITTEN, missed=1)

    assert missed == pytest.approx((600 * 2.5 + 400 * 2 + 100 * 8) / 1e6)
    assert dollars([one], WRITTEN, missed=0.25) == pytest.approx(0.75 * hit + 0.25 * missed)


def test_detours_are_taken_in_tool_work_alone() -> None:
    sure, estimated = outcome(), outcome(estimated=True)

    assert dollars([sure, estimated], PRICES, detours=1.5) == pytest.approx(2.5 * dollars([sure], PRICES))
