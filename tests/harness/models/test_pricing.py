"""What a request cost, to the cent, and why it is not known where it is not."""

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from harness.models.pricing import CostSums, RequestCost, Tariff, prices_of, repriced, summed, tariffs
from harness.registry.entry import Entry, Registry
from harness.registry.provider import Dialect, Provider, Providers
from harness.registry.rates import Hours, Later, Prices, Tier
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunFolder
from scenarios.currency import ExchangeRate
from scenarios.transcript import Exchange, Usage

NOON, NIGHT = "2026-11-22T12:00:00.000+00:00", "2026-11-22T17:00:00.000+00:00"
DOLLARS = Prices(
    input=2.0, cached=0.5, output=8.0, as_of=date(2026, 11, 1), source="a page", known="documentation"
)
YUAN = ExchangeRate(usd=0.14, as_of=date(2026, 11, 20))
PROVIDERS = Providers(
    providers={
        "alpha": Provider(
            title="Alpha",
            address="https://intl.alpha.example",
            regions={"intl": "https://intl.alpha.example", "cn": "https://alpha.example"},
            wires={"chat": Dialect(source="a page")},
        )
    },
    switches={},
)


def priced(**changes: Any) -> Prices:
    return DOLLARS.model_copy(update=changes)


def request(sent: str = NOON, reported: float | None = None, **counts: Any) -> Exchange:
    return Exchange(usage=Usage(**counts), sent=sent, reported_usd=reported)


WHOLE = request(input=10_000, cached=4000, output=1000)


def variant(**changes: Any) -> ModelVariant:
    asked = {"label": "m", "wire": "chat", "model": "m", "provider": "alpha", "entry": "m"}
    asked["base_url"] = "https://intl.alpha.example/v1"
    return ModelVariant.model_validate(asked | changes)


def record(*models: ModelVariant, **changes: Any) -> RunRecord:
    found = RunRecord(
        id="r", created="", command="", models=models, suites=(), scenarios={}, repeats=1, seed=0
    )
    return found.model_copy(update=changes)


def test_a_request_costs_what_its_tokens_cost() -> None:
    cost = Tariff(prices=DOLLARS).cost(WHOLE)
    assert cost.basis == "computed"
    assert cost.usd == pytest.approx((6000 * 2.0 + 4000 * 0.5 + 1000 * 8.0) / 1e6)


def test_what_the_provider_says_wins_over_any_list() -> None:
    said = WHOLE.model_copy(update={"reported_usd": 0.5})
    assert Tariff(prices=DOLLARS).cost(said) == RequestCost(0.5, "reported")
    assert Tariff().cost(said) == RequestCost(0.5, "reported")
    free = WHOLE.model_copy(update={"reported_usd": 0.0})
    assert Tariff(prices=DOLLARS).cost(free) == RequestCost(0.0, "reported")


@pytest.mark.parametrize("nonsense", [float("inf"), float("nan"), -1.0])
def test_what_the_provider_says_has_to_be_an_amount(nonsense: float) -> None:
    said = WHOLE.model_copy(update={"reported_usd": nonsense})
    assert Tariff(prices=DOLLARS).cost(said).basis == "computed"


def test_a_long_prompt_is_priced_by_its_tier() -> None:
    tiers = (Tier(above=9999, input=20.0, cached=5.0, output=80.0),)
    ten_times = Tariff(prices=priced(tiers=tiers)).cost(WHOLE).usd
    assert ten_times == pytest.approx(10 * (Tariff(prices=DOLLARS).cost(WHOLE).usd or 0))


def test_the_price_is_that_of_the_hour_in_which_it_was_sent() -> None:
    hours = (Hours(start=time(16, 30), end=time(0, 30), input=1.0, cached=0.25, output=4.0),)
    by_day, by_night = (
        Tariff(prices=priced(hours=hours)).cost(WHOLE.model_copy(update={"sent": sent})).usd
        for sent in (NOON, NIGHT)
    )
    assert by_day == pytest.approx(2 * (by_night or 0))


def test_without_the_hour_a_price_by_the_hour_is_not_known() -> None:
    hours = (Hours(start=time(16, 30), end=time(0, 30), input=1.0, output=4.0),)
    unsent = WHOLE.model_copy(update={"sent": ""})
    assert Tariff(prices=priced(hours=hours)).cost(unsent) == RequestCost(None, "no_time")
    later = (Later(start=date(2026, 12, 1), input=1.0, output=4.0),)
    assert Tariff(prices=priced(later=later)).cost(unsent) == RequestCost(None, "no_time")
    assert Tariff(prices=DOLLARS).cost(unsent).basis == "computed"


