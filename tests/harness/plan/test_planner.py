"""A whole plan: of several models, with what does not fit, what is not known, and what a cap allows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.plan.plan import ModelPlan, nothing_fits, over_the_cap, read_plan, write_plan
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.registry.cache_rule import CacheRule, Pace
from harness.registry.entry import Entry, Registry, load_registry
from harness.registry.rates import Prices
from harness.run import shuffled
from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder
from scenarios.exam import Exam
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_reading import OneDocument, asked
from tests.harness.little_run import exam
from tests.harness.stage import stage

pytestmark = pytest.mark.anyio

PRICES = Prices.model_validate(
    {"input": 1000, "cached": 100, "output": 0, "as_of": "2026-01-01", "source": "made up", "known": "memory"}
)
ENTRY = Entry(prices=PRICES, cache=CacheRule(kind="block", block=1), margin=0.0, factor=1.0)


def known(name: str, **changes: Any) -> ModelVariant:
    return ModelVariant(label=name, wire="chat", model=name, **changes)


def planner(tmp_path: Path, entries: Mapping[str, Entry] | None = None, **how: Any) -> Planner:
    return Planner(
        registry=Registry(models=dict(entries or {"priced": ENTRY})),
        shelf=OneDocument(),
        home=tmp_path,
        oracle=Oracle(stage(tmp_path)),
        asked=Asked(**how),
    )


def bounds(plan: ModelPlan) -> tuple[float, float, float]:
    """Low, likely and high dollars, which are known."""
    cost = plan.cost_usd
    assert cost.low is not None
    assert cost.likely is not None
    assert cost.high is not None
    return cost.low, cost.likely, cost.high


async def questions(tmp_path: Path, count: int = 3) -> dict[str, Exam]:
    """On one whole document."""
    made = [await asked(tmp_path, name=f"lamp-{n}") for n in range(count)]
    return {exam.scenario.name: exam for exam in made}


async def tool_work(tmp_path: Path) -> dict[str, Exam]:
    made = [await exam(tmp_path, id=name) for name in ("one", "two")]
    return {exam.scenario.name: exam for exam in made}


async def test_questions_on_a_document_pay_for_it_once(tmp_path: Path) -> None:
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [known("priced")])

    one = found.models[0]
    assert (one.trials, one.requests, one.entry) == (3, 3, "priced")
    each = one.tokens.input // 3
    assert one.tokens.input == 3 * each
    assert one.tokens.cached + one.tokens.uncached == one.tokens.input
    assert each < one.tokens.uncached < 2 * each
    dollars = (one.tokens.cached * 100 + one.tokens.uncached * 1000) / 1e6
    assert one.cost_usd.low == one.cost_usd.likely == pytest.approx(dollars)
    assert one.cost_usd.high == pytest.approx(one.tokens.input * 1000 / 1e6)


async def test_low_likely_and_high_go_apart_with_misses_and_margins(tmp_path: Path) -> None:
    rule = ENTRY.cache.model_copy(update={"missed": 0.5})
    unsure = ENTRY.model_copy(update={"margin": 0.1, "cache": rule})
    sure = planner(tmp_path, {"priced": ENTRY, "unsure": unsure})
    one, other = (await sure.plan_for(await questions(tmp_path), [known("priced"), known("unsure")])).models

    assert one.tokens == other.tokens
    low, _, high = bounds(one)
    lower, likely, higher = bounds(other)
    assert lower < low
    assert likely == pytest.approx((low + high) / 2)
    assert higher > high


async def test_repeats_are_asked_as_whole_sweeps(tmp_path: Path) -> None:
    found = await planner(tmp_path, repeats=2).plan_for(await questions(tmp_path), [known("priced")])

    assert (found.trials, found.requests) == (6, 6)


async def test_a_random_order_saves_no_more_and_mostly_less(tmp_path: Path) -> None:
    exams = await questions(tmp_path, 4)
    good = await planner(tmp_path).plan_for(exams, [known("priced")])
    mixed = planner(tmp_path, order=shuffled(0), warm=False)

    assert (await mixed.plan_for(exams, [known("priced")])).tokens.cached == 0
    assert good.tokens.cached > 0


async def test_tool_work_is_planned_from_the_oracle_and_says_so(tmp_path: Path) -> None:
    found = await planner(tmp_path).plan_for(await tool_work(tmp_path), [known("priced")])

    one = found.models[0]
    assert (one.trials, one.requests) == (2, 6)
    assert any("oracle" in note for note in one.notes)


async def test_an_unknown_model_has_tokens_and_no_price(tmp_path: Path) -> None:
    stranger = find_variant("chat:stranger@http://127.0.0.1:1/v1")
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [stranger, known("priced")])

    unknown, priced = found.models
    assert unknown.tokens.input == priced.tokens.input > 0
    assert (unknown.entry, unknown.cost_usd.likely, unknown.seconds) == (None, None, None)
    assert priced.cost_usd.likely is not None
    assert found.cost_usd.likely is None
    assert any("not in the registry" in note for note in unknown.notes)


async def test_a_reference_model_costs_nothing(tmp_path: Path) -> None:
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [find_variant("reference/oracle")])

    assert found.cost_usd.high == 0
    assert found.tokens.input > 0


async def test_a_cache_that_wants_to_be_asked_is_counted_on_once_it_is(tmp_path: Path) -> None:
    rule = CacheRule(kind="block", needs="prompt_cache_key")
    choosy = planner(tmp_path, {"choosy": ENTRY.model_copy(update={"cache": rule})})
    silent, asking = (
        await choosy.plan_for(
            await questions(tmp_path), [known("choosy"), known("choosy", sampling={"prompt_cache_key": "k"})]
        )
    ).models

    assert (silent.tokens.cached, silent.cost_usd.likely) == (0, silent.cost_usd.high)
    assert silent.cost_usd.low == asking.cost_usd.low
    assert asking.tokens.cached > 0
    assert any("its cache needs prompt_cache_key" in note for note in silent.notes)


async def test_cache_marks_are_counted_on_where_the_endpoint_is_sent_them(tmp_path: Path) -> None:
    rule = CacheRule(kind="breakpoint", needs="cache marks")
    choosy = planner(tmp_path, {"choosy": ENTRY.model_copy(update={"cache": rule})})
    choosy.providers = KNOWN.providers.providers
    marked = known("choosy", provider="anthropic").model_copy(update={"wire": "messages"})
    exams = {**await questions(tmp_path), **await tool_work(tmp_path)}

    silent, asking = (await choosy.plan_for(exams, [known("choosy"), marked])).models

    assert silent.tokens.cached == 0 < asking.tokens.cached
    assert silent.tokens.input == asking.tokens.input
    assert any("its cache needs cache marks" in note for note in silent.notes)
    assert not any("its cache needs" in note for note in asking.notes)


async def test_a_key_of_what_is_shared_is_counted_on_for_what_shares_something(tmp_path: Path) -> None:
    rule = CacheRule(kind="block", needs="prompt_cache_key")
    choosy = planner(tmp_path, {"choosy": ENTRY.model_copy(update={"cache": rule})})
    choosy.providers = KNOWN.providers.providers
    documents, tools = await questions(tmp_path), await tool_work(tmp_path)

    one, other, both = [
        (await choosy.plan_for(exams, [known("choosy", provider="mistral")])).models[0]
        for exams in (documents, tools, {**documents, **tools})
    ]

    assert one.tokens.cached == both.tokens.cached > 0
    assert other.tokens.cached == 0
    told = [any("only questions on a document" in note for note in plan.notes) for plan in (one, other, both)]
    assert told == [False, True, True]


async def test_a_machine_by_the_hour_costs_what_it_takes(tmp_path: Path) -> None:
    rented = Entry(hour_usd=3.6, pace=Pace(prefill=100, decode=10, first=0), margin=0.0)
    found = await planner(tmp_path, {"rented": rented}, concurrency=1).plan_for(
        await questions(tmp_path), [known("rented")]
    )

    one = found.models[0]
    assert one.seconds is not None
    assert one.cost_usd.likely == pytest.approx(one.seconds / 1000, rel=0.02)
    assert one.seconds_low is not None
    assert one.seconds_low <= one.seconds


@pytest.mark.parametrize(
    ("window", "context", "asked_of"), [(None, 100, 3), (None, 10_000, 3), (10, 10_000, 0), (None, None, 3)]
)
async def test_a_window_leaves_out_what_does_not_fit(
    tmp_path: Path, window: int | None, context: int | None, asked_of: int
) -> None:
    entry = ENTRY.model_copy(update={"context": context})
    exams = await questions(tmp_path)
    found = await planner(tmp_path, {"priced": entry}, window=window).plan_for(exams, [known("priced")])

    one = found.models[0]
    expected = 0 if context == 100 else asked_of
    assert one.trials == expected
    assert len(one.left_out) == 3 - expected
    if one.skipped:
        assert (one.skipped[0].document, one.skipped[0].layout) == ("papers/paper", "single")
        assert "where the window has" in one.skipped[0].why
        assert (nothing_fits(found.models) or "").startswith("no question fits any of the models:\n  priced")


async def test_a_model_of_ours_has_the_window_of_its_catalog_entry(tmp_path: Path) -> None:
    local = find_variant("local/smollm2")
    ours = planner(tmp_path, load_registry().models)

    plan = await ours.plan_for(await questions(tmp_path), [local])

    assert (plan.models[0].entry, plan.models[0].trials) == ("local", 3)


async def test_a_cap_is_held_against_the_likely_cost(tmp_path: Path) -> None:
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [known("priced")])
    likely = found.cost_usd.likely
    assert likely is not None

    assert over_the_cap(found, likely) is None
    why = over_the_cap(found, likely / 2)
    assert why is not None
    assert f"the plan comes to ${likely:,.2f}" in why
    assert f"{found.tokens.uncached:,} uncached" in why


async def test_what_has_no_price_cannot_be_held_under_a_cap(tmp_path: Path) -> None:
    stranger = find_variant("chat:stranger@http://127.0.0.1:1/v1")
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [stranger])

    assert "nobody knows what stranger@127.0.0.1:1 costs" in (over_the_cap(found, 1e9) or "")


async def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = await planner(tmp_path).plan_for(await questions(tmp_path), [known("priced")])
    folder = RunFolder(tmp_path / "run")

    assert read_plan(folder) is None
    write_plan(folder, found)
    assert read_plan(folder) == found
    assert found.as_json()["schema"] == 1


async def test_a_grid_up_to_a_million_tokens_computes_a_tenth_of_what_it_sends(tmp_path: Path) -> None:
    lengths = (4096, 9045, 19_972, 44_102, 97_386, 215_046, 474_860, 1_048_576)
    one = await asked(tmp_path)
    reading = one.scenario.reading
    assert reading is not None
    exams = {}
    for name in [(length, n, depth) for length in lengths for n in range(5) for depth in range(10)]:
        length, n, _ = name
        paper = f"paper-{length}-{n}"
        ref = reading.document.model_copy(update={"name": paper, "digest": paper, "tokens": (length,)})
        told = {"reading": reading.model_copy(update={"document": ref, "after": 1})}
        exams[str(name)] = one.model_copy(update={"scenario": one.scenario.model_copy(update=told)})

    found = await planner(tmp_path).plan_for(exams, [known("priced")])

    assert found.requests == 400
    assert 95_650_000 < found.tokens.input < 95_700_000
    assert found.tokens.uncached <= 10_000_000
