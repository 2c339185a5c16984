"""What each trial of a large study leaves behind and costs its driver: the unit costs of docs/scale.md.

    python scripts/bench/scale.py [--trials 300] [--planned 1000000]

Ten-call trials are played in this process against an endpoint that answers at once, and graded and reported
as `longspan run` does at its end; then a list of `--planned` trials is drawn up and cut into shards, and
nothing of it is played.
"""

import argparse
import asyncio
import json
import resource
import time
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.exams.grading import graded_trials, keeping_scores
from harness.executors.executor import play_all
from harness.executors.shard import cut, lane_widths
from harness.report.write import write_reports
from harness.runs.store import RunFolder, Trial
from scripts.bench.overhead import TOOL, server, ten_calls
from scripts.bench.ray_overhead import Bench, bench_of

_LANES = 1000
_WIDTH = 32


async def measure(folder: Path, trials: int, planned: int) -> None:
    """Print one unit cost a line."""
    scenario, arguments = ten_calls()
    asked = Namespace(rounds=0, concurrency=_WIDTH)
    with server("--tool", TOOL, "--arguments", json.dumps(arguments)) as url:
        async with bench_of(url, scenario, folder, trials, asked) as bench:
            async with bench.runner("local") as (runner, opening, executor):
                await play_all(runner, opening, executor, "")
            bytes_a_trial(runner.folder, trials)
            graded(runner.folder, trials)
            draw_up(bench, planned)


def bytes_a_trial(folder: RunFolder, trials: int) -> None:
    transcripts = sum(file.stat().st_size for file in (folder.path / "transcripts").rglob("*.json"))
    requests = (folder.path / "spent.jsonl").read_bytes().count(b"\n") // 2
    print(f"transcript    {transcripts / trials:9,.0f} bytes a trial of {requests / trials:.0f} requests")
    print(f"spent.jsonl   {(folder.path / 'spent.jsonl').stat().st_size / requests:9,.0f} bytes a request")
    print(f"trials.csv    {(folder.path / 'trials.csv').stat().st_size / trials:9,.0f} bytes a trial")


def graded(folder: RunFolder, trials: int) -> None:
    start = time.process_time()
    record = folder.record
    write_reports(folder, record, keeping_scores(folder, graded_trials(folder, record)), {})
    seconds = time.process_time() - start
    print(f"scores.jsonl  {(folder.path / 'scores.jsonl').stat().st_size / trials:9,.0f} bytes a trial")
    print(f"grade, report {seconds * 1e3 / trials:9.2f} CPU ms a trial")


def draw_up(bench: Bench, trials: int) -> None:
    """The driver's list of what is to be played, and its shards."""
    before, start = _peak(), time.process_time()
    name, variant = bench.exam.scenario.name, bench.variants[0]
    todo = [Trial(model=variant, scenario=name, repeat=repeat) for repeat in range(trials)]
    shards = cut(todo, {name: bench.exam}, lane_widths(_LANES * _WIDTH, _LANES, trials), 1)
    seconds = time.process_time() - start
    print(f"list, cut     {seconds * 1e6 / trials:9.2f} CPU µs a trial, {len(shards):,} shards")
    print(f"              {(_peak() - before) * 1024 / trials:9,.0f} bytes of memory a trial")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--planned", type=int, default=1_000_000)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="longspan-bench-") as folder:
        asyncio.run(measure(Path(folder), asked.trials, asked.planned))


if __name__ == "__main__":
    main()
