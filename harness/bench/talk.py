"""A conversation that is sent again and again: its requests in order, with gold replies put between them.

What a model answers is timed and thrown away, so every load asks the very same. So that no load profits from
the one before it, every level begins its system prompts with a word of its own, and its cache fills anew; a
conversation that comes a second time goes its own way from its first reply on, as two users would.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.clients.client import Shared
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message, ToolMessage, UserMessage


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One request."""

    messages: tuple[Message, ...]
    output_tokens: int
    """The limit that it is sent with."""
    shared: Shared | None = None

    @property
    def is_users(self) -> bool:
        """Whether a user spoke last, and not a tool."""
        return isinstance(self.messages[-1], UserMessage)

    @property
    def tool_seconds(self) -> float:
        """What the tools took whose results stand at the end."""
        took = 0.0
        for message in reversed(self.messages):
            if not isinstance(message, ToolMessage):
                break
            took += message.ms
        return took / 1e3


@dataclass(frozen=True, kw_only=True)
class Talk:
    name: str
    exam: Exam
    """Whose system prompt and tools go with every request."""
    turns: tuple[Turn, ...]
    grows: bool = True
    """Each request goes on from the one before; else they only begin alike, as questions on a document do."""


def endless(talks: Sequence[Talk], word: str) -> Iterator[Talk]:
    """The conversations in turn, again and again, for a level of its own."""
    again = 0
    while talks:
        for talk in talks:
            yield marked(talk, word, again)
        again += 1


def marked(talk: Talk, word: str, again: int) -> Talk:
    """The conversation for the level of this word; `again`: how often it was sent there before."""
    scenario = talk.exam.scenario
    system = f"Session {word}.\n{scenario.system}"
    exam = talk.exam.model_copy(update={"scenario": scenario.model_copy(update={"system": system})})
    turns = talk.turns if not again else tuple(_apart(turn, again) for turn in talk.turns)
    key_part = f"{word}{again}" if talk.grows else word
    turns = tuple(replace(turn, shared=_renamed(turn.shared, key_part)) for turn in turns)
    return replace(talk, exam=exam, turns=turns)


def _apart(turn: Turn, again: int) -> Turn:
    said = tuple(
        message.model_copy(update={"text": f"{message.text} ({again})".lstrip()})
        if isinstance(message, AssistantMessage)
        else message
        for message in turn.messages
    )
    return replace(turn, messages=said)


def _renamed(shared: Shared | None, word: str) -> Shared | None:
    """A beginning is another one when a word of it is."""
    return None if shared is None else replace(shared, key=f"{word}{shared.key}"[:32])
