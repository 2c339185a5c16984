"""A model behind an HTTP endpoint, whatever its wire format.

A reply is streamed and read as it comes, because a harness that reports time to first token has to see the
first token. This module is the one place where what goes wrong on the line gets its name; it neither retries
nor logs. What an endpoint refuses to do and can do without is given up once, for good, and in writing.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from harness.clients.client import (
    Ask,
    BadReply,
    ClientError,
    Conversation,
    Gate,
    OpenGate,
    Overloaded,
    Passage,
    Rejected,
    Reply,
    Sending,
)
from harness.clients.event_stream import MOST_BYTES, Event, EventStream, parsed_object, too_long
from harness.clients.refusal import refused
from harness.clients.wire import Assembly, Dialled, Draft, Wire
from harness.environment import without_key
from harness.registry.provider import Concession, Quirks
from harness.runs.record import ModelVariant
from scenarios.exam import Exam
from scenarios.foreign import whole_text
from scenarios.transcript import Message

_MOST_OF_A_REFUSAL = 2**16
"""Bytes that are read of it."""
_MOST_SAID = 1000
"""Characters of an error that are kept."""
_WAITED_FOR = {
    "timeout_first_byte": "no sign of a reply from",
    "timeout_idle": "silence in the middle of a reply from",
    "timeout_total": "no whole reply from",
}
_NEGOTIABLE = re.compile(r"http_(400|403|404|422)")


@dataclass(kw_only=True)
class HttpModel:
    """One model behind one endpoint."""

    variant: ModelVariant
    http: aiohttp.ClientSession
    url: str
    """Of the endpoint: `…/v1/chat/completions`."""
    wire: Wire
    quirks: Quirks = field(default_factory=Quirks)
    key: str | None = field(default=None, repr=False)
    """Sent with every request, and hidden in whatever comes back."""
    clock: Callable[[], float]
    now: Callable[[], str]
    """UTC, ISO 8601."""
    gate: Gate = field(default_factory=OpenGate)
    conceded: tuple[Concession, ...] = ()
    """What was given up so far."""
    _tools: dict[str, bytes] = field(default_factory=dict, repr=False)

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A conversation under the exam's system prompt; its tools are encoded once for all trials."""
        if exam.digest not in self._tools:
            self._tools[exam.digest] = self.wire.tools(exam.key.tools) if exam.key.tools else b""
        return _Conversation(
            model=self,
            system=exam.scenario.system,
            tools=self._tools[exam.digest],
            sampling=self._sampling(repeat),
            session=f"{exam.digest[:16]}-{repeat}",
        )

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Type": "application/json", **auth_headers(self.key, self.quirks)}

    @property
    def streams(self) -> bool:
        """Whether replies come bit by bit, as far as this endpoint is known to do so."""
        return all(one.gives_up != "stream" for one in self.conceded)

    def concede(self, error: ClientError) -> bool:
        """Give up what a refusal asks for, if the quirk table has it; whether it did."""
        if not isinstance(error, Rejected) or not _NEGOTIABLE.fullmatch(error.kind):
            return False
        said = str(error).casefold()
        for one in self.quirks.concessions:
            if one not in self.conceded and all(words.casefold() in said for words in one.says):
                self.conceded = (*self.conceded, one)
                return True
        return False

    def _sampling(self, repeat: int) -> dict[str, Any]:
        """The variant's sampling; a seed moves on with the repeat, so that repeats are not copies."""
        sampling: dict[str, Any] = dict(self.variant.sampling)
        if isinstance(sampling.get("seed"), int):
            sampling["seed"] += repeat
        return sampling


@dataclass
class _Wait:
    """What a request is waited for just now."""

    end: float
    """When the whole has to be there, by the event loop's clock."""
    what: str = ""

    def until(self, what: str, moment: float) -> float:
        """When to give up waiting for this."""
        self.what = what if moment < self.end else "timeout_total"
        return min(moment, self.end)


