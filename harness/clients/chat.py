"""The chat-completions wire format, as spoken by OpenAI, vLLM and many others.

A reply is streamed and read as it comes, because a harness that reports time to first token has to see the
first token. Every message is encoded once: a conversation keeps the bytes of what it has already sent.
The module neither retries nor logs; `harness.clients.retry` wraps any conversation.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp

from harness.clients.chat_stream import Assembly, read_whole
from harness.clients.client import (
    Ask,
    BadReply,
    ClientError,
    ContextTooLong,
    Conversation,
    Overloaded,
    Rejected,
    Reply,
)
from harness.run_record import ModelVariant
from scenarios.exam import Exam, ToolSpec
from scenarios.transcript import AssistantMessage, Message, ToolMessage, UserMessage

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_TOO_LONG = ("context length", "context_length", "maximum context", "too many tokens", "prompt is too long")
_BYTES_A_SECOND = 1000
"""The slowest prompt reading that is waited for: a million tokens may take minutes."""


@dataclass(frozen=True, kw_only=True)
class ChatModel:
    """One model behind one chat-completions endpoint."""

    variant: ModelVariant
    http: aiohttp.ClientSession
    url: str
    """Of the endpoint: `…/v1/chat/completions`."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Hold the key; never written anywhere."""
    clock: Callable[[], float]
    idle_seconds: float = 120.0
    """How long the line may be silent before a request counts as hung."""
    _tools: dict[str, bytes] = field(default_factory=dict, repr=False)

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A conversation under the exam's system prompt; its tools are encoded once for all trials."""
        tools = self._tools.get(exam.digest)
        if tools is None:
            tools = self._tools[exam.digest] = _encode([_write_tool(tool) for tool in exam.key.tools])
        system = exam.scenario.system
        head = [_encode({"role": "system", "content": system})] if system else []
        return _ChatConversation(self, tools if exam.key.tools else b"", head, self._sampling(repeat))

    def _sampling(self, repeat: int) -> dict[str, Any]:
        """The variant's sampling; a seed moves on with the repeat, so that repeats are not copies."""
        sampling: dict[str, Any] = dict(self.variant.sampling)
        if isinstance(sampling.get("seed"), int):
            sampling["seed"] += repeat
        return sampling


@dataclass
class _ChatConversation:
    model: ChatModel
    tools: bytes
    sent: list[bytes]
    """The system message, if any, and every message so far, encoded."""
    sampling: Mapping[str, Any]
    known: int = 0
    """How many of the conversation's messages `sent` holds."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        self.sent += [_encode(_write(message)) for message in messages[self.known :]]
        self.known = len(messages)
        body = self._body(ask)
        start = self.model.clock()
        try:
            return await self._exchange(body, start, ask.seconds)
        except TimeoutError as error:
            waited = self.model.clock() - start
            raise Overloaded("timeout", f"no reply within {waited:.0f} s from {self.model.url}") from error
        except aiohttp.ClientConnectorError as error:
            raise Overloaded("unreachable", f"cannot reach {self.model.url}: {error.os_error}") from error
        except aiohttp.ClientError as error:
            raise Overloaded("cut_stream", f"{self.model.url}: {type(error).__name__}: {error}") from error

    async def _exchange(self, body: bytes, start: float, seconds: float) -> Reply:
        model = self.model
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        first_byte = model.idle_seconds + len(body) / _BYTES_A_SECOND
        async with asyncio.timeout_at(min(end, loop.time() + first_byte)) as patience:
            async with model.http.post(model.url, data=body, headers=model.headers) as response:
                if response.status != HTTPStatus.OK:
                    raise _refusal(response.status, response.headers, await response.text())
                if "event-stream" not in response.headers.get("Content-Type", ""):
                    return read_whole(await response.read(), (model.clock() - start) * 1e3)
                assembly = Assembly(start)
                async for event in _events(response.content):
                    patience.reschedule(min(end, loop.time() + model.idle_seconds))
                    assembly.add(event, model.clock())
                return assembly.reply(model.clock())

    def _body(self, ask: Ask) -> bytes:
        variant = self.model.variant
        most = min(ask.output_tokens, self.sampling.get("max_tokens", ask.output_tokens))
        asked = {**self.sampling, "model": variant.model, "max_tokens": most}
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
        if self.tools and ask.tool_choice != "auto":
            asked["tool_choice"] = ask.tool_choice
        tools = b',"tools":' + self.tools if self.tools else b""
        return _encode(asked)[:-1] + b',"messages":[' + b",".join(self.sent) + b"]" + tools + b"}"


async def _events(stream: aiohttp.StreamReader) -> AsyncIterator[Mapping[str, Any]]:
    """The JSON of every `data:` line. Raises `BadReply` when one is no object, `Overloaded` on an error."""
    async for line in stream:
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            return
        try:
            event = json.loads(data)
        except ValueError as error:
            raise BadReply("bad_stream", f"the stream holds {data[:200]!r}, which is not JSON") from error
        if not isinstance(event, dict):
            raise BadReply("bad_stream", f"the stream holds {data[:200]!r} where an object is needed")
        if event.get("error"):
            raise Overloaded("stream_error", f"the server ended the stream with {str(event['error'])[:500]}")
        yield event


def _refusal(status: int, headers: Mapping[str, str], text: str) -> ClientError:
    said = " ".join(text.split())[:500]
    message = f"HTTP {status}: {said}"
    if status in _BUSY:
        return Overloaded(f"http_{status}", message, retry_after=_seconds(headers.get("Retry-After")))
    if status in {400, 413, 422} and any(phrase in said.lower() for phrase in _TOO_LONG):
        return ContextTooLong("context", message)
    return Rejected(f"http_{status}", message)


def _seconds(retry_after: str | None) -> float | None:
    """The delay form of Retry-After; the date form is rare and left to our own back-off."""
    try:
        return max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None


def _write(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage(text=text):
            return {"role": "user", "content": text}
        case ToolMessage(call_id=call_id, text=text):
            return {"role": "tool", "tool_call_id": call_id, "content": text}
        case AssistantMessage(text=text, tool_calls=()):
            return {"role": "assistant", "content": text}
        case AssistantMessage(text=text, tool_calls=calls):
            written = [
                {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments_json}}
                for c in calls
            ]
            return {"role": "assistant", "content": text or None, "tool_calls": written}


def _write_tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return {"type": "function", "function": function}


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
