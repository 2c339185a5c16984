"""A model's endpoint in each wire format, which looks into box a, fills box b, and says what it did.

It writes down what it was asked, so that a test can tell what was sent, and how often.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.registry.provider import WireName
from tests.faults.faults import Calls
from tests.faults.proxy import event_of

TURNS: tuple[tuple[str, str, tuple[str, ...]] | tuple[str], ...] = (
    ("先看看 a 盒。", "boxes__peek", ('{"box"', ': "', 'a"', "}")),
    ("然后放进 b 盒。", "boxes__fill", ('{"box": ', '"b", ', '"count": 3', "}")),
    ("好了，两个盒子里都是 3 个。",),
)
"""What is said, and the call, in the parts in which its arguments come."""
INPUT, OUTPUT = 50, 9
"""Tokens of every request."""


@dataclass
class Ledger:
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One wire format, from the endpoint's side."""

    path: str
    events: Callable[[int], Iterator[bytes]]
    """The reply after so many results."""
    results: Callable[[dict[str, Any]], int]
    """How many results a request brings."""
    calls: Calls


@asynccontextmanager
async def endpoint(wire: WireName, ledger: Ledger) -> AsyncIterator[tuple[str, int]]:
    """The endpoint, running: its host and its port."""
    spoken = SPOKEN[wire]

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        ledger.bodies.append(body)
        ledger.headers.append(dict(request.headers))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in spoken.events(spoken.results(body)):
            await response.write(event)
        return response

    app = web.Application(client_max_size=2**26)
    app.router.add_post(f"/v1{spoken.path}", answer)
    async with TestServer(app) as server:
        assert server.port is not None
        yield "127.0.0.1", server.port