@dataclass(kw_only=True)
class _Conversation:
    model: HttpModel
    system: str
    tools: bytes
    sampling: Mapping[str, Any]
    session: str
    """The same for all requests of a trial."""
    draft: Draft | None = None
    drafted_under: tuple[Concession, ...] = ()
    known_tokens: int | None = None
    """Of all that was said by the end of the last reply, as the provider counted."""
    known_body: bytes = field(default=b"", repr=False)
    """The request that it counted."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        try:
            while True:
                try:
                    return await self._sent(messages, ask)
                except Rejected as error:
                    if not self.model.concede(error):
                        raise
        except ClientError as error:
            said = without_key(whole_text(str(error)).encode(), self.model.key).decode()
            error.args = (said[:_MOST_SAID],)
            raise

    async def _sent(self, messages: Sequence[Message], ask: Ask) -> Reply:
        model, body = self.model, self._body(messages, ask)
        sending = Sending(
            size=len(body),
            output_tokens=ask.output_tokens,
            known_tokens=self.known_tokens,
            new_bytes=new_bytes(self.known_body, body),
            shared=ask.shared.key if ask.shared else "",
            shared_bytes=_shared_bytes(messages, ask),
        )
        async with model.gate.passage(sending) as passage:
            reply = await self._answered(body, ask, passage)
        usage = reply.exchange.usage
        if usage.input is not None and usage.output is not None and not usage.doubt:
            self.known_tokens, self.known_body = usage.input + usage.output, body
        return reply

    def _body(self, messages: Sequence[Message], ask: Ask) -> bytes:
        model = self.model
        if self.draft is None or self.drafted_under != model.conceded:
            dialled = Dialled(
                variant=model.variant,
                quirks=model.quirks,
                sampling=self.sampling,
                system=self.system,
                tools=self.tools,
                conceded=model.conceded,
            )
            self.draft, self.drafted_under = model.wire.draft(dialled), model.conceded
        return self.draft.body(messages, ask)

    async def _answered(self, body: bytes, ask: Ask, passage: Passage) -> Reply:
        """The reply, with when it was asked for; an error says so too."""
        model, start, sent = self.model, self.model.clock(), self.model.now()
        try:
            reply = await self._named(body, ask, start, passage)
        except ClientError as error:
            error.sent, error.ms = sent, round((model.clock() - start) * 1e3, 3)
            raise
        told = {"sent": sent, "conceded": tuple(one.why for one in model.conceded)}
        passage.exchange = reply.exchange.model_copy(update=told)
        return Reply(message=reply.message, exchange=passage.exchange, cut_short=reply.cut_short)

    async def _named(self, body: bytes, ask: Ask, start: float, passage: Passage) -> Reply:
        """The one place where what goes wrong on the line gets its name."""
        model, patience = self.model, self.model.quirks.patience
        seconds = min(ask.seconds, patience.total or ask.seconds)
        wait = _Wait(end=asyncio.get_running_loop().time() + seconds)
        try:
            return await self._exchange(body, ask, start, passage, wait)
        except aiohttp.ConnectionTimeoutError as error:
            passage.refused = True
            waited = model.clock() - start
            raise Overloaded("timeout_connect", f"no line to {model.url} within {waited:.0f} s") from error
        except TimeoutError as error:
            waited = model.clock() - start
            said = f"{_WAITED_FOR[wait.what]} {model.url}; given up after {waited:.0f} s"
            raise Overloaded(wait.what, said) from error
        except aiohttp.ClientConnectorError as error:
            passage.refused = True
            kind = "tls" if isinstance(error, aiohttp.ClientSSLError) else "unreachable"
            raise Overloaded(kind, f"cannot reach {model.url}: {error}") from error
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise Overloaded("cut_stream", f"{model.url}: {type(error).__name__}: {error}") from error
        except RecursionError as error:
            raise BadReply("bad_reply", "the reply nests deeper than anybody can read") from error

    async def _exchange(self, body: bytes, ask: Ask, start: float, passage: Passage, wait: "_Wait") -> Reply:
        model, loop, patience = self.model, asyncio.get_running_loop(), self.model.quirks.patience
        reading = len(body) / patience.bytes_a_second
        first = loop.time() + patience.first_byte + reading if model.streams else wait.end
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=patience.connect + reading)
        async with (
            asyncio.timeout_at(wait.until("timeout_first_byte", first)) as waiting,
            model.http.post(
                model.url, data=body, headers=self._headers(ask), allow_redirects=False, timeout=timeout
            ) as response,
        ):
            if response.status != HTTPStatus.OK:
                passage.refused = True
                said = await _beginning(response.content, _MOST_OF_A_REFUSAL)
                raise refused(response.status, response.headers, said.decode(errors="replace"))
            thinks = model.variant.thinking not in {None, "off"}
            assembly = model.wire.assembly(start, model.quirks, model.key, thinks=thinks)
            if "event-stream" not in response.headers.get("Content-Type", "").lower():
                return await self._whole(response, assembly)

            def take(events: Iterator[Event]) -> None:
                # Only what brings the reply on counts as a sign of life.
                for event in events:
                    if assembly.add(event, model.clock()):
                        waiting.reschedule(wait.until("timeout_idle", loop.time() + patience.idle))

            stream = EventStream()
            async for chunk in response.content.iter_any():
                take(stream.feed(chunk))
                if stream.ended:
                    break
            take(stream.close())
            return assembly.reply(model.clock(), ended=stream.ended)

    async def _whole(self, response: aiohttp.ClientResponse, assembly: Assembly) -> Reply:
        whole = await _beginning(response.content, MOST_BYTES + 1)
        if len(whole) > MOST_BYTES:
            raise too_long()
        assembly.add_whole(parsed_object(whole, "bad_reply", "the reply"))
        return assembly.reply(self.model.clock(), ended=True)

    def _headers(self, ask: Ask) -> Mapping[str, str]:
        """Also what keeps together, on one server, the requests that have a beginning in common."""
        quirks, together = self.model.quirks, {}
        if quirks.cache_key_header and ask.shared:
            together[quirks.cache_key_header] = ask.shared.key
        if quirks.session_header:
            together[quirks.session_header] = ask.shared.key if ask.shared else self.session
        return {**self.model.headers, **together}


def auth_headers(key: str | None, quirks: Quirks) -> dict[str, str]:
    """The headers that an endpoint wants with every request, its key among them."""
    if not key:
        return dict(quirks.headers)
    bearer = {} if quirks.auth == "x-api-key" else {"Authorization": f"Bearer {key}"}
    named = {} if quirks.auth == "bearer" else {"x-api-key": key}
    return {**quirks.headers, **bearer, **named}


def new_bytes(before: bytes, body: bytes) -> int:
    """How many bytes of a request the one before it did not have, where both begin and end alike."""
    head = _alike(before, body, lambda data, low, high: data[low:high])
    rest = min(len(before), len(body)) - head

    def from_behind(data: bytes, low: int, high: int) -> bytes:
        return data[len(data) - high : len(data) - low]

    return len(body) - head - min(rest, _alike(before, body, from_behind))


def _alike(one: bytes, other: bytes, part: Callable[[bytes, int, int], bytes]) -> int:
    """How far two texts are the same, looking for the place by halves."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if part(one, low, middle) == part(other, low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _shared_bytes(messages: Sequence[Message], ask: Ask) -> int:
    """At the least, of what the beginning says that the request shares with others; JSON only adds to it."""
    shared = messages[: ask.shared.messages] if ask.shared else ()
    return sum(len(message.text.encode(errors="replace")) for message in shared)


async def _beginning(body: aiohttp.StreamReader, most: int) -> bytes:
    """The first bytes of a body, at most so many; all of it when it is shorter."""
    parts: list[bytes] = []
    left = most
    async for chunk in body.iter_any():
        parts.append(chunk[:left])
        left -= len(parts[-1])
        if not left:
            break
    return b"".join(parts)
