"""The script that writes the price list: from what two packages say, in their forms, to ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.registry.cache_rule import CacheRule
from harness.registry.entry import Entry, PriceList
from harness.registry.rates import Prices
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml
from scripts.price_list import VENDORS, as_yaml, changes, make_list
from scripts.price_sources import GenaiPrices, Litellm, Package, Source, Strange, read_sources

DAY = date(2026, 11, 22)


def of_one(**prices: float) -> dict[str, float]:
    """Prices as litellm has them, from dollars for a million tokens."""
    names = {
        "input": "input_cost_per_token",
        "output": "output_cost_per_token",
        "cached": "cache_read_input_token_cost",
    }
    return {names[name]: float(Decimal(str(price)) / 1_000_000) for name, price in prices.items()}


def litellm(**rows: Any) -> Litellm:
    return Litellm(title="litellm 1", table=rows)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A price as genai-prices has it, with the condition that it has."""

    prices: Any
    constraint: Any = None


@dataclass(frozen=True, kw_only=True)
class Provider:
    models: Mapping[str, Any]
    pricing_urls: list[str] = field(default_factory=lambda: ["https://vendor.example/pricing"])

    def find_model(self, name: str) -> Any:
        return self.models.get(name)


def genai(**models: Any) -> GenaiPrices:
    listed = {name: SimpleNamespace(prices=prices) for name, prices in models.items()}
    return GenaiPrices(title="genai-prices 1", providers={"openai": Provider(models=listed)})


def plain(input: str, output: str, cached: str | None = None) -> Any:  # noqa: A002 # what it is called everywhere
    return SimpleNamespace(
        input_mtok=Decimal(input),
        output_mtok=Decimal(output),
        cache_read_mtok=cached and Decimal(cached),
        cache_write_mtok=None,
    )


def made(source: Source, package: Package, entry: Entry | None = None) -> Prices | None:
    model = entry or Entry(provider="openai", context=1_000_000)
    return make_list({"m": model}, {package: source}, DAY).prices.get("m")


def test_a_price_of_one_token_becomes_that_of_a_million_to_the_digit() -> None:
    prices = made(litellm(m=of_one(input=0.28, cached=0.028, output=0.42)), "litellm")

    assert prices is not None
    assert (prices.input, prices.cached, prices.output) == (0.28, 0.028, 0.42)


def test_tiers_are_read_in_both_ways_of_writing_them() -> None:
    above = {**of_one(input=1, output=2), "input_cost_per_token_above_200k_tokens": 3e-6}
    ranges = [
        {**of_one(input=1, output=2), "range": [0, 32000.0]},
        {**of_one(input=3, output=4), "range": [32000.0, 128000.0]},
    ]

    flat, stepped = made(litellm(m=above), "litellm"), made(litellm(m={"tiered_pricing": ranges}), "litellm")

    assert flat is not None
    assert [(tier.above, tier.input, tier.output) for tier in flat.tiers] == [(200_000, 3, 2)]
    assert stepped is not None
    assert [(tier.above, tier.input, tier.output) for tier in stepped.tiers] == [(32_000, 3, 4)]


def test_a_tier_that_no_prompt_reaches_is_left_out() -> None:
    row = {**of_one(input=1, output=2), "input_cost_per_token_above_200k_tokens": 3e-6}

    prices = made(litellm(m=row), "litellm", Entry(provider="openai", context=200_000))

    assert prices is not None
    assert prices.tiers == ()


def test_off_peak_hours_keep_their_days() -> None:
    off_peak = {**of_one(input=0.5, output=1), "windows": [{"hours_utc": ["10:00-00:00"], "weekdays": [1]}]}
    prices = made(litellm(m={**of_one(input=1, output=2), "off_peak_pricing": off_peak}), "litellm")

    assert prices is not None
    assert prices.rates(1, datetime(2026, 11, 23, 11, tzinfo=UTC)).input == 0.5
    assert prices.rates(1, datetime(2026, 11, 24, 11, tzinfo=UTC)).input == 1


def test_the_price_of_today_counts_and_one_to_come_is_kept() -> None:
    def since(day: date) -> Any:
        return SimpleNamespace(start_date=day)

    listed = [
        Listed(prices=plain("1", "2")),
        Listed(prices=plain("3", "4"), constraint=since(date(2026, 11, 1))),
        Listed(prices=plain("5", "6"), constraint=since(date(2026, 12, 1))),
    ]

    prices = made(genai(m=listed), "genai-prices")

    assert prices is not None
    assert (prices.input, prices.output) == (3, 4)
    assert [(one.start, one.input) for one in prices.later] == [(date(2026, 12, 1), 5)]
    assert prices.source == "genai-prices 1, after vendor.example/pricing"


