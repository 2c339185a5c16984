"""Put a chat-completions reply together, from its chunks or whole.

Deltas of a tool call are merged by `index`, never by id: servers repeat ids, or send them only once. Times
are taken when a chunk arrives. Reasoning comes as `reasoning` or `reasoning_content` and stays apart.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.clients.client import BadReply, Overloaded, Reply
from scenarios.transcript import AssistantMessage, Exchange, ToolCall, Usage


@dataclass
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


@dataclass
class Assembly:
    """A reply as it grows."""

    start: float
    """When the request was sent, in seconds of the clock that `add` is given."""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: dict[int, _Call] = field(default_factory=dict)
    gaps: list[float] = field(default_factory=list)
    first: float | None = None
    first_answer: float | None = None
    last: float = 0.0
    finish: str | None = None
    usage: Mapping[str, Any] | None = None
    served: str | None = None

    def add(self, event: Mapping[str, Any], now: float) -> None:
        """Take in one chunk that arrived at `now`."""
        if event.get("usage"):
            self.usage = event["usage"]
        if self.served is None and event.get("model"):
            self.served = _served(event)
        for choice in event.get("choices") or ():
            delta = choice.get("delta") or {}
            if self._take(delta, now):
                self._tick(now)
            self.finish = choice.get("finish_reason") or self.finish

    def reply(self, now: float) -> Reply:
        """The whole reply. Raises `Overloaded` when the stream ended before the model did."""
        if self.finish is None:
            raise Overloaded("cut_stream", "the stream ended before the model finished")
        calls = [self.calls[index] for index in sorted(self.calls)]
        message = AssistantMessage(
            text="".join(self.text),
            reasoning="".join(self.reasoning) or None,
            tool_calls=tuple(
                ToolCall(id=call.id or f"call_{n}", name=call.name, arguments_json="".join(call.arguments))
                for n, call in enumerate(calls)
            ),
        )
        exchange = Exchange(
            usage=read_usage(self.usage),
            raw_usage=dict(self.usage) if self.usage else None,
            ms=_ms(now - self.start),
            ttft_ms=None if self.first is None else _ms(self.first - self.start),
            first_answer_ms=None if self.first_answer is None else _ms(self.first_answer - self.start),
            chunk_ms=tuple(self.gaps),
            finish=self.finish,
            served_model=self.served,
        )
        return Reply(message=message, exchange=exchange, cut_short=self.finish == "length")

    def _take(self, delta: Mapping[str, Any], now: float) -> bool:
        thought = delta.get("reasoning") or delta.get("reasoning_content")
        if thought:
            self.reasoning.append(thought)
        if delta.get("content"):
            self.text.append(delta["content"])
        for part in delta.get("tool_calls") or ():
            self._take_call(part)
        answered = bool(delta.get("content") or delta.get("tool_calls"))
        if answered and self.first_answer is None:
            self.first_answer = now
        return answered or bool(thought)

    def _take_call(self, part: Mapping[str, Any]) -> None:
        index = part.get("index")
        if index is None:  # some compatible servers send each call whole and do not number them
            index = len(self.calls) if part.get("id") or not self.calls else max(self.calls)
        call = self.calls.setdefault(index, _Call())
        function = part.get("function") or {}
        call.id = call.id or part.get("id") or ""
        call.name += function.get("name") or ""
        call.arguments.append(function.get("arguments") or "")

    def _tick(self, now: float) -> None:
        if self.first is None:
            self.first = now
        else:
            self.gaps.append(_ms(now - self.last))
        self.last = now


def read_whole(data: bytes, ms: float) -> Reply:
    """A reply that was not streamed; its time to first token is unknown. Raises `BadReply`."""
    try:
        body = json.loads(data)
        choice = body["choices"][0]
        said = choice["message"]
        calls = tuple(
            ToolCall(
                id=call.get("id") or f"call_{n}",
                name=call["function"]["name"],
                arguments_json=call["function"]["arguments"],
            )
            for n, call in enumerate(said.get("tool_calls") or ())
        )
        message = AssistantMessage(
            text=said.get("content") or "",
            reasoning=said.get("reasoning") or said.get("reasoning_content"),
            tool_calls=calls,
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadReply("bad_reply", f"the reply is {data[:300]!r}, which is no chat completion") from error
    usage = body.get("usage")
    exchange = Exchange(
        usage=read_usage(usage),
        raw_usage=usage,
        ms=_ms(ms / 1e3),
        finish=choice.get("finish_reason"),
        served_model=_served(body),
    )
    return Reply(message=message, exchange=exchange, cut_short=choice.get("finish_reason") == "length")


def read_usage(usage: Mapping[str, Any] | None) -> Usage:
    """Token counts as OpenAI and vLLM mean them: cached within the prompt, reasoning within the output."""
    if not usage:
        return Usage()
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    return Usage(
        input=usage.get("prompt_tokens"),
        cached=prompt.get("cached_tokens"),
        output=usage.get("completion_tokens"),
        reasoning=completion.get("reasoning_tokens"),
    )


def _served(event: Mapping[str, Any]) -> str | None:
    names = (event.get("model"), event.get("system_fingerprint"))
    return " ".join(str(name) for name in names if name) or None


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)
