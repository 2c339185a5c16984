"""What tokens cost: by length of the prompt, by the clock and the day, by what is cached and thought."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.registry.entry import load_registry
from harness.registry.rates import Hours, Later, Prices, Rates, Tier
from scenarios.transcript import Usage

REGISTRY = load_registry()
FLAT = Prices(
    input=2, cached=0.5, write=2.5, output=8, as_of=date(2026, 1, 1), source="made up", known="assumption"
)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = st.integers(min_value=0, max_value=2_000_000)
MOMENTS = st.none() | st.datetimes(datetime(2026, 11, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 # bounds have no zone
PRICED = sorted(name for name, entry in REGISTRY.models.items() if entry.prices is not None)


def priced(name: str) -> Prices:
    found = REGISTRY.models[name].prices
    assert found is not None
    return found


def usage(  # what a provider reports
    prompt: int, output: int, *, cached: int = 0, written: int = 0, reasoning: int | None = None
) -> Usage:
    return Usage(input=prompt, output=output, cached=cached, written=written, reasoning=reasoning)


def test_each_kind_of_token_has_its_price() -> None:
    cost = FLAT.price(usage(1000, 100, cached=600, written=300))

    assert cost == pytest.approx((100 * 2 + 600 * 0.5 + 300 * 2.5 + 100 * 8) / 1e6)


@pytest.mark.parametrize(
    "one",
    [Usage(input=None, output=5), Usage(input=5, output=None), Usage(input=5, output=5, doubt="two sums")],
)
def test_what_is_not_known_has_no_price_and_is_not_free(one: Usage) -> None:
    assert FLAT.price(one) is None


@given(st.sampled_from(PRICED), COUNTS, COUNTS, COUNTS, MOMENTS)
def test_more_tokens_never_cost_less(
    name: str, prompt: int, output: int, more: int, at: datetime | None
) -> None:
    prices = priced(name)
    before = prices.price(usage(prompt, output), at)
    longer = prices.price(usage(prompt + more, output), at)
    wordier = prices.price(usage(prompt, output + more), at)

    assert before is not None
    assert longer is not None
    assert wordier is not None
    assert before <= longer
    assert before <= wordier


@given(st.sampled_from(PRICED), COUNTS, COUNTS, st.floats(0, 1), MOMENTS)
def test_a_hit_never_makes_a_request_dearer(
    name: str, prompt: int, output: int, share: float, at: datetime | None
) -> None:
    cold = priced(name).price(usage(prompt, output), at)
    warm = priced(name).price(usage(prompt, output, cached=int(prompt * share)), at)

    assert cold is not None
    assert warm is not None
    assert warm <= cold + 1e-12


def test_all_tokens_of_a_long_prompt_pay_the_price_of_their_tier() -> None:
    tiered = FLAT.model_copy(update={"tiers": (Tier(above=1000, input=4, cached=1, output=16),)})

    assert tiered.price(usage(1000, 10)) == pytest.approx((1000 * 2 + 10 * 8) / 1e6)
    assert tiered.price(usage(1001, 10)) == pytest.approx((1001 * 4 + 10 * 16) / 1e6)


def test_xai_begins_the_dearer_tier_with_the_two_hundred_thousandth_token() -> None:
    # docs.x.ai/developers/pricing: "Long context >= 200k tokens".
    assert [priced("grok-4.7").rates(tokens).input for tokens in (199_999, 200_000)] == [2, 4]


@pytest.mark.parametrize(
    ("at", "output"),
    [
        (MONDAY + timedelta(hours=2), 3.96),
        (MONDAY + timedelta(hours=4), 1.98),
        (MONDAY + timedelta(hours=9, minutes=59), 3.96),
        (MONDAY + timedelta(hours=10), 1.98),
        (SUNDAY + timedelta(hours=2), 1.98),
        (datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=8))), 3.96),
        (None, 3.96),
    ],
)
def test_deepseek_costs_half_outside_of_chinese_office_hours(at: datetime | None, output: float) -> None:
    assert priced("deepseek-v4-pro").rates(1000, at).output == output


def test_hours_may_go_past_midnight() -> None:
    night = Hours(start=time(22), end=time(2), input=1, output=1)

    assert [night.holds(MONDAY + timedelta(hours=hour)) for hour in (21, 22, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]


def test_hours_that_end_where_they_begin_are_the_whole_day() -> None:
    weekend = Hours(start=time(0), end=time(0), days=(6, 7), input=1, output=1)

    assert weekend.holds(SUNDAY + timedelta(hours=13))
    assert not weekend.holds(MONDAY)


def test_a_price_that_is_announced_counts_from_its_day_on() -> None:
    prices = FLAT.model_copy(
        update={
            "later": (
                Later(start=date(2027, 1, 1), input=6, output=24),
                Later(start=date(2026, 12, 1), input=4, output=16),
            )
        }
    )
    days = [
        datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 5, 4, tzinfo=UTC),
    ]

    assert [prices.rates(1, at).input for at in days] == [2, 4, 6]
    assert prices.rates(1).input == 2


def test_an_introductory_price_ends_on_its_day() -> None:
    # ai.google.dev/gemini-api/docs/pricing: Gemini 4 Argon costs twice as much from 2026-12-01 on.
    argon = priced("gemini-4-argon")

    assert argon.price(usage(1_000_000, 0), datetime(2026, 11, 30, tzinfo=UTC)) == pytest.approx(2)
    assert argon.price(usage(1_000_000, 0), datetime(2026, 12, 1, tzinfo=UTC)) == pytest.approx(4)


def test_reasoning_may_have_a_price_of_its_own() -> None:
    rates = Rates(input=0, output=1, thought=4)

    assert rates.cost(fresh=0, cached=0, written=0, output=100, thought=60) == pytest.approx(280e-6)


def test_a_request_that_thought_may_pay_more_for_all_of_its_output() -> None:
    # Model Studio's pages have one price for chain of thought and response together.
    plus = priced("qwen-plus")

    assert plus.price(usage(0, 1_000_000)) == pytest.approx(1.2)
    assert plus.price(usage(0, 1_000_000, reasoning=400_000)) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("share", "cached", "written"),
    [(0.10, 1_000_000, 0), (1.25, 0, 1_000_000), (1.0, 0, 0)],
)
def test_claude_pays_a_tenth_for_a_hit_and_a_quarter_more_for_a_write(
    share: float, cached: int, written: int
) -> None:
    # platform.claude.com/docs/en/build-with-claude/prompt-caching, Pricing: 5-minute writes cost 1.25 times,
    # reads 0.1 times the base input; Claude Opus 4.5 is listed at $5, $6.25, $0.50 and $25.
    cost = priced("claude-opus-4.5").price(usage(1_000_000, 0, cached=cached, written=written))

    assert cost == pytest.approx(5 * share)


@pytest.mark.parametrize(
    ("name", "one", "at", "dollars"),
    [
        ("deepseek-v4-pro", usage(3_000_000, 300_000), MONDAY + timedelta(hours=2), 5.148),
        ("deepseek-v4-pro", usage(3_000_000, 300_000), MONDAY + timedelta(hours=5), 2.574),
        ("gpt-5.5", usage(300_000, 20_000, cached=100_000), MONDAY, 3.0),
        ("claude-haiku-5.5", usage(150_000, 2_000, cached=100_000, written=20_000), MONDAY, 0.0375),
        ("gemini-2.5-pro", usage(250_000, 2_000, cached=100_000), MONDAY, 0.43),
        ("grok-4.7", usage(200_000, 2_000, cached=100_000), MONDAY, 0.524),
    ],
)
def test_a_request_costs_what_others_compute_for_the_same_usage(
    name: str, one: Usage, at: datetime, dollars: float
) -> None:
    # `calc_price` of genai-prices 0.2.3, which reads the vendors' pages with rules of its own.
    assert priced(name).price(one, at) == pytest.approx(dollars)


def test_a_million_tokens_to_gpt_pay_twice_the_input_and_half_more_for_output() -> None:
    # developers.openai.com/api/docs/models/gpt-5.5: above 272K of prompt, 2 times input, 1.5 times output.
    short, long = (priced("gpt-5.5").rates(tokens) for tokens in (272_000, 272_001))

    assert (long.input / short.input, long.output / short.output) == (2, 1.5)
