"""Ask again when waiting may help. The one place where a request is repeated.

Waiting is queueing: it is not the model's time and is not counted as such.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from harness.clients.client import Ask, ClientError, Conversation, Model, Reply
from harness.run_record import ModelVariant
from scenarios.exam import Exam
from scenarios.transcript import Message


@dataclass(frozen=True, kw_only=True)
class Retrying:
    """A conversation whose requests are sent up to `attempts` times."""

    inner: Conversation
    sleep: Callable[[float], Awaitable[None]]
    dice: random.Random
    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 60.0

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        """The reply of the first attempt that brought one, with the number of attempts on its exchange."""
        attempt = 1
        while True:
            try:
                reply = await self.inner.reply(messages, ask)
            except ClientError as error:
                error.attempts = attempt
                if not error.retryable or attempt >= self.attempts:
                    raise
                await self.sleep(self._wait(error, attempt))
                attempt += 1
            else:
                if attempt == 1:
                    return reply
                exchange = reply.exchange.model_copy(update={"attempts": attempt})
                return Reply(message=reply.message, exchange=exchange, cut_short=reply.cut_short)

    def _wait(self, error: ClientError, attempt: int) -> float:
        """Retry-After when the server gave one, else exponential back-off with full jitter; in seconds."""
        if error.retry_after is not None:
            return min(error.retry_after, self.longest_wait)
        ceiling = min(self.longest_wait, self.first_wait * 2 ** (attempt - 1))
        return self.dice.uniform(ceiling / 2, ceiling)


@dataclass(frozen=True, kw_only=True)
class RetryingModel:
    """A model all of whose conversations are `Retrying`."""

    inner: Model
    sleep: Callable[[float], Awaitable[None]]
    dice: random.Random

    @property
    def variant(self) -> ModelVariant:
        return self.inner.variant

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A fresh conversation, with patience."""
        return Retrying(inner=self.inner.converse(exam, repeat), sleep=self.sleep, dice=self.dice)
