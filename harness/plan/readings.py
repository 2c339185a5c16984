"""The requests by which documents are read and asked about, as `harness.trial.opening` would send them.

What a model will say is assumed and stated here: how long its replies to parts and its notes are, and how
much it says around an answer. Its words do not matter otherwise: they are pieces like any others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.plan.counting import MESSAGE, Counting
from harness.plan.request import Piece, PlannedRequest, key_of, with_marks
from harness.trial.layouts import IN_TURNS
from harness.trial.opening import NOTES_TOKENS, REPLY_TOKENS
from scenarios.documents.wording import OK, turn
from scenarios.exam import Exam
from scenarios.line import Line
from scenarios.reading import WHOLE, Reading
from scenarios.scenario import Scenario
from scoring.lines.gold import gold_line

LINE_TOKENS = 12
"""Of a line that a part was read."""
NOTED_TOKENS = 400
"""Of the notes of the layout `carry`: 300 words."""
AROUND: Mapping[str, int] = {
    "value": 30,
    "conflict": 40,
    "names": 40,
    "number": 60,
    "sequence": 40,
    "copy": 0,
    "passage": 0,
    "insights": 40,
    "summary": 20,
}
"""Tokens that a model says around the answer, by what the answer is; the answer is as long as gold."""
_CALL = 40
"""Of a call of the reader's tools."""
_OUTLINE = 45
"""Of a part in the reader's outline."""
_FOUND = 1100
"""Of ten hits of a search."""
_OPENED = 1000
"""Of a stretch of 4,000 characters."""


