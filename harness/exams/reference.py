"""Models that are no models: they play a behaviour that is known beforehand, to prove the instrument.

They speak through the same protocol as every client, in process and in no time, and whatever they are
measured with carries the word SIMULATED.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.clients.client import Ask, Conversation, Reply
from harness.exams.reference_reading import ReaderPerformance, parse_reader, polite
from harness.runs.record import ModelVariant
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.matching import resolve
from scenarios.transcript import AssistantMessage, Exchange, Message, ToolCall, ToolMessage, UserMessage
from scoring.behaviour import Behaviour, PlannedCall, Turn, arguments_json, gold_behaviour, refusal, spoken
from scoring.mutation import mutants
from scoring.original import original

REFERENCE_MODELS: Mapping[str, str] = {
    "oracle": "does and says exactly what gold does",
    "idle": "says nothing and does nothing",
    "refuser": "declines everything politely",
    "flawed": "does what gold does, in half of the trials with one mistake drawn at random",
    "random-tool": "calls a tool drawn at random, with arguments that its schema takes, then says nothing",
}

_FLAWED = 0.5
_TRIES = 3
"""How often a call is made again while faults spoil it."""


@dataclass(frozen=True, kw_only=True)
class ReferenceModel:
    """One of `REFERENCE_MODELS`."""

    variant: ModelVariant
    seed: int = 0
    shelf: Shelf = field(default_factory=Shelf)
    """Counts the tokens of readers that remember so many."""

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        """A fresh conversation; what is drawn depends on seed, scenario and repeat alone.

        A reader whose memory is bounded does what gold does where there is nothing to read.
        """
        reading, reader = exam.scenario.reading, parse_reader(self.variant.model)
        if reading is not None and reader is not None:
            luck = f"{self.seed}/{reading.key}/{repeat}"
            return ReaderPerformance(exam=exam, reading=reading, kind=reader, shelf=self.shelf, dice=luck)
        dice = random.Random(f"{self.seed} {exam.scenario.name} {repeat}")  # noqa: S311 # reproducible, not secret
        behaviour = _BEHAVIOURS.get(self.variant.model, _BEHAVIOURS["oracle"])(exam, dice)
        return polite(exam, Performance(exam=exam, behaviour=behaviour))


@dataclass(frozen=True, kw_only=True)
class Performer:
    """A model that plays one behaviour, such as a mutant of gold."""

    variant: ModelVariant
    behaviour: Behaviour

    def converse(self, exam: Exam, repeat: int) -> Conversation:  # noqa: ARG002 # every repeat is the same
        return polite(exam, Performance(exam=exam, behaviour=self.behaviour))


@dataclass(kw_only=True)
class Performance:
    """A behaviour as it is played: what was done, and what came back."""

    exam: Exam
    behaviour: Behaviour
    read: int = 0
    turn: int = -1
    step: int = 0
    pending: tuple[PlannedCall, ...] = ()
    tries: int = 0
    results: dict[str, JsonValue] = field(default_factory=dict)
    """What the gold calls brought in this very trial."""

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:  # noqa: ARG002 # knows what comes
        """The next message of the behaviour; it takes no time and no tokens."""
        new, self.read = messages[self.read :], len(messages)
        again = self._take_in([m for m in new if isinstance(m, ToolMessage)])
        if any(isinstance(message, UserMessage) for message in new):
            self.turn, self.step = self.turn + 1, 0
        turn = self._present()
        if again:
            message = self._call(again)
            self.tries += 1
        elif self.step < len(turn.steps):
            self.step, self.tries = self.step + 1, 0
            message = self._call(turn.steps[self.step - 1])
        else:
            self.pending = ()
            message = AssistantMessage(text=spoken(turn, self._lookup, self.exam.scenario.language))
        return Reply(
            message=message, exchange=Exchange(finish="tool_calls" if message.tool_calls else "stop")
        )

    def _present(self) -> Turn:
        """What is played now; a simulated user who speaks on is only answered."""
        if self.turn < len(self.behaviour):
            return self.behaviour[self.turn]
        last = self.behaviour[-1]
        return Turn(segment=last.segment, text=last.text)

    def _call(self, calls: Sequence[PlannedCall]) -> AssistantMessage:
        self.pending = tuple(calls)
        return AssistantMessage(
            tool_calls=tuple(
                ToolCall(
                    id=f"call_{self.read}_{n}",
                    name=call.tool,
                    arguments_json=arguments_json(call, self._lookup),
                )
                for n, call in enumerate(calls)
            )
        )

    def _take_in(self, results: Sequence[ToolMessage]) -> tuple[PlannedCall, ...]:
        """Keep what came back; the calls that a fault spoilt are to be made again."""
        again = []
        for call, result in zip(self.pending, results, strict=False):
            if result.problem == "fault" and call.retry and self.tries < _TRIES:
                again.append(call)
            elif call.gold is not None and result.problem is None:
                self.results[call.gold] = result.text if result.structured is None else result.structured
        return tuple(again)

    def _lookup(self, ref: str) -> JsonValue:
        """What this trial's own call brought; what gold's brought where it brought nothing of the kind."""
        try:
            return resolve(self.results)(ref)
        except LookupError:
            return resolve(self.exam.key.results)(ref)


def constant(exam: Exam, text: str) -> Behaviour:
    """The behaviour that says one thing whatever it is asked."""
    return tuple(Turn(segment=name, text=text) for name in _turns(exam))


def _turns(exam: Exam) -> Iterator[str]:
    """The segment of every turn of the user's; how often a simulated one will speak, nobody knows."""
    scenario = exam.scenario
    return (one.id for one in scenario.segments for _ in one.user or ("",))


def _random_tool(exam: Exam, dice: random.Random) -> Behaviour:
    schemas = original(exam).schemas

    def turn(segment: str) -> Turn:
        for tool in dice.sample(list(schemas), len(schemas)):
            arguments = schemas[tool].filled({})
            if schemas[tool].accepts(arguments):  # not every pattern has a value that is shown somewhere
                text = json.dumps(arguments, ensure_ascii=False)
                call = PlannedCall(tool=tool, raw_json=text, retry=False)
                return Turn(segment=segment, steps=((call,),), text="")
        return Turn(segment=segment, text="")

    return tuple(map(turn, _turns(exam)))


def _flawed(exam: Exam, dice: random.Random) -> Behaviour:
    if dice.random() >= _FLAWED:
        return gold_behaviour(exam)
    mistakes = [mutant.behaviour for mutant in mutants(exam) if mutant.equivalent is None]
    return dice.choice(mistakes or [gold_behaviour(exam)])


_BEHAVIOURS: Mapping[str, Callable[[Exam, random.Random], Behaviour]] = {
    "oracle": lambda exam, _: gold_behaviour(exam),
    "idle": lambda exam, _: constant(exam, ""),
    "refuser": lambda exam, _: constant(exam, refusal(exam.scenario.language)),
    "flawed": _flawed,
    "random-tool": _random_tool,
}
