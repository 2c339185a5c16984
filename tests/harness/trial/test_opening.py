"""A document is brought before a model once, and questions on it do not disturb each other."""

import asyncio
from pathlib import Path

import pytest

from harness.clients.client import ContextTooLong, Overloaded
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import RunError, RunFolder
from harness.stopped import RunStopped
from harness.trial.play import play
from scenarios.exam import Exam
from scenarios.transcript import ReadingRecord, UserMessage
from tests.harness.little_reading import PARTS, asked, reading_stage
from tests.harness.stage import Scripted

pytestmark = pytest.mark.anyio
GREEN = "ANSWER: green"


async def test_a_question_comes_after_the_document_and_the_transcript_holds_the_question_alone(
    tmp_path: Path,
) -> None:
    model = Scripted([GREEN])
    transcript = await play(await asked(tmp_path), model, 0, reading_stage(tmp_path))
    assert transcript.ended == "done"
    assert [message.role for message in model.seen[0]] == ["user", "assistant", "user"]
    assert all(part in model.seen[0][0].text for part in PARTS)
    assert [message.role for message in transcript.segments[0].messages] == ["user", "assistant"]


async def test_questions_on_one_document_share_their_beginning(tmp_path: Path) -> None:
    model, stage = Scripted([GREEN]), reading_stage(tmp_path)
    for name in ("one", "two"):
        await play(await asked(tmp_path, name=name), model, 0, stage)
    first, second = model.seen
    assert first[:2] == second[:2]
    assert first[0] is second[0]


async def test_the_main_line_is_played_once_and_no_further_than_it_is_needed(tmp_path: Path) -> None:
    model, stage = Scripted(["read", "read", GREEN, GREEN, "read", GREEN]), reading_stage(tmp_path)

    class OneLine(Scripted):
        pass

    model = OneLine(["read", "read", GREEN, GREEN, "read", GREEN])
    model.converse = lambda exam, repeat: model  # type: ignore[method-assign] # one script over all conversations
    await play(await asked(tmp_path, "segmented", after=2, name="a"), model, 0, stage)
    await play(await asked(tmp_path, "segmented", after=2, name="b"), model, 0, stage)
    await play(await asked(tmp_path, "segmented", after=3, name="c"), model, 0, stage)
    lengths = [len(seen) for seen in model.seen]
    assert lengths == [1, 3, 5, 5, 5, 7]
    assert all(GREEN not in message.text for seen in model.seen for message in seen)


async def test_a_recap_gives_the_whole_once_more_after_the_line(tmp_path: Path) -> None:
    model = Scripted(["read"])
    await play(await asked(tmp_path, "recap"), model, 0, reading_stage(tmp_path))
    last = model.seen[-1]
    assert [message.role for message in last] == ["user", "assistant"] * 4 + ["user"]
    assert all(part in last[-3].text for part in PARTS)


async def test_behind_tools_the_document_is_read_by_calls_and_not_shown(tmp_path: Path) -> None:
    model = Scripted([[("reader__search", '{"query": "lamp"}')], GREEN])
    transcript = await play(await asked(tmp_path, "tools"), model, 0, reading_stage(tmp_path))
    assert transcript.ended == "done"
    assert [type(message) for message in model.seen[0]] == [UserMessage]
    assert "The lamp is green." in transcript.segments[0].messages[2].text
    assert transcript.changes == {}


async def test_the_first_question_on_a_whole_document_goes_ahead_alone(tmp_path: Path) -> None:
    going: list[str] = []
    first_may_end = asyncio.Event()

    class Slow(Scripted):
        async def reply(self, messages, ask):  # type: ignore[no-untyped-def]
            going.append("asked")
            if len(going) == 1:
                await first_may_end.wait()
            return await super().reply(messages, ask)

    model, stage = Slow([GREEN]), reading_stage(tmp_path)
    exams = [await asked(tmp_path, name=name) for name in ("one", "two", "three")]
    async with asyncio.TaskGroup() as group:
        for exam in exams:
            group.create_task(play(exam, model, 0, stage))
        for _ in range(20):
            await asyncio.sleep(0)
        assert going == ["asked"]
        first_may_end.set()
    assert len(going) == 3


