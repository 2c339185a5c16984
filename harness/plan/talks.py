"""The requests of tool work, as the oracle has them: it plays every scenario once, and nothing is sent.

A model takes other turns, so whatever is made of these is marked as estimated.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.clients.client import Model
from harness.exams.reference import Performer, ReferenceModel
from harness.plan.counting import MESSAGE, Counting
from harness.plan.request import Piece, PlannedRequest, key_of, with_marks
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Event, Message, UserAction, UserMessage
from scoring.behaviour import gold_behaviour, one_at_a_time

_ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)


@dataclass
class Oracle:
    """Plays each scenario once."""

    stage: Stage
    users: Mapping[str, Exam] = field(default_factory=dict)
    """By scenario: the whole exams, where it is the requests of the users' model that are planned."""
    model: Model = field(default_factory=lambda: ReferenceModel(variant=_ORACLE))
    told: dict[str, tuple[Message, ...]] = field(default_factory=dict)
    """By scenario: conversations that are known."""

    async def said(self, exam: Exam) -> tuple[Message, ...]:
        """The whole conversation, as the model reads it."""
        name = exam.scenario.name
        if name not in self.told:
            whole = self.users.get(name, exam)
            transcript = await play(whole, self._plays(whole), 0, self.stage)
            events = [message for segment in transcript.segments for message in segment.messages]
            self.told[name] = tuple(
                as_the_user_reads(events)
                if name in self.users
                else (message for message in events if not isinstance(message, UserAction))
            )
        return self.told[name]

    def _plays(self, exam: Exam) -> Model:
        """Gold makes calls in one message that do not need each other. Which need which, other benchmarks do
        not say, and to make all of theirs at once would be far from what models do.
        """
        if exam.scenario.theirs is None or not exam.scenario.tools.answered:
            return self.model
        return Performer(variant=_ORACLE, behaviour=one_at_a_time(gold_behaviour(exam)))


def as_the_user_reads(events: Iterable[Event]) -> Iterator[Message]:
    """A conversation from the other side: the agent's words are heard, and the user's own calls are seen."""
    for event in events:
        match event:
            case UserMessage(text=text):
                yield AssistantMessage(text=text)
            case AssistantMessage(text=text, tool_calls=()):
                yield UserMessage(text=text)
            case UserAction(text=text, tool_calls=calls, results=results):
                yield AssistantMessage(text=text, tool_calls=calls)
                yield from results


def talk_requests(
    exam: Exam, said: tuple[Message, ...], counting: Counting, *, repeat: int, talk: int
) -> Iterator[PlannedRequest]:
    """A request for each message of the model's, with all that stands before it.

    Repeats share what comes before the model's first message, and go their own ways from there.
    """
    head, pieces = list(_head(exam, counting)), list[Piece]()
    way, before = "", 0
    for message in said:
        text = _text(message)
        way = str(repeat) if isinstance(message, AssistantMessage) else way
        piece = Piece(key=key_of(message.role, text, way), tokens=counting.message(text))
        if isinstance(message, AssistantMessage) and not message.given:
            yield PlannedRequest(
                talk=talk,
                pieces=with_marks(head, pieces, before=before),
                reply=replace(piece, tokens=piece.tokens - MESSAGE),
                most=exam.scenario.limits.output_tokens,
                estimated=True,
            )
            before = len(pieces)
        pieces.append(piece)


def _head(exam: Exam, counting: Counting) -> Iterator[Piece]:
    """Tools and system prompt, which the scenarios of a suite mostly share."""
    if exam.key.tools:
        offered = {"name", "description", "input_schema"}
        text = "".join(tool.model_dump_json(include=offered) for tool in exam.key.tools)
        yield Piece(key=key_of("tools", text), tokens=counting.text(text))
    if exam.scenario.system:
        text = exam.scenario.system
        yield Piece(key=key_of("system", text), tokens=counting.message(text))


def _text(message: Message) -> str:
    if isinstance(message, AssistantMessage):
        calls = [{"name": call.name, "arguments": call.arguments_json} for call in message.tool_calls]
        return message.text + (json.dumps(calls, ensure_ascii=False) if calls else "")
    return message.text
