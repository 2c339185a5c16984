"""What a trial costs our own process, in CPU milliseconds, against an endpoint that answers at once.

    python scripts/bench/overhead.py [--trials 300] [--rounds 7] [--folder DIR]
    python scripts/bench/overhead.py --memory

The first form plays a single-request trial and a ten-call trial in an in-memory MCP world, both over HTTP,
streamed, graded and written. Beside them stand what they cannot go below (a bare aiohttp request, a bare
file) and, where this environment has it, inspect_ai on the same work with a Python tool in process.
Everybody has a turn in every round and the least of the rounds counts, so that ratios hold on a machine that
others use too. The server runs in another process.

Files go to memory where there is such a folder: what a new file costs is the file system's (ext4, for one,
takes ten times as long for a minute after many files were deleted). `--folder` measures another place.

`--memory` plays 10,000 single-request trials and prints the peak resident set as it goes.
"""

import argparse
import asyncio
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from harness.clients.gate import Gates
from harness.clients.purse import Purse
from harness.clock import utc_now
from harness.environment import Environment
from harness.exams.answer_key import prepare_exam
from harness.exams.grading import Grader
from harness.models.opened import Opening, open_model
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.registry.knowledge import load_knowledge
from harness.run import Progress, Runner
from harness.runs.ledger import open_ledger
from harness.runs.places import write_whole
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.recording import recording
from harness.runs.store import RunFolder, Trial
from harness.trial.play import Stage
from scenarios.exam import Exam
from scenarios.load import find_suite, load_scenario
from scenarios.scenario import Scenario
from scenarios.transcript import Transcript
from scoring.grade import Grade
from tools.open_world import WorldHome

