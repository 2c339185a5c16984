"""The Messages wire format, as Anthropic published it and vLLM and others speak it too.

A message is a list of blocks, and turns alternate: what follows upon each other from one side becomes one
message, so that the results of parallel calls arrive together. A blank text is refused as a block and is
never written. Every block is encoded once; a cache mark is put behind it as it is sent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from harness.clients.cache_marks import marked_messages, with_mark
from harness.clients.chat import encode, presentable
from harness.clients.client import Ask
from harness.clients.growing import Growing
from harness.clients.messages_stream import MessagesAssembly
from harness.clients.wire import Assembly, Dialled, Draft
from harness.registry.provider import Quirks
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, Carried, Message, ToolCall, ToolMessage, UserMessage

_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_THINKING = ("thinking", "redacted_thinking")


class Messages:
    """The wire format."""

    def tools(self, tools: Sequence[ToolSpec]) -> bytes:
        return encode([_write_tool(tool) for tool in tools])

    def draft(self, dialled: Dialled) -> Draft:
        return _Draft(dialled)

    def assembly(self, start: float, quirks: Quirks, key: str | None, *, thinks: bool) -> Assembly:
        return MessagesAssembly(quirks=quirks, growing=Growing(start=start, key=key), thinks=thinks)


@dataclass(frozen=True, slots=True)
class _Block:
    role: Literal["user", "assistant"]
    encoded: bytes
    is_thinking: bool = False


@dataclass
class _Draft:
    dialled: Dialled
    blocks: list[_Block] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """By message: how many blocks there are by its end."""
    turn: int = 0
    """How many there were before the last thing that the user said."""
    ids: set[str] = field(default_factory=set)
    """Of all calls so far: each may be used once."""
    called: list[str] = field(default_factory=list)
    """The ids under which the last message's calls were written, as far as they have no result yet."""

    def body(self, messages: Sequence[Message], ask: Ask) -> bytes:
        """The next request."""
        dialled = self.dialled
        for message in messages[len(self.ends) :]:
            if isinstance(message, UserMessage):
                self.turn = len(self.blocks)
            self.blocks += self._blocks(message)
            self.ends.append(len(self.blocks))
        asked = dialled.fields
        limit = dialled.quirks.limit_field or "max_tokens"
        answer = min(ask.output_tokens, asked.pop("max_tokens", None) or ask.output_tokens)
        most = dialled.quirks.limit(answer, dialled.variant.thinking)
        asked |= {"model": dialled.variant.model, limit: most, "stream": dialled.streams}
        if dialled.tools and ask.tool_choice != "auto":
            asked["tool_choice"] = {"type": "any"}
        head = encode(dialled.trimmed(asked))[:-1]
        return head + self._beginning() + b',"messages":[' + b",".join(self._sent(messages, ask)) + b"]}"

    def _beginning(self) -> bytes:
        """Tools and system prompt; one mark, where marks are wanted, stands behind both."""
        tools, system, marks = self.dialled.tools, self.dialled.system, self.dialled.quirks.cache_marks
        if marks and tools and not system:
            tools = with_mark(tools[:-1]) + b"]"
        told = b"[" + with_mark(_text(system)) + b"]" if marks else encode(system)
        return (b',"tools":' + tools if tools else b"") + (b',"system":' + told if system else b"")

    def _sent(self, messages: Sequence[Message], ask: Ask) -> Iterator[bytes]:
        """The messages as they go over the wire."""
        places = marked_messages(messages, ask) if self.dialled.quirks.cache_marks else frozenset[int]()
        marked = {self.ends[place] - 1 for place in places}
        kept_from = 0 if self.dialled.hands_all_reasoning_back else self.turn
        shown = [
            (block.role, with_mark(block.encoded) if place in marked else block.encoded)
            for place, block in enumerate(self.blocks)
            if not block.is_thinking or place >= kept_from
        ]
        for role, some in groupby(shown, key=lambda one: one[0]):
            content = b",".join(encoded for _, encoded in some)
            yield b'{"role":"' + role.encode() + b'","content":[' + content + b"]}"

    def _blocks(self, message: Message) -> Iterator[_Block]:
        match message:
            case UserMessage(text=text):
                if text.strip():
                    yield _Block("user", _text(text))
            case ToolMessage():
                yield _Block("user", self._result(message))
            case AssistantMessage():
                yield from self._said(message)

    def _said(self, message: AssistantMessage) -> Iterator[_Block]:
        """Text, calls, and the thinking that stood between them. Thinking that nothing followed is left out:
        no message may end with it.
        """
        self.called = [self._new_id(call) for call in message.tool_calls]
        parts = [_text(message.text) if message.text.strip() else b""] if message.text else []
        parts += [_call(call, written) for call, written in zip(message.tool_calls, self.called, strict=True)]
        carried = message.carried if self.dialled.hands_reasoning_back and any(parts) else ()
        for place, part in enumerate(parts):
            yield from (_thinking(one) for one in carried if one.place == place and _is_ours(one))
            if part:
                yield _Block("assistant", part)

    def _result(self, message: ToolMessage) -> bytes:
        """Results come in the order of the calls. That a tool failed is told by its text, over every wire."""
        called = self.called.pop(0) if self.called else _NO_ID.sub("_", message.call_id)
        written = {"type": "tool_result", "tool_use_id": called}
        return encode({**written, "content": message.text} if message.text else written)

    def _new_id(self, call: ToolCall) -> str:
        """The call's id in letters that every server takes, and other than every one before: servers that
        give none, or one twice, would refuse the conversation for it.
        """
        wanted = _NO_ID.sub("_", call.id)
        written, n = wanted, 1
        while written in self.ids:
            n += 1
            written = f"{wanted}-{n}"
        self.ids.add(written)
        return written


def _text(text: str) -> bytes:
    return encode({"type": "text", "text": text})


def _call(call: ToolCall, written: str) -> bytes:
    """The arguments are JSON already, and stay as the model wrote them."""
    name, arguments = presentable(call)
    head = encode({"type": "tool_use", "id": written, "name": name})
    return head[:-1] + b',"input":' + arguments.encode() + b"}"


def _is_ours(carried: Carried) -> bool:
    return isinstance(carried.item, dict) and carried.item.get("type") in _THINKING


def _thinking(carried: Carried) -> _Block:
    return _Block("assistant", encode(carried.item), is_thinking=True)


def _write_tool(tool: ToolSpec) -> dict[str, object]:
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "input_schema": {"type": "object", **tool.input_schema}}
