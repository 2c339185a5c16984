"""What a chat endpoint refuses and can do without is given up once, for good and in writing; no failure."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from harness.clients.client import Rejected
from harness.clients.http_model import HttpModel
from harness.clients.retry import RetryingModel
from harness.registry.provider import Concession, Quirks, load_providers
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, delta, model, stream

pytestmark = pytest.mark.anyio

NO_STREAM = Concession(
    says=("organization must be verified", "stream"),
    gives_up="stream",
    why="it streams to nobody",
)
RETURN = Concession(
    says=("reasoning_content", "must be passed back"),
    gives_up="return_reasoning",
    why="it asks for it",
)
UNVERIFIED = "Your organization must be verified to stream this model."
MISSING = "The `reasoning_content` in the thinking mode must be passed back to the API."
HI = UserMessage(text="hi")
CALL = AssistantMessage(
    reasoning="hm", tool_calls=(ToolCall(id="call_1", name="shop__look", arguments_json="{}"),)
)
TALK: Sequence[Message] = (HI, CALL, ToolMessage(call_id="call_1", text="red"))


@dataclass
class Endpoint:
    """Refuses what the test says, and answers the rest."""

    message: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    status: int = 400
    is_stubborn: bool = False
    """Refuses everything."""

    def refuses(self, body: dict[str, Any]) -> bool:
        if self.is_stubborn:
            return True
        if "stream" in self.message:
            return bool(body["stream"])
        said = [message for message in body["messages"] if message["role"] == "assistant"]
        return any("reasoning_content" not in message for message in said)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        if self.refuses(body):
            error = {"error": {"message": self.message, "type": "invalid_request_error"}}
            return web.json_response(error, status=self.status)
        if body["stream"]:
            return await stream(delta("stop", content="x"))(request)
        usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
        choice = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}
        return web.Response(
            text=json.dumps({"model": "m-1", "choices": [choice], "usage": usage}),
            content_type="application/json",
        )


@asynccontextmanager
async def asked(
    endpoint: Endpoint, *concessions: Concession
) -> AsyncIterator[tuple[HttpModel, RetryingModel]]:
    async with model(endpoint.answer) as one:
        one.quirks = Quirks(concessions=concessions)
        one.variant = one.variant.model_copy(update={"thinking": "on"})

        async def sleep(_: float) -> None:
            pytest.fail("nothing is to be waited for")

        dice = random.Random(0)  # noqa: S311 # jitter, not secrets
        yield one, RetryingModel(inner=one, sleep=sleep, dice=dice, clock=one.clock, now=lambda: "")


async def test_an_endpoint_that_refuses_to_stream_is_asked_without() -> None:
    endpoint = Endpoint(UNVERIFIED)
    async with asked(endpoint, NO_STREAM) as (_, patient):
        reply = await patient.converse(EXAM, 0).reply([HI], ASK)

    assert (reply.message.text, reply.exchange.usage.output) == ("x", 1)
    assert (reply.exchange.ttft_ms, reply.exchange.first_answer_ms) == (None, None)
    assert reply.exchange.conceded == (NO_STREAM.why,)
    assert (reply.exchange.failed, reply.exchange.attempts) == ((), 1)
    assert [body["stream"] for body in endpoint.bodies] == [True, False]
    assert "stream_options" not in endpoint.bodies[1]


async def test_what_was_given_up_is_remembered_by_later_conversations() -> None:
    endpoint = Endpoint(UNVERIFIED)
    async with asked(endpoint, NO_STREAM) as (_, patient):
        for repeat in range(3):
            reply = await patient.converse(EXAM, repeat).reply([HI], ASK)
            assert reply.exchange.conceded == (NO_STREAM.why,)

    assert [body["stream"] for body in endpoint.bodies] == [True, False, False, False]


async def test_an_endpoint_that_misses_its_reasoning_gets_it_back_from_then_on() -> None:
    endpoint = Endpoint(MISSING)
    async with asked(endpoint, RETURN) as (_, patient):
        talk = patient.converse(EXAM, 0)
        first = await talk.reply(TALK[:1], ASK)
        second = await talk.reply(TALK, ASK)
        other = await patient.converse(EXAM, 1).reply(TALK, ASK)

    given = [
        [message.get("reasoning_content") for message in body["messages"] if message["role"] == "assistant"]
        for body in endpoint.bodies
    ]
    assert given == [[], [None], ["hm"], ["hm"]]
    assert [one.exchange.conceded for one in (first, second, other)] == [(), (RETURN.why,), (RETURN.why,)]
    assert (second.exchange.failed, second.exchange.ttft_ms is None) == ((), False)


async def test_a_refusal_that_nobody_foresaw_stays_one() -> None:
    endpoint = Endpoint(UNVERIFIED)
    async with asked(endpoint, RETURN) as (one, patient):
        with pytest.raises(Rejected) as caught:
            await patient.converse(EXAM, 0).reply([HI], ASK)

    assert (caught.value.kind, len(endpoint.bodies), one.conceded) == ("http_400", 1, ())


async def test_nothing_is_given_up_twice() -> None:
    endpoint = Endpoint(MISSING, is_stubborn=True)
    async with asked(endpoint, RETURN) as (one, patient):
        with pytest.raises(Rejected):
            await patient.converse(EXAM, 0).reply(TALK, ASK)

    assert (len(endpoint.bodies), one.conceded) == (2, (RETURN,))


async def test_a_login_that_failed_is_no_matter_for_concessions() -> None:
    endpoint = Endpoint(UNVERIFIED, status=401)
    async with asked(endpoint, NO_STREAM) as (_, patient):
        with pytest.raises(Rejected):
            await patient.converse(EXAM, 0).reply([HI], ASK)

    assert len(endpoint.bodies) == 1


ROWS = {
    "openai": (
        f"{UNVERIFIED} Please go to: https://platform.openai.com/settings/organization/general and click on "
        "Verify Organization. If you just verified, it can take up to 15 minutes for access to propagate."
    ),
    "compatible": MISSING,
}
"""What providers are known to say, by the row of the quirk table that has to know it."""


@pytest.mark.parametrize("name", ROWS)
async def test_a_row_knows_the_words_of_its_provider(name: str) -> None:
    row = load_providers().providers[name].wires["chat"].quirks
    endpoint = Endpoint(ROWS[name])
    async with asked(endpoint, *row.concessions) as (one, patient):
        reply = await patient.converse(EXAM, 0).reply(TALK, ASK)

    assert (reply.message.text, reply.exchange.failed, len(endpoint.bodies)) == ("x", (), 2)
    assert reply.exchange.conceded == tuple(given.why for given in one.conceded)
    assert len(one.conceded) == 1