SINGLE = Scenario.model_validate(
    {
        "suite": "bench",
        "id": "single",
        "title": "One question",
        "system": "Answer briefly.",
        "segments": [{"id": "ask", "user": "What is two plus two?", "expect": {"answer": 4}}],
    }
)
CALLS = 10
WORKERS = 8
TOOL = "shop__get_order"
MEMORY = Path("/dev/shm")  # noqa: S108 # a folder of its own is made in it


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Something that can be measured."""

    name: str
    trials: int
    """In a round."""
    work: Callable[[], Awaitable[None]]
    """One round."""
    budget: float | None = None
    """Milliseconds a trial."""


@dataclass(frozen=True)
class Watcher:
    """Watches a run; a trial that goes wrong breaks the bench. `tick` is called after each."""

    tick: Callable[[], None] = lambda: None

    def began(self, model: ModelVariant, trials: int, finished: int) -> None: ...

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        if not grade.success:
            sys.exit(f"the bench is broken: {trial.scenario} ended {transcript.ended}: {grade.reason}")
        self.tick()


async def measured(contenders: Sequence[Contender], rounds: int) -> list[float]:
    """CPU milliseconds a trial of each: the least of several rounds, after one to warm up."""
    for each in contenders:
        await each.work()
    least = [float("inf")] * len(contenders)
    for _ in range(rounds):
        for place, each in enumerate(contenders):
            start = time.process_time()
            await each.work()
            least[place] = min(least[place], (time.process_time() - start) * 1e3 / each.trials)
    return least


def ten_calls() -> tuple[Scenario, list[dict[str, str]]]:
    """A scenario of the library's shop in which ten orders are read, and the arguments in turn."""
    shop = load_scenario(find_suite("shop") / "which-lantern")
    state = shop.servers["shop"].state or {}
    orders = state["orders"]
    arguments = [{"order": order} for order in list(orders)[:CALLS]] if isinstance(orders, dict) else []
    calls = [{"id": f"c{n}", "tool": TOOL, "args": each} for n, each in enumerate(arguments)]
    data = shop.model_dump(mode="json", exclude_defaults=True) | {
        "id": "ten",
        "segments": [{"id": "ask", "user": "Look at ten orders.", "expect": {"calls": calls, "answer": 4}}],
        "final": {},
        "tools": {},
    }
    return Scenario.model_validate(data), arguments


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """The zero-latency endpoint in a process of its own, as its base URL."""
    here = Path(__file__).with_name("zero_server.py")
    process = subprocess.Popen(  # noqa: S603 # our own script
        [sys.executable, here, *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def bare_request(url: str, trials: int) -> AsyncIterator[Contender]:
    """A request with aiohttp and nothing round it."""
    body = {"model": "zero", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    async with aiohttp.ClientSession() as http:

        async def worker() -> None:
            for _ in range(trials // WORKERS):
                async with http.post(f"{url}/chat/completions", json=body) as response:
                    await response.read()

        async def work() -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(WORKERS):
                    group.create_task(worker())

        yield Contender(name="bare aiohttp request", trials=trials // WORKERS * WORKERS, work=work)


def bare_file(folder: Path, trials: int) -> Contender:
    """A new file of a transcript's size, written whole."""
    number = count()

    async def work() -> None:
        place = folder / str(next(number))
        for n in range(trials):
            write_whole(place / f"{n}.json", b"x" * 1000, survives_power_loss=False)

    return Contender(name="bare file", trials=trials, work=work)


@asynccontextmanager
async def ours(
    name: str,
    url: str,
    scenario: Scenario,
    folder: Path,
    trials: int,
    budget: float | None = None,
    tick: Callable[[], None] = lambda: None,
) -> AsyncIterator[Contender]:
    """Our trial: asked, played, graded and written."""
    home = WorldHome(work=folder / "work", logs=folder / "logs")
    exam = await prepare_exam(scenario, home)
    known = load_knowledge(None, datetime.now(UTC).date())
    (variant,) = find_variants(f"chat:zero@{url}", Wanted(), known)
    opening = Opening(
        environment=Environment(home=folder, keys={}, variables={}),
        known=known,
        logs=folder,
        concurrency=WORKERS,
        seed=0,
        now=utc_now,
    )
    number = count()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with open_ledger(RunFolder(folder)) as ledger:
        purse = Purse(ledger=ledger, now=utc_now, max_cost=None, max_tokens=None)
        gates = Gates(known=known, tariffs={}, purse=purse, concurrency=WORKERS)
        async with open_model(variant, replace(opening, gate=gates.gate)) as opened:

            async def work() -> None:
                path = folder / str(next(number))
                path.mkdir(parents=True)
                with recording(
                    RunFolder(path), "bench", {exam.scenario.name: exam}, Watcher(tick)
                ) as progress:
                    await _runner(path, variant, exam, trials, home, progress).run(opened.model)

            yield Contender(name=name, trials=trials, work=work, budget=budget)


def _runner(
    path: Path, variant: ModelVariant, exam: Exam, trials: int, home: WorldHome, progress: Progress
) -> Runner:
    folder = RunFolder(path)
    record = RunRecord(
        id="bench",
        created="",
        command="",
        models=(variant,),
        suites=("bench",),
        scenarios={exam.scenario.name: exam.digest},
        repeats=trials,
        seed=0,
    )
    folder.write_record(record)
    return Runner(
        folder=folder,
        record=record,
        exams={exam.scenario.name: exam},
        stage=Stage(home=home, now=lambda: "", clock=time.perf_counter),
        grade=Grader().grade,
        progress=progress,
        concurrency=WORKERS,
    )


def inspect_ai(name: str, url: str, scenario: Scenario, folder: Path, trials: int) -> Contender:
    """The same work by inspect_ai: its OpenAI-compatible provider, streamed, and a Python tool in process."""
    # An optional peer, here only when somebody installed it.
    from inspect_ai import (  # type: ignore[import-not-found]  # noqa: PLC0415
        Task,
        dataset,
        eval_async,
        model,
        scorer,
        solver,
        tool,
        util,
    )

    util._display.init_display_type("none")  # noqa: SLF001 # only its blocking `eval` takes this as an argument
    shop = scenario.servers["shop"].state or {} if scenario.servers else {}

    @tool.tool(name=TOOL)  # type: ignore[untyped-decorator]
    def get_order() -> Callable[[str], Awaitable[str]]:
        async def execute(order: str) -> str:
            """Look at an order.

            Args:
                order: The order's id.

            """
            orders = shop["orders"]
            return json.dumps(orders[order]) if isinstance(orders, dict) else ""

        return execute

    tools = [solver.use_tools(get_order())] if scenario.servers else []
    task = Task(
        dataset=[dataset.Sample(input=scenario.segments[0].user[0], target="4") for _ in range(trials)],
        solver=[solver.system_message(scenario.system), *tools, solver.generate()],
        scorer=scorer.includes(),
    )
    zero = model.get_model("openai-api/bench/zero", base_url=url, api_key="none", stream=True)
    messages = 3 + 2 * len(list(scenario.calls))

    async def work() -> None:
        (log,) = await eval_async(
            task, model=zero, log_dir=str(folder), max_samples=WORKERS, max_connections=WORKERS
        )
        if log.status != "success" or {len(sample.messages) for sample in log.samples} != {messages}:
            why = log.error and log.error.message
            sys.exit(f"the bench is broken: inspect_ai ended as {log.status}: {why}")

    return Contender(name=name, trials=trials, work=work)


async def compare(folder: Path, trials: int, rounds: int) -> None:
    """Print the table."""
    scenario, arguments = ten_calls()
    few = max(WORKERS, trials // 10)
    async with AsyncExitStack() as stack:
        talk = stack.enter_context(server())
        tools = stack.enter_context(server("--tool", TOOL, "--arguments", json.dumps(arguments)))
        contenders = [
            await stack.enter_async_context(bare_request(talk, trials)),
            bare_file(folder / "bare", trials),
            await stack.enter_async_context(
                ours("single-request trial", talk, SINGLE, folder / "single", trials, budget=1.0)
            ),
            await stack.enter_async_context(
                ours("ten-call trial, memory MCP", tools, scenario, folder / "ten", few, budget=15.0)
            ),
        ]
        if importlib.util.find_spec("inspect_ai"):
            contenders += [
                inspect_ai("inspect_ai, single request", talk, SINGLE, folder / "inspect", trials // 3),
                inspect_ai("inspect_ai, ten Python tools", tools, scenario, folder / "inspect", few),
            ]
        costs = await measured(contenders, rounds)
    print(f"CPU of this process, least of {rounds} rounds, files in {folder.parent}")
    for each, cost in zip(contenders, costs, strict=True):
        budget = "" if each.budget is None else f"   budget {each.budget:g} ms"
        print(f"{each.name:<30}{cost:8.3f} ms {cost / costs[0]:7.1f} x the bare request{budget}")


async def memory(folder: Path) -> None:
    """10,000 trials, with the peak resident set as it goes."""
    number = count(1)

    def tick() -> None:
        if (played := next(number)) in {100, 1000} or played % 2000 == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{played:6,} single-request trials: {peak} MiB at the most", flush=True)

    with server() as url:
        async with ours("memory", url, SINGLE, folder, 10_000, tick=tick) as contender:
            await contender.work()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=MEMORY if MEMORY.is_dir() else None)
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="longspan-bench-", dir=asked.folder) as temporary:
        folder = Path(temporary)
        asyncio.run(memory(folder) if asked.memory else compare(folder, asked.trials, asked.rounds))


if __name__ == "__main__":
    main()
