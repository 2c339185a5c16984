"""A reply as it grows, whatever the wire format: text, thinking, calls, and when they came.

What was written is kept exactly, but for what nobody could write down (half characters) and our own key.
A reply that no model was asked for, by its size, is a `BadReply`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pydantic import JsonValue

from harness.clients.client import BadReply, Overloaded, Reply
from harness.clients.event_stream import Event
from harness.clients.refusal import stopped
from harness.environment import without_key
from scenarios.foreign import flaw, whole_text
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Carried,
    Exchange,
    ToolCall,
    Usage,
    parse_arguments,
)

_MOST_CHARACTERS = 4 * 2**20
"""Of all that a reply says, about a million tokens; no model was asked for so much."""
MOST_CALLS = 4096
MOST_NAME = 200
_MOST_TOKENS = 2**53
_MOST_RAW = 2**14
"""Characters of a usage object."""
_CUT = frozenset({"incomplete", "length", "max_tokens", "max_output_tokens"})


@dataclass
class Call:
    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    beside: JsonValue = None
    """What the provider wants back with this call."""

    @property
    def whole(self) -> bool:
        try:
            return bool(self.arguments and parse_arguments("".join(self.arguments)) is not None)
        except BadArguments:
            return False


@dataclass(kw_only=True)
class Growing:
    start: float
    """When the request was sent, in seconds of the clock that `tick` is given."""
    key: str | None = field(default=None, repr=False)
    """Hidden, should the server repeat it."""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    """In the order in which they began."""
    carried: list[Carried] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    first: float | None = None
    first_answer: float | None = None
    last: float = 0.0
    finish: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    """The provider's own object."""
    served: str | None = None

    def begin_call(self, index: int, call_id: str = "", name: str = "") -> Call:
        if len(self.calls) == MOST_CALLS:
            raise BadReply("too_long", f"the reply has more than {MOST_CALLS:,} tool calls")
        self.calls.append(Call(index, call_id, name))
        return self.calls[-1]

    def carry(self, item: JsonValue, place: int | None = None) -> None:
        """Keep what the provider wants back, at its place among the parts of the message: here, if none is
        given.
        """
        if wrong := flaw(item):
            raise BadReply("bad_reply", f"a part of the reply cannot be read: {wrong}")
        here = len(self.calls) + any(self.text)
        self.carried.append(Carried(item=item, place=here if place is None else place))

    def tick(self, now: float, *, answered: bool) -> None:
        """Something was said at `now`; `answered`: it was not thinking."""
        if self.first is None:
            self.first = now
        else:
            self.gaps.append(_ms(now - self.last))
        self.last = now
        if answered and self.first_answer is None:
            self.first_answer = now

    def note_usage(self, usage: object) -> None:
        """A later count knows better, but what it leaves out is not forgotten."""
        if isinstance(usage, dict):
            self.usage |= {k: self.usage.get(k) if count is None else count for k, count in usage.items()}

    def note_served(self, *names: object) -> None:
        if self.served is None:
            self.served = (
                " ".join(name for name in names if name and isinstance(name, str))[:MOST_NAME] or None
            )

    def finished(self, reason: object) -> bool:
        """Note why the reply ended; whether that is news."""
        if not reason or not isinstance(reason, str) or reason == self.finish:
            return False
        self.finish = reason[:MOST_NAME]
        return True

    @property
    def is_cut(self) -> bool:
        """Whether an output limit ended the reply."""
        return (self.finish or "").casefold() in _CUT

    @property
    def ordered(self) -> list[Call]:
        """The calls in the order in which the model made them."""
        return sorted(self.calls, key=lambda call: call.index)

    def reply(self, now: float, usage: Usage, *, ended: bool, usd: float | None = None) -> Reply:
        """The whole reply; `ended`: the server said that nothing more comes. Raises `ClientError` when the
        server ended it and not the model.
        """
        said = "".join(self.text), "".join(self.reasoning)
        calls = self.ordered
        written = [(call.id, call.name, "".join(call.arguments)) for call in calls]
        kept = [json.dumps(one.item) for one in self.carried]
        if sum(map(len, (*said, *kept, *chain.from_iterable(written)))) > _MOST_CHARACTERS:
            raise BadReply("too_long", f"the reply has more than {_MOST_CHARACTERS:,} characters")
        if self.finish is None and not (ended and (any(said) or calls)):
            raise Overloaded("cut_stream", "the stream ended before the model finished")
        if broken := stopped(self.finish or ""):
            raise broken
        message = AssistantMessage(
            text=self._shown(said[0]),
            reasoning=self._shown(said[1]) or None,
            tool_calls=tuple(
                ToolCall(
                    id=self._shown(given) or f"call_{n}",
                    name=_named(self._shown(name)),
                    arguments_json=self._shown(arguments),
                )
                for n, (given, name, arguments) in enumerate(written)
            ),
            carried=tuple(one for one, text in zip(self.carried, kept, strict=True) if self._is_clean(text)),
        )
        return Reply(message=message, exchange=self._exchange(now, usage, usd), cut_short=self.is_cut)

    def _exchange(self, now: float, usage: Usage, usd: float | None) -> Exchange:
        return Exchange(
            usage=usage,
            raw_usage=self._raw_usage(),
            reported_usd=usd,
            ms=_ms(now - self.start),
            ttft_ms=None if self.first is None else _ms(self.first - self.start),
            first_answer_ms=None if self.first_answer is None else _ms(self.first_answer - self.start),
            chunk_ms=tuple(self.gaps),
            finish=None if self.finish is None else self._shown(self.finish),
            served_model=None if self.served is None else self._shown(self.served),
        )

    def _shown(self, text: str) -> str:
        """Text that can be written down: no half characters, and no key of ours."""
        return without_key(whole_text(text).encode(), self.key).decode()

    def _is_clean(self, text: str) -> bool:
        return self._shown(text) == text

    def _raw_usage(self) -> dict[str, Any] | None:
        """The server's own object, unless nobody could read it back."""
        if not self.usage or flaw(self.usage) or len(text := json.dumps(self.usage)) > _MOST_RAW:
            return None
        return self.usage if self._is_clean(text) else None


def count(counts: object, name: str) -> int | None:
    """A count of a usage object; None for what is none."""
    value = counts.get(name) if isinstance(counts, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_TOKENS:
        return None
    return int(value)


def text_of(value: object, what: str) -> str:
    """A text of a reply, empty where there is none. Raises `BadReply` for anything else."""
    if value is None or isinstance(value, str):
        return value or ""
    raise misshapen(what, value, "a text")


def object_of(value: object, what: str) -> Event:
    if value is None or isinstance(value, dict):
        return value or {}
    raise misshapen(what, value, "an object")


def objects_of(value: object, what: str) -> list[Event]:
    if value is None or (isinstance(value, list) and all(isinstance(part, dict) for part in value)):
        return value or []
    raise misshapen(what, value, "a list of objects")


def arguments_of(value: object) -> str:
    """Text as the model wrote it; some servers parse it first, and then it is written anew."""
    if value is None or isinstance(value, str):
        return value or ""
    if wrong := flaw(value):
        raise BadReply("bad_reply", f"the arguments of a tool call cannot be read: {wrong}")
    return json.dumps(value, ensure_ascii=False)


def misshapen(what: str, value: object, needed: str) -> BadReply:
    return BadReply(
        "bad_reply", f"the reply's {what} is of type {type(value).__name__} where {needed} is needed"
    )


def _named(name: str) -> str:
    if not name:
        raise BadReply("bad_reply", "a tool call of the reply has no name")
    return name


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)
