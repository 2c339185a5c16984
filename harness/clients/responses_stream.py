"""Put a Responses reply together, from its events or whole.

The output is a list of items: thinking, messages, calls. Each is told several times: as it grows, when a part
of it is done, when all of it is, and in the response at the end. Items are merged by `output_index`; what is
told whole replaces what grew, so that nothing doubles, and events that come twice or late do no harm. The
response at the end names its items by place: its second call is the stream's second call, whatever its id.
What has not the shape of a reply is a `BadReply`; events that nobody knows are passed over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from harness.clients.client import BadReply, ClientError, Rejected, Reply
from harness.clients.event_stream import Event
from harness.clients.growing import (
    MOST_CALLS,
    MOST_NAME,
    Growing,
    arguments_of,
    object_of,
    objects_of,
    text_of,
)
from harness.clients.refusal import stated, stopped
from harness.clients.thinking_tags import take_thinking_out
from harness.clients.usage import reported_usd, responses_usage
from harness.registry.provider import Quirks

Kind = Literal["text", "thought", "summary", "arguments"]
_Part = tuple[Kind, int]
_News = set[Kind | None]
"""Of which kind something new was said; None: something new that nobody said, such as an item that begins."""

_MESSAGE, _THINKING, _CALL = "message", "reasoning", "function_call"
_TYPES = frozenset({_MESSAGE, _THINKING, _CALL})
_OF: dict[Kind, str] = {"text": _MESSAGE, "thought": _THINKING, "summary": _THINKING, "arguments": _CALL}
"""The type of the item that a part belongs to."""
_GROWS: dict[str, tuple[Kind, str]] = {
    "response.output_text.delta": ("text", "content_index"),
    "response.refusal.delta": ("text", "content_index"),
    "response.reasoning_text.delta": ("thought", "content_index"),
    "response.reasoning.delta": ("thought", "content_index"),  # as openresponses.org names it
    "response.reasoning_summary_text.delta": ("summary", "summary_index"),
    "response.function_call_arguments.delta": ("arguments", ""),
}
_WHOLE: dict[str, tuple[Kind, str, str]] = {
    "response.output_text.done": ("text", "content_index", "text"),
    "response.refusal.done": ("text", "content_index", "refusal"),
    "response.reasoning_text.done": ("thought", "content_index", "text"),
    "response.reasoning.done": ("thought", "content_index", "text"),
    "response.reasoning_summary_text.done": ("summary", "summary_index", "text"),
    "response.function_call_arguments.done": ("arguments", "", "arguments"),
}
_BEGINS = frozenset({"response.created", "response.queued", "response.in_progress"})
_ENDS = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
}
_PARTS: dict[str, tuple[Kind, str]] = {
    "output_text": ("text", "text"),
    "refusal": ("text", "refusal"),
    "reasoning_text": ("thought", "text"),
    "summary_text": ("summary", "text"),
}
_NOT_AGAIN = frozenset(
    {"invalid_prompt", "bio_policy", "misalignment_policy_violation", "insufficient_quota"}
)
"""Codes of errors that the same request meets again."""
_PARAGRAPH = "\n\n"


@dataclass(kw_only=True)
class _Item:
    """One item of the output, as far as it has come."""

    type: str
    index: int
    id: str = ""
    done: bool = False
    call_id: str = ""
    name: str = ""
    back: dict[str, Any] | None = None
    """What the provider wants back of it."""
    parts: dict[_Part, list[str]] = field(default_factory=dict)
    whole: set[_Part] = field(default_factory=set)

    def is_followed_by(self, given_id: str) -> bool:
        """Some servers give every item the same number; another id after a whole item tells."""
        return self.done and bool(given_id and self.id) and given_id != self.id

    def grow(self, part: _Part, piece: str) -> bool:
        """Whether that is news; what comes after the whole is not."""
        if not piece or part in self.whole:
            return False
        self.parts[part].append(piece)
        return True

    def settle(self, part: _Part, text: str) -> bool:
        """Take the whole of a part. An empty one is none: some servers leave out what they streamed."""
        news = not any(self.parts[part])
        if text:
            self.parts[part] = [text]
            self.whole.add(part)
        return news and bool(text)

    def said(self, kind: Kind) -> list[str]:
        """Its parts of a kind, in order."""
        found = sorted((number, pieces) for (of, number), pieces in self.parts.items() if of == kind)
        return [text for _, pieces in found if (text := "".join(pieces))]

    @property
    def thinking(self) -> str:
        return "".join(self.said("thought")) or _PARAGRAPH.join(self.said("summary"))


@dataclass(kw_only=True)
class ResponsesAssembly:
    """A reply as it grows."""

    quirks: Quirks
    growing: Growing
    items: list[_Item] = field(default_factory=list)
    """In the order in which they began."""
    open: dict[tuple[str, int], _Item] = field(default_factory=dict)
    """By type and index: the item that an event belongs to."""
    parts: int = 0
    """Of all items."""
    thinks: bool = False
    """Whether the model was asked to think."""
    characters: int = 0
    """Of the text."""
    texted: list[tuple[int, float]] = field(default_factory=list)
    """How many there were, and when."""
    called: float | None = None
    """When the first part of a call came."""

    def add(self, event: Event, now: float) -> bool:
        """Take in one event that arrived at `now`; whether it brought the reply any further."""
        news: _News = set()
        kind = event.get("type")
        kind = kind if isinstance(kind, str) else ""
        if kind == "error" or (not kind and event.get("error")):
            raise _failure(event.get("error") or event)
        if kind in _ENDS:
            self._take_response(object_of(event.get("response"), "response"), _ENDS[kind], news)
        elif kind in _BEGINS:
            self._note(object_of(event.get("response"), "response"))
        else:
            self._take_event(kind, event, news)
        if said := {_OF[one] for one in news if one is not None}:
            self._tick(said, now)
        return bool(news)

    def add_whole(self, body: Event) -> None:
        """Take in a reply that was not streamed; its time to first token is unknown."""
        self._take_response(body, None, set())

    def reply(self, now: float, *, ended: bool) -> Reply:
        """The whole reply. Raises `ClientError` when the server ended it and not the model."""
        growing = replace(self.growing, text=[], reasoning=[], calls=[], carried=[])
        for number, item in enumerate(_in_order(self.items)):
            _tell(growing, number, item)
        usage = responses_usage(growing.usage, self.quirks.reasoning_count)
        take_thinking_out(growing, usage, self.texted, self.called, thinks=self.thinks)
        usd = reported_usd(growing.usage, self.quirks)
        return growing.reply(now, usage, ended=ended, usd=usd)

    def _tick(self, said: set[str], now: float) -> None:
        self.growing.tick(now, answered=said != {_THINKING})
        if _MESSAGE in said:
            self.texted.append((self.characters, now))
        if _CALL in said and self.called is None:
            self.called = now

    def _take_event(self, kind: str, event: Event, news: _News) -> None:
        index = event.get("output_index")
        if kind in {"response.output_item.added", "response.output_item.done"}:
            given = object_of(event.get("item"), "item")
            self._take_item(given, index, news, done=kind.endswith("done"))
        elif kind in _GROWS:
            of, number = _GROWS[kind]
            piece = text_of(event.get("delta"), "delta")
            item = self._item(_OF[of], index)
            self._say(item, (of, _number(event.get(number)) or 0), piece, news, whole=False)
        elif kind in _WHOLE:
            of, number, name = _WHOLE[kind]
            item = self._item(_OF[of], index)
            text = _written(of, event.get(name))
            self._say(item, (of, _number(event.get(number)) or 0), text, news, whole=True)

    def _take_response(self, response: Event, end: str | None, news: _News) -> None:
        """Take in a response that has ended, or a whole one."""
        self._note(response)
        self._take_output(objects_of(response.get("output"), "output"), news)
        if response.get("error"):
            raise _failure(response["error"])
        status = response.get("status")
        if end is not None and status not in _ENDS.values():
            status = end
        details = object_of(response.get("incomplete_details"), "incomplete_details")
        reason = details.get("reason") if status == "incomplete" else None
        if self.growing.finished(reason if isinstance(reason, str) and reason else status):
            news.add(None)

    def _note(self, response: Event) -> None:
        self.growing.note_served(response.get("model"))
        self.growing.note_usage(response.get("usage"))

    def _take_output(self, output: list[Event], news: _News) -> None:
        """Each is the stream's item of the same type and the same place among those."""
        known: dict[str, Iterator[_Item]] = {}
        for number, given in enumerate(output):
            kind = text_of(given.get("type"), "type")
            if kind not in known:
                known[kind] = iter(_in_order(one for one in self.items if one.type == kind))
            if kind in _TYPES:
                item = next(known[kind], None) or self._begin(kind, number, "")
                self._settle(item, given, news)

    def _take_item(self, given: Event, index: object, news: _News, *, done: bool) -> None:
        """Take in an item that begins, or one that is done."""
        kind, given_id = text_of(given.get("type"), "type"), text_of(given.get("id"), "id")
        if kind not in _TYPES:
            return
        begun = len(self.items)
        item = self._item(kind, index, given_id)
        if done:
            self._settle(item, given, news)
        elif _named(item, given):
            news.add("arguments")
        elif len(self.items) > begun:
            news.add(None)

    def _settle(self, item: _Item, given: Event, news: _News) -> None:
        """Take in the whole of an item."""
        if not item.done:
            news.add(None)
        if _named(item, given):
            news.add("arguments")
        item.done, item.id = True, text_of(given.get("id"), "id")
        item.back = _wanted_back(given) or item.back
        for told, text in _parts(given):
            self._say(item, told, text, news, whole=True)

    def _say(self, item: _Item, part: _Part, text: str, news: _News, *, whole: bool) -> None:
        """Add to a part of an item, or tell the whole of it."""
        if part not in item.parts:
            self.parts += 1
            if self.parts > MOST_CALLS:
                raise BadReply("too_long", f"the reply has more than {MOST_CALLS:,} parts")
            item.parts[part] = []
        if item.settle(part, text) if whole else item.grow(part, text):
            news.add(part[0])
            self.characters += len(text) if part[0] == "text" else 0

    def _item(self, kind: str, index: object, given_id: str = "") -> _Item:
        """The item of that type that an event belongs to, which may be a new one."""
        number = _number(index)
        if number is None:  # the last of its type
            known = next((one for one in reversed(self.items) if one.type == kind), None)
        else:
            known = self.open.get((kind, number))
        if known is not None and not known.is_followed_by(given_id):
            return known
        return self._begin(kind, len(self.items) if number is None else number, given_id)

    def _begin(self, kind: str, number: int, given_id: str) -> _Item:
        if len(self.items) == MOST_CALLS:
            raise BadReply("too_long", f"the reply has more than {MOST_CALLS:,} items")
        begun = self.open[kind, number] = _Item(type=kind, index=number, id=given_id)
        self.items.append(begun)
        return begun


