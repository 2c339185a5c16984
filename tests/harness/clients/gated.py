"""A model with a price, and what is known of it: what the tests of the gate share."""

from datetime import date

from harness.models.pricing import Tariff
from harness.registry.entry import Entry, Registry
from harness.registry.knowledge import Knowledge
from harness.registry.rates import Prices
from harness.runs.record import ModelVariant
from tests.harness.known import KNOWN

AT = "2026-11-22T10:00:00+00:00"
PRICES = Prices.model_validate(
    {
        "input": 1000.0,
        "cached": 100.0,
        "write": 1250.0,
        "output": 5000.0,
        "tiers": ({"above": 3000, "input": 2000.0, "output": 9000.0},),
        "as_of": date(2026, 11, 22),
        "source": "-",
        "known": "assumption",
    }
)
TARIFF = Tariff(prices=PRICES)


def variant(**changes: object) -> ModelVariant:
    return ModelVariant.model_validate({"label": "m", "wire": "chat", "model": "m", **changes})


def known(**entry: object) -> Knowledge:
    registry = Registry(models={"m": Entry.model_validate(entry)})
    return Knowledge(registry=registry, providers=KNOWN.providers, today=KNOWN.today)
