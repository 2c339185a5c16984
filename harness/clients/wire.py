"""What a wire format has to do: write a conversation as requests, and put a reply together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import JsonValue

from harness.clients.client import Ask, Reply
from harness.clients.event_stream import Event
from harness.registry.provider import Concession, Quirks
from harness.runs.record import ModelVariant
from scenarios.exam import ToolSpec
from scenarios.transcript import Message


@dataclass(frozen=True, kw_only=True)
class Dialled:
    """What all requests of one conversation have in common."""

    variant: ModelVariant
    quirks: Quirks
    sampling: Mapping[str, JsonValue]
    """The variant's, with the seed of the repeat."""
    system: str
    tools: bytes
    """As `Wire.tools` wrote them; empty when none are on offer."""
    conceded: tuple[Concession, ...] = ()
    """What this endpoint was found to refuse."""

    @property
    def streams(self) -> bool:
        return all(one.gives_up != "stream" for one in self.conceded)

    @property
    def hands_reasoning_back(self) -> bool:
        """As the quirk table has it, unless the endpoint said otherwise."""
        back = self.quirks.reasoning_back != "no"
        for one in self.conceded:
            back = {"return_reasoning": True, "withhold_reasoning": False}.get(one.gives_up, back)
        return back

    @property
    def hands_all_reasoning_back(self) -> bool:
        """Whether that goes for every turn. An endpoint that asked for it is given all there is: its refusal
        does not say how far back it looks.
        """
        asked = any(one.gives_up == "return_reasoning" for one in self.conceded)
        return asked or self.quirks.reasoning_back_for == "always"

    @property
    def thinks(self) -> bool:
        """Whether the model is asked to think."""
        return self.variant.thinking not in {None, "off"}

    @property
    def fields(self) -> dict[str, Any]:
        """What goes into every request beside the conversation: sampling, thinking, and what quirks add."""
        return {**self.quirks.adds, **self.sampling, **self.variant.request}

    def trimmed(self, body: dict[str, Any]) -> dict[str, Any]:
        """A request without the fields that the endpoint refuses."""
        for one in self.conceded:
            if one.field is not None:
                body = _without(body, one.field.split("."))
        return body


class Draft(Protocol):
    """A conversation as it is written; it keeps the bytes of what it has already written."""

    def body(self, messages: Sequence[Message], ask: Ask) -> bytes:
        """The next request, after `messages`, which only ever grow."""
        ...


class Assembly(Protocol):
    """A reply as it grows."""

    def add(self, event: Event, now: float) -> bool:
        """Take in one event that arrived at `now`; whether it brought the reply any further."""
        ...

    def add_whole(self, body: Event) -> None:
        """Take in a reply that was not streamed; its time to first token is unknown."""
        ...

    def reply(self, now: float, *, ended: bool) -> Reply:
        """The whole reply; `ended`: the stream's own end mark was read. Raises `ClientError` when the server
        ended it and not the model.
        """
        ...


class Wire(Protocol):
    """A wire format."""

    def tools(self, tools: Sequence[ToolSpec]) -> bytes:
        """The tools on offer, encoded once for all trials."""
        ...

    def draft(self, dialled: Dialled) -> Draft:
        """A fresh conversation."""
        ...

    def assembly(self, start: float, quirks: Quirks, key: str | None, *, thinks: bool) -> Assembly:
        """For the reply to a request that was sent at `start`, in seconds of the clock that it is read by;
        `key` is hidden, should the server repeat it. `thinks`: the model was asked to think.
        """
        ...


def _without(body: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The object without one of its leaves; an object that it leaves empty goes as well."""
    first, *rest = path
    if first not in body:
        return body
    left = {name: value for name, value in body.items() if name != first}
    if not rest or not isinstance(body[first], dict):
        return left
    inner = _without(body[first], rest)
    return {**left, first: inner} if inner else left