def _tell(growing: Growing, number: int, item: _Item) -> None:
    """Add an item to the message. Several messages of one reply are kept apart by a blank line."""
    if item.back is not None:
        growing.carry(item.back)
    if item.type == _CALL:
        call = growing.begin_call(number, item.call_id, item.name)
        call.arguments.append("".join(item.said("arguments")))
    said, thought = "".join(item.said("text")), item.thinking
    growing.text += [_PARAGRAPH] * bool(said and growing.text) + [said] * bool(said)
    growing.reasoning += [_PARAGRAPH] * bool(thought and growing.reasoning) + [thought] * bool(thought)


def _named(item: _Item, given: Event) -> bool:
    """Take what a call is called; whether that is news."""
    if item.type != _CALL:
        return False
    known = item.name
    item.call_id = text_of(given.get("call_id"), "call_id") or item.call_id
    item.name = text_of(given.get("name"), "name") or item.name
    return item.name != known


def _wanted_back(item: Event) -> dict[str, Any] | None:
    """Thinking that a server can read again, which a summary is not; and what part a message plays."""
    if item.get("type") == _THINKING:
        return dict(item) if item.get("encrypted_content") or item.get("content") else None
    phase = item.get("phase") if item.get("type") == _MESSAGE else None
    if not phase or not isinstance(phase, str):
        return None
    return {"type": _MESSAGE, "phase": phase[:MOST_NAME]}


