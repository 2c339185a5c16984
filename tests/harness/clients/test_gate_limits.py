"""Whose limits hold, and which models nobody can hold to a cap."""

import pytest

from harness.clients.gate import limits_of, unbounded
from harness.models.pricing import UNPRICED, Tariff
from harness.registry.entry import Limits
from scenarios.study import ModelLimits
from tests.harness.clients.gated import PRICES, TARIFF, known, variant


def test_the_study_says_what_the_registry_does_not() -> None:
    described = known(limits={"requests_a_minute": 60, "concurrency": 4})
    own = {"m": ModelLimits(requests_a_minute=10, tokens_a_minute=1000)}

    found = limits_of(variant(), described, own)

    assert found == Limits(requests_a_minute=10, tokens_a_minute=1000, concurrency=4)
    assert limits_of(variant(label="other"), described, own) == Limits(requests_a_minute=60, concurrency=4)


@pytest.mark.parametrize(
    ("tariff", "label", "in_dollars", "said"),
    [
        (UNPRICED, "m", True, "nobody knows what m costs"),
        (UNPRICED, "m", False, None),
        (UNPRICED, "local/m", True, None),
        (TARIFF, "m", True, None),
        (
            Tariff(prices=PRICES.model_copy(update={"currency": "CNY"})),
            "m",
            True,
            "exchange: {CNY: {usd: …, as_of: …}}",
        ),
    ],
)
def test_a_model_whose_requests_have_no_bound_is_refused_before_the_run(
    tariff: Tariff, label: str, in_dollars: bool, said: str | None
) -> None:
    found = unbounded(variant(label=label), known(), tariff, in_dollars=in_dollars)
    assert (said is None and found is None) or (said is not None and said in (found or ""))
