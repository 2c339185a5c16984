"""What every model looks like to the loop, and the errors that asking one may raise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from harness.run_record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Exchange, Message

ToolChoice = Literal["auto", "required"]


class ClientError(Exception):
    """A request that brought no usable reply; `kind` is a short stable word for tables."""

    retryable = False

    def __init__(self, kind: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        """Seconds that the server asked us to wait."""
        self.attempts = 1


class Overloaded(ClientError):
    """The provider is busy, limits us, or broke for a moment; waiting may help."""

    retryable = True


class ContextTooLong(ClientError):
    """The conversation no longer fits the model; a finding about the model, not a fault."""


class Rejected(ClientError):
    """The provider refused the request; sending it again will not help."""


class BadReply(ClientError):
    """The provider answered with something that nobody can read."""

    retryable = True


@dataclass(frozen=True, kw_only=True)
class Ask:
    """How the next message is wanted."""

    tool_choice: ToolChoice = "auto"
    output_tokens: int
    seconds: float
    """How long the reply may take."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    message: AssistantMessage
    exchange: Exchange
    cut_short: bool = False
    """True when the reply ran into an output limit; its calls are never executed."""


class Conversation(Protocol):
    """One trial's talk with a model. It may remember what it already encoded, and nothing else."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        """The model's next message after `messages`, which only ever grows. Raises `ClientError`."""
        ...


class Model(Protocol):
    """Something that can be asked."""

    @property
    def variant(self) -> ModelVariant: ...

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A fresh conversation under the exam's system prompt, with its tools on offer."""
        ...
