"""The chat-completions wire format, as spoken by OpenAI, vLLM and many others.

A reply is streamed and read as it comes, because a harness that reports time to first token has to see the
first token. Every message is encoded once: a conversation keeps the bytes of what it has already sent.
The module neither retries nor logs; `harness.clients.retry` wraps any conversation.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from harness.clients.chat_stream import Assembly
from harness.clients.client import Ask, BadReply, ClientError, Conversation, Overloaded, Reply
from harness.clients.event_stream import MOST_BYTES, Event, EventStream, parsed_object, too_long
from harness.clients.refusal import refused
from harness.environment import without_key
from harness.run_record import ModelVariant
from scenarios.exam import Exam, ToolSpec
from scenarios.foreign import whole_text
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Message,
    ToolCall,
    ToolMessage,
    UserMessage,
    parse_arguments,
)

_BYTES_A_SECOND = 1000
"""The slowest prompt reading that is waited for: a million tokens may take minutes."""
_MOST_OF_A_REFUSAL = 2**16
"""Bytes that are read of it."""
_MOST_SAID = 1000
"""Characters of an error that are kept."""
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64


@dataclass(frozen=True, kw_only=True)
class ChatModel:
    """One model behind one chat-completions endpoint."""

    variant: ModelVariant
    http: aiohttp.ClientSession
    url: str
    """Of the endpoint: `…/v1/chat/completions`."""
    key: str | None = field(default=None, repr=False)
    """Sent with every request, and hidden in whatever comes back."""
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

    @property
    def headers(self) -> Mapping[str, str]:
        key = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {"Content-Type": "application/json", **key}

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
        try:
            return await self._answered(self._body(ask), ask.seconds)
        except ClientError as error:
            said = without_key(whole_text(str(error)).encode(), self.model.key).decode()
            error.args = (said[:_MOST_SAID],)
            raise

    async def _answered(self, body: bytes, seconds: float) -> Reply:
        """The one place where what goes wrong on the line gets its name."""
        model, start = self.model, self.model.clock()
        try:
            return await self._exchange(body, start, seconds)
        except TimeoutError as error:
            waited = model.clock() - start
            raise Overloaded("timeout", f"no reply within {waited:.0f} s from {model.url}") from error
        except aiohttp.ClientConnectorError as error:
            raise Overloaded("unreachable", f"cannot reach {model.url}: {error}") from error
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise Overloaded("cut_stream", f"{model.url}: {type(error).__name__}: {error}") from error
        except RecursionError as error:
            raise BadReply("bad_reply", "the reply nests deeper than anybody can read") from error

    async def _exchange(self, body: bytes, start: float, seconds: float) -> Reply:
        model, loop = self.model, asyncio.get_running_loop()
        end = loop.time() + seconds
        first_byte = model.idle_seconds + len(body) / _BYTES_A_SECOND
        async with (
            asyncio.timeout_at(min(end, loop.time() + first_byte)) as patience,
            model.http.post(model.url, data=body, headers=model.headers, allow_redirects=False) as response,
        ):
            if response.status != HTTPStatus.OK:
                said = await _beginning(response.content, _MOST_OF_A_REFUSAL)
                raise refused(response.status, response.headers, said.decode(errors="replace"))
            assembly = Assembly(start, model.key)
            if "event-stream" not in response.headers.get("Content-Type", "").lower():
                whole = await _beginning(response.content, MOST_BYTES + 1)
                if len(whole) > MOST_BYTES:
                    raise too_long()
                assembly.add_whole(parsed_object(whole, "bad_reply", "the reply"))
                return assembly.reply(model.clock())

            def take(events: Iterator[Event]) -> None:
                # Only what brings the reply on counts as a sign of life.
                for event in events:
                    if assembly.add(event, model.clock()):
                        patience.reschedule(min(end, loop.time() + model.idle_seconds))

            stream = EventStream()
            async for chunk in response.content.iter_any():
                take(stream.feed(chunk))
                if stream.ended:
                    break
            take(stream.close())
            assembly.ended = stream.ended
            return assembly.reply(model.clock())

    def _body(self, ask: Ask) -> bytes:
        variant = self.model.variant
        most = min(ask.output_tokens, self.sampling.get("max_tokens") or ask.output_tokens)
        asked = {**self.sampling, "model": variant.model, "max_tokens": most}
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
        if self.tools and ask.tool_choice != "auto":
            asked["tool_choice"] = ask.tool_choice
        tools = b',"tools":' + self.tools if self.tools else b""
        return _encode(asked)[:-1] + b',"messages":[' + b",".join(self.sent) + b"]" + tools + b"}"


async def _beginning(body: aiohttp.StreamReader, most: int) -> bytes:
    """The first bytes of a body, at most so many; all of it when it is shorter."""
    parts: list[bytes] = []
    left = most
    async for chunk in body.iter_any():
        parts.append(chunk[:left])
        left -= len(parts[-1])
        if not left:
            break
    return b"".join(parts)


def _write(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage(text=text):
            return {"role": "user", "content": text}
        case ToolMessage(call_id=call_id, text=text):
            return {"role": "tool", "tool_call_id": call_id, "content": text}
        case AssistantMessage(text=text, tool_calls=()):
            return {"role": "assistant", "content": text}
        case AssistantMessage(text=text, tool_calls=calls):
            return {"role": "assistant", "content": text or None, "tool_calls": [*map(_write_call, calls)]}


def _write_call(call: ToolCall) -> dict[str, Any]:
    """A call as every server takes it back.

    Some refuse the whole conversation for a name or for arguments that the model got wrong, and its mistake
    would then look like the provider's.
    """
    try:
        parse_arguments(call.arguments_json)
        arguments = call.arguments_json or "{}"
    except BadArguments:
        arguments = json.dumps({"unreadable": call.arguments_json}, ensure_ascii=False)
    name = _NO_NAME.sub("_", call.name)[:_LONGEST_NAME]
    return {"id": call.id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _write_tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return {"type": "function", "function": function}


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