def _chat(turn: int) -> Iterator[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event_of(None, {"id": "c", "model": "m", "choices": [choice], **more})

    said = TURNS[turn]
    yield chunk({"role": "assistant", "content": said[0]})
    if len(said) > 1:
        _, name, parts = said
        for n, part in enumerate(parts):
            head = {"id": f"call-{turn}", "type": "function"} if n == 0 else {}
            function = {"name": name, "arguments": part} if n == 0 else {"arguments": part}
            yield chunk({"tool_calls": [{"index": 0, **head, "function": function}]})
    yield chunk({}, "tool_calls" if len(said) > 1 else "stop")
    usage = {"prompt_tokens": INPUT, "completion_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}
    yield event_of(None, {"id": "c", "model": "m", "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _responses(turn: int) -> Iterator[bytes]:
    number = iter(range(1000))

    def event(kind: str, **fields: Any) -> bytes:
        return event_of(kind, {"type": kind, "sequence_number": next(number), **fields})

    said = TURNS[turn]
    response = {"id": "r", "object": "response", "model": "m", "status": "in_progress", "output": []}
    message: dict[str, Any] = {"id": "msg", "type": "message", "role": "assistant", "status": "completed"}
    message |= {"content": [{"type": "output_text", "text": said[0], "annotations": []}]}
    output: list[dict[str, Any]] = [message]
    yield event("response.created", response=response)
    started = {**message, "status": "in_progress", "content": []}
    yield event("response.output_item.added", output_index=0, item=started)
    place = {"item_id": "msg", "output_index": 0, "content_index": 0}
    yield event("response.output_text.delta", **place, delta=said[0])
    yield event("response.output_text.done", **place, text=said[0])
    yield event("response.output_item.done", output_index=0, item=message)
    if len(said) > 1:
        _, name, parts = said
        call: dict[str, Any] = {
            "id": f"fc-{turn}",
            "type": "function_call",
            "call_id": f"call-{turn}",
            "name": name,
        }
        call |= {"status": "completed", "arguments": "".join(parts)}
        output.append(call)
        started = {**call, "status": "in_progress", "arguments": ""}
        yield event("response.output_item.added", output_index=1, item=started)
        place = {"item_id": f"fc-{turn}", "output_index": 1}
        for part in parts:
            yield event("response.function_call_arguments.delta", **place, delta=part)
        yield event("response.function_call_arguments.done", **place, arguments="".join(parts))
        yield event("response.output_item.done", output_index=1, item=call)
    usage = {"input_tokens": INPUT, "output_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}
    whole = {**response, "status": "completed", "output": output, "usage": usage}
    yield event("response.completed", response=whole)


def _messages(turn: int) -> Iterator[bytes]:
    def event(kind: str, **fields: Any) -> bytes:
        return event_of(kind, {"type": kind, **fields})

    said = TURNS[turn]
    start = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"input_tokens": INPUT, "output_tokens": 1}
    yield event("message_start", message={**start, "stop_reason": None, "usage": usage})
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": said[0]})
    yield event("content_block_stop", index=0)
    if len(said) > 1:
        _, name, parts = said
        block = {"type": "tool_use", "id": f"call-{turn}", "name": name, "input": {}}
        yield event("content_block_start", index=1, content_block=block)
        for part in parts:
            yield event(
                "content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": part}
            )
        yield event("content_block_stop", index=1)
    stop = {"stop_reason": "tool_use" if len(said) > 1 else "end_turn", "stop_sequence": None}
    yield event("message_delta", delta=stop, usage={"output_tokens": OUTPUT})
    yield event("message_stop")


def _chat_part(data: dict[str, Any]) -> dict[str, Any] | None:
    for choice in data.get("choices", []):
        for call in choice["delta"].get("tool_calls", []):
            found: dict[str, Any] = call["function"]
            return found
    return None


def _write_chat(data: dict[str, Any], text: str) -> None:
    part = _chat_part(data)
    assert part is not None
    part["arguments"] = text


def _write_field(name: str) -> Callable[[dict[str, Any], str], None]:
    return lambda data, text: data.__setitem__(name, text)


def _whole_call(data: dict[str, Any]) -> dict[str, Any] | None:
    """The object of a Responses event that says a call's arguments whole."""
    if data["type"] == "response.function_call_arguments.done":
        return data
    if data["type"] == "response.output_item.done" and data["item"]["type"] == "function_call":
        item: dict[str, Any] = data["item"]
        return item
    if data["type"] == "response.completed":
        calls = [item for item in data["response"]["output"] if item["type"] == "function_call"]
        return calls[0] if calls else None
    return None


def _responses_text(data: dict[str, Any]) -> str:
    whole = _whole_call(data)
    return str(data["delta"] if whole is None else whole["arguments"])


def _write_responses(data: dict[str, Any], text: str) -> None:
    whole = _whole_call(data)
    if whole is None:
        data["delta"] = text
    else:
        whole["arguments"] = text


def _results(kind: str) -> Callable[[dict[str, Any]], int]:
    return lambda body: json.dumps(body).count(kind)


SPOKEN: Mapping[WireName, Spoken] = {
    "chat": Spoken(
        path="/chat/completions",
        events=_chat,
        results=_results('"role": "tool"'),
        calls=Calls(
            is_part=lambda data: _chat_part(data) is not None,
            text=lambda data: str((_chat_part(data) or {})["arguments"]),
            write=_write_chat,
        ),
    ),
    "responses": Spoken(
        path="/responses",
        events=_responses,
        results=_results('"function_call_output"'),
        calls=Calls(
            is_part=lambda data: data["type"] == "response.function_call_arguments.delta",
            text=_responses_text,
            write=_write_responses,
            is_whole=lambda data: _whole_call(data) is not None,
        ),
    ),
    "messages": Spoken(
        path="/messages",
        events=_messages,
        results=_results('"type": "tool_result"'),
        calls=Calls(
            is_part=lambda data: data.get("delta", {}).get("type") == "input_json_delta",
            text=lambda data: str(data["delta"]["partial_json"]),
            write=lambda data, text: data["delta"].__setitem__("partial_json", text),
        ),
    ),
}
