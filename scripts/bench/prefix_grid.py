"""The plan of a needle grid from 4K to 1M tokens: how many prompt tokens are computed, and how many are not.

    python scripts/bench/prefix_grid.py [--lengths 4k,64k,1M] [--depths 10] [--documents 5] [--concurrency 8]

Ten needles stand in every document and are asked for one by one behind it, so that a cache of whole blocks
(16 tokens, as vLLM's) computes each document once. The budget is 10 million uncached tokens of about 95.7
million for 10 depths, 8 lengths and 5 documents; one document for each question would compute them all. The
documents are really made, and nothing is sent. CPU seconds are of this process.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.clock import utc_now
from harness.environment import read_environment
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.registry.entry import load_registry
from harness.runs.record import ModelVariant
from harness.trial.play import Stage
from scenarios.documents.length import parse_length, spell_length
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.exam import Exam

LENGTHS = "4096,9045,19972,44102,97386,215046,474860,1048576"
"""Spaced evenly on a logarithmic scale."""
BUDGET = 10_000_000
IDEAL = ModelVariant(label="made-up", wire="chat", model="made-up")
"""A block cache that keeps everything and misses nothing."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lengths", default=LENGTHS)
    parser.add_argument("--depths", type=int, default=10)
    parser.add_argument("--documents", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=8)
    return parser.parse_args()


def suite(folder: Path, asked: argparse.Namespace) -> Path:
    lengths = [parse_length(text) for text in asked.lengths.split(",")]
    grid = {"task": "needle", "tokens": lengths, "depths": asked.depths, "documents": asked.documents}
    folder.mkdir()
    (folder / "suite.yaml").write_text(json.dumps({"title": "Grid", "generate": grid}), "utf-8")
    return folder


def by_length(exams: dict[str, Exam]) -> dict[int, dict[str, Exam]]:
    found: defaultdict[int, dict[str, Exam]] = defaultdict(dict)
    for name, exam in exams.items():
        if exam.scenario.reading is not None:
            found[exam.scenario.reading.cell.tokens or 0][name] = exam
    return dict(found)


async def planned(work: Path, asked: argparse.Namespace) -> bool:
    """Print the plan; whether it keeps the budget."""
    environment = read_environment()
    shelf = Shelf(DocumentSettings(cache=environment.fillers))
    start = time.process_time()
    scenarios = load_scenarios([str(suite(work / "grid", asked))], shelf=shelf)
    made = time.process_time()
    home = world_home(environment, work)
    exams = await prepare_exams(scenarios, home)
    prepared = time.process_time()
    planner = Planner(
        registry=load_registry(),
        shelf=shelf,
        home=environment.home,
        oracle=Oracle(Stage(home=home, now=utc_now, clock=time.perf_counter)),
        asked=Asked(concurrency=asked.concurrency),
    )
    whole = (await planner.plan_for(exams, [IDEAL])).tokens
    end = time.process_time()
    print(f"{'length':>9} {'questions':>9} {'input':>12} {'cached':>12} {'uncached':>12}  share")
    for length, some in by_length(exams).items():
        tokens = (await planner.plan_for(some, [IDEAL])).tokens
        print(
            f"{spell_length(length):>9} {len(some):>9} {tokens.input:>12,} {tokens.cached:>12,} "
            f"{tokens.uncached:>12,} {tokens.uncached / tokens.input:>6.1%}"
        )
    print(
        f"{'together':>9} {len(exams):>9} {whole.input:>12,} {whole.cached:>12,} {whole.uncached:>12,} "
        f"{whole.uncached / whole.input:>6.1%}"
    )
    print(
        f"\none document for each question: {whole.input:,} uncached, "
        f"{whole.input / whole.uncached:.1f} times as many"
    )
    print(
        f"CPU seconds: {made - start:.2f} making the documents, {prepared - made:.2f} preparing the "
        f"questions, {end - prepared:.2f} planning"
    )
    print(f"budget of {BUDGET:,} uncached tokens: {'kept' if whole.uncached <= BUDGET else 'NOT KEPT'}")
    return whole.uncached <= BUDGET


def main() -> int:
    asked = arguments()
    with TemporaryDirectory(prefix="longspan-grid-") as work:
        return 0 if asyncio.run(planned(Path(work), asked)) else 1


if __name__ == "__main__":
    sys.exit(main())
