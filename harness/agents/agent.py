"""What an agent is: it carries a conversation on from what the user said to the model's answer.

It sits at a desk. Everything that it wants to know goes over it: the model is asked through the desk and the
tools are called through it, so that limits, recording, retries, time-outs and usage are the same whoever sits
there. An agent that writes prompts of its own hands over a `Prompt` with how it reads the reply; the
transcript always holds the conversation itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message, ToolCall, ToolMessage


class AgentFailed(Exception):
    """The agent broke on what the model or a tool said. It is what is under test, so this counts as wrong."""

    kind = "agent"


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What the model is shown instead of the conversation; no tools are offered with it."""

    system: str
    messages: tuple[Message, ...]
    read: Callable[[AssistantMessage], AssistantMessage]
    """What the reply means in the conversation, with its calls. Raises `AgentFailed`."""


class Desk(Protocol):
    """Where an agent sits for one trial. What ends a trial is raised through it, and is none of the agent's
    business.
    """

    @property
    def exam(self) -> Exam: ...

    @property
    def messages(self) -> Sequence[Message]:
        """The conversation so far; its end is what the user said, or the results of the last calls."""
        ...

    async def ask(self, prompt: Prompt | None = None) -> AssistantMessage:
        """The model's next message, after the conversation as it stands or after a prompt."""
        ...

    async def call(self, call: ToolCall) -> ToolMessage:
        """Make one of the calls of the last message; in the order in which the model wrote them."""
        ...

    def note(self, text: str) -> None:
        """Something that shaped this trial; it stands once in the transcript, however often it is noted."""
        ...


class Agent(Protocol):
    """Plays turns, of any number of trials at a time; it keeps nothing between them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What it is, changes, and is held back from; in every transcript."""
        ...

    async def turn(self, desk: Desk) -> None:
        """Carry on until the model has said its piece. Raises `AgentFailed`, and whatever the desk raises."""
        ...