def _parts(item: Event) -> Iterator[tuple[tuple[Kind, int], str]]:
    """What a whole item says, part by part."""
    if item.get("type") == _CALL:
        yield ("arguments", 0), arguments_of(item.get("arguments"))
    content = item.get("content")
    if isinstance(content, str):
        yield ("text" if item.get("type") == _MESSAGE else "thought", 0), content
        content = None
    for listed in (content, item.get("summary")):
        for number, told in enumerate(objects_of(listed, "content")):
            kind = told.get("type")
            if isinstance(kind, str) and kind in _PARTS:
                of, name = _PARTS[kind]
                yield (of, number), text_of(told.get(name), name)


def _written(of: Kind, value: object) -> str:
    return arguments_of(value) if of == "arguments" else text_of(value, of)


def _in_order(items: Iterable[_Item]) -> list[_Item]:
    return sorted(items, key=lambda one: one.index)


def _failure(error: object) -> ClientError:
    """The error that a response failed with, which some servers state in the event and some within it."""
    if not isinstance(error, dict):
        return stated(error)
    code, message = error.get("code"), error.get("message")
    said = f"{message} ({code})" if message and code else str(message or code or error)
    if isinstance(code, str) and code in _NOT_AGAIN:
        return Rejected(code, f"the provider refused the request: {said}")
    return stopped(code if isinstance(code, str) else "") or stated({"message": said})


def _number(index: object) -> int | None:
    return index if isinstance(index, int) and not isinstance(index, bool) else None
