"""Mutants of what is said, and of whether anything is done: facts forgotten or wrong, refusals, guesses."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.matching import equal, mentioned, sample, sample_arguments
from scenarios.scenario import CallPattern, Segment
from scoring.behaviour import Behaviour, PlannedCall, Sentence, Turn, refusal, spoken
from scoring.mutant import Mutant
from scoring.original import Original
from scoring.tool_schema import ToolSchema


def reply_mutants(source: Original) -> Iterator[Mutant]:
    for segment in source.exam.scenario.segments:
        place = source.last_turn(segment.id)
        for number in range(len(source.behaviour[place].reply)):
            one = _Fact(source=source, segment=segment, place=place, number=number)
            yield one.forgotten()
            yield from one.flipped()
        yield from _blurted(source, segment)
        yield _refused(source, segment)
        if segment.expect.no_call:
            yield _needless(source, segment)
        if segment.expect.ask:
            yield _unasked(source, segment)
    for number, pattern in enumerate(source.exam.scenario.final.never):
        yield _forbidden(source, number, pattern)


@dataclass(frozen=True, kw_only=True)
class _Fact:
    """One sentence of the last reply of a segment."""

    source: Original
    segment: Segment
    place: int
    """Of the turn."""
    number: int
    """Of the sentence."""

    @property
    def turn(self) -> Turn:
        return self.source.behaviour[self.place]

    @property
    def sentence(self) -> Sentence:
        return self.turn.reply[self.number]

    @property
    def target(self) -> str:
        return f"{self.segment.id}.{self.sentence.kind}.{self.number}"

    def forgotten(self) -> Mutant:
        rest = (*self.turn.reply[: self.number], *self.turn.reply[self.number + 1 :])
        turn = self.turn.model_copy(update={"reply": rest})
        return self._mutant("forget_fact", turn, "the rest of the reply states it as well")

    def flipped(self) -> Iterator[Mutant]:
        """The fact with another value; what has to be asked for has no value."""
        if self.sentence.kind == "ask":
            return
        value = sample(self.sentence.fact, self.source.lookup)
        free = ToolSchema(root={}, pool=())
        first: Mutant | None = None
        for other in (*_other_items(self.sentence.fact), *free.changed((), value)):
            if equal(other, value):
                continue
            wrong = Sentence(kind=self.sentence.kind, fact={"equal": other})
            reply = (*self.turn.reply[: self.number], wrong, *self.turn.reply[self.number + 1 :])
            turn = self.turn.model_copy(update={"reply": reply})
            mutant = self._mutant("flip_answer", turn, "the reply states it all the same")
            first = first or mutant
            if mutant.equivalent is None:
                yield mutant
                return
        if first is not None:
            yield first

    def _mutant(self, operator: str, turn: Turn, why_not: str) -> Mutant:
        kind = self.sentence.kind
        reply = spoken(turn, self.source.lookup, self.source.exam.scenario.language)
        states = mentioned(self.sentence.fact, reply, self.source.lookup, last=kind == "answer")
        asks = kind != "ask" or any(one.kind == "ask" for one in turn.reply)
        return Mutant.model_validate(
            {
                "operator": operator,
                "target": self.target,
                "behaviour": _replaced(self.source.behaviour, self.place, turn),
                "predicted": ("ask_missing",) if kind == "ask" else ("answer_wrong",),
                "equivalent": why_not if states and asks else None,
            }
        )


def _blurted(source: Original, segment: Segment) -> Iterator[Mutant]:
    place = source.last_turn(segment.id)
    for number, fact in enumerate(segment.expect.not_say):
        turn = source.behaviour[place]
        told = turn.model_copy(update={"reply": (Sentence(kind="say", fact=fact), *turn.reply)})
        reply = spoken(told, source.lookup, source.exam.scenario.language)
        stated = mentioned(fact, reply, source.lookup)
        yield Mutant(
            operator="say_forbidden",
            target=f"{segment.id}.not_say.{number}",
            behaviour=_replaced(source.behaviour, place, told),
            predicted=("answer_wrong",),
            equivalent=None if stated else "no words of ours state it",
        )


def _refused(source: Original, segment: Segment) -> Mutant:
    """Nothing done and nothing told, politely."""
    expect = segment.expect
    needed = any(not call.optional for call in expect.calls)
    codes = [
        *(["refused_when_needed"] if needed else []),
        *(["answer_wrong"] if not needed and (expect.say or expect.answer is not None) else []),
        *(["ask_missing"] if not needed and expect.ask else []),
    ]
    text = refusal(source.exam.scenario.language)
    return Mutant(
        operator="refuse",
        target=segment.id,
        behaviour=tuple(
            Turn(segment=segment.id, text=text) if turn.segment == segment.id else turn
            for turn in source.behaviour
        ),
        predicted=tuple(codes),
        equivalent=None if codes else "the segment needs no call and no fact",
    )


def _needless(source: Original, segment: Segment) -> Mutant:
    """A lookup where none is needed; a write only when there is nothing to look up."""
    call = _some_call(source, writes=False) or _some_call(source, writes=True)
    return Mutant(
        operator="call_when_none",
        target=segment.id,
        behaviour=source.with_last_step(segment.id, call) if call is not None else (),
        predicted=("no_call_violation",),
        tool=call.tool if call is not None else None,
        equivalent=None if call is not None else "no tool is offered",
    )


def _unasked(source: Original, segment: Segment) -> Mutant:
    """What is asked for is guessed: the first write that comes later, or any write, and no question."""
    place = source.last_turn(segment.id)
    later = [call for turn in source.behaviour[place:] for step in turn.steps for call in step]
    guess = next((call for call in later if source.writes(call.tool)), None)
    call = guess.model_copy(update={"gold": None}) if guess else _some_call(source, writes=True)
    turn = source.behaviour[place]
    steps = (*turn.steps, (call,)) if call is not None else turn.steps
    acted = turn.model_copy(update={"steps": steps, "reply": ()})
    return Mutant(
        operator="act_instead_of_ask",
        target=segment.id,
        behaviour=_replaced(source.behaviour, place, acted),
        predicted=("ask_missing",),
    )


def _forbidden(source: Original, number: int, pattern: CallPattern) -> Mutant:
    """The call that must never be made, made before the last reply."""
    last = source.exam.scenario.segments[-1].id
    schema = source.schemas.get(pattern.tool)
    named = sample_arguments(pattern.args, source.lookup)
    arguments = {**(schema.filled(named) if schema is not None else {}), **named}
    call = PlannedCall(tool=pattern.tool, arguments={n: {"equal": v} for n, v in arguments.items()})
    return Mutant(
        operator="call_forbidden",
        target=f"never.{number}",
        behaviour=source.with_last_step(last, call),
        predicted=("policy_violation",),
        tool=pattern.tool,
    )


def _some_call(source: Original, *, writes: bool) -> PlannedCall | None:
    """A call that some tool accepts."""
    for tool in source.exam.key.tools:
        arguments = source.schemas[tool.name].filled({})
        if tool.writes == writes and source.schemas[tool.name].accepts(arguments):
            return PlannedCall(tool=tool.name, arguments={n: {"equal": v} for n, v in arguments.items()})
    return None


def _other_items(fact: JsonValue) -> Iterator[JsonValue]:
    """Of a fact that excludes the rest of a list: what is right with one of the rest beside it."""
    right, whole = (fact.get("set"), fact.get("of")) if isinstance(fact, dict) else (None, None)
    if isinstance(right, list) and isinstance(whole, list):
        yield from ([*right, item] for item in whole if not any(equal(item, one) for one in right))


def _replaced(behaviour: Behaviour, place: int, turn: Turn) -> Behaviour:
    return (*behaviour[:place], turn, *behaviour[place + 1 :])
