"""A million-token document, made, planned, sent, answered and graded, and what our process needs for it.

    python scripts/bench/million.py [--tokens 1M] [--documents 2] [--depths 5]

Once sized by Qwen's tokenizer and once by DeepSeek's, in English and in Chinese, against a stub server in
another process that searches what it is sent (nobody serves such lengths on a CPU). A right answer means that
the document arrived whole. The budget is 1.5 GB of memory, one document at a time.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from rich.console import Console

from harness.environment import read_environment
from harness.evaluation import evaluate
from harness.exams.grading import graded_trials
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.progress import watch
from harness.registry.knowledge import load_knowledge
from harness.report.request_figures import total_tokens
from harness.request import Request
from scenarios.documents.length import parse_length
from scenarios.documents.shelf import DocumentSettings

BUDGET_MB = 1536
TOKENIZERS = ("qwen", "deepseek")


async def play(url: str, sizing: str, suite: Path, runs: Path) -> str:
    """One row of the table."""
    start, cpu = time.perf_counter(), time.process_time()
    known = load_knowledge(None, datetime.now(UTC).date())
    request = Request(
        suites=(str(suite),),
        models=find_variants(f"chat:stub@{url}", Wanted(), known),
        known=known,
        concurrency=2,
        runs=runs,
        documents=DocumentSettings(sizing=sizing),
    )
    with watch(Console(stderr=True), time.monotonic) as progress:
        outcome = await evaluate(request, read_environment(), progress)
    trials = list(graded_trials(outcome.folder, outcome.record))
    right = sum(bool(grade.success) for *_, grade in trials)
    readings = [exam.scenario.reading for _, exam, _, _ in trials if exam.scenario.reading is not None]
    documents = {reading.document.name: reading for reading in readings}
    fullest = [reading.tokens / (reading.cell.tokens or 1) for reading in documents.values()]
    usage = total_tokens(exchange for _, _, transcript, _ in trials for exchange in transcript.exchanges)
    cached = (usage.cached or 0) / max(1, usage.input or 0)
    spent = time.process_time() - cpu, time.perf_counter() - start
    counts = f"{len(documents):>10}{min(fullest):>10.2%}{len(trials):>10}{right:>10}{cached:>10.1%}"
    return f"{sizing:<10}{counts}{spent[0]:>10.1f}{spent[1]:>10.1f}{peak_mb():>10,.0f}"


@contextmanager
def stub() -> Iterator[str]:
    """The URL of the stub server."""
    command = [sys.executable, str(Path(__file__).with_name("reading_server.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 # our own script
        try:
            yield server.stdout.readline().strip() if server.stdout else ""
        finally:
            server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=parse_length, default="1M")
    parser.add_argument("--documents", type=int, default=1)
    parser.add_argument("--depths", type=int, default=5)
    asked = parser.parse_args()
    generate = {"task": "needle", "language": ["en", "zh"], **vars(asked)}
    columns = ("documents", "filled", "trials", "right", "cached", "CPU s", "wall s", "peak MB")
    print(f"{'sizing':<10}" + "".join(f"{name:>10}" for name in columns))
    with TemporaryDirectory() as work, stub() as url:
        suite = Path(work) / "million"
        suite.mkdir()
        head = {"title": "A million", "generate": generate}
        (suite / "suite.yaml").write_text(yaml.safe_dump(head), "utf-8")
        for sizing in TOKENIZERS:
            print(asyncio.run(play(url, sizing, suite, Path(work) / sizing)), flush=True)
    kept = "kept" if peak_mb() <= BUDGET_MB else "BROKEN"
    print(f"peak memory of our process: {peak_mb():,.0f} MB; budget {BUDGET_MB:,} MB: {kept}")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
