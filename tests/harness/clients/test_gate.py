"""The gate: whatever is asked, however it ends, and whenever we are killed, no more is spent than the cap."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clients.bounds import UNSEEN, Bounds
from harness.clients.client import ClientError, OpenGate, OverBudget, Overloaded, Passage, Sending
from harness.clients.gate import Gates, Turnstile
from harness.clients.limits import Pace
from harness.clients.purse import Purse
from harness.registry.entry import Limits
from harness.runs.ledger import Line, open_ledger
from harness.runs.store import RunFolder
from scenarios.transcript import Exchange, Usage
from tests.harness.clients.gated import AT, PRICES, TARIFF, known, variant
from tests.harness.clients.virtual_time import in_virtual_time, now

_DENSE = 0.4
"""Tokens for each byte of a document."""


class Purses(Protocol):
    def __call__(self, folder: Path, cap: float | None = None, tokens: int | None = None) -> Purse: ...


@contextmanager
def opened() -> Iterator[Purses]:
    """Opens a run's ledger as often as it is told to, and closes what it opened."""
    with ExitStack() as stack:

        def purse_of(folder: Path, cap: float | None = None, tokens: int | None = None) -> Purse:
            ledger = stack.enter_context(open_ledger(RunFolder(folder)))
            return Purse(ledger=ledger, now=lambda: AT, max_cost=cap, max_tokens=tokens)

        yield purse_of


@pytest.fixture
def purse_of() -> Iterator[Purses]:
    with opened() as purses:
        yield purses


def turnstile(purse: Purse, bounds: Bounds | None = None, **limits: float) -> Turnstile:
    pace = Pace(limits=Limits.model_validate(limits), concurrency=8, clock=now, sleep=asyncio.sleep)
    return Turnstile(model="m", pace=pace, bounds=bounds or Bounds(tariff=TARIFF), purse=purse)


def lines(folder: Path) -> list[Line]:
    text = (folder / "spent.jsonl").read_text("utf-8")
    return [Line.model_validate_json(each) for each in text.splitlines()]