async def test_a_line_that_cannot_be_played_ends_the_trial_in_its_class(tmp_path: Path) -> None:
    for error, ended in (
        (ContextTooLong("context", "too long"), "overflow"),
        (Overloaded("http_500", "busy"), "provider"),
    ):
        exam = await asked(tmp_path, "segmented")
        transcript = await play(exam, Scripted([error]), 0, reading_stage(tmp_path))
        assert transcript.ended == ended


async def test_a_question_that_failed_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stage = reading_stage(tmp_path)
    broken = await play(
        await asked(tmp_path, name="one"), Scripted([Overloaded("http_500", "busy")]), 0, stage
    )
    after = await asyncio.wait_for(play(await asked(tmp_path, name="two"), Scripted([GREEN]), 0, stage), 5)
    assert (broken.ended, after.ended) == ("provider", "done")


def test_the_run_folder_keeps_a_reading_and_gives_it_back(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    record = ReadingRecord(
        suite="s", document="d", layout="carry", model="m@h:1", repeat=2, replies=("a", "b")
    )
    assert folder.reading(record) is None
    folder.write_reading(record)
    assert folder.reading(record.model_copy(update={"replies": ()})) == record
    variant = ModelVariant(label="m@h:1", wire="chat", model="m")
    assert list(folder.readings(variant)) == [record]
    assert RunRecord.model_fields


class Counted(Scripted):
    """Says which questions were sent, and is slow enough for others to come meanwhile."""

    def __init__(self) -> None:
        super().__init__([GREEN])
        self.going: list[str] = []
        self.most = 0

    def converse(self, exam, repeat):  # type: ignore[no-untyped-def] # as Scripted has it
        self.going.append(exam.scenario.reading.document.name)
        return super().converse(exam, repeat)

    async def reply(self, messages, ask):  # type: ignore[no-untyped-def] # as Scripted has it
        asked_so_far = len(self.going)
        for _ in range(20):
            await asyncio.sleep(0)
        self.most = max(self.most, 1 + len(self.going) - asked_so_far)
        return await super().reply(messages, ask)


async def long_ones(tmp_path: Path, document: str) -> list[Exam]:
    """Four questions on a document of 20,000 tokens."""
    found = []
    for name in ("one", "two", "three", "four"):
        exam = await asked(tmp_path, name=f"{document}-{name}")
        reading = exam.scenario.reading
        assert reading is not None
        ref = reading.document.model_copy(update={"name": document, "tokens": (8_000, 8_000, 4_000)})
        changed = {"reading": reading.model_copy(update={"document": ref})}
        found.append(exam.model_copy(update={"scenario": exam.scenario.model_copy(update=changed)}))
    return found


async def test_a_run_that_stops_at_the_second_question_on_a_long_document_sent_two(tmp_path: Path) -> None:
    model, stage = Counted(), reading_stage(tmp_path)
    ended = 0

    async def worker(exam: Exam) -> None:
        nonlocal ended
        await play(exam, model, 0, stage)
        ended += 1
        if ended == 2:
            raise RunStopped("the cache is cold")

    async def everybody() -> None:
        async with asyncio.TaskGroup() as workers:
            for exam in await long_ones(tmp_path, "first"):
                workers.create_task(worker(exam))

    with pytest.raises(ExceptionGroup):
        await everybody()
    assert model.going == ["first", "first"]


async def test_once_the_cache_was_seen_one_question_goes_ahead(tmp_path: Path) -> None:
    stage = reading_stage(tmp_path)
    for document, most in (("first", 2), ("second", 3)):
        model = Counted()
        async with asyncio.TaskGroup() as workers:
            for exam in await long_ones(tmp_path, document):
                workers.create_task(play(exam, model, 0, stage))
        assert (len(model.going), model.most) == (4, most)


def test_a_broken_reading_is_refused_however_it_is_asked_for(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    record = ReadingRecord(suite="s", document="d", layout="carry", model="m@h:1", repeat=2)
    folder.write_reading(record)
    next((tmp_path / "readings").rglob("*.json")).write_text('{"broken', "utf-8")
    with pytest.raises(RunError, match="not a reading of this version; move it away"):
        folder.reading(record)
    with pytest.raises(RunError, match="not a reading of this version; move it away"):
        list(folder.readings(ModelVariant(label="m@h:1", wire="chat", model="m")))
