"""Bring a document before a model, once for all the questions on it.

A *reading* is one model, one document, one layout and one repeat. In layouts with turns its main line is
played part by part, as far as the next question needs it, and kept in the run folder after every turn;
questions branch off and never enter it. Where the document is given whole, the first question goes ahead
alone, so that those that follow find the beginning they share in the provider's cache. On a model's first
long document the second goes alone too: it is the one that tells whether there is such a cache, and the rest
would be paid in full without it.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from harness.clients.client import Ask, Model, Shared
from harness.economy import CAN_HIT, LONG
from harness.runs.store import RunFolder
from harness.trial.layouts import IN_TURNS, line, whole
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.reading import WHOLE, Reading
from scenarios.transcript import Message, ReadingRecord

REPLY_TOKENS = 64
NOTES_TOKENS = 800
_TOKENS_A_SECOND = 400
_LEAST_SECONDS = 120.0
_KEY_LETTERS = 32
_KEPT = 256
"""Readings whose replies stay in memory; older ones are read from the run folder again."""


class ReadingStore(Protocol):
    """Where the main lines of readings are kept."""

    async def kept(self, record: ReadingRecord) -> ReadingRecord | None:
        """What was kept of the reading with this one's names; None when nothing was."""
        ...

    async def keep(self, record: ReadingRecord) -> None: ...


@dataclass(kw_only=True)
class _Open:
    """One reading that is going on."""

    record: ReadingRecord
    is_known: bool = False
    """Whether the store was asked for what it has of it."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by a question on a whole document that goes ahead of the others."""
    ahead: int = 0
    """Questions that went ahead."""
    shown: dict[int, tuple[Message, ...]] = field(default_factory=dict)
    """The messages before a question, by how many parts were read; only the latest are kept."""


@dataclass(kw_only=True)
class Openings:
    shelf: Shelf
    store: ReadingStore
    warm: bool = True
    """The first question on a document goes ahead alone; off, every question takes its chance."""
    _cache_seen: set[str] = field(default_factory=set)
    """Models that were asked a second time about a long document."""
    _open: OrderedDict[str, _Open] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def opened(self, model: Model, exam: Exam, repeat: int) -> AsyncIterator[tuple[Message, ...]]:
        """What the model is shown before the exam's question, which is asked while the block lasts.

        Raises `ClientError` when the main line could not be played, and `CannotMake` for a changed document.
        """
        reading = exam.scenario.reading
        if reading is None or reading.layout == "tools":
            yield ()
            return
        state = self._state(model, exam, reading, repeat)
        async with state.lock:
            if not state.is_known:
                state.record, state.is_known = await self.store.kept(state.record) or state.record, True
            if reading.after not in state.shown:
                state.shown = {reading.after: await self._shown(state, model, exam, reading, repeat)}
            shown = state.shown[reading.after]
        if not self.warm or reading.layout not in WHOLE:
            yield shown
            return
        async with self._in_turn(state, reading):
            yield shown

    @asynccontextmanager
    async def _in_turn(self, state: _Open, reading: Reading) -> AsyncIterator[None]:
        """Alone with the first questions on a document, and with the others after these."""
        await state.gate.acquire()
        telling = reading.tokens >= LONG and state.record.model not in self._cache_seen
        if state.ahead >= (CAN_HIT if telling else 1):
            state.gate.release()
            yield
            return
        try:
            yield
        finally:
            state.ahead += 1
            if telling and state.ahead == CAN_HIT:
                self._cache_seen.add(state.record.model)
            # Not at once: who asked says first whether the run goes on.
            asyncio.get_running_loop().call_soon(state.gate.release)

    def parts(self, reading: Reading) -> tuple[str, ...]:
        """The text of the document, for the MCP server that stands before it."""
        return self.shelf.document(reading.document).parts

    def _state(self, model: Model, exam: Exam, reading: Reading, repeat: int) -> _Open:
        asked = ReadingRecord(
            suite=exam.scenario.suite,
            document=reading.document.name,
            layout=reading.layout,
            model=model.variant.label,
            repeat=repeat,
        )
        key = f"{asked.model}\n{asked.suite}\n{reading.key}\n{repeat}"
        if key not in self._open:
            self._open[key] = _Open(record=asked)
            while len(self._open) > _KEPT:
                self._open.popitem(last=False)
            for older in list(self._open.values())[:-2]:
                older.shown = {}
        return self._open[key]

    async def _shown(
        self, state: _Open, model: Model, exam: Exam, reading: Reading, repeat: int
    ) -> tuple[Message, ...]:
        document, language = self.shelf.document(reading.document), exam.scenario.language
        if reading.layout not in IN_TURNS:
            return whole(reading.layout, document, language)
        while len(state.record.replies) < reading.after:
            await self._read_on(state, model, exam, reading, repeat)
        said = line(reading.layout, document, reading.after, state.record.replies[: reading.after], language)
        return said + whole("recap", document, language) if reading.layout == "recap" else said

    async def _read_on(self, state: _Open, model: Model, exam: Exam, reading: Reading, repeat: int) -> None:
        """Give the model one more part, and keep what it says to it."""
        record, document = state.record, self.shelf.document(reading.document)
        part = len(record.replies) + 1
        messages = line(record.layout, document, part, record.replies, exam.scenario.language)
        read = document.tokens[part - 1] if record.layout == "carry" else sum(document.tokens[:part])
        ask = Ask(
            output_tokens=NOTES_TOKENS if record.layout == "carry" else REPLY_TOKENS,
            seconds=_LEAST_SECONDS + read / _TOKENS_A_SECOND,
            shared=None if record.layout == "carry" else shared_beginning(model, reading, repeat),
        )
        reply = await model.converse(exam, repeat).reply(messages, ask)
        state.record = record.model_copy(
            update={
                "replies": (*record.replies, reply.message.text),
                "exchanges": (*record.exchanges, reply.exchange),
                "cut": (*record.cut, part) if reply.cut_short else record.cut,
            }
        )
        await self.store.keep(state.record)


def shared_beginning(model: Model, reading: Reading, repeat: int, messages: int = 0) -> Shared:
    """What all requests on one reading have in common, by a key that says nothing of the document; its main
    line has no end of its own that others begin with (0 `messages`), but is kept on the same server.
    """
    said = f"{model.variant.label}/{reading.key}/{repeat}"
    return Shared(messages=messages, key=hashlib.sha256(said.encode()).hexdigest()[:_KEY_LETTERS])


@dataclass
class InMemory:
    """Main lines that nobody needs tomorrow."""

    records: dict[str, ReadingRecord] = field(default_factory=dict)

    async def kept(self, record: ReadingRecord) -> ReadingRecord | None:
        return self.records.get(record.name)

    async def keep(self, record: ReadingRecord) -> None:
        self.records[record.name] = record


@dataclass(frozen=True)
class InFolder:
    """Main lines that the run keeps."""

    folder: RunFolder

    async def kept(self, record: ReadingRecord) -> ReadingRecord | None:
        return await self.folder.aside(self.folder.reading, record)

    async def keep(self, record: ReadingRecord) -> None:
        await self.folder.aside(self.folder.write_reading, record)
