"""The Responses wire format, as OpenAI publishes it and xAI, DashScope, vLLM and others speak it.

A conversation is a list of items: messages, calls, their results, and the model's own thinking. Nothing is
left on the server: every request carries all items, and the calls go without the ids that it once gave them,
because an id makes a server look for what it did not keep. Every item is encoded once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from harness.clients.chat import encode, presentable
from harness.clients.client import Ask
from harness.clients.growing import Growing
from harness.clients.responses_stream import ResponsesAssembly
from harness.clients.wire import Assembly, Dialled, Draft
from harness.registry.provider import Quirks
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage

_LIMITS = ("max_tokens", "max_output_tokens")
"""What a limit of one's own may be called in a variant's sampling."""


class Responses:
    """The wire format."""

    def tools(self, tools: Sequence[ToolSpec]) -> bytes:
        return encode([_write_tool(tool) for tool in tools])

    def draft(self, dialled: Dialled) -> Draft:
        system = dialled.system
        if not system or dialled.quirks.instructions:
            return _Draft(dialled)
        return _Draft(dialled, [_Sent(encode({"role": "system", "content": system}))])

    def assembly(self, start: float, quirks: Quirks, key: str | None, *, thinks: bool) -> Assembly:
        return ResponsesAssembly(quirks=quirks, growing=Growing(start=start, key=key), thinks=thinks)


@dataclass(frozen=True)
class _Sent:
    item: bytes
    thought: bool = False


@dataclass
class _Draft:
    dialled: Dialled
    sent: list[_Sent] = field(default_factory=list)
    known: int = 0
    """How many of the conversation's messages `sent` holds."""

    def body(self, messages: Sequence[Message], ask: Ask) -> bytes:
        """The next request."""
        for message in messages[self.known :]:
            self._append(message)
        self.known = len(messages)
        dialled = self.dialled
        asked = dialled.fields
        own = [limit for name in _LIMITS if (limit := asked.pop(name, None))]
        most = dialled.quirks.limit(min((ask.output_tokens, *own)), dialled.variant.thinking)
        limit = dialled.quirks.limit_field or "max_output_tokens"
        asked |= {"model": dialled.variant.model, limit: most, "stream": dialled.streams}
        if dialled.system and dialled.quirks.instructions:
            asked["instructions"] = dialled.system
        if dialled.tools and ask.tool_choice != "auto":
            asked["tool_choice"] = dialled.quirks.forces_by
        if dialled.quirks.cache_key and ask.shared:
            asked[dialled.quirks.cache_key] = ask.shared.key
        tools = b',"tools":' + dialled.tools if dialled.tools else b""
        items = b",".join(one.item for one in self.sent)
        return encode(dialled.trimmed(asked))[:-1] + b',"input":[' + items + b"]" + tools + b"}"

    def _append(self, message: Message) -> None:
        """Encode a message; what was thought in an earlier turn goes, where it is wanted no longer."""
        if isinstance(message, UserMessage) and not self.dialled.hands_all_reasoning_back:
            self.sent = [one for one in self.sent if not one.thought]
        for item in _write(message):
            thought = item.get("type") == "reasoning"
            if not thought or self.dialled.hands_reasoning_back:
                self.sent.append(_Sent(encode(item), thought))


def _write(message: Message) -> Iterator[Mapping[str, Any]]:
    match message:
        case UserMessage(text=text):
            yield {"role": "user", "content": text}
        case ToolMessage(call_id=call_id, text=text):
            yield {"type": "function_call_output", "call_id": call_id, "output": text}
        case AssistantMessage():
            yield from _write_reply(message)


def _write_reply(reply: AssistantMessage) -> Iterator[Mapping[str, Any]]:
    """A reply's items, each after the thinking that led to it. Thinking that led to nothing, since the reply
    was cut short, is left out: servers refuse it.
    """
    calls = [_write_call(call) for call in reply.tool_calls]
    if not reply.text and not calls:
        yield {"role": "assistant", "content": ""}
        return
    given = [(one.place, one.item) for one in reply.carried if isinstance(one.item, dict)]
    phase = next(({"phase": item["phase"]} for _, item in reversed(given) if "phase" in item), {})
    said = [{"role": "assistant", "content": reply.text, **phase}] if reply.text else []
    for place, part in enumerate([*said, *calls]):
        yield from (item for at, item in given if at == place and item.get("type") == "reasoning")
        yield part


def _write_call(call: ToolCall) -> dict[str, JsonValue]:
    name, arguments = presentable(call)
    return {"type": "function_call", "call_id": call.id, "name": name, "arguments": arguments}


def _write_tool(tool: ToolSpec) -> dict[str, Any]:
    """Strictness is switched off in words, since this format has it on by default, and then it refuses the
    schemas of most servers.
    """
    described = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return {"type": "function", **described, "strict": False}
