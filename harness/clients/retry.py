"""Ask again when waiting may help. The one place where a request is repeated.

Waiting is queueing: it is not the model's time and is not counted as such. A request that timed out is sent
again less often than one that was refused, since it has cost its time, and maybe its money, already.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from harness.clients.client import Ask, ClientError, Conversation, Model, Reply
from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import Attempt, Message

_TIMEOUT = "timeout"
"""How the kinds of time-outs begin."""


@dataclass(frozen=True, kw_only=True)
class Retrying:
    """A conversation whose requests are sent up to `attempts` times."""

    inner: Conversation
    sleep: Callable[[float], Awaitable[None]]
    dice: random.Random
    clock: Callable[[], float]
    now: Callable[[], str]
    """UTC, ISO 8601."""
    attempts: int = 5
    timeouts: int = 2
    """So many of the attempts may end with a time-out."""
    first_wait: float = 0.5
    longest_wait: float = 60.0
    """Of our own; the server's wish is met as far as the patience goes."""
    patience: float = 600.0
    """Seconds that one request may wait in all."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        """The reply of the first attempt that brought one, with those before it on its exchange."""
        failed: tuple[Attempt, ...] = ()
        while True:
            sent, start = self.now(), self.clock()
            try:
                reply = await self.inner.reply(messages, ask)
            except ClientError as error:
                ms = error.ms if error.sent else round((self.clock() - start) * 1e3, 3)
                failed = (*failed, Attempt(kind=error.kind, sent=error.sent or sent, ms=ms))
                wait = self._wait(error, failed)
                if wait is None:
                    error.failed = failed
                    raise
                waited = failed[-1].model_copy(update={"waited_ms": round(wait * 1e3, 3)})
                failed = (*failed[:-1], waited)
                await self.sleep(wait)
            else:
                if not failed:
                    return reply
                exchange = reply.exchange.model_copy(update={"failed": failed})
                return Reply(message=reply.message, exchange=exchange, cut_short=reply.cut_short)

    def _wait(self, error: ClientError, failed: Sequence[Attempt]) -> float | None:
        """Retry-After when the server gave one, else exponential back-off with full jitter; in seconds. None
        when it is no use, or has been tried often and long enough.
        """
        timeouts = sum(one.kind.startswith(_TIMEOUT) for one in failed)
        if not error.retryable or len(failed) >= self.attempts or timeouts >= self.timeouts:
            return None
        ceiling = min(self.longest_wait, self.first_wait * 2 ** (len(failed) - 1))
        wait = error.retry_after
        if wait is None:
            wait = self.dice.uniform(ceiling / 2, ceiling)
        waited = sum(one.waited_ms for one in failed) / 1e3
        return wait if waited + wait <= self.patience else None


@dataclass(frozen=True, kw_only=True)
class RetryingModel:
    """A model all of whose conversations are `Retrying`."""

    inner: Model
    sleep: Callable[[float], Awaitable[None]]
    dice: random.Random
    clock: Callable[[], float]
    now: Callable[[], str]

    @property
    def variant(self) -> ModelVariant:
        return self.inner.variant

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A fresh conversation, with patience."""
        return Retrying(
            inner=self.inner.converse(exam, repeat),
            sleep=self.sleep,
            dice=self.dice,
            clock=self.clock,
            now=self.now,
        )
