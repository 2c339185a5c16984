"""What was said and done before a task's conversation begins, as tau2 writes messages and as we do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage


@dataclass(frozen=True, kw_only=True)
class History:
    shown: tuple[Message, ...]
    """What the model is shown before the conversation."""
    last: str
    """What the assistant said last, which the user answers; empty where nothing was said."""


def read_history(messages: Sequence[JsonValue], server: str) -> History:
    """The messages with tools named as the server's. What the user did with tools of its own is not shown."""
    found: list[Message] = []
    for message in messages:
        if isinstance(message, dict):
            found += _message(message, server)
    last = found[-1] if found else None
    if isinstance(last, AssistantMessage) and last.text and not last.tool_calls:
        return History(shown=tuple(found[:-1]), last=last.text)
    return History(shown=tuple(found), last="")


def _message(message: dict[str, JsonValue], server: str) -> list[Message]:
    text, calls = str(message.get("content") or ""), message.get("tool_calls")
    match message.get("role"):
        case "user" if not calls:
            return [UserMessage(text=text)]
        case "assistant":
            made = tuple(_call(call, server) for call in (calls if isinstance(calls, list) else []))
            return [AssistantMessage(text=text, tool_calls=made, given=True)]
        case "tool" if message.get("requestor") != "user":
            answer = ToolMessage(call_id=str(message.get("id")), text=text)
            failed = message.get("error") is True
            return [answer.model_copy(update={"problem": "tool_error"}) if failed else answer]
    return []


def _call(call: JsonValue, server: str) -> ToolCall:
    data = call if isinstance(call, dict) else {}
    return ToolCall(
        id=str(data.get("id")),
        name=f"{server}__{data.get('name')}",
        arguments_json=json.dumps(data.get("arguments") or {}, ensure_ascii=False),
    )
