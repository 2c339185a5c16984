"""Workloads from our own scenarios: the very requests that a run would send to a model that does what gold
does.

The oracle plays every scenario once, through the real loop and the real worlds, and whatever it is asked is
noted. `agent` keeps scenarios with tools and turns, `documents` the questions on long documents; those on one
document make one conversation, in which the first finds the document cold.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.bench.talk import Talk, Turn
from harness.clients.client import Ask, Conversation, Model, Reply
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.runs.store import RunError
from harness.trial.play import Stage, play
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Message

_ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)
_LEAST_REPLY = 32
"""Tokens: gold says the bare facts, and a model makes a sentence of them."""
_BYTES = 4
"""Of a token of a reply."""


@dataclass
class _Heard:
    """One conversation with the oracle."""

    exam: Exam
    turns: list[Turn] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Ear:
    """A conversation that is listened to."""

    inner: Conversation
    heard: _Heard

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        reply = await self.inner.reply(messages, ask)
        most = min(ask.output_tokens, max(_LEAST_REPLY, _tokens(reply.message)))
        self.heard.turns.append(Turn(messages=tuple(messages), output_tokens=most, shared=ask.shared))
        return reply


@dataclass(kw_only=True)
class _Listening:
    """The oracle, with somebody who notes what it is asked."""

    inner: Model
    heard: list[_Heard] = field(default_factory=list)

    @property
    def variant(self) -> ModelVariant:
        return self.inner.variant

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        self.heard.append(_Heard(exam))
        return _Ear(inner=self.inner.converse(exam, repeat), heard=self.heard[-1])


async def gold_talks(exams: Mapping[str, Exam], stage: Stage, shelf: Shelf) -> tuple[Talk, ...]:
    """Every conversation that the exams make. Raises `RunError` when gold itself cannot be played."""
    talks: list[Talk] = []
    by_document: dict[str, list[Talk]] = {}
    for name, exam in exams.items():
        heard = await _heard(exam, stage, shelf)
        reading = exam.scenario.reading
        if reading is None or reading.layout == "tools":
            talks += [Talk(name=name, exam=one.exam, turns=tuple(one.turns)) for one in heard if one.turns]
            continue
        key = f"{exam.scenario.suite}/{reading.key}"
        questions = [Talk(name=key, exam=one.exam, turns=tuple(one.turns), grows=False) for one in heard]
        by_document.setdefault(key, []).extend(questions)
    return (*talks, *_joined(by_document.values()))


async def _heard(exam: Exam, stage: Stage, shelf: Shelf) -> list[_Heard]:
    oracle = _Listening(inner=ReferenceModel(variant=_ORACLE, shelf=shelf))
    transcript = await play(exam, oracle, 0, stage)
    if transcript.ended != "done":
        why = transcript.failure.message if transcript.failure else transcript.ended
        raise RunError(f"{exam.scenario.name}: its gold cannot be played: {why}; look at `longspan check`")
    return oracle.heard


def _joined(groups: Iterable[Sequence[Talk]]) -> Iterator[Talk]:
    """One conversation of each group; its questions are asked under one exam, for they share its tools."""
    for group in groups:
        turns = tuple(turn for talk in group for turn in talk.turns)
        yield Talk(name=group[0].name, exam=group[0].exam, turns=turns, grows=False)


def _tokens(message: AssistantMessage) -> int:
    """About how many tokens a gold reply has."""
    calls = [{"name": call.name, "arguments": call.arguments_json} for call in message.tool_calls]
    text = message.text + (json.dumps(calls, ensure_ascii=False) if calls else "")
    return -(-len(text.encode()) // _BYTES)
