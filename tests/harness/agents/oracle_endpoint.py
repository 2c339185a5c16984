"""The oracle behind a chat-completions endpoint: gold behaviour for whoever asks, in either way of calling.

It keeps nothing: what is to be said next is found by playing the conversation that a request holds. Tools in
the request are called in `tool_calls`; tools that the system prompt tells of are called in the text.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.clients.client import Ask
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.scenario import Scenario
from scenarios.script import filled
from scenarios.transcript import AssistantMessage, Message, ToolMessage, UserMessage
from tools.faults import unsent

ORACLE = ReferenceModel(variant=ModelVariant(label="oracle", wire="reference", model="oracle"))
ASK = Ask(output_tokens=4096, seconds=60)
RESPONSE = re.compile(r"<tool_response>\n(.*?)\n</tool_response>", re.DOTALL)
PIECE = 9
"""Characters of a chunk."""


@dataclass(frozen=True, kw_only=True)
class ServedOracle:
    exams: Sequence[Exam]
    asked: list[Any] = field(default_factory=list)
    """The body of every request."""

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Serve it; yields the base URL."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        async with TestServer(app) as server:
            yield str(server.make_url("/v1"))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        message = await self._next(body["messages"])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks(message, in_text="tools" not in body):
            await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _next(self, messages: list[Any]) -> AssistantMessage:
        exam = self._exam(messages)
        heard = list(spoken(exam, messages))
        talk = ORACLE.converse(exam, 0)
        for place, message in enumerate(heard):
            if isinstance(message, AssistantMessage):
                await talk.reply(heard[:place], ASK)
        return (await talk.reply(heard, ASK)).message

    def _exam(self, messages: list[Any]) -> Exam:
        system = messages[0]["content"] if messages[0]["role"] == "system" else ""
        first = next(message["content"] for message in messages if message["role"] == "user")
        (exam,) = (
            exam
            for exam in self.exams
            if first_words(exam.scenario) == first and system.startswith(exam.scenario.system)
        )
        return exam


def first_words(scenario: Scenario) -> str:
    """What the user begins with, written or by its script."""
    user = scenario.user
    if user is None or user.script is None:
        return scenario.segments[0].user[0]
    return filled(user.script.opening, user, {})


def spoken(exam: Exam, messages: list[Any]) -> Iterator[Message]:
    """The conversation of a request, whichever way results are shown in it."""
    for message in messages:
        text = message.get("content") or ""
        match message["role"]:
            case "user" if results := RESPONSE.findall(text):
                yield from (result(exam, one) for one in results)
            case "user":
                yield UserMessage(text=text)
            case "assistant":
                yield AssistantMessage(text=text)
            case "tool":
                yield result(exam, text)


def result(exam: Exam, text: str) -> ToolMessage:
    """A result as the oracle reads it: it tries again after a fault, and keeps what it may have to repeat."""
    faults, language = exam.scenario.tools.faults, exam.scenario.language
    unanswered = {unsent(one, language).text for one in faults if one.error in {"timeout", "error"}}
    try:
        return ToolMessage(call_id="", text=text, structured=json.loads(text))
    except ValueError:
        spoilt = any(fault.error in {"garbled", "truncated"} for fault in faults)
        return ToolMessage(call_id="", text=text, problem="fault" if spoilt or text in unanswered else None)


def chunks(message: AssistantMessage, *, in_text: bool) -> Iterator[dict[str, Any]]:
    """The reply as a stream."""
    text, calls = message.text, message.tool_calls
    if in_text:
        text += "".join(
            f'\n<tool_call>\n{{"name": "{call.name}", "arguments": {call.arguments_json}}}\n</tool_call>'
            for call in calls
        )
        calls = ()
    for start in range(0, len(text), PIECE):
        yield chunk({"content": text[start : start + PIECE]})
    for index, call in enumerate(calls):
        function = {"name": call.name, "arguments": call.arguments_json}
        yield chunk({"tool_calls": [{"index": index, "id": call.id, "function": function}]})
    yield chunk({}, "tool_calls" if calls else "stop")
    yield {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"model": "oracle", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
