"""Up to where a prompt is worth keeping, for providers that cache up to marks.

Three beginnings are asked for again: tools and system prompt by the next conversation, a document by the
next question on it, and a conversation by its own next request. `marked` says which, and says it to those who
write requests and to those who plan them. A request carries four marks at most, as many as providers take.
"""

import json
from collections.abc import Sequence

from harness.clients.client import Ask
from scenarios.transcript import AssistantMessage, Message

NEED = "cache marks"
"""What a cache rule calls them that wants them."""
_MARK = {"type": "ephemeral"}
MARK = b',"cache_control":{"type":"ephemeral"}'
"""What stands at the end of a block that is marked."""


def marked(messages: int, *, shared: int = 0, before: int = 0) -> frozenset[int]:
    """Which of so many messages end with a mark, beside the system prompt or, where there is none, the tools.

    `shared`: so many are what other requests begin with. `before`: with so many the last request of the same
    conversation ended; its mark is sent again, since the new one may be too far from it to find it.
    """
    ends = {shared}
    if before > shared or not shared:
        ends |= {before, messages}
    return frozenset(end - 1 for end in ends if end)


def marked_messages(messages: Sequence[Message], ask: Ask) -> frozenset[int]:
    """The places of the messages that end with a mark, in a request that is to be sent."""
    said = [place for place, message in enumerate(messages) if isinstance(message, AssistantMessage)]
    shared = ask.shared.messages if ask.shared else 0
    return marked(len(messages), shared=shared, before=said[-1] if said else 0)


def with_mark(block: bytes) -> bytes:
    """A content block, or a tool, as it was encoded, with a mark."""
    return block[:-1] + MARK + b"}"


def chat_with_marks(sent: Sequence[bytes], messages: Sequence[Message], ask: Ask) -> list[bytes]:
    """The messages of a chat request as they were encoded, the system message among them, with marks: a text
    that ends a beginning becomes a content part that carries one.
    """
    head = len(sent) - len(messages)
    places = {head + place for place in marked_messages(messages, ask)} | ({head - 1} if head else set())
    return [_chat_marked(one) if place in places else one for place, one in enumerate(sent)]


def _chat_marked(message: bytes) -> bytes:
    written = json.loads(message)
    text = written.get("content")
    if not text or not isinstance(text, str):
        return message
    written["content"] = [{"type": "text", "text": text, "cache_control": _MARK}]
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
