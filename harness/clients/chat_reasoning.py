"""Reasoning as chat endpoints give it, and as they want it back.

Its text comes as `reasoning` or `reasoning_content`, or as parts of the content. Some want more back than
the text, unchanged, and that is carried with the message in the form in which it goes back:

- `{"reasoning_details": […]}`: a list beside the text, signed or encrypted (OpenRouter), streamed in
  pieces;
- `{"type": "thinking", …}`: a part of the content (Mistral), before or after the text;
- `{"extra_content": …}`: beside a call, a signature of the thinking that led to it (Gemini). It is a part
  of that call, and goes back with it whatever is said about reasoning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from harness.clients.event_stream import Event
from harness.clients.growing import objects_of, text_of
from scenarios.transcript import AssistantMessage, Carried

_TEXTS = frozenset({"reasoning_content", "reasoning"})
"""Fields of a message that take the text alone."""
_STREAMED = {"reasoning.text": "text", "reasoning.summary": "summary"}
"""The kinds of details that come in pieces, and the field of each that grows."""


@dataclass
class _Item:
    """One of the things that are kept; its text, if it has one that comes in pieces, is joined at the end."""

    fields: dict[str, Any]
    grows: str = ""
    """The field of that text."""
    texts: list[str] = field(default_factory=list)

    def add(self, piece: Event) -> None:
        self.fields |= {key: value for key, value in piece.items() if value is not None and key != self.grows}
        self.texts.append(text_of(piece.get(self.grows), "reasoning"))

    @property
    def whole(self) -> dict[str, Any]:
        return {**self.fields, self.grows: "".join(self.texts)} if self.grows else self.fields


@dataclass
class _Part:
    """A thinking part of the content."""

    place: int
    fields: dict[str, Any] = field(default_factory=dict)
    thinking: list[_Item] = field(default_factory=list)

    @property
    def whole(self) -> dict[str, Any]:
        return {**self.fields, "thinking": [one.whole for one in self.thinking]}


@dataclass
class Kept:
    """What a reply's provider wants back, as it grows."""

    details: list[_Item] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)

    def add_details(self, pieces: Sequence[Event]) -> str:
        """Take in pieces of details; the text that they show."""
        shown = ""
        for piece in pieces:
            grows = _STREAMED.get(str(piece.get("type")), "")
            _add(self.details, piece, grows, same=("type", "index"))
            shown += text_of(piece.get(grows), "reasoning") if grows else ""
        return shown

    def add_part(self, part: Event, place: int) -> str:
        """Take in a thinking part, or a piece of one, after so many texts; the text that it shows."""
        inner = part.get("thinking")
        pieces = (
            [{"type": "text", "text": inner}] if isinstance(inner, str) else objects_of(inner, "thinking")
        )
        if not self.parts or self.parts[-1].place != place:
            self.parts.append(_Part(place))
        kept = self.parts[-1]
        kept.fields |= {key: value for key, value in part.items() if key != "thinking" and value is not None}
        for piece in pieces:
            _add(kept.thinking, piece, "text" if piece.get("type") == "text" else "", same=("type",))
        return "".join(text_of(piece.get("text"), "thinking") for piece in pieces)

    def carried(self, wanted: str) -> list[tuple[JsonValue, int]]:
        """What is carried for an endpoint that wants its reasoning back in this field, with its place."""
        if wanted == "reasoning_details" and self.details:
            return [({wanted: [one.whole for one in self.details]}, 0)]
        return [(part.whole, part.place) for part in self.parts] if wanted == "content" else []


def _add(items: list[_Item], piece: Event, grows: str, same: Sequence[str]) -> None:
    """Add a piece: to the last item, if that is of the same kind and grows, else as an item of its own."""
    last = items[-1] if items else None
    if last is not None and grows and all(last.fields.get(key) == piece.get(key) for key in same):
        last.add(piece)
    else:
        items.append(_Item({**piece}) if not grows else _Item({}, grows))
        if grows:
            items[-1].add(piece)


def handed_back(message: AssistantMessage, how: str, *, thinks: bool) -> dict[str, Any]:
    """The fields of an assistant message that bring its reasoning back, where the quirk table names one. An
    endpoint that refuses a message without it takes an empty one from a model that was asked to think and
    did not.
    """
    if how == "content":
        return _in_parts(message)
    if how == "reasoning_details":
        for one in message.carried:
            if isinstance(one.item, dict) and how in one.item:
                return {how: one.item[how]}
        return {"reasoning": message.reasoning} if message.reasoning else {}
    if how not in _TEXTS or (message.reasoning is None and not thinks):
        return {}
    return {how: message.reasoning or ""}


def _in_parts(message: AssistantMessage) -> dict[str, Any]:
    kept = [(one.item, one.place) for one in message.carried if _is_part(one)]
    if not kept and message.reasoning:
        kept = [({"type": "thinking", "thinking": [{"type": "text", "text": message.reasoning}]}, 0)]
    if not kept:
        return {}
    text: list[JsonValue] = [{"type": "text", "text": message.text}] if message.text else []
    before, after = ([item for item, place in kept if bool(place) == late] for late in (False, True))
    return {"content": [*before, *text, *after]}


def _is_part(one: Carried) -> bool:
    return isinstance(one.item, dict) and one.item.get("type") == "thinking"


def beside_call(message: AssistantMessage, call: int) -> dict[str, JsonValue]:
    """What goes back beside a call, by its number among the message's calls."""
    place = bool(message.text) + call
    for one in message.carried:
        if isinstance(one.item, dict) and "extra_content" in one.item and one.place == place:
            return {"extra_content": one.item["extra_content"]}
    return {}
