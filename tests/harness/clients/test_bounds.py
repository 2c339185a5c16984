"""The most that a request can cost: no request of a provider that keeps to its word costs more."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.bounds import UNSEEN, Amount, Bounds, beyond_the_limit, most_dollars
from harness.clients.client import Sending
from harness.models.pricing import Tariff
from harness.registry.entry import Entry
from harness.registry.provider import Quirks
from harness.registry.rates import Hours, Later, Prices, Tier
from harness.registry.thinking import Thought
from harness.runs.record import ModelVariant
from scenarios.currency import ExchangeRate
from scenarios.thinking import Thinking
from scenarios.transcript import Exchange, Usage

DAY = date(2026, 11, 22)
AT = "2026-11-22T10:00:00+00:00"
PRICES = Prices(input=1.0, cached=0.1, write=1.25, output=4.0, as_of=DAY, source="-", known="assumption")


def tariff(rate: float | None = None, **changes: object) -> Tariff:
    prices = Prices.model_validate({**PRICES.model_dump(), **changes})
    return Tariff(prices=prices, rate=None if rate is None else ExchangeRate(usd=rate, as_of=DAY))


def sending(
    size: int,
    *,
    output: int = 100,
    known: int | None = None,
    new: int = 0,
    shared: str = "",
    shared_bytes: int = 0,
) -> Sending:
    return Sending(
        size=size,
        output_tokens=output,
        known_tokens=known,
        new_bytes=new,
        shared=shared,
        shared_bytes=shared_bytes,
    )


def prompt(bounds: Bounds, asked: Sending) -> int:
    return (bounds.most(asked).tokens or 0) - asked.output_tokens


def test_no_tokenizer_makes_more_tokens_than_bytes() -> None:
    assert prompt(Bounds(), sending(4000)) == 4000 + UNSEEN


def test_what_the_provider_has_counted_is_known_and_only_the_rest_is_taken_by_its_bytes() -> None:
    assert prompt(Bounds(), sending(400_000, known=100_000, new=200)) == 100_200 + UNSEEN


def test_a_beginning_that_was_counted_bounds_every_request_that_has_it() -> None:
    bounds, first = Bounds(), sending(400_000, shared="a", shared_bytes=390_000)
    second = sending(401_000, shared="a", shared_bytes=390_000)
    before = prompt(bounds, second)

    for counted in (100_500, 100_200, 100_900):
        bounds.learn(first, Usage(input=counted, output=1), Amount(usd=1, tokens=999_999), NOT_MUCH)

    assert before == 401_000 + UNSEEN
    assert prompt(bounds, second) == 100_200 + 11_000 + UNSEEN
    assert prompt(bounds, sending(401_000, shared="b", shared_bytes=390_000)) == before


def test_a_longer_part_of_the_same_document_is_another_beginning() -> None:
    bounds, first = Bounds(), sending(100_000, shared="a", shared_bytes=90_000)
    later = sending(400_000, shared="a", shared_bytes=390_000)
    before = prompt(bounds, later)
    bounds.learn(first, Usage(input=30_000, output=5), bounds.most(first), Amount(usd=0.0, tokens=30_005))

    assert prompt(bounds, later) == before


NOT_MUCH = Amount(usd=0.0, tokens=0)


def test_a_doubtful_count_bounds_nothing() -> None:
    bounds, asked = Bounds(), sending(1000, shared="a", shared_bytes=900)
    bounds.learn(asked, Usage(input=1, output=1, doubt="no sum"), Amount(usd=None, tokens=99_999), NOT_MUCH)
    assert prompt(bounds, asked) == 1000 + UNSEEN


def test_nothing_is_longer_than_the_window() -> None:
    assert Bounds(window=5000).most(sending(100_000, output=9000)).tokens == 10_000
    assert prompt(Bounds(most_input=3000), sending(100_000)) == 3000


@pytest.mark.parametrize(
    ("thinking", "covers", "entry", "beyond"),
    [
        (None, True, Entry(), 0),
        ("high", True, Entry(), 0),
        ("8192", True, Entry(), 8192),
        ("8192", False, Entry(), 8192),
        ("off", False, Entry(), 0),
        ("on", False, Entry(most_output=32768), 32768),
        (None, False, Entry(most_output=32768), 32768),
        (
            "on",
            False,
            Entry(thinking=Thought(switch="-", default=Thinking(mode="on"), most=999), most_output=32768),
            999,
        ),
        ("on", False, Entry(), None),
    ],
)
def test_thinking_beyond_the_limit_is_bounded_by_its_budget_or_by_the_model(
    thinking: str | None, covers: bool, entry: Entry, beyond: int | None
) -> None:
    variant = ModelVariant(label="m", wire="chat", model="m", thinking=thinking)
    assert beyond_the_limit(variant, entry, Quirks(limit_covers_thinking=covers)) == beyond


def test_where_nobody_says_how_long_it_thinks_the_window_bounds_it_or_nothing_does() -> None:
    assert Bounds(beyond=None, window=5000).most(sending(1000)).tokens == 2024 + 5000
    assert Bounds(beyond=None).most(sending(1000)) == Amount(usd=None, tokens=None)


def test_a_token_costs_what_the_dearest_rate_says_that_may_apply() -> None:
    tier = Tier(above=10_000, input=2.0, output=8.0)
    night = Hours(start=time(0), end=time(6), input=0.5, output=20.0)
    soon = Later(start=date(2027, 1, 1), input=3.0, output=3.0)

    assert most_dollars(tariff(), 1_000_000, 0) == 1.25
    assert most_dollars(tariff(), 0, 1_000_000) == 4.0
    assert most_dollars(tariff(tiers=(tier,)), 10_000, 1_000_000) == pytest.approx(4.0125)
    assert most_dollars(tariff(tiers=(tier,)), 10_001, 1_000_000) == pytest.approx(8.020002)
    assert most_dollars(tariff(hours=(night,)), 0, 1_000_000) == 20.0
    assert most_dollars(tariff(later=(soon,)), 1_000_000, 0) == 3.0
    assert most_dollars(tariff(thought=40.0), 0, 1_000_000) == 40.0


def test_other_currencies_need_a_rate() -> None:
    assert most_dollars(tariff(currency="CNY"), 1_000_000, 0) is None
    assert most_dollars(tariff(0.14, currency="CNY"), 1_000_000, 0) == pytest.approx(0.175)
    assert most_dollars(Tariff(), 1, 1) is None


def test_what_we_serve_ourselves_costs_tokens_and_no_dollars() -> None:
    bounds = Bounds(is_free=True)
    most = bounds.most(sending(1000))
    assert most == Amount(usd=0.0, tokens=2124)
    assert bounds.paid(Exchange(usage=Usage(input=7, output=3)), most) == (
        Amount(usd=0.0, tokens=10),
        "usage",
    )


@pytest.mark.parametrize(
    ("exchange", "usd", "tokens", "why"),
    [
        (Exchange(sent=AT, usage=Usage(input=1000, output=500)), 0.003, 1500, "usage"),
        (Exchange(sent=AT, usage=Usage(input=1000, output=500), reported_usd=0.5), 0.5, 1500, "reported"),
        (Exchange(sent=AT, reported_usd=0.5), 0.5, 99, "reported"),
        (Exchange(sent=AT), 9.0, 99, "bound"),
        (Exchange(sent=AT, usage=Usage(input=1000)), 9.0, 99, "bound"),
        (Exchange(sent=AT, usage=Usage(input=1000, output=5, doubt="no sum")), 9.0, 99, "bound"),
    ],
)
def test_what_was_paid_is_what_is_reported_or_computed_or_else_the_bound(
    exchange: Exchange, usd: float, tokens: int, why: str
) -> None:
    found = Bounds(tariff=tariff()).paid(exchange, Amount(usd=9.0, tokens=99))
    assert found == (Amount(usd=pytest.approx(usd), tokens=tokens), why)  # type: ignore[arg-type] # equal to it


def test_a_provider_that_charged_more_than_the_bound_is_bounded_higher_from_then_on() -> None:
    bounds, asked = Bounds(tariff=tariff()), sending(1000)
    most = bounds.most(asked)
    assert most.usd is not None
    bounds.learn(asked, Usage(), most, Amount(usd=most.usd * 3, tokens=5))
    assert bounds.most(asked).usd == pytest.approx(most.usd * 3)


@given(
    rates=st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=4, max_size=4),
    size=st.integers(1, 2_000_000),
    output=st.integers(1, 100_000),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    hour=st.integers(0, 23),
)
def test_whatever_is_used_within_the_bound_costs_no_more_than_the_bound(
    rates: list[tuple[float, float]],
    size: int,
    output: int,
    shares: tuple[float, float, float, float],
    hour: int,
) -> None:
    plain, tier, night, later = ({"input": one, "output": other} for one, other in rates)
    bounds = Bounds(
        tariff=tariff(
            cached=None,
            write=rates[1][0],
            thought=rates[2][1],
            **plain,
            tiers=({"above": 200_000, **tier},),
            hours=({"start": "22:00", "end": "03:00", **night},),
            later=({"start": "2026-11-22" if hour % 2 else "2027-01-01", **later},),
        )
    )
    most = bounds.most(sending(size, output=output))
    used = round(size * shares[0]) + UNSEEN
    written = round(used * shares[1])
    usage = Usage(
        input=used,
        written=written,
        cached=round((used - written) * shares[2]),
        output=output,
        reasoning=round(output * shares[3]),
    )
    paid, why = bounds.paid(Exchange(sent=f"2026-11-22T{hour:02}:30:00+00:00", usage=usage), most)
    assert why == "usage"
    assert most.usd is not None
    assert paid.usd is not None
    assert paid.usd <= most.usd * (1 + 1e-12)
