"""Readers whose memory is known: what they get right can be predicted, and so they prove the instrument.

They read the very messages that a model would be sent. What a reader can still see decides what it answers:
gold where all that an answer rests on is in view, the value that it knows where a later one replaced it, and
"not stated" otherwise.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.clients.client import Ask, Conversation, Reply
from scenarios.documents.document import Tokenizer
from scenarios.documents.length import parse_length
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.language import Language
from scenarios.line import Conflict, Insights, Line, Names, Value
from scenarios.reading import Evidence, Reading
from scenarios.transcript import AssistantMessage, Exchange, Message, UserMessage
from scoring.line_mutants import gold_line, wrong_line
from scoring.lines.gold import told_insights

READERS: Mapping[str, str] = {
    "window": "window:N remembers only the last N tokens that it was sent",
    "lossy": "lossy:P forgets a sentence with probability 4·P·d·(1−d) at depth d: the middle most",
    "stale": "never takes in that a value was replaced",
    "flip": "flip:P gives one and the same wrong answer with probability P, anew for every question",
    "copier": "gives the beginning of the document back, whatever it is asked",
}
_COPIED = 2000


class NoReader(ValueError):
    """A reader's parameter that means nothing."""


@dataclass(frozen=True, kw_only=True)
class ReaderKind:
    name: str
    tokens: int = 0
    """`window`."""
    chance: float = 0.0
    """`lossy` and `flip`."""


def parse_reader(text: str) -> ReaderKind | None:
    """`window:4k`, `lossy:0.3`, `flip:0.2`, `stale`, `copier`; None for another name. Raises `NoReader`."""
    name, _, parameter = text.partition(":")
    if name not in READERS:
        return None
    try:
        if name == "window":
            return ReaderKind(name=name, tokens=parse_length(parameter))
        chance = float(parameter) if name in {"lossy", "flip"} else 0.0
    except ValueError as error:
        raise NoReader(f"{text!r}: {READERS[name]}") from error
    if parameter and name in {"stale", "copier"}:
        raise NoReader(f"{text!r}: {name} takes no parameter; it {READERS[name]}")
    if not 0 <= chance <= 1:
        raise NoReader(f"{text!r}: a probability is between 0 and 1")
    return ReaderKind(name=name, chance=chance)


def chance_of_forgetting(kind: ReaderKind, depth: float) -> float:
    """How likely a lossy reader forgets what stands at a depth in [0, 1]."""
    return kind.chance * 4 * depth * (1 - depth)


@dataclass(frozen=True, kw_only=True)
class PolitePerformance:
    """A behaviour that also takes part in a reading: it acknowledges every part that it is given."""

    exam: Exam
    inner: Conversation

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        if _is_asked(self.exam, messages):
            return await self.inner.reply(messages, ask)
        return _said("OK")


def polite(exam: Exam, inner: Conversation) -> Conversation:
    """The behaviour, with good manners where a document is read part by part."""
    return inner if exam.scenario.reading is None else PolitePerformance(exam=exam, inner=inner)


@dataclass(frozen=True, kw_only=True)
class ReaderPerformance:
    """One reader in one trial."""

    exam: Exam
    reading: Reading
    kind: ReaderKind
    shelf: Shelf
    dice: str
    """What its luck hangs on, beside what it is about."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:  # noqa: ARG002 # takes no time
        line = self.exam.scenario.segments[0].expect.line
        if line is None or not _is_asked(self.exam, messages):
            return _said("OK")
        language = self.exam.scenario.language
        if self.reading.rests == "whole" and self._lost_something(messages):
            return _said(answer_nothing(language))
        if self.kind.name == "copier":
            return _said(_before_question(messages)[:_COPIED])
        if self.kind.name == "flip":
            flipped = self._luck(self.exam.scenario.name) < self.kind.chance
            return _said(wrong_line(line, language) if flipped else gold_line(line, language))
        return _said(answer_from(line, self.reading, self._known(messages), language))

    def _known(self, messages: Sequence[Message]) -> tuple[Evidence, ...]:
        text = _before_question(messages)
        shown = [one for one in self.reading.evidence if one.text in text]
        match self.kind.name:
            case "window":
                seen = self._tokenizer.tail(text, self.kind.tokens)
                return tuple(one for one in shown if one.text in seen)
            case "lossy":
                return tuple(one for one in shown if self._luck(one.text) >= self._chance(one))
            case "stale" if self.reading.rests == "latest":
                return tuple(shown[:1])
        return tuple(shown)

    def _lost_something(self, messages: Sequence[Message]) -> bool:
        if self.kind.name == "window":
            text = _before_question(messages)
            return self._tokenizer.tail(text, self.kind.tokens) != text
        return self.kind.name == "lossy" and self.kind.chance > 0

    @property
    def _tokenizer(self) -> Tokenizer:
        return self.shelf.tokenizer(self.reading.document.source.sizing)

    def _chance(self, one: Evidence) -> float:
        return chance_of_forgetting(self.kind, one.token / max(1, self.reading.tokens))

    def _luck(self, about: str) -> float:
        digest = hashlib.sha256(f"{self.dice}\n{about}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


def answer_from(line: Line, reading: Reading, known: Sequence[Evidence], language: Language) -> str:
    """The reply of somebody who knows these sentences and nothing else of the document."""
    if len(known) == len(reading.evidence):
        return gold_line(line, language)
    answers = [one.answer for one in known]
    match line, reading.rests:
        case _, "latest" if known:
            return gold_line(Value(gold=answers[-1]), language)
        case Names(), "each":
            return gold_line(Names(gold=tuple(map(str, answers))), language)
        case Insights(), "each":
            return gold_line(told_insights(line, answers), language)
        case Conflict(), "each" if len(answers) == 1:
            return gold_line(Value(gold=answers[0]), language)
    return answer_nothing(language)


def answer_nothing(language: Language) -> str:
    """The reply of somebody who found nothing."""
    return gold_line(Value(gold=None), language)


def _is_asked(exam: Exam, messages: Sequence[Message]) -> bool:
    """Whether the last turn is the question, and not a part of the document."""
    last = messages[-1]
    return not isinstance(last, UserMessage) or last.text == exam.scenario.segments[0].user[-1]


def _before_question(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages[:-1])


def _said(text: str) -> Reply:
    return Reply(message=AssistantMessage(text=text), exchange=Exchange(finish="stop"))
