"""Events of the Responses format as tests put them together, and the replies that they make."""

from typing import Any

from harness.clients.client import Reply
from harness.clients.responses import Responses
from harness.registry.provider import Quirks
from scenarios.transcript import AssistantMessage, Usage
from tests.harness.clients.endpoint import KEY
from tests.harness.clients.recorded import recorded

Item = dict[str, Any]
LOOK = "shop__look"
STREAMS = recorded("openai_responses")
WHOLE = [name for name in STREAMS if name not in {"failed", "filtered"}]
"""Those that end in a reply."""


def reply(
    *events: dict[str, Any], ended: bool = False, quirks: Quirks | None = None, thinks: bool = False
) -> Reply:
    assembly = Responses().assembly(0.0, quirks or Quirks(), KEY, thinks=thinks)
    for number, event in enumerate(events):
        assembly.add(event, 1.0 + number)
    return assembly.reply(100.0, ended=ended)


def whole(**body: Any) -> Reply:
    assembly = Responses().assembly(0.0, Quirks(), KEY, thinks=False)
    assembly.add_whole(body)
    return assembly.reply(2.0, ended=True)


def end(status: str = "completed", *output: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, "output": [*output], **fields}}


def delta(kind: str, text: Any, index: Any = 0, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}.delta", "output_index": index, "delta": text, **fields}


def done(item: dict[str, Any], index: Any = 0) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def added(item: dict[str, Any], index: Any = 0) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def call(number: int = 1, arguments: Any = "", **fields: Any) -> dict[str, Any]:
    named = {"id": f"fc_{number}", "call_id": f"call_{number}", "name": LOOK}
    return {"type": "function_call", **named, "arguments": arguments, **fields}


def said(text: str, kind: str = "output_text", **fields: Any) -> dict[str, Any]:
    name = "refusal" if kind == "refusal" else "text"
    return {"type": "message", "content": [{"type": kind, name: text}], **fields}


def comparable(found: Reply) -> tuple[AssistantMessage, Usage, str | None, str | None, bool]:
    """Without what the clock said."""
    told = found.exchange
    return found.message, told.usage, told.finish, told.served_model, found.cut_short
