"""A whole bench against an endpoint that streams with known pauses and keeps a ledger of its own."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness.bench.asked import Asked, parse_spec
from harness.bench.bench import BenchFailed
from harness.bench.figures import figures
from harness.bench.load import Measure
from harness.bench.record import Bench, Level, Load, Slo
from harness.bench.start import benched
from harness.budget import Caps
from harness.environment import Environment
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.entry import Entry, Registry
from harness.registry.knowledge import Knowledge
from harness.registry.rates import Prices
from tests.harness.bench.clocked_endpoint import ENCODED, Clocked, running
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_suite import write_suite

pytestmark = pytest.mark.anyio

PRICES = Prices.model_validate(
    {"input": 1000.0, "output": 2000.0, "as_of": date(2026, 11, 22), "source": "-", "known": "assumption"}
)


def asked(tmp_path: Path, url: str, **changes: Any) -> Asked:
    """Two clients, six requests of 50 + 4 tokens; but for what is changed."""
    base = Asked(
        variant=find_variant(f"chat:m@{url}"),
        spec=parse_spec("random:50/4"),
        loads=(Load(concurrency=2),),
        measure=Measure(requests=6, patience=20.0),
        warm_up=1,
        slo=Slo(),
        seed=7,
        ignore_eos=False,
        caps=Caps(),
        runs=tmp_path / "runs",
        command="longspan models bench",
    )
    return replace(base, **changes)


def environment(tmp_path: Path) -> Environment:
    return Environment(home=tmp_path, keys={}, variables={})


async def measured(
    tmp_path: Path, clocked: Clocked, known: Knowledge = KNOWN, **changes: Any
) -> tuple[Path, Bench]:
    async with running(clocked) as url:
        return await benched(asked(tmp_path, url, **changes), environment(tmp_path), known)


def written(tmp_path: Path) -> Bench:
    (file,) = tmp_path.glob("runs/bench-*/bench.json")
    return Bench.model_validate_json(file.read_bytes())


def loads(*clients: int) -> Sequence[Load]:
    return tuple(Load(concurrency=one) for one in clients)


async def test_what_is_written_down_is_what_was_measured(tmp_path: Path) -> None:
    folder, bench = await measured(tmp_path, Clocked())

    assert folder.name == bench.id
    assert written(tmp_path) == bench
    assert (bench.seed, bench.workload.spec, len(bench.levels)) == (7, "random:50/4", 1)
    assert {"longspan", "python", "aiohttp"} <= bench.versions.keys()


async def test_figures_can_be_made_again_from_the_rows(tmp_path: Path) -> None:
    slo = Slo(ttft=10_000, tpot=10_000)

    _, bench = await measured(tmp_path, Clocked(), slo=slo)

    (level,) = bench.levels
    assert figures(level.rows, slo, level.ramp) == level.figures
    assert level.figures.goodput == level.figures.request_throughput


async def test_no_time_is_shorter_than_the_endpoint_says_that_it_took(tmp_path: Path) -> None:
    clocked = Clocked(before=0.02, between=0.004)

    _, bench = await measured(tmp_path, clocked, loads=loads(1), measure=Measure(requests=5, patience=20.0))

    rows = bench.levels[0].rows
    ledger = clocked.served[-len(rows) :]
    for row, one in zip(rows, ledger, strict=True):  # one client: they ended in the order in which they came
        assert row.ttft_ms is not None
        assert row.ttft_ms >= (one.words[0] - one.came) * 1e3
        assert row.ms >= (one.words[-1] - one.came) * 1e3
        assert len(row.gaps_ms) == len(one.words) - 1
        assert row.ttft_ms + sum(row.gaps_ms) <= row.ms + 0.01  # rounded to the microsecond, four times
        assert row.ended - row.sent == pytest.approx(row.ms / 1e3, abs=1e-5)


async def test_one_after_another_requests_take_no_longer_than_the_bench_that_they_are_part_of(
    tmp_path: Path,
) -> None:
    before = time.perf_counter()
    _, bench = await measured(tmp_path, Clocked(), loads=loads(1))
    took = time.perf_counter() - before

    rows = bench.levels[0].rows
    assert sum(row.ms for row in rows) / 1e3 <= took
    assert all(later.sent >= row.ended - 1e-5 for row, later in pairwise(rows))


async def test_as_many_requests_are_on_their_way_as_there_are_clients(tmp_path: Path) -> None:
    clocked = Clocked(before=0.05)

    _, bench = await measured(tmp_path, clocked, loads=loads(3), measure=Measure(requests=9, patience=20.0))

    assert clocked.most == 3
    assert bench.levels[0].figures.peak_concurrency == 3


async def test_prompts_are_as_long_as_was_asked_by_the_endpoints_own_count(tmp_path: Path) -> None:
    clocked = Clocked()

    _, bench = await measured(tmp_path, clocked)

    assert {row.input for row in bench.levels[0].rows} == {50 + ENCODED}
    assert {row.output for row in bench.levels[0].rows} == {4}
    assert (bench.workload.words, bench.workload.overhead) == (50, ENCODED)
    assert bench.levels[0].figures.cached_share == 0.5


async def test_an_endpoint_that_counts_nothing_is_measured_without_tokens_and_that_is_said(
    tmp_path: Path,
) -> None:
    _, bench = await measured(tmp_path, Clocked(counts=False))

    found = bench.levels[0].figures
    assert (found.answered, found.output_throughput, found.tpot_ms.n) == (6, None, 0)
    assert found.itl_ms.n == 18
    assert "a word is taken for one" in bench.workload.notes[0]


async def test_no_prompt_is_sent_twice_in_all_levels_and_the_warm_up(tmp_path: Path) -> None:
    clocked = Clocked()

    await measured(tmp_path, clocked, loads=loads(1, 2, 1))

    texts = [one.body["messages"][-1]["content"] for one in clocked.served]
    assert len(texts) == 2 + 1 + 3 * 6
    assert len(set(texts)) == len(texts)


async def test_the_same_seed_sends_the_same(tmp_path: Path) -> None:
    first, second = Clocked(), Clocked()

    await measured(tmp_path / "1", first)
    await measured(tmp_path / "2", second)

    sent = [sorted(json.dumps(one.body["messages"]) for one in each.served) for each in (first, second)]
    assert sent[0] == sent[1]


async def test_agents_send_their_tools_and_their_turns_in_order(tmp_path: Path) -> None:
    clocked = Clocked()
    spec = parse_spec(f"agent:{write_suite(tmp_path / 'little', 'ada', 'ole')}")

    _, bench = await measured(tmp_path, clocked, spec=spec)

    rows = bench.levels[0].rows
    assert (bench.workload.talks, bench.workload.requests) == (2, 6)
    assert sorted((row.talk, row.turn) for row in rows) == [
        (f"little/{who}", turn) for who in ("ada", "ole") for turn in range(3)
    ]
    body = clocked.served[-1].body
    assert {tool["function"]["name"] for tool in body["tools"]} >= {"shop__find_customers"}
    assert body["messages"][0]["content"].startswith("Session ")
    assert [row.asked for row in rows] == [row.output for row in rows]


async def test_every_level_asks_the_same_conversations_with_a_cold_cache(tmp_path: Path) -> None:
    clocked = Clocked()
    spec = parse_spec(f"agent:{write_suite(tmp_path / 'little', 'ada')}")
    measure = Measure(requests=3, patience=20.0)

    await measured(tmp_path, clocked, spec=spec, loads=loads(1, 1), measure=measure)

    first, second = clocked.served[-6:-3], clocked.served[-3:]
    for one, other in zip(first, second, strict=True):
        assert one.body["messages"][1:] == other.body["messages"][1:]
        assert one.body["messages"][0] != other.body["messages"][0]


async def test_a_request_that_fails_is_not_sent_again(tmp_path: Path) -> None:
    clocked = Clocked(refuses=frozenset({4, 6}))  # after two to count tokens by and one to warm up

    _, bench = await measured(tmp_path, clocked)

    found = bench.levels[0].figures
    assert found.failed == {"http_503": 2}
    assert found.answered == 4
    assert len(clocked.served) == 3 + 6


async def test_a_level_that_fails_keeps_those_before_it_and_the_next_one_is_tried(tmp_path: Path) -> None:
    clocked = Clocked(refuses=frozenset(range(3 + 6, 3 + 6 + 11)))
    told: list[Level] = []

    async with running(clocked) as url:
        request = asked(tmp_path, url, loads=loads(2, 1, 1))
        _, bench = await benched(request, environment(tmp_path), KNOWN, told.append)

    assert [level.figures.answered for level in bench.levels] == [6, 0, 1]
    assert [len(level.rows) for level in bench.levels] == [6, 6, 6]
    assert told == list(bench.levels)


async def test_an_endpoint_that_answers_nothing_is_said_so_before_any_level(tmp_path: Path) -> None:
    clocked = Clocked(refuses=frozenset(range(100)))

    with pytest.raises(BenchFailed, match=r"answers no request of the warm-up: http_503"):
        await measured(tmp_path, clocked)

    assert written(tmp_path).levels == ()


async def test_a_bench_that_is_interrupted_keeps_what_was_measured(tmp_path: Path) -> None:
    clocked = Clocked(hangs_at=3 + 6 + 2)  # the third request of the second level
    async with running(clocked) as url:
        work = asyncio.create_task(
            benched(asked(tmp_path, url, loads=loads(2, 1)), environment(tmp_path), KNOWN)
        )
        await asyncio.wait_for(clocked.hanging.wait(), 20)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    first, second = written(tmp_path).levels
    assert (first.stopped, first.figures.answered) == (None, 6)
    assert (second.stopped, second.figures.answered) == ("interrupted", 2)


async def test_a_reference_model_cannot_be_timed(tmp_path: Path) -> None:
    request = asked(tmp_path, "http://127.0.0.1:9/v1", variant=find_variant("reference/oracle"))

    with pytest.raises(ModelError, match="in process"):
        await benched(request, environment(tmp_path), KNOWN)


async def test_what_is_asked_for_is_wrong_before_any_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot reach"):
        await benched(asked(tmp_path, "http://127.0.0.1:9/v1"), environment(tmp_path), KNOWN)

    assert not (tmp_path / "runs").exists()


PRICED = Knowledge(
    registry=Registry(models={"m": Entry(prices=PRICES)}), providers=KNOWN.providers, today=KNOWN.today
)


async def test_who_is_charged_needs_a_cap(tmp_path: Path) -> None:
    clocked = Clocked()

    with pytest.raises(ModelError, match="--max-cost"):
        await measured(tmp_path, clocked, PRICED)

    assert not clocked.served


async def test_a_model_of_a_provider_needs_a_cap_whatever_its_price(tmp_path: Path) -> None:
    (variant,) = find_variants("gpt-4.1", Wanted(), KNOWN)

    with pytest.raises(ModelError, match="is charged for"):
        await measured(tmp_path, Clocked(), variant=variant)


async def test_a_cap_ends_the_bench_and_what_was_spent_stands_below_it(tmp_path: Path) -> None:
    clocked = Clocked()
    request = (50 + ENCODED) * 1e-3 + 4 * 2e-3
    cap = 3.0

    folder, bench = await measured(
        tmp_path, clocked, PRICED, caps=Caps(max_cost=cap), loads=loads(1, 1), measure=Measure(requests=100)
    )

    assert bench.stopped is not None
    assert "--max-cost $3.00" in bench.stopped
    assert len(bench.levels) == 1
    (level,) = bench.levels
    assert level.figures.failed == {"max_cost": 1}
    assert level.figures.cost_usd == pytest.approx(level.figures.answered * request)
    lines = [json.loads(line) for line in (folder / "spent.jsonl").read_text("utf-8").splitlines()]
    spent = sum({line["request"]: line["usd"] for line in lines}.values())
    assert request < spent <= cap


async def test_replies_are_made_whole_where_that_is_asked_for(tmp_path: Path) -> None:
    clocked = Clocked()
    async with running(clocked) as url:
        variant = find_variant(f"chat:m@{url}", sampling={"ignore_eos": True})
        await benched(asked(tmp_path, url, variant=variant, ignore_eos=True), environment(tmp_path), KNOWN)

    assert all(one.body["ignore_eos"] is True for one in clocked.served)


async def test_an_open_loop_sends_at_its_rate_and_says_what_it_found(tmp_path: Path) -> None:
    clocked = Clocked()

    _, bench = await measured(tmp_path, clocked, loads=(Load(rate=50.0, burstiness=2.0),))

    (level,) = bench.levels
    assert level.figures.answered == 6
    assert level.load.name == "50/s"
    assert all(row.sent >= row.due for row in level.rows)
