"""The pool of workers: what is played, what is kept, and what ends a run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.clients.client import (
    Ask,
    BadReply,
    ClientError,
    Conversation,
    OverBudget,
    Overloaded,
    Rejected,
    Reply,
)
from harness.run import Tally
from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from harness.stopped import CapReached, RunStopped
from scenarios.exam import Exam
from scenarios.transcript import AssistantMessage, Exchange, Message
from tests.harness.little_run import GOLD, LittleRun, gold, little_run
from tests.harness.stage import Scripted, Turn

pytestmark = pytest.mark.anyio

UNREACHABLE = Overloaded("unreachable", "cannot reach http://127.0.0.1:9")
BUSY = Overloaded("http_503", "HTTP 503: busy")


@dataclass
class OneAfterTheOther(Scripted):
    """A model with a script for each of its trials in turn; the last script is repeated."""

    trials: Sequence[Sequence[Turn]] = ((),)
    place_in_trials: int = -1

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        self.place_in_trials += 1
        self.turns = self.trials[min(self.place_in_trials, len(self.trials) - 1)]
        return super().converse(exam, repeat)


def in_turn(*trials: Sequence[Turn]) -> OneAfterTheOther:
    return OneAfterTheOther(turns=(), trials=trials)


async def stopped(run: LittleRun, model: Scripted, repeats: int = 1) -> str:
    with pytest.raises(RunStopped) as caught:
        await run.runner(model, repeats).run(model)
    return str(caught.value)


async def test_every_trial_is_played_graded_told_and_written(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()

    tally = await run.runner(model, repeats=2).run(model)

    assert tally == Tally(played=4, kept=0, ended={"done": 4})
    assert run.watcher.begun == [("scripted", 4, 0)]
    assert run.watcher.seen == [
        ("tests/one", 0, "done"),
        ("tests/two", 0, "done"),
        ("tests/one", 1, "done"),
        ("tests/two", 1, "done"),
    ]
    assert run.ended(model, 2) == ["done"] * 4


async def test_a_finished_run_asks_nobody(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()
    await run.runner(model).run(model)
    asked = len(model.asks)

    tally = await run.runner(model).run(model)

    assert tally == Tally(played=0, kept=2, ended={})
    assert run.watcher.begun[-1] == ("scripted", 2, 2)
    assert len(model.asks) == asked


async def test_a_model_with_nothing_left_to_play_is_told_as_kept(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()
    await run.runner(model).run(model)

    assert run.runner(model).nothing_to_do(model.variant) == Tally(played=0, kept=2, ended={})
    assert run.watcher.begun[-1] == ("scripted", 2, 2)


async def test_only_what_is_missing_is_played(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()
    await run.runner(model, repeats=2).run(model)
    missing = run.trials(model, 2)[2]
    run.folder.transcript_file(missing).unlink()
    run.watcher.seen.clear()

    tally = await run.runner(model, repeats=2).run(model)

    assert (tally.played, tally.kept) == (1, 3)
    assert run.watcher.seen == [("tests/one", 1, "done")]


async def test_more_repeats_extend_a_run(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()
    await run.runner(model).run(model)

    tally = await run.runner(model, repeats=3).run(model)

    assert (tally.played, tally.kept) == (4, 2)
    assert run.ended(model, 3) == ["done"] * 6


@pytest.mark.parametrize(
    ("turn", "ended"),
    [
        (BUSY, "provider"),
        (BadReply("bad_reply", "?"), "provider"),
        ([("boxes__burst", "{}")], "server"),
        ('<tool_call>{"name": "boxes__peek", "arguments": {"box": "a"}}</tool_call>', "parser"),
    ],
)
async def test_what_was_not_the_models_doing_is_played_again(tmp_path: Path, turn: Turn, ended: str) -> None:
    run, broken, model = await little_run(tmp_path), Scripted([turn]), gold()
    await run.runner(broken).run(broken)
    before = run.ended(model)

    tally = await run.runner(model).run(model)

    assert before == [ended, ended]
    assert (tally.played, tally.kept, run.ended(model)) == (2, 0, ["done", "done"])


async def test_what_was_the_models_doing_is_not_played_again(tmp_path: Path) -> None:
    run, endless, model = await little_run(tmp_path), Scripted([GOLD[0]]), gold()
    await run.runner(endless).run(endless)

    tally = await run.runner(model).run(model)

    assert (tally.played, run.ended(model)) == (0, ["limit", "limit"])


async def test_a_bug_of_ours_is_counted_and_played_again(tmp_path: Path) -> None:
    class Buggy(Scripted):
        def converse(self, exam: Exam, repeat: int) -> Conversation:
            raise ZeroDivisionError("a bug of ours")

    run, buggy, model = await little_run(tmp_path), Buggy([]), gold()

    tally = await run.runner(buggy).run(buggy)

    assert tally.ended == {"harness": 2}
    assert run.runner(model).todo(model.variant) == run.trials(model)


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [("http_401", "set LONGSPAN_API_KEY"), ("http_403", "LONGSPAN_API_KEY"), ("http_404", "the model's id")],
)
async def test_a_refusal_that_will_not_change_ends_the_run_at_once(
    tmp_path: Path, kind: str, remedy: str
) -> None:
    run, model = await little_run(tmp_path), in_turn(GOLD, [Rejected(kind, "HTTP 4xx: no")])

    message = await stopped(run, model, repeats=3)

    assert message.startswith("scripted: HTTP 4xx: no; ")
    assert remedy in message
    assert run.ended(model, 3) == ["done", "provider", None, None, None, None]


async def test_a_refusal_of_one_request_does_not_end_the_run(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), in_turn([Rejected("http_400", "HTTP 400: no")], GOLD)

    await run.runner(model).run(model)

    assert run.ended(model) == ["provider", "done"]


async def test_three_trials_in_a_row_that_reach_nobody_end_the_run(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), in_turn(GOLD, [UNREACHABLE])

    message = await stopped(run, model, repeats=4)

    assert message.startswith("scripted: cannot reach http://127.0.0.1:9; start the server")
    assert run.ended(model, 4) == ["done", *["provider"] * 3, None, None, None, None]


@pytest.mark.parametrize("between", [GOLD, [BUSY]])
async def test_somebody_who_answers_in_between_ends_the_row(tmp_path: Path, between: Sequence[Turn]) -> None:
    down: list[Turn] = [UNREACHABLE]
    run, model = await little_run(tmp_path), in_turn(down, down, between, down, down, GOLD)

    tally = await run.runner(model, repeats=3).run(model)

    assert tally.played == 6


async def test_a_model_that_is_gone_ends_the_run_with_its_own_words(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), in_turn(GOLD, [BUSY])

    def gone() -> Exception | None:
        failed = run.ended(model, 3)[1] == "provider"
        return RuntimeError("the server ended by itself") if failed else None

    with pytest.raises(RunStopped, match="scripted: the server ended by itself") as caught:
        await run.runner(model, 3).run(model, gone=gone)

    assert "the same command goes on" in str(caught.value)
    assert run.ended(model, 3) == ["done", "provider", None, None, None, None]


async def test_a_server_that_dies_while_trials_wait_for_it_ends_the_run_at_once(tmp_path: Path) -> None:
    run, dead = await little_run(tmp_path), asyncio.Event()

    class WaitsForever(OneAfterTheOther):
        async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
            if self.place_in_trials == 1:
                dead.set()
                await asyncio.Event().wait()
            return await super().reply(messages, ask)

    model = WaitsForever(turns=(), trials=(GOLD,))

    def gone() -> Exception | None:
        return RuntimeError("the server ended by itself; install it again") if dead.is_set() else None

    async with asyncio.timeout(20):
        with pytest.raises(RunStopped, match=r"^scripted: the server ended by itself; install it"):
            await run.runner(model, 2).run(model, gone=gone)

    assert run.ended(model, 2) == ["done", None, None, None]
    again = gold()
    assert (await run.runner(again, repeats=2).run(again)).played == 3


async def test_a_disk_that_takes_nothing_ends_the_run_in_one_sentence(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()
    runner = run.runner(model)
    (run.folder.path / "transcripts").write_text("a file where a folder has to be", "utf-8")

    with pytest.raises(RunStopped, match=r"cannot write: .* the same command goes on"):
        await runner.run(model)


@dataclass
class Together:
    """A model whose every reply waits until as many trials are at it as the barrier wants."""

    barrier: asyncio.Barrier
    at_a_time: int = 0
    most: int = 0
    replies: list[ClientError] = field(default_factory=list)

    @property
    def variant(self) -> ModelVariant:
        return ModelVariant(label="scripted", wire="chat", model="scripted")

    def converse(self, exam: Exam, repeat: int) -> Conversation:
        return self

    async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
        self.at_a_time += 1
        self.most = max(self.most, self.at_a_time)
        async with asyncio.timeout(10):
            await self.barrier.wait()
        self.at_a_time -= 1
        if self.replies:
            raise self.replies.pop()
        return Reply(message=AssistantMessage(text="3"), exchange=Exchange())


async def test_as_many_trials_are_in_flight_as_are_allowed_and_no_more(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), Together(asyncio.Barrier(3))

    tally = await run.runner(model, repeats=3, concurrency=3).run(model)

    assert (tally.played, model.most) == (6, 3)


async def test_when_two_trials_meet_the_same_wall_one_of_them_says_so(tmp_path: Path) -> None:
    run = await little_run(tmp_path)
    model = Together(asyncio.Barrier(2), replies=[Rejected("http_401", "HTTP 401: no") for _ in range(2)])

    with pytest.raises(RunStopped, match="scripted: HTTP 401: no"):
        await run.runner(model, concurrency=2).run(model)


async def test_a_cancelled_run_keeps_whole_transcripts_only(tmp_path: Path) -> None:
    run, reached = await little_run(tmp_path), asyncio.Event()

    class HangsInItsSecondTrial(OneAfterTheOther):
        async def reply(self, messages: Sequence[Message], ask: Ask) -> Reply:
            if self.place_in_trials == 1:
                reached.set()
                await asyncio.Event().wait()
            return await super().reply(messages, ask)

    model = HangsInItsSecondTrial(turns=(), trials=(GOLD,))
    task = asyncio.create_task(run.runner(model, repeats=2).run(model))
    async with asyncio.timeout(10):
        await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert run.ended(model, 2) == ["done", None, None, None]
    again = gold()
    assert (await run.runner(again, repeats=2).run(again)).played == 3


async def test_after_a_cap_no_further_trial_is_begun_and_what_was_on_its_way_is_kept(tmp_path: Path) -> None:
    over = OverBudget("max_cost", "--max-cost $0.05: $0.04 is spent")
    run, model = await little_run(tmp_path), in_turn(GOLD, [over], GOLD)

    with pytest.raises(CapReached, match=r"^scripted: --max-cost \$0\.05: \$0\.04 is spent$"):
        await run.runner(model, repeats=2).run(model)

    assert run.ended(model, repeats=2) == ["done", "budget", None, None]
    assert len(run.runner(gold(), repeats=2).todo(model.variant)) == 3


async def test_a_trial_that_was_begun_before_says_so(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()

    async def begin(trial: Trial) -> int:
        return 2 if trial.scenario == "tests/two" else 0

    await replace(run.runner(model), begin=begin).run(model)

    assert [found.resent for _, found in run.folder.transcripts(run.record(model))] == [None, 2]


async def test_a_trial_that_may_not_be_begun_ends_the_run_as_a_cap_does(tmp_path: Path) -> None:
    run, model = await little_run(tmp_path), gold()

    async def begin(trial: Trial) -> int:
        if trial.scenario == "tests/two":
            raise CapReached("--max-cost $1: $1 is spent")
        return 0

    with pytest.raises(CapReached, match=r"^scripted: --max-cost \$1"):
        await replace(run.runner(model), begin=begin).run(model)

    assert run.ended(model) == ["done", None]