def test_another_currency_is_worth_what_the_study_says() -> None:
    yuan = priced(currency="CNY")
    dollars = Tariff(prices=DOLLARS).cost(WHOLE).usd or 0
    assert Tariff(prices=yuan, rate=YUAN).cost(WHOLE).usd == pytest.approx(0.14 * dollars)
    assert Tariff(prices=yuan).cost(WHOLE) == RequestCost(None, "no_exchange_rate")


@pytest.mark.parametrize(
    ("tariff", "exchange", "why"),
    [
        (Tariff(), WHOLE, "no_price"),
        (Tariff(prices=DOLLARS), request(), "no_usage"),
        (Tariff(prices=DOLLARS), request(input=5), "no_usage"),
        (Tariff(prices=DOLLARS), request(input=5, output=5, doubt="they are 11"), "doubtful"),
        (Tariff(prices=DOLLARS, simulated=True), WHOLE, "simulated"),
    ],
)
def test_a_cost_that_cannot_be_told_is_none_with_the_reason(
    tariff: Tariff, exchange: Exchange, why: str
) -> None:
    assert tariff.cost(exchange) == (None, why)


def test_a_sum_says_how_much_of_it_is_known_by_what() -> None:
    exchanges = [WHOLE, WHOLE, request(reported=0.25), request()]
    sums = summed(exchanges, Tariff(prices=DOLLARS))
    assert sums.total == pytest.approx(0.25 + 2 * 0.022)
    assert (sums.requests["reported"], sums.requests["computed"], sums.untold) == (1, 2, {"no_usage": 1})


def test_nothing_known_is_no_amount_and_not_zero() -> None:
    assert summed([request()], Tariff(prices=DOLLARS)).total is None
    assert CostSums().total is None


def test_ten_cents_ten_times_are_a_dollar() -> None:
    assert summed([request(reported=0.1)] * 10, Tariff()).total == 1.0


def test_prices_are_those_of_where_a_model_is_asked() -> None:
    entry = Entry(provider="alpha", prices=DOLLARS, regional={"cn": priced(currency="CNY")})
    known = Registry(models={"m": entry})
    abroad, at_home = variant(), variant(label="m@cn", base_url="https://alpha.example/v1")
    found = prices_of([abroad, at_home], known, PROVIDERS)
    assert {label: prices.currency for label, prices in found.items()} == {"m": "USD", "m@cn": "CNY"}


def test_an_address_that_only_begins_like_a_region_is_none() -> None:
    entry = Entry(provider="alpha", prices=DOLLARS, regional={"cn": priced(currency="CNY")})
    other = variant(base_url="https://alpha.example.org/v1")
    assert prices_of([other], Registry(models={"m": entry}), PROVIDERS)["m"].currency == "USD"


def test_the_same_weights_at_another_provider_have_another_price() -> None:
    known = Registry(models={"m": Entry(provider="alpha", prices=DOLLARS)})
    assert prices_of([variant(provider="compatible")], known, PROVIDERS) == {}
    own = Registry(models={"m": Entry(prices=DOLLARS)})
    assert prices_of([variant(provider="compatible")], own, PROVIDERS) == {"m": DOLLARS}


def test_a_reference_model_has_no_price() -> None:
    known = Registry(models={"oracle": Entry(ids=("*",), prices=DOLLARS)})
    oracle = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)
    assert prices_of([oracle], known, PROVIDERS) == {}


def test_the_prices_of_a_run_survive_its_file(tmp_path: Path) -> None:
    hours = (Hours(start=time(16, 30), end=time(0, 30), input=1.0, output=4.0),)
    tiers = (Tier(above=32_000, input=4.0, output=16.0),)
    frozen = priced(currency="CNY", hours=hours, tiers=tiers)
    asked = record(variant(), prices={"m": frozen}, exchange={"CNY": YUAN})
    folder = RunFolder(tmp_path)
    folder.write_record(asked)
    assert folder.record == asked
    assert tariffs(folder.record) == {"m": Tariff(prices=frozen, rate=YUAN)}


def test_other_prices_replace_those_of_the_models_that_they_name() -> None:
    one, two = variant(), variant(label="n", model="n", entry="n")
    asked = record(one, two, prices={"m": DOLLARS, "n": DOLLARS})
    dearer = priced(input=20.0)
    found = repriced(asked, Registry(models={"m": Entry(prices=dearer)}), PROVIDERS)
    assert found.prices == {"m": dearer, "n": DOLLARS}
    assert asked.prices["m"] == DOLLARS
