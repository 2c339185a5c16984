"""The chat-completions wire format, as spoken by OpenAI, vLLM and many others.

Every message is encoded once, or twice where its reasoning goes back for one turn: a conversation keeps the
bytes of what it has already sent.
"""

import hashlib
import json
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.clients.cache_marks import chat_with_marks
from harness.clients.chat_reasoning import beside_call, handed_back
from harness.clients.chat_stream import ChatAssembly
from harness.clients.client import Ask
from harness.clients.growing import Growing
from harness.clients.wire import Assembly, Dialled, Draft
from harness.registry.provider import Quirks
from scenarios.exam import ToolSpec
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Message,
    ToolCall,
    ToolMessage,
    UserMessage,
    parse_arguments,
)

_NINE = re.compile(r"[A-Za-z0-9]{9}")
_LETTERS = string.ascii_letters + string.digits
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64
_LIMITS = ("max_tokens", "max_completion_tokens")
"""What a limit of one's own may be called in a variant's sampling."""


class Chat:
    """The wire format."""

    def tools(self, tools: Sequence[ToolSpec]) -> bytes:
        return encode([_write_tool(tool) for tool in tools])

    def draft(self, dialled: Dialled) -> Draft:
        system = dialled.system
        return _Draft(dialled, [encode({"role": "system", "content": system})] if system else [])

    def assembly(self, start: float, quirks: Quirks, key: str | None, *, thinks: bool) -> Assembly:
        return ChatAssembly(quirks=quirks, growing=Growing(start=start, key=key), thinks=thinks)


@dataclass
class _Draft:
    dialled: Dialled
    sent: list[bytes] = field(default_factory=list)
    """The system message, if any, and every message so far, encoded."""
    known: int = 0
    """How many of the conversation's messages `sent` holds."""
    thoughtful: list[tuple[int, AssistantMessage]] = field(default_factory=list)
    """Messages whose reasoning goes back until the user speaks again, by their place in `sent`."""

    def body(self, messages: Sequence[Message], ask: Ask) -> bytes:
        """The next request."""
        dialled = self.dialled
        for message in messages[self.known :]:
            self._add(message)
        self.known = len(messages)
        asked = dialled.fields
        own = [limit for name in _LIMITS if (limit := asked.pop(name, None))]
        most = dialled.quirks.limit(min((ask.output_tokens, *own)), dialled.variant.thinking)
        limit = dialled.quirks.limit_field or "max_tokens"
        asked |= {"model": dialled.variant.model, limit: most, "stream": dialled.streams}
        if dialled.streams and dialled.quirks.asks_for_usage:
            asked["stream_options"] = {"include_usage": True}
        if dialled.tools and ask.tool_choice != "auto":
            asked["tool_choice"] = dialled.quirks.forces_by
        if dialled.quirks.cache_key and ask.shared:
            asked[dialled.quirks.cache_key] = ask.shared.key
        sent = chat_with_marks(self.sent, messages, ask) if dialled.quirks.cache_marks else self.sent
        tools = b',"tools":' + dialled.tools if dialled.tools else b""
        head = encode(dialled.trimmed(asked))[:-1]
        return head + b',"messages":[' + b",".join(sent) + b"]" + tools + b"}"

    def _add(self, message: Message) -> None:
        """Encode a message. One that carries reasoning is encoded a second time at most: without it, once the
        user has spoken again.
        """
        if isinstance(message, UserMessage) and not self.dialled.hands_all_reasoning_back:
            for place, said in self.thoughtful:
                self.sent[place] = encode(_write(said, self.dialled, back=False))
            self.thoughtful = []
        back = isinstance(message, AssistantMessage) and self.dialled.hands_reasoning_back
        if back and isinstance(message, AssistantMessage):
            self.thoughtful.append((len(self.sent), message))
        self.sent.append(encode(_write(message, self.dialled, back=back)))


def _write(message: Message, dialled: Dialled, *, back: bool) -> dict[str, Any]:
    match message:
        case UserMessage(text=text):
            return {"role": "user", "content": text}
        case ToolMessage(call_id=call_id, text=text):
            return {"role": "tool", "tool_call_id": _sent_id(call_id, dialled.quirks), "content": text}
        case AssistantMessage(text=text, tool_calls=calls):
            written: dict[str, Any] = {"role": "assistant", "content": text or None if calls else text}
            if back:
                wanted = dialled.quirks.reasoning_back
                how = "reasoning_content" if wanted == "no" else wanted  # the endpoint itself asked for it
                written |= handed_back(message, how, thinks=dialled.thinks)
            if calls:
                written["tool_calls"] = [
                    {**_write_call(call, dialled.quirks), **beside_call(message, n)}
                    for n, call in enumerate(calls)
                ]
            return written


def _write_call(call: ToolCall, quirks: Quirks) -> dict[str, Any]:
    name, arguments = presentable(call)
    function = {"name": name, "arguments": arguments}
    return {"id": _sent_id(call.id, quirks), "type": "function", "function": function}


def _sent_id(given: str, quirks: Quirks) -> str:
    """A call's id as the endpoint takes it: the same for the call and for its result."""
    if quirks.call_id == "any" or _NINE.fullmatch(given):
        return given
    number = int.from_bytes(hashlib.sha256(given.encode()).digest())
    return "".join(_LETTERS[number // len(_LETTERS) ** n % len(_LETTERS)] for n in range(9))


def presentable(call: ToolCall) -> tuple[str, str]:
    """A call's name and arguments as every server takes them back.

    Some refuse the whole conversation for a name or for arguments that the model got wrong, and its mistake
    would then look like the provider's.
    """
    try:
        parse_arguments(call.arguments_json)
        arguments = call.arguments_json or "{}"
    except BadArguments:
        arguments = json.dumps({"unreadable": call.arguments_json}, ensure_ascii=False)
    return _NO_NAME.sub("_", call.name)[:_LONGEST_NAME], arguments


def _write_tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return {"type": "function", "function": function}


def encode(value: object) -> bytes:
    """JSON as it goes over the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
