"""What forbids a run before anything is sent: caps, limits, and prices in other currencies."""

from datetime import date

from harness.budget import Caps
from harness.plan.cost import Dollars
from harness.plan.outlook import dollar_prices, forbidden, in_dollars
from harness.plan.plan import ModelPlan, PlanTokens, summed
from harness.registry.entry import Entry, Limits, Registry
from harness.registry.knowledge import Knowledge
from harness.registry.rates import Prices
from harness.runs.record import ModelVariant
from scenarios.currency import ExchangeRate
from tests.harness.known import KNOWN

DAY = date(2026, 11, 22)
PLAN = summed(
    [
        ModelPlan(
            model="m",
            trials=3,
            tokens=PlanTokens(input=900, uncached=900, output=100),
            cost_usd=Dollars(low=0.0001, likely=0.0002, high=0.0003),
            largest=500,
        )
    ]
)
OURS = ModelPlan(model="local/m", trials=3)
CNY = Prices.model_validate(
    {
        "currency": "CNY",
        "input": 10.0,
        "cached": 1.0,
        "output": 40.0,
        "tiers": ({"above": 5, "input": 20.0, "output": 80.0},),
        "as_of": DAY,
        "source": "-",
        "known": "assumption",
    }
)
MODEL = ModelVariant(label="m", wire="chat", model="m")


def test_small_caps_and_costs_are_said_with_their_digits() -> None:
    assert forbidden(PLAN, Caps(max_cost=0.0001), {}) == (
        "--max-cost $0.0001: the plan comes to $0.0002 ($0.0001 to $0.0003) for 3 trials with 900 uncached, "
        "0 cached and 100 output tokens; ask less (--limit, --tokens, --repeats) or raise the cap"
    )


def test_a_plan_within_every_cap_and_limit_is_allowed() -> None:
    caps, limits = Caps(max_cost=0.0002, max_tokens=1000), {"m": Limits(tokens_a_minute=500)}
    assert forbidden(PLAN, caps, limits) is None


def test_a_model_of_ours_needs_no_price_under_a_cap() -> None:
    assert forbidden(summed([OURS, *PLAN.models]), Caps(max_cost=0.0002), {}) is None
    assert forbidden(summed([OURS]), Caps(max_cost=0.0), {}) is None


def test_more_tokens_than_the_cap_are_refused() -> None:
    found = forbidden(PLAN, Caps(max_tokens=999), {})
    assert found is not None
    assert found.startswith("--max-tokens 999: the plan comes to 900 prompt and 100 output tokens")


def test_a_token_limit_below_one_request_is_refused_with_the_numbers() -> None:
    found = forbidden(PLAN, Caps(), {"m": Limits(tokens_a_minute=499)})
    assert found is not None
    assert "limit of 499 tokens a minute is below one request, of up to 500" in found


def test_prices_in_another_currency_become_dollars_at_the_rate_of_the_study() -> None:
    found = in_dollars(CNY, 0.5)
    assert (found.currency, found.input, found.cached, found.write) == ("USD", 5.0, 0.5, None)
    assert (found.tiers[0].above, found.tiers[0].output) == (5, 40.0)


def test_without_a_rate_nobody_knows_the_price() -> None:
    registry = Registry(models={"m": Entry(prices=CNY)})
    known = Knowledge(registry=registry, providers=KNOWN.providers, today=DAY)
    rate = ExchangeRate(usd=0.5, as_of=DAY)

    assert dollar_prices([MODEL], known, {}) == {}
    assert dollar_prices([MODEL], known, {"CNY": rate})["m"].output == 20.0