@dataclass(kw_only=True)
class Readings:
    """The readings of one model, as far as they have gone."""

    counting: Counting
    warm: bool = True
    """The first question on a document goes ahead alone."""
    _read: dict[str, int] = field(default_factory=dict)
    """Parts that the main line of a reading has come to."""
    _ahead: set[str] = field(default_factory=set)
    """Readings whose first question went ahead."""

    def requests(self, exam: Exam, reading: Reading, repeat: int, talk: int) -> Iterator[PlannedRequest]:
        """What is sent for one question: parts of the document that were not read yet, and the question."""
        scenario = exam.scenario
        if reading.layout == "tools":
            yield from self._searching(exam, reading, talk)
            return
        state = f"{scenario.suite}/{reading.key}/{repeat}"
        before: list[Piece] = []
        if reading.layout in IN_TURNS:
            yield from self._read_on(scenario, reading, state, talk)
            before = self._line(reading, scenario, reading.after, reading.after, state)
        if reading.layout in WHOLE:
            before += self._whole(reading, scenario)
        asked = self._asked(scenario, before, talk)
        if reading.layout not in WHOLE:
            yield replace(asked, waits=_event(state, reading.after))
            return
        goes_ahead = self.warm and state not in self._ahead
        self._ahead.add(state)
        event = _event(state, "ahead") if self.warm else ""
        yield replace(asked, tells=event) if goes_ahead else replace(asked, waits=event)

    def _read_on(
        self, scenario: Scenario, reading: Reading, state: str, talk: int
    ) -> Iterator[PlannedRequest]:
        """The main line, up to where the question stands."""
        for part in range(self._read.get(state, 0) + 1, reading.after + 1):
            pieces = self._line(reading, scenario, part, part - 1, state)
            yield PlannedRequest(
                talk=talk,
                pieces=with_marks(self._system(scenario), pieces, before=max(0, len(pieces) - 2)),
                shared=reading.layout != "carry",
                reply=_reply(reading, state, part),
                most=NOTES_TOKENS if reading.layout == "carry" else REPLY_TOKENS,
                waits=_event(state, part - 1),
                tells=_event(state, part),
            )
            self._read[state] = part

    def _asked(self, scenario: Scenario, before: Sequence[Piece], talk: int) -> PlannedRequest:
        question = scenario.segments[0].user[-1]
        return PlannedRequest(
            talk=talk,
            pieces=with_marks(self._system(scenario), (*before, self._message(question)), shared=len(before)),
            reply=Piece(key=key_of("answer", talk), tokens=self._answer(scenario)),
            most=scenario.limits.output_tokens,
            shared=bool(before),
        )

    def _answer(self, scenario: Scenario) -> int:
        line: Line | None = scenario.segments[0].expect.line
        if line is None:
            return AROUND["value"]
        return AROUND[line.kind] + self.counting.text(gold_line(line, scenario.language))

    def _system(self, scenario: Scenario) -> tuple[Piece, ...]:
        return (self._message(scenario.system),) if scenario.system else ()

    def _message(self, text: str) -> Piece:
        return Piece(key=key_of(text), tokens=self.counting.message(text))

    def _line(
        self, reading: Reading, scenario: Scenario, until: int, replies: int, state: str
    ) -> list[Piece]:
        """The conversation up to a part, and so many replies of the model's in it."""
        carry = reading.layout == "carry"
        said: list[Piece] = []
        for part in range(until if carry else 1, until + 1):
            said.append(self._turn(reading, scenario, part, state))
            if part <= replies:
                reply = _reply(reading, state, part)
                said.append(replace(reply, tokens=reply.tokens + MESSAGE))
        return said

    def _turn(self, reading: Reading, scenario: Scenario, part: int, state: str) -> Piece:
        ref, language, of = reading.document, scenario.language, len(reading.document.tokens)
        tokens = self.counting.part(ref, part, language)
        if reading.layout == "carry":
            notes = turn("no notes", language) if part == 1 else ""
            words = self.counting.message(turn("carry", language, n=part, of=of, text="", notes=notes))
            noted = NOTED_TOKENS if part > 1 else 0
            key = key_of("carry", ref.digest, language, part, state if noted else "")
            return Piece(key=key, tokens=words + noted + tokens)
        words = self.counting.message(turn("segmented", language, n=part, of=of, text=""))
        return Piece(key=key_of("part", ref.digest, language, part), tokens=words + tokens)

    def _whole(self, reading: Reading, scenario: Scenario) -> list[Piece]:
        """The document in one turn, and the fixed reply to it."""
        ref, language, of = reading.document, scenario.language, len(reading.document.tokens)
        tokens = self.counting.message(turn(reading.layout, language, of=of, text=""))
        for part in range(1, of + 1):
            tokens += self.counting.part(ref, part, language) + (part > 1)
            if reading.layout != "single":
                tokens += self.counting.text(turn("heading", language, n=part, of=of) + "\n")
        return [
            Piece(key=key_of(reading.layout, ref.digest, language), tokens=tokens),
            self._message(OK),
        ]

    def _searching(self, exam: Exam, reading: Reading, talk: int) -> Iterator[PlannedRequest]:
        """With the document behind tools: its outline, a search, a stretch, the answer. Nobody knows."""
        scenario = exam.scenario
        tools = "".join(
            tool.model_dump_json(include={"name", "description", "input_schema"}) for tool in exam.key.tools
        )
        head = (Piece(key=key_of(tools), tokens=self.counting.text(tools)), *self._system(scenario))
        pieces = [self._message(scenario.segments[0].user[-1])]
        results = (_OUTLINE * len(reading.document.tokens), _FOUND, _OPENED)
        for step, tokens in enumerate((*results, 0)):
            last = step == len(results)
            reply = Piece(key=key_of("step", talk, step), tokens=self._answer(scenario) if last else _CALL)
            yield PlannedRequest(
                talk=talk,
                pieces=with_marks(head, pieces, before=max(0, len(pieces) - 2)),
                reply=reply,
                most=scenario.limits.output_tokens,
                estimated=True,
            )
            pieces.append(replace(reply, tokens=reply.tokens + MESSAGE))
            pieces.append(Piece(key=key_of("result", talk, step), tokens=tokens + MESSAGE))


def _reply(reading: Reading, state: str, part: int) -> Piece:
    """What the model says to a part; nobody knows, but it stays what it is."""
    tokens = NOTED_TOKENS if reading.layout == "carry" else LINE_TOKENS
    return Piece(key=key_of("reply", state, part), tokens=tokens)


def _event(state: str, what: int | str) -> str:
    return f"{state}#{what}"