def taken(folder: Path) -> float:
    """What the ledger's file says was spent, should we be killed now."""
    last = {line.request: line.usd or 0.0 for line in lines(folder)}
    return sum(last.values())


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request of a conversation, and what becomes of it."""

    document: int
    """Bytes of its shared beginning, which name it too; 0: none."""
    new: int
    """Bytes of its own."""
    dense: float
    """Tokens for each byte."""
    unseen: int
    limit: int
    wordy: float
    """How much of its limit it writes."""
    cached: float
    seconds: float
    ends: str


@dataclass
class Provider:
    """Counts and charges as it likes, within its word."""

    bill: float = 0.0
    """What it has charged, or will charge, for all that reached it."""

    charged: list[tuple[int, float]] = field(default_factory=list)
    """Each of them, by its number in the ledger."""

    def charge(self, request: int, usage: Usage) -> None:
        price = PRICES.price(usage) or 0.0
        self.bill += price
        self.charged.append((request, price))


async def converse(gate: Turnstile, provider: Provider, requests: Sequence[Asked], folder: Path) -> None:
    known, before = None, 0
    said_bytes = said_tokens = 0
    for one in requests:
        said_bytes += one.new
        said_tokens += round(one.new * one.dense)
        own = requests[0].document
        sending = Sending(
            size=own + said_bytes,
            output_tokens=one.limit,
            known_tokens=known,
            new_bytes=said_bytes + own - before,
            shared=str(own) if own else "",
            shared_bytes=own,
        )
        prompt = round(own * _DENSE) + said_tokens + one.unseen
        output = round(one.limit * one.wordy)
        cached = round(prompt * one.cached)
        usage = Usage(input=prompt, cached=cached, written=prompt - cached, output=output)
        async with gate.passage(sending) as passage:
            await answered(one, provider, usage, passage, folder, gate.purse)
        known, before = prompt + output, said_bytes + own
        said_bytes += output * 4
        said_tokens += output


async def answered(
    one: Asked, provider: Provider, usage: Usage, passage: Passage, folder: Path, purse: Purse
) -> None:
    if one.ends == "refused":
        await asyncio.sleep(one.seconds)
        passage.refused = True
        raise Overloaded("http_429", "slow down", retry_after=one.seconds)
    cap, held = purse.max_cost, [line for line in lines(folder) if line.why == "held"][-1]
    assert held.usd is not None
    assert cap is not None
    provider.charge(held.request, usage)  # from the moment it is sent
    assert (PRICES.price(usage) or 0.0) <= held.usd * (1 + 1e-9)
    assert provider.bill <= taken(folder) * (1 + 1e-9) <= cap * (1 + 2e-9)
    await asyncio.sleep(one.seconds)
    if one.ends == "cut":
        raise Overloaded("cut_stream", "cut")
    told = {"whole": usage, "silent": Usage(), "doubt": usage.model_copy(update={"doubt": "no sum"})}
    passage.exchange = Exchange(usage=told[one.ends], sent=AT)


async def everybody(gate: Turnstile, provider: Provider, talks: list[list[Asked]], folder: Path) -> None:
    async def talk(requests: list[Asked]) -> None:
        for start in range(len(requests)):  # what fails is begun again where it stopped, by another trial
            try:
                await converse(gate, provider, requests[start:], folder)
            except OverBudget:
                return
            except ClientError:
                continue
            return

    async with asyncio.TaskGroup() as group:
        for each in talks:
            group.create_task(talk(each))


shares = st.one_of(st.just(1.0), st.floats(0, 1))
"""Often all of it: a bound is tried at its edge."""
asks = st.builds(
    Asked,
    document=st.sampled_from([0, 0, 2000, 5000]),
    new=st.integers(1, 3000),
    dense=shares,
    unseen=st.one_of(st.just(UNSEEN), st.integers(0, UNSEEN)),
    limit=st.integers(1, 1000),
    wordy=shares,
    cached=st.one_of(st.just(0.0), st.floats(0, 1)),
    seconds=st.floats(0.01, 30),
    ends=st.sampled_from(["whole", "whole", "whole", "refused", "cut", "silent", "doubt"]),
)


@settings(max_examples=40)
@given(
    talks=st.lists(st.lists(asks, min_size=1, max_size=4), min_size=1, max_size=10),
    cap=st.floats(0, 300),
    killed_after=st.floats(0, 60),
)
def test_true_spending_never_exceeds_the_cap(
    tmp_path_factory: pytest.TempPathFactory,
    talks: list[list[Asked]],
    cap: float,
    killed_after: float,
) -> None:
    folder, provider = tmp_path_factory.mktemp("run"), Provider()

    async def work(purse_of: Purses) -> None:
        gate = turnstile(purse_of(folder, cap))
        first = asyncio.create_task(everybody(gate, provider, talks, folder))
        await asyncio.wait([first], timeout=killed_after)
        kept, is_killed = (folder / "spent.jsonl").read_bytes(), not first.done()
        first.cancel()
        await asyncio.wait([first])
        if is_killed:  # by a signal that nobody can catch: nothing is settled on the way out
            (folder / "spent.jsonl").write_bytes(kept)
        else:
            first.result()
        await everybody(turnstile(purse_of(folder, cap)), provider, talks, folder)
        last = {line.request: line.usd or 0.0 for line in lines(folder)}
        assert all(price <= last[request] * (1 + 1e-9) for request, price in provider.charged)

    with opened() as purses:
        in_virtual_time(work(purses))

    assert provider.bill <= cap * (1 + 1e-9)


def sent(size: int = 1000, output: int = 100) -> Sending:
    return Sending(size=size, output_tokens=output)


async def passed(
    gate: Turnstile,
    seconds: float = 1.0,
    exchange: Exchange | None = None,
    error: ClientError | None = None,
    *,
    refused: bool = False,
) -> float:
    async with gate.passage(sent()) as passage:
        start = now()
        await asyncio.sleep(seconds)
        passage.refused, passage.exchange = refused, exchange
        if error is not None:
            raise error
    return start


CHEAP = Exchange(sent=AT, usage=Usage(input=100, output=10))
COST = 0.15
MOST = (1000 + UNSEEN) * 1250 / 1e6 + 100 * 5000 / 1e6


def test_what_does_not_fit_now_waits_for_what_is_on_its_way(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> list[float]:
        gate = turnstile(purse_of(tmp_path, MOST + COST * 2))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(passed(gate, 10, CHEAP)) for _ in range(3)]
        return [task.result() for task in tasks]

    assert in_virtual_time(work()) == [0, 10, 20]
    assert taken(tmp_path) == pytest.approx(COST * 3)


def test_what_never_fits_is_refused_at_once_and_costs_nothing(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> str:
        gate = turnstile(purse_of(tmp_path, 3.11))
        await passed(gate, 10, CHEAP)
        with pytest.raises(OverBudget) as caught:
            await passed(gate)
        assert caught.value.kind == "max_cost"
        return str(caught.value)

    assert (
        in_virtual_time(work())
        == "--max-cost $3.11: $0.15 is spent, and the next request may cost up to $3.03"
    )
    assert [line.why for line in lines(tmp_path)] == ["held", "usage"]


def test_tokens_are_capped_as_dollars_are(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> str:
        gate = turnstile(purse_of(tmp_path, tokens=3000), Bounds())
        for _ in range(8):
            await passed(gate, 1, CHEAP)
        with pytest.raises(OverBudget) as caught:
            await passed(gate)
        assert caught.value.kind == "max_tokens"
        return str(caught.value)

    said = "--max-tokens 3000: 880 are used, and the next request may use up to 2,124"
    assert in_virtual_time(work()) == said


@pytest.mark.parametrize(
    ("error", "refused", "why"),
    [
        (Overloaded("http_429", ""), True, "refused"),
        (Overloaded("unreachable", ""), True, "refused"),
        (Overloaded("timeout_idle", ""), False, "bound"),
        (Overloaded("cut_stream", ""), False, "bound"),
    ],
)
def test_what_the_model_never_saw_is_free_and_what_it_may_have_seen_is_not(
    tmp_path: Path, purse_of: Purses, error: ClientError, refused: bool, why: str
) -> None:
    async def work() -> None:
        with pytest.raises(ClientError):
            await passed(turnstile(purse_of(tmp_path, 100)), error=error, refused=refused)

    in_virtual_time(work())
    assert (lines(tmp_path)[-1].why, taken(tmp_path)) == (why, 0.0 if refused else pytest.approx(MOST))


def test_a_failed_request_is_charged_even_where_its_usage_was_seen(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> None:
        with pytest.raises(ClientError):
            await passed(turnstile(purse_of(tmp_path)), 1, CHEAP, Overloaded("cut_stream", ""))

    in_virtual_time(work())
    assert lines(tmp_path)[-1].why == "bound"


def test_who_is_cancelled_in_line_gives_back_what_was_held(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> list[str]:
        gate = turnstile(purse_of(tmp_path, MOST * 1.5), requests_a_minute=1)
        await passed(gate, 1, CHEAP)
        waiting = asyncio.create_task(passed(gate, 1, CHEAP))
        await asyncio.sleep(5)
        waiting.cancel()
        await asyncio.wait([waiting])
        await passed(gate, 1, CHEAP)
        return [line.why for line in lines(tmp_path)]

    assert in_virtual_time(work()) == ["held", "usage", "held", "refused", "held", "usage"]


def test_a_cap_of_nothing_lets_nothing_through(tmp_path: Path, purse_of: Purses) -> None:
    async def work() -> None:
        with pytest.raises(OverBudget):
            await passed(turnstile(purse_of(tmp_path, 0.0)))

    in_virtual_time(work())


def test_without_a_cap_the_ledger_is_kept_all_the_same(tmp_path: Path, purse_of: Purses) -> None:
    in_virtual_time(passed(turnstile(purse_of(tmp_path)), 1, CHEAP))
    in_virtual_time(passed(turnstile(purse_of(tmp_path), Bounds()), 1, CHEAP))
    assert [line.usd for line in lines(tmp_path) if line.why != "held"] == [pytest.approx(COST), None]


def test_models_at_one_endpoint_share_its_limits_and_others_do_not(tmp_path: Path, purse_of: Purses) -> None:
    gates = Gates(known=known(), tariffs={}, purse=purse_of(tmp_path), concurrency=8)
    here = variant(base_url="http://a/v1", thinking="off", label="m+thinking-off")
    there = variant(base_url="http://b/v1")

    found = [gates.gate(one) for one in (here, variant(base_url="http://a/v1"), there)]

    paces = [one.pace for one in found if isinstance(one, Turnstile)]
    assert paces[0] is paces[1]
    assert paces[0] is not paces[2]
    assert isinstance(gates.gate(variant(wire="reference")), OpenGate)
