"""The pace of an endpoint in virtual time: what is begun in a minute, at a time, and after a wish to wait."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.client import ClientError, Overloaded, Rejected
from harness.clients.limits import LONGEST_PAUSE, MINUTE, Minute, Pace, Turn
from harness.registry.entry import Limits
from tests.harness.clients.virtual_time import in_virtual_time, now

TOO_MUCH = Overloaded("http_429", "slow down")


def pace(concurrency: int = 1000, **limits: float) -> Pace:
    return Pace(limits=Limits.model_validate(limits), concurrency=concurrency, clock=now, sleep=asyncio.sleep)


async def begun(asked: Pace, tokens: int = 1) -> Turn:
    async with asked.line:
        return await asked.turn(tokens)


async def one(
    asked: Pace, seconds: float, tokens: int = 1, used: int | None = None, error: ClientError | None = None
) -> float:
    """A request, from when it stands in line; when it was sent."""
    turn = await begun(asked, tokens)
    sent = now()
    await asyncio.sleep(seconds)
    asked.end(turn, used, error)
    return sent


@given(st.integers(1, 20), st.lists(st.tuples(st.floats(0, 90), st.floats(0.01, 30)), max_size=60))
def test_in_no_minute_more_requests_are_begun_than_the_limit(
    most: int, requests: list[tuple[float, float]]
) -> None:
    async def work() -> list[float]:
        asked = pace(requests_a_minute=most)

        async def later(start: float, seconds: float) -> float:
            await asyncio.sleep(start)
            return await one(asked, seconds)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(later(*request)) for request in requests]
        return sorted(task.result() for task in tasks)

    sent = in_virtual_time(work())

    assert len(sent) == len(requests)
    assert all(after - before >= 60 for before, after in zip(sent, sent[most:], strict=False))


@given(
    st.integers(100, 1000),
    st.lists(st.tuples(st.integers(1, 400), st.floats(0, 1), st.floats(0.01, 30)), max_size=40),
)
def test_in_no_minute_more_tokens_are_begun_than_the_limit(
    most: int, requests: list[tuple[int, float, float]]
) -> None:
    async def work() -> list[tuple[float, float]]:
        asked, sent = pace(tokens_a_minute=most), list[tuple[float, float]]()

        async def request(tokens: int, share: float, seconds: float) -> None:
            tokens = min(tokens, most)
            used = round(tokens * share)
            sent.append((await one(asked, seconds, tokens, used), used))

        async with asyncio.TaskGroup() as group:
            for each in requests:
                group.create_task(request(*each))
        return sorted(sent)

    sent = in_virtual_time(work())

    assert len(sent) == len(requests)
    for start, _ in sent:
        assert sum(used for at, used in sent if start <= at < start + 60) <= most


def test_who_came_first_goes_first_however_much_it_wants() -> None:
    async def work() -> list[str]:
        asked, order = pace(tokens_a_minute=100), list[str]()

        async def request(name: str, tokens: int) -> None:
            await one(asked, 1, tokens, tokens)
            order.append(name)

        async with asyncio.TaskGroup() as group:
            for name, tokens in [("first", 90), ("large", 100), ("small", 1), ("another", 1)]:
                group.create_task(request(name, tokens))
        return order

    assert in_virtual_time(work()) == ["first", "large", "small", "another"]


def test_a_request_above_the_limit_has_a_minute_of_its_own() -> None:
    async def work() -> list[float]:
        asked = pace(tokens_a_minute=100)
        return [await one(asked, 1, tokens) for tokens in (500, 500, 10)]

    assert in_virtual_time(work()) == pytest.approx([0, MINUTE, 2 * MINUTE])


def test_what_was_used_less_than_thought_makes_room_soon() -> None:
    async def work() -> float:
        asked = pace(tokens_a_minute=100)
        async with asyncio.TaskGroup() as group:
            group.create_task(one(asked, 5, 100, used=10))
            second = group.create_task(one(asked, 5, 90, used=90))
        return second.result()

    assert in_virtual_time(work()) <= 6.0


def test_no_more_go_at_a_time_than_the_model_takes() -> None:
    async def work() -> list[float]:
        asked = Pace(limits=Limits(concurrency=2), concurrency=16, clock=now, sleep=asyncio.sleep)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(asked, 10)) for _ in range(6)]
        return [task.result() for task in tasks]

    assert in_virtual_time(work()) == [0, 0, 10, 10, 20, 20]


def test_a_refusal_for_too_much_halves_what_goes_at_a_time_and_replies_widen_it_again() -> None:
    async def work() -> list[int]:
        asked, widths = pace(concurrency=8), list[int]()
        turns = [await begun(asked) for _ in range(8)]
        for turn in turns:  # of one moment, and so one sign and not eight
            asked.end(turn, None, TOO_MUCH)
        widths.append(asked.width)
        asked.end(await begun(asked), None, TOO_MUCH)
        widths.append(asked.width)
        for _ in range(5):
            asked.end(await begun(asked), None, None)
        widths.append(asked.width)
        for _ in range(100):
            asked.end(await begun(asked), None, None)
        return [*widths, asked.width]

    assert in_virtual_time(work()) == [4, 2, 3, 8]


def test_one_at_a_time_is_always_left() -> None:
    async def work() -> int:
        asked = pace(concurrency=2)
        for _ in range(9):
            asked.end(await begun(asked), None, TOO_MUCH)
        return asked.width

    assert in_virtual_time(work()) == 1


@pytest.mark.parametrize("error", [Rejected("http_400", ""), Overloaded("timeout_idle", ""), None])
def test_what_is_no_refusal_for_too_much_narrows_nothing(error: ClientError | None) -> None:
    async def work() -> int:
        asked = pace(concurrency=4)
        asked.end(await begun(asked), None, error)
        return asked.width

    assert in_virtual_time(work()) == 4


def test_a_wish_to_wait_holds_for_everybody_who_asks_there() -> None:
    async def work() -> list[float]:
        asked = pace()
        wish = Overloaded("http_429", "", retry_after=30.0)
        async with asyncio.TaskGroup() as group:
            group.create_task(one(asked, 1, error=wish))
            await asyncio.sleep(2)
            others = [group.create_task(one(asked, 1)) for _ in range(3)]
        return [task.result() for task in others]

    assert in_virtual_time(work()) == pytest.approx([31.0] * 3)


def test_nobody_is_left_alone_for_ever() -> None:
    async def work() -> float:
        asked = pace()
        await one(asked, 1, error=Overloaded("http_429", "", retry_after=1e9))
        return await one(asked, 1)

    assert in_virtual_time(work()) == pytest.approx(LONGEST_PAUSE + 1)


def test_who_is_cancelled_in_line_leaves_it_to_the_next() -> None:
    async def work() -> float:
        asked = pace(requests_a_minute=1)
        await one(asked, 1)
        first = asyncio.create_task(one(asked, 1))
        second = asyncio.create_task(one(asked, 1))
        await asyncio.sleep(5)
        first.cancel()
        return await second

    assert in_virtual_time(work()) == pytest.approx(MINUTE)


def test_without_any_limit_nobody_waits() -> None:
    async def work() -> list[float]:
        asked = pace()
        return [await one(asked, 0) for _ in range(100)]

    assert set(in_virtual_time(work())) == {0.0}


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=30))
def test_a_minute_never_asks_to_wait_longer_than_a_minute(amounts: list[float]) -> None:
    minute, clock = Minute(most=100), 0.0
    waits = []
    for amount in amounts:
        waits.append(minute.wait(amount, clock))
        clock += waits[-1]
        minute.begin(amount, clock)
    assert all(0 <= wait <= MINUTE for wait in waits)
