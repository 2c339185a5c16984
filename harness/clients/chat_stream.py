"""Put a chat-completions reply together, from its chunks or whole.

Deltas of a tool call are merged by `index`, never by id: servers repeat ids, or send them only once. Times
are taken when a chunk arrives. Reasoning comes as `reasoning`, as `reasoning_content`, or as a part of the
content, and stays apart. What has not the shape of a reply is a `BadReply`; a count that is none is unknown.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from harness.clients.client import BadReply, Overloaded, Reply
from harness.clients.event_stream import Event
from harness.clients.refusal import stated, stopped
from harness.environment import without_key
from scenarios.foreign import flaw, whole_text
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Exchange,
    ToolCall,
    Usage,
    parse_arguments,
)

_MOST_CHARACTERS = 4 * 2**20
"""Of all that a reply says, about a million tokens; no model was asked for so much."""
_MOST_CALLS = 4096
_MOST_TOKENS = 2**53
_MOST_RAW = 2**14
"""Characters of a usage object."""
_MOST_NAME = 200
_CUT = frozenset({"length", "max_tokens", "max_output_tokens"})


@dataclass
class _Call:
    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        try:
            return bool(self.arguments and parse_arguments("".join(self.arguments)) is not None)
        except BadArguments:
            return False


@dataclass
class Assembly:
    """A reply as it grows."""

    start: float
    """When the request was sent, in seconds of the clock that `add` is given."""
    key: str | None = field(default=None, repr=False)
    """Hidden, should the server repeat it."""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)
    """In the order in which they began."""
    open: dict[int, _Call] = field(default_factory=dict)
    """By index: the call that a part without a new id belongs to."""
    gaps: list[float] = field(default_factory=list)
    first: float | None = None
    first_answer: float | None = None
    last: float = 0.0
    finish: str | None = None
    ended: bool = False
    """The server said that nothing more comes, whether or not it gave a reason to finish."""
    usage: dict[str, Any] = field(default_factory=dict)
    served: str | None = None

    def add(self, event: Event, now: float) -> bool:
        """Take in one chunk that arrived at `now`; whether it brought the reply any further."""
        grown = False
        for choice in self._choices(event):
            thought, answered = self._take(_object(choice.get("delta"), "delta"))
            if thought or answered:
                self._tick(now, answered=answered)
            finished = self._finished(choice)
            grown |= thought or answered or finished
        return grown

    def add_whole(self, body: Event) -> None:
        """Take in a reply that was not streamed; its time to first token is unknown."""
        for choice in self._choices(body):
            self._take(_object(choice.get("message"), "message"))
            self._finished(choice)
            self.ended = True

    def reply(self, now: float) -> Reply:
        """The whole reply. Raises `ClientError` when the server ended it and not the model."""
        said = "".join(self.text), "".join(self.reasoning)
        calls = sorted(self.calls, key=lambda call: call.index)
        written = [(call.id, call.name, "".join(call.arguments)) for call in calls]
        if sum(map(len, (*said, *chain.from_iterable(written)))) > _MOST_CHARACTERS:
            raise BadReply("too_long", f"the reply has more than {_MOST_CHARACTERS:,} characters")
        if self.finish is None and not (self.ended and (any(said) or calls)):
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
        )
        cut = (self.finish or "").casefold() in _CUT
        return Reply(message=message, exchange=self._exchange(now), cut_short=cut)

    def _exchange(self, now: float) -> Exchange:
        return Exchange(
            usage=read_usage(self.usage),
            raw_usage=self._raw_usage(),
            ms=_ms(now - self.start),
            ttft_ms=None if self.first is None else _ms(self.first - self.start),
            first_answer_ms=None if self.first_answer is None else _ms(self.first_answer - self.start),
            chunk_ms=tuple(self.gaps),
            finish=None if self.finish is None else self._shown(self.finish),
            served_model=None if self.served is None else self._shown(self.served),
        )

    def _choices(self, event: Event) -> Iterator[Event]:
        """The chunk's part in the reply that was asked for; what stands beside it is noted."""
        if event.get("error"):
            raise stated(event["error"])
        usage = event.get("usage")
        if isinstance(usage, dict):  # a later chunk knows better, but what it leaves out is not forgotten
            self.usage |= {k: self.usage.get(k) if count is None else count for k, count in usage.items()}
        if self.served is None:
            self.served = _served(event)
        return (choice for choice in _objects(event.get("choices"), "choices") if not choice.get("index"))

    def _finished(self, choice: Event) -> bool:
        reason = choice.get("finish_reason")
        if not reason or not isinstance(reason, str) or reason == self.finish:
            return False
        self.finish = reason[:_MOST_NAME]
        return True

    def _take(self, said: Event) -> tuple[bool, bool]:
        """Take in a message or a part of one; whether it thought and whether it answered anything."""
        text, thought = _text_and_thought(said.get("content"))
        text += _text(said.get("refusal"), "refusal")
        apart = said.get("reasoning") or said.get("reasoning_content")
        thought += apart if isinstance(apart, str) else ""
        parts = [*_objects(said.get("tool_calls"), "tool_calls")]
        if said.get("function_call"):  # the format before tool calls, which knows one call
            parts.append({"index": 0, "function": said["function_call"]})
        for part in parts:
            self._take_call(part)
        self.text += [text] if text else []
        self.reasoning += [thought] if thought else []
        return bool(thought), bool(text or parts)

    def _take_call(self, part: Event) -> None:
        function = _object(part.get("function"), "function")
        given, name = _id(part.get("id")), _text(function.get("name"), "name")
        call = self._call(part.get("index"), given, name)
        call.id = call.id or given
        call.name += name if name != call.name else ""
        call.arguments.append(_arguments(function.get("arguments")))

    def _call(self, index: object, given: str, name: str) -> _Call:
        """The call that a part belongs to, which may be a new one."""
        numbered = _number(index)
        if numbered is None:  # some servers send each call whole and do not number them
            known = self.calls[-1] if self.calls else None
            other = known is not None and bool(given) and given != known.id
            numbered = len(self.calls)
        else:
            known = self.open.get(numbered)
            # Some servers give every call the same number; a new id and a name after a whole call tell.
            other = known is not None and bool(given and name) and given != known.id and known.whole
        if known is not None and not other:
            return known
        if len(self.calls) == _MOST_CALLS:
            raise BadReply("too_long", f"the reply has more than {_MOST_CALLS:,} tool calls")
        begun = self.open[numbered] = _Call(numbered)
        self.calls.append(begun)
        return begun

    def _tick(self, now: float, *, answered: bool) -> None:
        if self.first is None:
            self.first = now
        else:
            self.gaps.append(_ms(now - self.last))
        self.last = now
        if answered and self.first_answer is None:
            self.first_answer = now

    def _shown(self, text: str) -> str:
        """Text that can be written down: no half characters, and no key of ours."""
        return without_key(whole_text(text).encode(), self.key).decode()

    def _raw_usage(self) -> dict[str, Any] | None:
        """The server's own object, unless nobody could read it back."""
        if not self.usage or flaw(self.usage) or len(text := json.dumps(self.usage)) > _MOST_RAW:
            return None
        return self.usage if self._shown(text) == text else None


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Token counts as OpenAI and vLLM mean them: cached within the prompt, reasoning within the output."""
    return Usage(
        input=_count(usage, "prompt_tokens"),
        cached=_count(usage.get("prompt_tokens_details"), "cached_tokens"),
        output=_count(usage, "completion_tokens"),
        reasoning=_count(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


def _count(counts: object, name: str) -> int | None:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_TOKENS:
        return None
    return int(value)


def _text_and_thought(content: object) -> tuple[str, str]:
    """Content is text, or a list of parts of which some are text and some thinking."""
    if not isinstance(content, list):
        return _text(content, "content"), ""
    text, thought = "", ""
    for part in _objects(content, "content"):
        if part.get("type") == "thinking":
            thought += _text_and_thought(part.get("thinking"))[0]
        else:
            text += _text(part.get("text"), "text")
    return text, thought


def _number(index: object) -> int | None:
    if isinstance(index, str) and index.isdecimal() and len(index) <= len(str(_MOST_CALLS)):
        return int(index)
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def _arguments(value: object) -> str:
    """Text as the model wrote it; some servers parse it first, and then it is written anew."""
    if value is None or isinstance(value, str):
        return value or ""
    if wrong := flaw(value):
        raise BadReply("bad_reply", f"the arguments of a tool call cannot be read: {wrong}")
    return json.dumps(value, ensure_ascii=False)


def _id(value: object) -> str:
    return str(value) if isinstance(value, int) else _text(value, "id")


def _named(name: str) -> str:
    if not name:
        raise BadReply("bad_reply", "a tool call of the reply has no name")
    return name


def _text(value: object, what: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise BadReply(
        "bad_reply", f"the reply's {what} is of type {type(value).__name__} where a text is needed"
    )


def _object(value: object, what: str) -> Event:
    if value is None or isinstance(value, dict):
        return value or {}
    raise BadReply(
        "bad_reply", f"the reply's {what} is of type {type(value).__name__} where an object is needed"
    )


def _objects(value: object, what: str) -> list[Event]:
    if value is None or (isinstance(value, list) and all(isinstance(part, dict) for part in value)):
        return value or []
    raise _misshapen(what, value, "a list of objects")


def _misshapen(what: str, value: object, needed: str) -> BadReply:
    return BadReply("bad_reply", f"the reply's {what} is of type {type(value).__name__}; {needed} is needed")


def _served(event: Event) -> str | None:
    names = (event.get("model"), event.get("system_fingerprint"))
    return " ".join(name for name in names if name and isinstance(name, str))[:_MOST_NAME] or None


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)
