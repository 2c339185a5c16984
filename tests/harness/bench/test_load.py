"""Loads are what they are said to be: in a time that only passes where a test says so."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice, repeat

import pytest

from harness.bench.arrivals import arrivals
from harness.bench.figures import figures, peak
from harness.bench.load import LevelRun, Measure
from harness.bench.random_text import random_talks
from harness.bench.record import Load, Row, Slo
from harness.bench.talk import Talk, Turn
from harness.clients.client import Ask, ClientError, Conversation, OverBudget, Overloaded, Reply
from harness.models.pricing import UNPRICED
from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    Exchange,
    Message,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)
from tests.harness.clients.virtual_time import in_virtual_time, now


@dataclass(kw_only=True)
class Steady:
    """Takes so long for every reply, and fails when it is told to."""

    seconds: float = 2.0
    fails: Callable[[int], ClientError | None] = lambda _: None
    asked: list[tuple[Sequence[Message], Ask]] = field(default_factory=list)
    conversations: int = 0

    @property
    def variant(self) -> ModelVariant:
        return ModelVariant(label="steady", wire="chat", model="steady")

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        self.conversations += 1
        return self

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        number = len(self.asked)
        self.asked.append((messages, ask))
        if error := self.fails(number):
            error.sent, error.ms = "now", 500.0
            await asyncio.sleep(0.5)
            raise error
        await asyncio.sleep(self.seconds)
        usage = Usage(input=10, cached=4, output=3)
        exchange = Exchange(usage=usage, ms=self.seconds * 1e3, ttft_ms=100.0, chunk_ms=(1.0, 2.0))
        return Reply(message=AssistantMessage(text="Yes."), exchange=exchange)


def talk(*turns: tuple[Message, ...], grows: bool = True) -> Talk:
    exam = next(random_talks(1, 1, "")).exam
    return Talk(
        name="t", exam=exam, turns=tuple(Turn(messages=one, output_tokens=7) for one in turns), grows=grows
    )


def one_request() -> Iterator[Talk]:
    return repeat(talk((UserMessage(text="hi"),)))


def played(
    load: Load, measure: Measure, model: Steady, talks: Iterator[Talk] | None = None, **more: object
) -> LevelRun:
    async def work() -> LevelRun:
        run = LevelRun(
            load=load,
            measure=measure,
            model=model,
            talks=talks or one_request(),
            tariff=UNPRICED,
            seed="seed",
            clock=now,
            **more,  # type: ignore[arg-type] # one of the fields of a run
        )
        await run.play()
        return run

    return in_virtual_time(work())


def moments(rows: Sequence[Row]) -> list[tuple[float, float]]:
    return [(row.sent, row.ended) for row in rows]


def test_a_closed_loop_keeps_so_many_requests_on_their_way_and_no_more() -> None:
    run = played(Load(concurrency=3), Measure(requests=9), Steady())

    assert sorted(moments(run.rows)) == [(at, at + 2) for at in (0.0, 2.0, 4.0) for _ in range(3)]
    assert peak(run.rows) == 3
    found = figures(run.rows, Slo())
    assert (found.request_throughput, found.output_throughput) == (1.5, 4.5)


def test_a_level_has_as_many_requests_as_were_asked_for_even_where_clients_do_not_divide_them() -> None:
    assert len(played(Load(concurrency=4), Measure(requests=10), Steady()).rows) == 10


def test_a_level_of_some_seconds_begins_nothing_after_them_and_waits_for_what_is_on_its_way() -> None:
    run = played(Load(concurrency=2), Measure(seconds=5.0), Steady())

    assert max(row.sent for row in run.rows) == 4.0
    assert max(row.ended for row in run.rows) == 6.0
    assert len(run.rows) == 6


def test_an_open_loop_sends_when_the_clock_says_so_however_long_replies_take() -> None:
    expected = list(islice(arrivals(3.0, 1.0, "seed"), 20))

    run = played(Load(rate=3.0), Measure(requests=20), Steady(seconds=50.0))

    assert sorted(row.sent for row in run.rows) == pytest.approx(expected, abs=1e-5)
    assert all(row.sent == row.due for row in run.rows)
    assert run.held_back == 0


def test_an_open_loop_of_some_seconds_sends_what_falls_into_them() -> None:
    expected = [at for at in islice(arrivals(2.0, 1.0, "seed"), 100) if at < 10.0]

    run = played(Load(rate=2.0), Measure(seconds=10.0), Steady())

    assert sorted(row.due for row in run.rows) == pytest.approx(expected, abs=1e-5)


def test_an_arrival_without_a_free_place_waits_and_is_counted() -> None:
    run = played(Load(rate=10.0), Measure(requests=6, in_flight=2), Steady(seconds=100.0))

    assert run.held_back == 4
    assert peak(run.rows) == 2
    assert max(row.sent - row.due for row in run.rows) > 150


def test_while_a_closed_loop_grows_its_clients_begin_one_after_another_and_nothing_counts() -> None:
    run = played(Load(concurrency=2), Measure(requests=4, ramp=3.0), Steady())

    assert [(row.sent, row.apart) for row in sorted(run.rows, key=lambda row: row.sent)][:3] == [
        (0.0, True),
        (1.5, True),
        (2.0, True),
    ]
    assert sum(not row.apart for row in run.rows) == 4


TALK = talk(
    (UserMessage(text="Where is it?"),),
    (
        UserMessage(text="Where is it?"),
        AssistantMessage(tool_calls=(ToolCall(id="1", name="look", arguments_json="{}"),)),
        ToolMessage(call_id="1", text="there", ms=250.0),
    ),
    (
        UserMessage(text="Where is it?"),
        AssistantMessage(tool_calls=(ToolCall(id="1", name="look", arguments_json="{}"),)),
        ToolMessage(call_id="1", text="there", ms=250.0),
        AssistantMessage(text="There."),
        UserMessage(text="Thanks."),
    ),
)


def test_a_conversation_keeps_the_order_of_its_turns_and_the_time_of_its_tools() -> None:
    model = Steady()

    run = played(Load(concurrency=1), Measure(requests=3), model, repeat(TALK))

    assert [messages for messages, _ in model.asked] == [turn.messages for turn in TALK.turns]
    assert [row.turn for row in run.rows] == [0, 1, 2]
    assert moments(run.rows) == [(0.0, 2.0), (2.25, 4.25), (4.25, 6.25)]
    assert model.conversations == 1


def test_a_user_takes_time_before_another_turn_and_a_tool_does_not_take_it() -> None:
    run = played(Load(concurrency=1), Measure(requests=3, think=60.0), Steady(), repeat(TALK))

    first, second, third = run.rows
    assert second.sent == 2.25
    assert third.sent > second.ended
    assert third.due == third.sent
    assert first.ended == 2.0


def test_questions_that_only_begin_alike_are_conversations_of_their_own() -> None:
    model = Steady()
    questions = talk(*((UserMessage(text=f"question {n}"),) for n in range(3)), grows=False)

    played(Load(concurrency=1), Measure(requests=3), model, repeat(questions))

    assert model.conversations == 3


def full(_: int) -> ClientError:
    return Overloaded("http_503", "full")


def test_a_conversation_ends_with_a_request_that_failed_and_questions_go_on() -> None:
    def first(number: int) -> ClientError | None:
        return full(number) if number == 0 else None

    talked = played(Load(concurrency=1), Measure(requests=3), Steady(fails=first), repeat(TALK))
    questions = talk(*((UserMessage(text=f"question {n}"),) for n in range(3)), grows=False)
    asked = played(Load(concurrency=1), Measure(requests=3), Steady(fails=first), repeat(questions))

    assert [row.turn for row in talked.rows] == [0, 0, 1]
    assert [row.turn for row in asked.rows] == [0, 1, 2]
    assert talked.rows[0].failed == "http_503"
    assert (talked.rows[0].ms, talked.rows[0].sent, talked.rows[0].ended) == (500.0, 0.0, 0.5)


def test_a_level_in_which_nothing_is_ever_answered_ends_by_itself() -> None:
    run = played(Load(concurrency=2), Measure(requests=1000), Steady(fails=full))

    assert len(run.rows) < 20
    assert run.stopped is not None
    assert "http_503: full" in run.stopped
    assert not run.ends_bench


def test_failures_beside_answers_end_nothing() -> None:
    model = Steady(fails=lambda number: full(number) if number % 10 else None)

    run = played(Load(concurrency=1), Measure(requests=100), model)

    assert (len(run.rows), run.stopped) == (100, None)
    assert sum(row.failed is None for row in run.rows) == 10


def test_a_cap_that_is_reached_ends_the_bench_and_what_was_on_its_way_is_kept() -> None:
    def spent(number: int) -> ClientError | None:
        return OverBudget("max_cost", "--max-cost $1: it is spent") if number == 3 else None

    run = played(Load(concurrency=2), Measure(requests=1000), Steady(fails=spent))

    assert run.ends_bench
    assert run.stopped == "--max-cost $1: it is spent"
    assert [row.failed for row in run.rows].count("max_cost") == 1
    assert sum(row.failed is None for row in run.rows) == 3


def test_a_server_that_has_ended_ends_the_bench_at_its_first_failure() -> None:
    gone = RuntimeError("the server has ended")

    run = played(Load(concurrency=1), Measure(requests=9), Steady(fails=full), gone=lambda: gone)

    assert (len(run.rows), run.stopped, run.ends_bench) == (1, "the server has ended", True)


def test_a_row_has_what_the_provider_counted_and_what_the_clock_saw() -> None:
    (row,) = played(Load(concurrency=1), Measure(requests=1, patience=9.0), model := Steady()).rows

    assert (row.input, row.cached, row.output, row.usd) == (10, 4, 3, None)
    assert (row.ms, row.ttft_ms, row.gaps_ms, row.tpot_ms) == (2000.0, 100.0, (1.0, 2.0), 950.0)
    assert (model.asked[0][1].output_tokens, model.asked[0][1].seconds) == (7, 9.0)


@pytest.mark.parametrize("clients", [1, 2, 5])
def test_the_same_requests_take_the_less_time_the_more_go_together(clients: int) -> None:
    numbered = (talk((UserMessage(text=str(n)),)) for n in count())

    run = played(Load(concurrency=clients), Measure(requests=10), Steady(), numbered)

    assert figures(run.rows, Slo()).seconds == 2 * 10 / clients
