"""The ledger of a run: what it adds up to, however and whenever its writer was stopped."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.runs.ledger import Appended, Ledger, Line, Why, last_lines, open_ledger, open_part
from harness.runs.places import Bucket
from harness.runs.store import RunError, RunFolder

pytestmark = pytest.mark.anyio


def line(request: int, why: Why, usd: float | None = 0.25, tokens: int | None = 100) -> Line:
    return Line(request=request, model="m", at="2026-03-14T10:00:00+00:00", usd=usd, tokens=tokens, why=why)


@pytest.fixture
def folder(place: Path | Bucket) -> RunFolder:
    if isinstance(place, Path):
        place.mkdir()
    return RunFolder(place)


def spent(folder: RunFolder) -> tuple[float, int]:
    with open_ledger(folder) as ledger:
        return ledger.usd, ledger.tokens


def reopened(folder: Path) -> tuple[int, float, int]:
    with open_ledger(RunFolder(folder)) as ledger:
        return ledger.requests, ledger.usd, ledger.tokens


def test_what_is_held_counts_only_once_it_is_settled(folder: RunFolder) -> None:
    with open_ledger(folder) as ledger:
        ledger.write(line(1, "held", usd=1.0))
        before = ledger.usd
        ledger.write(line(1, "usage", usd=0.5))

    assert (before, spent(folder)) == (0.0, (0.5, 100))


def test_what_was_spent_adds_up_however_often_the_run_went_on(folder: RunFolder) -> None:
    for usd in (1.0, 0.5, 0.25):
        with open_ledger(folder) as ledger:
            number = ledger.begin()
            ledger.write(line(number, "held", usd=9.0))
            ledger.write(line(number, "usage", usd=usd))

    assert spent(folder) == (1.75, 300)
    assert sorted(each.usd or 0.0 for each in last_lines(folder)) == [0.25, 0.5, 1.0]


async def test_what_was_kept_outlives_its_writer_and_has_cost_all_that_it_could(folder: RunFolder) -> None:
    with ExitStack() as never_closed:
        ledger = never_closed.enter_context(open_ledger(folder))
        ledger.write(line(1, "held", usd=1.0))
        ledger.write(line(2, "held", usd=2.0))
        ledger.write(line(1, "refused", usd=0.0, tokens=0))
        await ledger.kept()

        assert spent(folder) == (2.0, 100)
        assert [each.why for each in last_lines(folder)][:1] == ["refused"]
        never_closed.pop_all()


async def test_writers_at_a_time_lose_nothing_and_their_numbers_do_not_meet(folder: RunFolder) -> None:
    async def write(ledger: Ledger) -> None:
        for _ in range(8):
            number = ledger.begin()
            ledger.write(line(number, "held", usd=1.0))
            await ledger.kept()
            ledger.write(line(number, "usage", usd=0.25))

    with ExitStack() as parts:
        parts.enter_context(open_ledger(folder))
        async with asyncio.TaskGroup() as writers:
            for name in ("甲/1", "甲/1", "乙", "丙"):
                writers.create_task(write(parts.enter_context(open_part(folder, name))))

    assert spent(folder) == (8.0, 3200)


async def test_lines_that_come_together_are_put_together(bucket: Bucket) -> None:
    class Counting(Bucket):
        """Tells how many lines each of its objects had."""

        def write(self, name: str, data: bytes, *, survives_power_loss: bool = True) -> None:
            puts.append(data.count(b"\n"))
            super().write(name, data)

    puts: list[int] = []
    folder = RunFolder(Counting(bucket.url))

    async def write(ledger: Ledger) -> None:
        ledger.write(line(ledger.begin(), "held"))
        await ledger.kept()

    with open_part(folder, "one") as ledger:
        async with asyncio.TaskGroup() as writers:
            for _ in range(50):
                writers.create_task(write(ledger))

    assert puts[-1] == 50
    assert len(puts) <= 2  # the first line may have gone ahead


async def test_an_object_that_is_full_is_followed_by_another(bucket: Bucket) -> None:
    folder = RunFolder(bucket)
    with open_part(folder, "one") as ledger:
        for _ in range(3):
            for _ in range(1000):
                ledger.write(line(ledger.begin(), "usage"))
            await ledger.kept()

    assert len(bucket.names("spent")) == 3
    assert spent(folder) == (750.0, 300_000)


async def test_a_line_that_a_store_does_not_take_is_said(tmp_path: Path) -> None:
    (tmp_path / "spent").write_text("a file where a folder has to be", "utf-8")
    part = open_part(RunFolder(Bucket(f"file://{tmp_path}")), "one")
    ledger = part.__enter__()
    ledger.write(line(1, "held"))

    with pytest.raises(OSError, match="cannot be written"):
        await ledger.kept()
    with pytest.raises(OSError, match="cannot be written"):
        part.__exit__(None, None, None)


def test_what_was_on_its_way_when_we_were_killed_has_cost_all_that_it_could(tmp_path: Path) -> None:
    with open_ledger(RunFolder(tmp_path)) as ledger:
        ledger.write(line(1, "held", usd=1.0))
        ledger.write(line(2, "held", usd=2.0))
        ledger.write(line(1, "refused", usd=0.0, tokens=0))

    assert reopened(tmp_path) == (2, 2.0, 100)
    assert reopened(tmp_path) == (2, 2.0, 100)
    assert (tmp_path / "spent.jsonl").read_text("utf-8").count('"bound"') == 1


@given(st.data())
def test_a_file_cut_anywhere_adds_up_to_what_its_whole_lines_say(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with open_ledger(RunFolder(folder)) as ledger:
        for number in range(1, 5):
            ledger.write(line(number, "held", usd=1.0))
            ledger.write(line(number, "usage", usd=0.25))
    file = folder / "spent.jsonl"
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    os.truncate(file, cut)
    lines = whole[:cut].count(b"\n")

    assert reopened(folder)[1] == 0.25 * (lines // 2) + 1.0 * (lines % 2)


def test_a_line_that_is_none_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "spent.jsonl").write_text("{}\n", "utf-8")

    with pytest.raises(RunError, match=r"spent\.jsonl:1 is no line of a ledger"):
        reopened(tmp_path)


def test_what_nobody_knows_is_counted_apart(tmp_path: Path) -> None:
    with open_ledger(RunFolder(tmp_path)) as ledger:
        ledger.write(line(1, "bound", usd=None))
        ledger.write(line(2, "bound", tokens=None))

        assert (ledger.usd, ledger.unknown, ledger.uncounted) == (0.25, 1, 1)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    with (tmp_path / "spent.jsonl").open("ab", buffering=0) as file:
        sink = Appended(file=file)
        Ledger(sink=sink).write(line(1, "usage"))
    with Path("/dev/full").open("ab", buffering=0) as full, pytest.raises(OSError, match="space"):
        Ledger(sink=Appended(file=full)).write(line(2, "held"))

    assert (tmp_path / "spent.jsonl").stat().st_size == sink.size
