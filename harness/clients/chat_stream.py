"""Put a chat-completions reply together, from its chunks or whole.

Deltas of a tool call are merged by `index`, never by id: servers repeat ids, or send them only once. Times
are taken when a chunk arrives. Reasoning comes as `reasoning`, as `reasoning_content`, as a part of the
content, or between tags in the text (see `thinking_tags`), and stays apart. What has not the shape of a
reply is a `BadReply`, and so are deltas that may have been garbled on their way (`deltas` says what can be
told of them and what cannot). A count that is none is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from harness.clients.chat_reasoning import Kept
from harness.clients.client import Reply
from harness.clients.deltas import SoFar, check_arguments, check_text, out_of_order
from harness.clients.event_stream import Event
from harness.clients.growing import (
    MOST_CALLS,
    Call,
    Growing,
    arguments_of,
    count,
    object_of,
    objects_of,
    text_of,
)
from harness.clients.refusal import stated
from harness.clients.thinking_tags import take_thinking_out
from harness.clients.usage import chat_usage, reported_usd
from harness.registry.provider import Quirks


@dataclass(kw_only=True)
class ChatAssembly:
    """A reply as it grows."""

    quirks: Quirks
    growing: Growing
    thinks: bool = False
    """Whether the model was asked to think."""
    open: dict[int, Call] = field(default_factory=dict)
    """By index: the call that a part without a new id belongs to."""
    came: list[float] = field(default_factory=list)
    """When each piece of the text came; empty for a reply that was not streamed."""
    called: float | None = None
    """When the first part of a call came."""
    fell: bool = False
    """Whether a later count of output tokens was smaller than one before it."""
    kept: Kept = field(default_factory=Kept)
    so_far: SoFar = field(default_factory=SoFar)

    def add(self, event: Event, now: float) -> bool:
        """Take in one chunk that arrived at `now`; whether it brought the reply any further."""
        grown = False
        for choice in self._choices(event):
            thought, said, called = self._take(object_of(choice.get("delta"), "delta"))
            if thought or said or called:
                self.growing.tick(now, answered=said or called)
            if said:
                self.came.append(now)
            if called and self.called is None:
                self.called = now
            finished = self.growing.finished(choice.get("finish_reason"))
            grown |= thought or said or called or finished
        return grown

    def add_whole(self, body: Event) -> None:
        """Take in a reply that was not streamed; its time to first token is unknown."""
        for choice in self._choices(body):
            self._take(object_of(choice.get("message"), "message"))
            self.growing.finished(choice.get("finish_reason"))

    def reply(self, now: float, *, ended: bool) -> Reply:
        """The whole reply. Raises `ClientError` when the server ended it and not the model."""
        growing, raw = self.growing, self.growing.usage
        if ended or growing.finish is not None:
            self._check()
        usage = chat_usage(raw, self.quirks.reasoning_count, fell=self.fell)
        ends = accumulate(map(len, growing.text))
        arrivals = zip(ends, self.came, strict=False)  # a reply that came whole has no times
        take_thinking_out(growing, usage, arrivals, self.called, thinks=self.thinks)
        self._carry()
        return growing.reply(now, usage, ended=ended, usd=reported_usd(raw, self.quirks))

    def _check(self) -> None:
        """Raises `BadReply` for what may have been garbled on its way."""
        if self.quirks.deltas == "incremental":
            check_text(self.growing.text)
            check_text(self.growing.reasoning)
        if not self.growing.is_cut:
            check_arguments([call.arguments for call in self.growing.ordered])

    def _carry(self) -> None:
        texts = len(self.growing.text[:1])
        for item, place in self.kept.carried(self.quirks.reasoning_back):
            self.growing.carry(item, min(place, texts))
        for n, call in enumerate(self.growing.ordered):
            if call.beside is not None:
                self.growing.carry({"extra_content": call.beside}, texts + n)

    def _choices(self, event: Event) -> Iterator[Event]:
        """The chunk's part in the reply that was asked for; what stands beside it is noted."""
        if event.get("error"):
            raise stated(event["error"])
        if event.get("usage"):
            before = count(self.growing.usage, "completion_tokens")
            self.growing.note_usage(event["usage"])
            self.fell |= (before or 0) > (count(self.growing.usage, "completion_tokens") or 0)
        self.growing.note_served(event.get("model"), event.get("system_fingerprint"))
        return (choice for choice in objects_of(event.get("choices"), "choices") if not choice.get("index"))

    def _take(self, said: Event) -> tuple[bool, bool, bool]:
        """Take in a message or a part of one; whether it brought thinking, text and calls."""
        text, thought = self._text_and_thought(said.get("content"))
        text += text_of(said.get("refusal"), "refusal")
        details = objects_of(said.get("reasoning_details"), "reasoning details")
        shown = self.kept.add_details(details)
        apart = said.get("reasoning") or said.get("reasoning_content") or shown
        thought += apart if isinstance(apart, str) else ""
        if self.quirks.deltas == "cumulative":
            text, thought = self.so_far.new("text", text), self.so_far.new("thought", thought)
        parts = [*objects_of(said.get("tool_calls"), "tool_calls")]
        if said.get("function_call"):  # the format before tool calls, which knows one call
            parts.append({"index": 0, "function": said["function_call"]})
        for one in parts:
            self._take_call(one)
        self.growing.text += [text] if text else []
        self.growing.reasoning += [thought] if thought else []
        return bool(thought or details), bool(text), bool(parts)

    def _text_and_thought(self, content: object) -> tuple[str, str]:
        """Content is text, or a list of parts of which some are text and some thinking."""
        if not isinstance(content, list):
            return text_of(content, "content"), ""
        text, thought = "", ""
        for one in objects_of(content, "content"):
            if one.get("type") == "thinking":
                thought += self.kept.add_part(one, int(bool(text or self.growing.text)))
            else:
                text += text_of(one.get("text"), "text")
        return text, thought

    def _take_call(self, part: Event) -> None:
        function = object_of(part.get("function"), "function")
        given, name = _id(part.get("id")), text_of(function.get("name"), "name")
        call = self._call(part.get("index"), given, name)
        if name and not call.name and any(call.arguments):
            raise out_of_order(name)
        call.id = call.id or given
        call.name += name if name != call.name else ""
        call.beside = part.get("extra_content") or call.beside
        arguments = arguments_of(function.get("arguments"))
        if self.quirks.deltas == "cumulative":
            arguments = self.so_far.new(id(call), arguments)
        call.arguments.append(arguments)

    def _call(self, index: object, given: str, name: str) -> Call:
        """The call that a part belongs to, which may be a new one."""
        numbered, calls = _number(index), self.growing.calls
        if numbered is None:  # some servers send each call whole and do not number them
            known = calls[-1] if calls else None
            other = known is not None and bool(given) and given != known.id
            numbered = len(calls)
        else:
            known = self.open.get(numbered)
            # Some servers give every call the same number; a new id and a name after a whole call tell.
            other = known is not None and bool(given and name) and given != known.id and known.whole
        if known is not None and not other:
            return known
        begun = self.open[numbered] = self.growing.begin_call(numbered)
        return begun


def _number(index: object) -> int | None:
    if isinstance(index, str) and index.isdecimal() and len(index) <= len(str(MOST_CALLS)):
        return int(index)
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def _id(value: object) -> str:
    return str(value) if isinstance(value, int) else text_of(value, "id")
