"""How what is left is cut: nothing is lost, order is kept, and what shares a reading stays together."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.executors.shard import Shard, cut, lane_widths, shard_size
from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from scenarios.exam import Exam
from tests.harness.little_reading import asked
from tests.harness.little_run import exam

pytestmark = pytest.mark.anyio
MODEL = ModelVariant(label="reference/oracle", wire="reference", model="oracle")


def trials(exams: dict[str, Exam], repeats: int) -> list[Trial]:
    return [Trial(model=MODEL, scenario=name, repeat=repeat) for repeat in range(repeats) for name in exams]


def cells(shards: list[Shard]) -> list[list[tuple[str, int]]]:
    return [list(shard.cells) for shard in shards]


@given(st.integers(1, 300), st.integers(1, 64), st.integers(1, 1000))
def test_lanes_play_together_what_one_machine_would_and_none_is_idle(
    concurrency: int, slots: int, count: int
) -> None:
    widths = lane_widths(concurrency, slots, count)

    assert sum(widths) == concurrency
    assert len(widths) == min(concurrency, slots, count)
    assert max(widths) - min(widths) <= 1


@given(st.integers(1, 100_000), st.integers(1, 300), st.integers(1, 64))
def test_a_shard_leaves_some_for_every_lane(count: int, concurrency: int, slots: int) -> None:
    widths = lane_widths(concurrency, slots, count)

    size = shard_size(count, widths)

    assert 1 <= size <= 512
    assert size <= -(-count // len(widths))


@given(st.integers(1, 40), st.integers(1, 6), st.integers(1, 9), st.integers(1, 9))
def test_conversations_are_cut_in_the_order_of_play_and_none_is_lost(
    scenarios: int, repeats: int, concurrency: int, slots: int
) -> None:
    plain = Exam.model_construct(scenario=_Plain())
    exams = {f"suite/{n}": plain for n in range(scenarios)}
    todo = trials(exams, repeats)

    shards = cut(todo, exams, lane_widths(concurrency, slots, len(todo)), first=7)

    assert [cell for part in cells(shards) for cell in part] == [(one.scenario, one.repeat) for one in todo]
    assert [shard.number for shard in shards] == list(range(7, 7 + len(shards)))
    assert [shards[-1].trial(place) for place in range(len(shards[-1].cells))] == todo[
        -len(shards[-1].cells) :
    ]


class _Plain:
    """A scenario without a document."""

    reading = None


async def test_questions_on_one_reading_stay_in_one_shard_wherever_they_stand(tmp_path: Path) -> None:
    paper = {f"papers/{name}": await asked(tmp_path, name=name) for name in ("lamp", "key", "end")}
    other = {f"tests/{name}": await exam(tmp_path, id=name) for name in ("one", "two")}
    exams = {"papers/lamp": paper["papers/lamp"], **other, **paper}
    todo = trials(exams, 2)

    shards = cut(todo, exams, (1, 1, 1, 1, 1), first=1)

    assert cells(shards) == [
        [("papers/lamp", 0), ("papers/key", 0), ("papers/end", 0)],
        [("tests/one", 0), ("tests/two", 0)],
        [("papers/lamp", 1), ("papers/key", 1), ("papers/end", 1)],
        [("tests/one", 1), ("tests/two", 1)],
    ]


async def test_a_document_behind_a_tool_is_shared_by_nobody(tmp_path: Path) -> None:
    exams = {f"papers/{name}": await asked(tmp_path, "tools", name=name) for name in ("lamp", "key")}

    assert len(cut(trials(exams, 1), exams, (1, 1), first=1)) == 2