def test_hours_of_the_day_are_read() -> None:
    peak = SimpleNamespace(start_time=time(1, tzinfo=UTC), end_time=time(4, tzinfo=UTC))
    prices = made(
        genai(m=[Listed(prices=plain("1", "2")), Listed(prices=plain("2", "4"), constraint=peak)]),
        "genai-prices",
    )

    assert prices is not None
    assert [(one.start, one.end, one.input) for one in prices.hours] == [(time(1), time(4), 2)]


def test_the_preferred_package_is_written_and_what_the_other_says_is_kept() -> None:
    sources: dict[Package, Source] = {
        "litellm": litellm(m=of_one(input=1.36, output=4.18)),
        "genai-prices": genai(m=plain("0.7", "4.18")),
    }

    (prices,) = make_list({"m": Entry(provider="openai", context=9000)}, sources, DAY).prices.values()

    assert prices.input == 0.7
    assert prices.disputed == ("litellm 1: input 1.36 (1,000 tokens of prompt, Monday 02:30 UTC)",)


def test_where_both_agree_nothing_is_disputed() -> None:
    sources: dict[Package, Source] = {
        "litellm": litellm(m=of_one(input=1, output=2, cached=0.1)),
        "genai-prices": genai(m=plain("1", "2", "0.1")),
    }

    (prices,) = make_list({"m": Entry(provider="openai", context=9000)}, sources, DAY).prices.values()

    assert prices.disputed == ()


def test_a_vendors_rule_for_hits_counts_only_where_there_is_a_cache() -> None:
    source = Litellm(title="litellm 1", table={"dashscope/m": of_one(input=1.2, output=6)})
    cold = Entry(provider="dashscope", context=9000)
    warm = cold.model_copy(update={"cache": CacheRule(kind="block", source="a test")})

    without, by_rule = made(source, "litellm", cold), made(source, "litellm", warm)

    assert without is not None
    assert without.cached is None
    assert by_rule is not None
    assert by_rule.cached == 0.24
    assert "20%" in by_rule.source


def test_a_region_costs_as_many_times_as_much_as_the_package_says() -> None:
    row = {**of_one(input=1, output=2), "regional_processing_uplift_multiplier_eu": 1.1}

    listed = make_list({"m": Entry(provider="openai", context=9000)}, {"litellm": litellm(m=row)}, DAY)
    europe = listed.regional["m"]["eu"]

    assert listed.regional["m"].keys() == {"eu"}
    assert europe is not None
    assert (europe.input, europe.output) == (1.1, 2.2)


def test_a_region_with_other_prices_that_nobody_says_has_none() -> None:
    source = Litellm(title="litellm 1", table={"dashscope/m": of_one(input=1.2, output=6)})

    listed = make_list({"m": Entry(provider="dashscope", context=9000)}, {"litellm": source}, DAY)

    assert listed.regional["m"]["mainland"] is None


@pytest.mark.parametrize(
    "entry",
    [
        Entry(provider=None),
        Entry(provider="nobody-we-price"),
        Entry(
            provider="openai", prices=Prices(input=1, output=1, as_of=DAY, source="own", known="assumption")
        ),
    ],
)
def test_nobody_is_priced_who_states_prices_or_is_not_served(entry: Entry) -> None:
    assert made(litellm(m=of_one(input=1, output=2)), "litellm", entry) is None


def test_a_model_that_neither_knows_has_no_price() -> None:
    assert made(litellm(), "litellm") is None
    assert made(litellm(m={"max_input_tokens": 5}), "litellm") is None


def test_what_is_written_is_read_back_as_it_was(tmp_path: Path) -> None:
    off_peak = {**of_one(input=0.5, output=1), "windows": [{"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}
    row = {**of_one(input=1, output=2), "off_peak_pricing": off_peak}
    source = Litellm(title="litellm 1", table={"dashscope/m": row})
    listed = make_list({"m": Entry(provider="dashscope", context=9000)}, {"litellm": source}, DAY)
    file = tmp_path / "prices.yaml"
    file.write_text(as_yaml(listed), "utf-8")

    assert read_record(PriceList, read_yaml(file)) == listed


def test_each_change_is_said() -> None:
    before = PriceList(as_of=DAY, prices={"a": made_prices(1), "b": made_prices(1)})
    after = PriceList(as_of=DAY, prices={"b": made_prices(2), "c": made_prices(1)})

    assert list(changes(before, after)) == ["a: gone", "b: input 1.0 -> 2.0", "c: new"]


def made_prices(price: float) -> Prices:
    return Prices(input=price, output=1, as_of=DAY, source="a test", known="reported")


def test_every_row_of_the_vendors_says_which_package_it_prefers_and_is_in_it() -> None:
    assert all(vendor.genai is not None for vendor in VENDORS.values() if vendor.prefers == "genai-prices")


def test_a_folder_without_the_wheels_is_said(tmp_path: Path) -> None:
    with pytest.raises(Strange, match="0 wheels of litellm"):
        read_sources(tmp_path)
