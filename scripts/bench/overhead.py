"""What a trial costs our own process, in CPU milliseconds, against an endpoint that answers at once.

    python scripts/bench/overhead.py [--trials 300] [--memory]

Rows: a single-request trial without tools; a ten-call trial in an in-memory MCP world; both over HTTP, streamed,
graded and written. Beside them, measured in the same run: a bare aiohttp request (the floor), and inspect_ai on
the same work where it is installed in this environment. `--memory` plays 10,000 single-request trials and
prints the resident set as it goes. Everything is CPU time of this process; the server runs in another one.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from harness.answer_key import prepare_exam
from harness.environment import Environment
from harness.grading import Grader
from harness.models import find_variant, open_model
from harness.play import Stage
from harness.run import Progress, Runner
from harness.run_record import ModelVariant, RunRecord
from harness.store import RunFolder, Trial
from harness.recording import recording
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


class Silent:
    """Watches a run and says nothing."""

    def began(self, model: ModelVariant, trials: int, finished: int) -> None: ...

    def played(self, trial: Trial, transcript: Transcript, grade: Grade) -> None:
        if not grade.success:
            sys.exit(f"the bench is broken: {trial.scenario} ended {transcript.ended}: {grade.reason}")


def ten_calls() -> tuple[Scenario, str, str]:
    """A scenario of the library's shop in which ten orders are read, the tool, and its arguments in turn."""
    shop = load_scenario(find_suite("shop") / "which-lantern")
    state = shop.servers["shop"].state or {}
    orders = state["orders"]
    arguments = [{"order": order} for order in list(orders)[:CALLS]] if isinstance(orders, dict) else []
    calls = [{"id": f"c{n}", "tool": "shop__get_order", "args": each} for n, each in enumerate(arguments)]
    data = shop.model_dump(mode="json", exclude_defaults=True) | {
        "id": "ten",
        "segments": [{"id": "ask", "user": "Look at ten orders.", "expect": {"calls": calls, "answer": 4}}],
        "final": {},
        "tools": {},
    }
    return Scenario.model_validate(data), "shop__get_order", json.dumps(arguments)


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """The zero-latency endpoint in a process of its own, as its base URL."""
    here = Path(__file__).with_name("zero_server.py")
    process = subprocess.Popen([sys.executable, here, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


async def cost(work: Callable[[], Awaitable[None]], count: int, rounds: int = 5) -> float:
    """CPU milliseconds a piece: the least of several rounds, after one to warm up."""
    await work()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        await work()
        spent.append((time.process_time() - start) * 1e3 / count)
    return min(spent)


async def bare(url: str, trials: int) -> float:
    """A request with aiohttp and nothing round it."""
    body = {"model": "zero", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    async with aiohttp.ClientSession() as http:

        async def work() -> None:
            async def worker() -> None:
                for _ in range(trials // 8):
                    async with http.post(f"{url}/chat/completions", json=body) as response:
                        await response.read()

            async with asyncio.TaskGroup() as group:
                for _ in range(8):
                    group.create_task(worker())

        return await cost(work, trials // 8 * 8)


async def ours(url: str, scenario: Scenario, trials: int, folder: Path, rounds: int = 5) -> float:
    """Our trial: asked, played, graded and written."""
    home = WorldHome(work=folder / "work", logs=folder / "logs")
    exam = await prepare_exam(scenario, home)
    variant = find_variant(f"chat:zero@{url}")
    environment = Environment(home=folder, key=None, variables={})
    opening = open_model(variant, environment=environment, logs=folder, concurrency=8, seed=0)
    round_number = iter(range(1000))
    async with opening as opened:

        async def work() -> None:
            path = folder / str(next(round_number))
            path.mkdir(parents=True)
            with recording(RunFolder(path), "bench", Silent()) as progress:
                await _runner(path, variant, exam, trials, home, progress).run(opened.model)

        return await cost(work, trials, rounds)


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
        concurrency=8,
    )


async def memory(folder: Path) -> None:
    """10,000 trials, with the peak resident set at the start and at the end."""
    with server() as url:
        for count in (500, 10_000):
            each = await ours(url, SINGLE, count, folder / str(count), rounds=1)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"after {2 * count:6,} single-request trials: {peak} MiB peak, {each:.2f} ms of CPU each")


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="longspan-bench-") as temporary:
        folder = Path(temporary)
        if asked.memory:
            await memory(folder)
            return
        with server() as url:
            floor = await bare(url, asked.trials)
            print(f"bare aiohttp request        {floor:7.3f} ms")
            single = await ours(url, SINGLE, asked.trials, folder / "single")
            print(
                f"single-request trial        {single:7.3f} ms   {single / floor:5.1f} x the bare request; budget 1.0 ms"
            )
        scenario, tool, arguments = ten_calls()
        with server("--tool", tool, "--arguments", arguments) as url:
            ten = await ours(url, scenario, max(20, asked.trials // 10), folder / "ten")
            print(
                f"ten-call trial, memory MCP  {ten:7.3f} ms   {ten / floor:5.1f} x the bare request; budget 15 ms"
            )


if __name__ == "__main__":
    asyncio.run(main())
