"""What is told of models before a run: names that end soon, sampling that goes or does nothing."""

from dataclasses import replace
from datetime import date

import pytest

from harness.models.notices import notices
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.registry.entry import Entry, Recommended, Registry, Retired
from harness.registry.knowledge import Knowledge
from harness.registry.thinking import Thought
from scenarios.thinking import Thinking
from tests.harness.known import KNOWN, find_variant

ENTRIES = {
    "old": Entry(
        provider="deepseek",
        thinking=Thought(switch="deepseek", default=Thinking(mode="off")),
        retired=Retired(on=date(2027, 3, 1), by="new", source="s"),
        sampling=Recommended(default={"temperature": 0.6}, source="s"),
    ),
    "picky": Entry(
        provider="mistral",
        sampling=Recommended(default={"temperature": 0.3, "min_p": 0.1}, source="s"),
    ),
}


def told(name: str, today: date, *thinking: str) -> tuple[str, ...]:
    known = Knowledge(registry=Registry(models=ENTRIES), providers=KNOWN.providers, today=today)
    settings = tuple(Thinking.parse(one) for one in thinking)
    return notices(find_variants(name, Wanted(thinking=settings), known), known)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 12, 30), ()),
        (date(2026, 12, 31), ("old ends on 2027-03-01, in 60 days; new replaces it",)),
        (date(2027, 2, 28), ("old ends on 2027-03-01, in 1 day; new replaces it",)),
    ],
)
def test_a_name_that_ends_within_sixty_days_is_told(today: date, said: tuple[str, ...]) -> None:
    assert told("old", today) == said


def test_it_is_told_once_for_all_settings() -> None:
    assert len(told("old", date(2027, 1, 1), "off", "on")) == 2


def test_sampling_without_effect_is_told_where_the_model_thinks() -> None:
    assert told("old", date(2026, 1, 1), "off") == ()
    assert told("old", date(2026, 1, 1), "on") == (
        "old+thinking-on: temperature has no effect there while the model thinks",
    )


def test_advice_that_the_endpoint_refuses_is_told() -> None:
    assert told("picky", date(2026, 1, 1)) == (
        "picky: its vendor advises min_p, which this endpoint refuses; left out",
    )


def test_of_reference_models_and_unknown_endpoints_nothing_is_told() -> None:
    known = replace(KNOWN, today=date(2026, 1, 1))

    assert notices([find_variant("reference/oracle"), find_variant("chat:m@http://h/v1")], known) == ()
