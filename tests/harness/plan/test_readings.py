"""What is planned for a document is what is sent for it: played beside each other, request by request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest

from harness.clients.cache_marks import marked_messages
from harness.clients.client import Ask, Conversation, Reply
from harness.exams.answer_key import prepare_exam
from harness.plan.counting import MESSAGE, Counting
from harness.plan.readings import LINE_TOKENS, NOTED_TOKENS, Readings
from harness.plan.request import PlannedRequest
from harness.runs.record import ModelVariant
from harness.trial.play import play
from scenarios.exam import Exam
from scenarios.reading import WHOLE, Layout
from scenarios.transcript import AssistantMessage, Exchange, Message
from tests.harness.little_reading import DOCUMENT, OneDocument, question, reading_stage
from tests.harness.stage import stage
from tests.scenarios.documents.paper import Words
from tools.servers.reader import READER

pytestmark = pytest.mark.anyio
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
SENT = tuple(layout for layout in LAYOUTS if layout != "tools")


@dataclass
class Recorder:
    """Answers everything alike, and remembers what it was sent and how much it was to say at most."""

    sent: list[tuple[Message, ...]] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    marked: list[frozenset[int]] = field(default_factory=list)
    """Which of the messages would be sent with a mark."""
    shared: list[bool] = field(default_factory=list)

    @property
    def variant(self) -> ModelVariant:
        return ModelVariant(label="recorder", wire="chat", model="recorder")

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        return self

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        self.sent.append(tuple(messages))
        self.most.append(ask.output_tokens)
        self.marked.append(marked_messages(messages, ask))
        self.shared.append(ask.shared is not None)
        words = f"read {len(self.sent)}"  # no two replies are alike
        return Reply(message=AssistantMessage(text=words), exchange=Exchange(finish="stop"))


def counting() -> Counting:
    words = Words()
    return Counting(shelf=OneDocument(), sizing=words, own=words, factor=1.0, margin=0.0)


async def exams(tmp_path: Path, layout: Layout) -> list[Exam]:
    """Four questions on one document, in the order in which they are asked."""
    last = 3 if layout in WHOLE else 2
    asked = [(last, "a"), (last, "b"), (3, "c"), (3, "d")]
    home = stage(tmp_path, READER).home
    made = [
        question(layout, after=after, name=name).model_copy(update={"system": "Read well."})
        for after, name in asked
    ]
    return [await prepare_exam(one, home) for one in made]


async def both(tmp_path: Path, layout: Layout, repeats: int = 1) -> tuple[Recorder, list[PlannedRequest]]:
    """What was sent, and what was planned."""
    recorder, playing, readings = Recorder(), reading_stage(tmp_path), Readings(counting=counting())
    planned: list[PlannedRequest] = []
    for repeat in range(repeats):
        for talk, exam in enumerate(await exams(tmp_path, layout)):
            await play(exam, recorder, repeat, playing)
            reading = exam.scenario.reading
            assert reading is not None
            planned += readings.requests(exam, reading, repeat, 10 * repeat + talk)
    return recorder, planned


def shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many first things are the same."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


@pytest.mark.parametrize("layout", SENT)
async def test_as_many_requests_are_planned_as_are_sent_and_each_has_its_messages(
    tmp_path: Path, layout: Layout
) -> None:
    recorder, planned = await both(tmp_path, layout, repeats=2)

    assert [len(one.pieces) - 1 for one in planned] == [len(sent) for sent in recorder.sent]
    assert [one.most for one in planned] == recorder.most


@pytest.mark.parametrize("layout", SENT)
async def test_planned_requests_share_their_beginnings_as_sent_ones_do(
    tmp_path: Path, layout: Layout
) -> None:
    recorder, planned = await both(tmp_path, layout, repeats=2)

    for one, other in combinations(range(len(planned)), 2):
        keys = [[piece.key for piece in planned[n].pieces] for n in (one, other)]
        assert shared(*keys) - 1 == shared(recorder.sent[one], recorder.sent[other]), (one, other)


@pytest.mark.parametrize("layout", SENT)
async def test_cache_marks_are_planned_where_they_are_sent(tmp_path: Path, layout: Layout) -> None:
    recorder, planned = await both(tmp_path, layout, repeats=2)

    for request, marked in zip(planned, recorder.marked, strict=True):
        head, *said = request.pieces
        assert head.mark
        assert {place for place, piece in enumerate(said) if piece.mark} == marked
    assert [request.shared for request in planned] == recorder.shared


@pytest.mark.parametrize("layout", ["single", "concat", "segmented", "recap"])
async def test_every_message_is_planned_with_the_tokens_that_it_has(tmp_path: Path, layout: Layout) -> None:
    recorder, planned = await both(tmp_path, layout)

    joints = len(DOCUMENT.parts) - 1  # a token each, where words have none
    for request, sent in zip(planned, recorder.sent, strict=True):
        for piece, message in zip(request.pieces[1:], sent, strict=True):
            said = isinstance(message, AssistantMessage) and message.text.startswith("read")
            words = LINE_TOKENS if said else Words().counts([message.text])[0]
            assert abs(piece.tokens - MESSAGE - words) <= joints


async def test_notes_are_taken_for_as_long_as_they_may_be(tmp_path: Path) -> None:
    recorder, planned = await both(tmp_path, "carry")

    first, second = planned[:2]
    told = Words().counts([recorder.sent[1][0].text])[0] - Words().counts([recorder.sent[0][0].text])[0]
    assert second.pieces[1].tokens - first.pieces[1].tokens == pytest.approx(NOTED_TOKENS + told, abs=5)


@pytest.mark.parametrize("layout", ["single", "concat", "recap"])
async def test_the_first_question_on_a_whole_document_goes_ahead(tmp_path: Path, layout: Layout) -> None:
    _, planned = await both(tmp_path, layout)
    ahead, *others = planned[-4:]

    assert ahead.tells
    assert {one.waits for one in others} == {ahead.tells}


async def test_without_that_every_question_takes_its_chance(tmp_path: Path) -> None:
    readings = Readings(counting=counting(), warm=False)
    planned = [
        request
        for talk, exam in enumerate(await exams(tmp_path, "single"))
        for request in readings.requests(exam, question("single").reading, 0, talk)  # type: ignore[arg-type] # it has one
    ]

    assert {(one.waits, one.tells) for one in planned} == {("", "")}


async def test_parts_are_read_once_and_in_turn(tmp_path: Path) -> None:
    _, planned = await both(tmp_path, "segmented")

    happened = {""} | {one.tells for one in planned}
    assert [one.waits[-2:] for one in planned] == ["#0", "#1", "#2", "#2", "#2", "#3", "#3"]
    assert {one.waits for one in planned[1:]} <= happened


async def test_a_document_behind_tools_is_planned_as_a_search(tmp_path: Path) -> None:
    _, planned = await both(tmp_path, "tools")

    assert len(planned) == 4 * 4
    assert all(one.estimated for one in planned)
    assert [len(one.pieces) for one in planned[:4]] == [3, 5, 7, 9]
