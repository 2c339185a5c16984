"""Put a Messages reply together, from its events or whole.

A reply is a list of blocks, each begun, filled and ended under its number. Thinking is kept apart from the
answer, and besides as the provider wants it back: signed, or encrypted. What has not the shape of a reply is
a `BadReply`; events and blocks of kinds that nobody asked for are passed over, since the format may grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from pydantic import JsonValue

from harness.clients.client import BadReply, ClientError, Reply
from harness.clients.deltas import check_arguments, check_text
from harness.clients.event_stream import Event
from harness.clients.growing import (
    Call,
    Growing,
    arguments_of,
    misshapen,
    object_of,
    objects_of,
    text_of,
)
from harness.clients.refusal import refused, stated
from harness.clients.thinking_tags import take_thinking_out
from harness.clients.usage import messages_usage, reported_usd
from harness.registry.provider import Quirks
from scenarios.foreign import whole_text

_STATUSES: Mapping[object, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What an error within a stream would have been as a response (platform.claude.com/docs/en/api/errors)."""


@dataclass(kw_only=True)
class _Block:
    kind: object
    call: Call | None = None
    thinking: list[str] = field(default_factory=list)
    signature: str = ""
    data: str = ""
    """Of thinking that nobody can read."""
    is_given: bool = False
    """The arguments came whole with the call, and not in parts."""

    @property
    def carried(self) -> JsonValue:
        """What the provider wants back of it; None: nothing."""
        thought = whole_text("".join(self.thinking))
        if self.kind == "thinking" and (thought or self.signature):
            signed = {"signature": whole_text(self.signature)} if self.signature else {}
            return {"type": "thinking", "thinking": thought, **signed}
        if self.kind == "redacted_thinking" and self.data:
            return {"type": "redacted_thinking", "data": whole_text(self.data)}
        return None


@dataclass(kw_only=True)
class MessagesAssembly:
    """A reply as it grows."""

    quirks: Quirks
    growing: Growing
    thinks: bool = False
    """Whether the model was asked to think."""
    open: dict[int, _Block] = field(default_factory=dict)
    """By number: the blocks that have not ended."""
    came: list[float] = field(default_factory=list)
    """When each part of the text arrived."""
    called: float | None = None
    """When the first call did."""

    def add(self, event: Event, now: float) -> bool:
        """Take in one event that arrived at `now`; whether it brought the reply any further."""
        if event.get("error"):
            raise _failed(event["error"])
        match event.get("type"):
            case "message_start":
                self._note(object_of(event.get("message"), "message"))
            case "content_block_start":
                return self._start(event, object_of(event.get("content_block"), "content_block"), now)
            case "content_block_delta":
                return self._fill(self._block(event), object_of(event.get("delta"), "delta"), now)
            case "content_block_stop":
                self._stop(_index(event))
            case "message_delta":
                self.growing.note_usage(event.get("usage"))
                return self.growing.finished(object_of(event.get("delta"), "delta").get("stop_reason"))
        return False

    def add_whole(self, body: Event) -> None:
        """Take in a reply that was not streamed; its time to first token is unknown."""
        if body.get("error"):
            raise _failed(body["error"])
        for place, block in enumerate(objects_of(body.get("content"), "content")):
            self._start({"index": place}, block, None)
            self._stop(place)
        self._note(body)

    def reply(self, now: float, *, ended: bool) -> Reply:  # noqa: ARG002 # a finished one says why
        """The whole reply. Raises `ClientError` when the server ended it and not the model."""
        for index in sorted(self.open):
            self._stop(index)
        growing, usage = self.growing, messages_usage(self.growing.usage)
        if growing.finish is not None:
            self._check()
        ends = accumulate(map(len, growing.text))
        arrivals = zip(ends, self.came, strict=False)  # a reply that came whole has no times
        take_thinking_out(growing, usage, arrivals, self.called, thinks=self.thinks)
        return growing.reply(now, usage, ended=False, usd=reported_usd(growing.usage, self.quirks))

    def _check(self) -> None:
        """Raises `BadReply` for what may have been garbled on its way."""
        check_text(self.growing.text)
        check_text(self.growing.reasoning)
        if not self.growing.is_cut:
            check_arguments([call.arguments for call in self.growing.calls])

    def _note(self, message: Event) -> None:
        self.growing.note_usage(message.get("usage"))
        self.growing.note_served(message.get("model"))
        self.growing.finished(message.get("stop_reason"))

    def _start(self, event: Event, given: Event, now: float | None) -> bool:
        """A block begins, and ends what was open under its number."""
        index, block = _index(event), _Block(kind=given.get("type"))
        self._stop(index)
        self.open[index] = block
        if block.kind != "tool_use":
            return self._fill(block, given, now)
        call_id, name = text_of(given.get("id"), "id"), text_of(given.get("name"), "name")
        block.call = self.growing.begin_call(len(self.growing.calls), call_id, name)
        if given.get("input"):
            block.call.arguments.append(arguments_of(given["input"]))
            block.is_given = True
        self.called = now if self.called is None else self.called
        return self._tick(now, answered=True)

    def _fill(self, block: _Block, said: Event, now: float | None) -> bool:
        """Take in what a part says, whatever the kind of its block; whether it said anything."""
        text, thought = text_of(said.get("text"), "text"), text_of(said.get("thinking"), "thinking")
        block.thinking += [thought] if thought else []
        self.growing.reasoning += [thought] if thought else []
        if text:
            self.growing.text.append(text)
            self.came += [] if now is None else [now]
        called = self._fill_call(block, text_of(said.get("partial_json"), "partial_json"))
        signature, data = text_of(said.get("signature"), "signature"), said.get("data")
        block.signature = signature or block.signature
        if block.kind == "redacted_thinking":
            block.data = text_of(data, "data") or block.data
        if text or thought or called:
            return self._tick(now, answered=bool(text) or called)
        return bool(signature or block.data)

    def _fill_call(self, block: _Block, arguments: str) -> bool:
        if block.call is None or not arguments:
            return False
        if block.is_given:
            block.call.arguments.clear()
            block.is_given = False
        block.call.arguments.append(arguments)
        return True

    def _tick(self, now: float | None, *, answered: bool) -> bool:
        if now is not None:
            self.growing.tick(now, answered=answered)
        return True

    def _stop(self, index: int) -> None:
        block = self.open.pop(index, None)
        if block is not None and (item := block.carried) is not None:
            self.growing.carry(item)

    def _block(self, event: Event) -> _Block:
        index = _index(event)
        if index not in self.open:
            raise BadReply("bad_reply", f"a part of the reply's block {index} came while it was not open")
        return self.open[index]


def _index(event: Event) -> int:
    index = event.get("index")
    if isinstance(index, bool) or not isinstance(index, int):
        raise misshapen("index", index, "a whole number")
    return index


def _failed(error: object) -> ClientError:
    """An error in the place of a reply."""
    told = error if isinstance(error, dict) else {}
    kind = told.get("type")
    status = _STATUSES.get(kind) if isinstance(kind, str) else None
    if status is None:
        return stated(error)
    return refused(status, {}, f"{kind} within the reply: {told.get('message')}")
