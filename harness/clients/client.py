"""What every model looks like to the loop, and the errors that asking one may raise."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Attempt, Exchange, Message

ToolChoice = Literal["auto", "required"]


class ClientError(Exception):
    """A request that brought no usable reply; `kind` is a short stable word for tables."""

    retryable = False

    def __init__(self, kind: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        """Seconds that the server asked us to wait."""
        self.failed: tuple[Attempt, ...] = ()
        """Every attempt of the request, this one included, once nobody tries again."""
        self.sent = ""
        """UTC, ISO 8601; empty: it never was, or nobody noted it."""
        self.asked = ""
        """Who did not answer, in words, where that is not the model under test."""
        self.ms = 0.0
        """From then until it failed, without any queueing."""


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


class OverBudget(ClientError):
    """Not sent, since it may cost more than what is left under the cap."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A beginning that several requests have in common, and that is worth keeping in the provider's cache."""

    messages: int
    """How many of the first messages."""
    key: str
    """The same for the same beginning; letters and digits."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """How the next message is wanted."""

    tool_choice: ToolChoice = "auto"
    output_tokens: int
    seconds: float
    """How long the reply may take."""
    shared: Shared | None = None


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


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A request that is about to be sent."""

    size: int
    """Bytes of its body; no tokenizer in use makes more tokens than bytes."""
    output_tokens: int
    """The most that it lets the model write, thinking included where the limit covers that."""
    known_tokens: int | None = None
    """Tokens of the conversation so far, prompt and replies, as the provider counted them last."""
    new_bytes: int = 0
    """Bytes that were added since."""
    shared: str = ""
    """The key of the beginning that it shares with other requests; empty: none."""
    shared_bytes: int = 0
    """Of `size`, how many at the least are of that beginning's own text."""


@dataclass(kw_only=True)
class Passage:
    """A request on its way; whoever sends it notes what came back."""

    exchange: Exchange | None = None
    """None as long as nothing came back."""
    refused: bool = False
    """True once it is known that the model never saw it: nothing can be charged for it."""


class Gate(Protocol):
    """What stands between a model and its endpoint: limits of requests, and the money."""

    def passage(self, sending: Sending) -> AbstractAsyncContextManager[Passage]:
        """Wait until the request may be sent; it is on its way while the block lasts, and an error that
        leaves the block is what became of it. Raises `OverBudget` when it may never be sent.
        """
        ...


class OpenGate:
    """Lets everything through at once."""

    @asynccontextmanager
    async def passage(self, sending: Sending) -> AsyncIterator[Passage]:  # noqa: ARG002 # the protocol's
        yield Passage()
