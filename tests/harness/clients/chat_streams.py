"""Chat streams in the shapes that vendors document: the first line says where from and what they mean."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.clients.client import Reply
from harness.registry.provider import Quirks
from scenarios.transcript import Usage

FOLDER = Path(__file__).parent / "streams"


@dataclass(frozen=True, kw_only=True)
class ChatStream:
    name: str
    head: Mapping[str, Any]
    chunks: Sequence[dict[str, Any]]

    @property
    def quirks(self) -> Quirks:
        return Quirks.model_validate(self.head.get("quirks", {}))

    @property
    def thinking(self) -> str:
        return "on" if self.head.get("thinks") else "off"

    @property
    def meant(self) -> dict[str, Any]:
        """What a client has to make of it."""
        return {
            "text": self.head.get("text", ""),
            "reasoning": self.head.get("reasoning"),
            "calls": [tuple(call) for call in self.head.get("calls", ())],
            "carried": [tuple(one) for one in self.head.get("carried", ())],
            "usage": Usage.model_validate(self.head["usage"]),
            "usd": self.head.get("usd"),
            "finish": self.head["finish"],
            "cut": self.head.get("cut", False),
        }


def read_stream(path: Path) -> ChatStream:
    head, *chunks = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return ChatStream(name=f"{path.parent.name}/{path.stem}", head=head, chunks=chunks)


STREAMS = [read_stream(path) for path in sorted(FOLDER.glob("*_chat/*.jsonl"))]


def found(reply: Reply) -> dict[str, Any]:
    """What our client made of a stream."""
    message, exchange = reply.message, reply.exchange
    return {
        "text": message.text,
        "reasoning": message.reasoning,
        "calls": [(call.id, call.name, call.arguments_json) for call in message.tool_calls],
        "carried": [(one.item, one.place) for one in message.carried],
        "usage": exchange.usage,
        "usd": exchange.reported_usd,
        "finish": exchange.finish,
        "cut": reply.cut_short,
    }
