"""Asking again: how often, after how long, and what is written down about it. Nobody waits here."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from harness.clients.client import (
    Ask,
    BadReply,
    ClientError,
    ContextTooLong,
    Overloaded,
    Rejected,
    Reply,
)
from harness.clients.retry import Retrying, RetryingModel
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import UserMessage
from tests.harness.stage import Scripted, Turn

pytestmark = pytest.mark.anyio

BUSY = Overloaded("http_503", "HTTP 503: busy")
DICE = random.Random(0)  # noqa: S311 # jitter, not secrets
ASK = Ask(output_tokens=10, seconds=5)
MESSAGES = [UserMessage(text="hi")]
EXAM = Exam(
    scenario=Scenario(suite="s", id="x", title="t", segments=(Segment(id="a", user=("hi",)),)),
    key=AnswerKey(),
    digest="d",
)


CLOCK, NOW = time.perf_counter, lambda: "2026-03-14T10:00:00+00:00"


@dataclass
class Sleeper:
    waits: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


async def asked(
    turns: Sequence[Turn], sleeper: Sleeper, attempts: int = 5, longest_wait: float = 60.0
) -> Reply:
    talk = Retrying(
        inner=Scripted(turns),
        sleep=sleeper,
        dice=DICE,
        clock=CLOCK,
        now=NOW,
        attempts=attempts,
        longest_wait=longest_wait,
    )
    return await talk.reply(MESSAGES, ASK)


async def refused(turns: Sequence[Turn], sleeper: Sleeper, attempts: int = 5) -> ClientError:
    with pytest.raises(ClientError) as caught:
        await asked(turns, sleeper, attempts)
    return caught.value


async def test_a_first_reply_is_handed_on_untouched() -> None:
    sleeper = Sleeper()

    reply = await asked(["hello"], sleeper)

    assert (reply.message.text, reply.exchange.attempts, sleeper.waits) == ("hello", 1, [])


@pytest.mark.parametrize("error", [BUSY, BadReply("bad_reply", "?"), Overloaded("cut_stream", "cut")])
async def test_what_may_pass_is_asked_again_and_the_attempts_are_recorded(error: ClientError) -> None:
    sleeper = Sleeper()

    reply = await asked([error, error, "hello"], sleeper)

    assert (reply.message.text, reply.exchange.attempts, len(sleeper.waits)) == ("hello", 3, 2)


async def test_a_cut_reply_stays_a_cut_reply_after_a_second_attempt() -> None:
    talk = Retrying(
        inner=Scripted([BUSY, "hel"], finish="length"), sleep=Sleeper(), dice=DICE, clock=CLOCK, now=NOW
    )

    assert (await talk.reply(MESSAGES, ASK)).cut_short


@pytest.mark.parametrize(
    "error", [Rejected("http_401", "HTTP 401: no"), ContextTooLong("context", "HTTP 400: too long")]
)
async def test_what_will_not_pass_is_not_asked_again(error: ClientError) -> None:
    sleeper = Sleeper()

    assert [one.kind for one in (await refused([error, "hello"], sleeper)).failed] == [error.kind]
    assert sleeper.waits == []


async def test_after_the_last_attempt_the_error_says_how_many_there_were() -> None:
    sleeper = Sleeper()

    error = await refused([BUSY], sleeper, attempts=4)

    assert (error.kind, len(error.failed), len(sleeper.waits)) == ("http_503", 4, 3)


async def test_the_server_decides_how_long_to_wait() -> None:
    sleeper = Sleeper()

    await asked([Overloaded("http_429", "slow down", retry_after=7.0), "hello"], sleeper)

    assert sleeper.waits == [7.0]


async def test_what_the_server_asks_for_is_not_cut_short() -> None:
    sleeper = Sleeper()

    await asked([Overloaded("http_429", "", retry_after=300.0), "hello"], sleeper, longest_wait=20.0)

    assert sleeper.waits == [300.0]


async def test_a_server_that_asks_for_an_hour_is_given_up() -> None:
    sleeper = Sleeper()

    error = await refused([Overloaded("http_429", "", retry_after=3600.0), "hello"], sleeper)

    assert ([one.kind for one in error.failed], sleeper.waits) == (["http_429"], [])


async def test_the_waits_of_one_request_have_a_bound_together() -> None:
    sleeper = Sleeper()

    error = await refused([Overloaded("http_429", "", retry_after=250.0)], sleeper)

    assert (len(error.failed), sleeper.waits) == (3, [250.0, 250.0])


@pytest.mark.parametrize("kind", ["timeout_connect", "timeout_first_byte", "timeout_idle", "timeout_total"])
async def test_a_time_out_is_tried_less_often_than_a_refusal(kind: str) -> None:
    sleeper = Sleeper()

    error = await refused([Overloaded(kind, "silence"), BUSY, Overloaded(kind, "silence"), "hello"], sleeper)

    assert [one.kind for one in error.failed] == [kind, "http_503", kind]


async def test_an_attempt_lasted_from_when_it_was_sent_and_not_from_when_it_queued() -> None:
    late = Overloaded("http_429", "slow down")
    late.sent, late.ms = "2026-03-14T10:00:07+00:00", 12.5

    attempt = (await asked([late, "hello"], Sleeper())).exchange.failed[0]

    assert (attempt.sent, attempt.ms) == (late.sent, 12.5)


async def test_without_a_word_from_the_server_each_wait_is_drawn_below_a_ceiling_that_doubles() -> None:
    sleeper = Sleeper()

    await refused([BUSY], sleeper, attempts=6)

    ceilings = [0.5, 1.0, 2.0, 4.0, 8.0]
    assert all(c / 2 <= w <= c for w, c in zip(sleeper.waits, ceilings, strict=True))
    assert all(before < after for before, after in pairwise(sleeper.waits))


async def test_no_wait_is_longer_than_the_longest() -> None:
    sleeper = Sleeper()

    await asked([BUSY] * 4 + ["hello"], sleeper, longest_wait=1.0)

    assert max(sleeper.waits) <= 1.0


async def test_each_request_of_a_conversation_has_its_own_patience() -> None:
    model = Scripted([BUSY, "one", BUSY, BUSY, "two"])
    patient = RetryingModel(inner=model, sleep=Sleeper(), dice=DICE, clock=CLOCK, now=NOW)

    talk = patient.converse(EXAM, 0)
    replies = [await talk.reply(MESSAGES, ASK) for _ in range(2)]

    assert [(r.message.text, r.exchange.attempts) for r in replies] == [("one", 2), ("two", 3)]
    assert patient.variant == model.variant
