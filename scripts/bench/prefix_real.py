"""What asking document by document saves, measured on a real server by its own counters.

    python scripts/bench/prefix_real.py [--lengths 1k,2k,4k,7k] [--documents 1] [--own supply-contract,...]

SmolLM2 on vLLM for CPU is asked the same questions twice, each time by a server that was started for it and
has room for about one and a half windows of attention cache: once in the order of Longspan, with the first
question on a document ahead, and once in a random order. The server counts the prompt tokens that it was
given and those that it found in its prefix cache; the difference is what it computed. Accuracy stands beside
it, since both runs ask the same.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import aiohttp
import yaml
from pydantic import JsonValue
from rich.console import Console

from harness.environment import read_environment
from harness.evaluation import Outcome, evaluate
from harness.exams.grading import graded_trials
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.progress import watch
from harness.registry.knowledge import load_knowledge
from harness.report.request_figures import total_tokens
from harness.request import Request
from local_models.catalog import find_model
from local_models.install import installed
from local_models.server import serve
from local_models.spec import Place, spec_of
from scenarios.documents.length import parse_length
from scenarios.documents.shelf import DocumentSettings
from scenarios.places import LIBRARY
from scenarios.serving import Serving

MODEL = "smollm2"
TASKS = "needle,multi-needle,variables,counting,absent,segmented"
SAMPLING: Mapping[str, JsonValue] = {
    "temperature": 0,
    "structured_outputs": {"regex": r"ANSWER: [^\n]{1,100}"},
}
"""The server's grammar holds the model to the form of an answer, which one of this size seldom keeps."""
BLOCK = 128
"""Tokens that vLLM keeps together on a CPU."""
_COUNTERS = re.compile(
    r"^vllm:(prefix_cache_queries|prefix_cache_hits|prompt_tokens)(?:_total)?\{[^}]*\} (\S+)$", re.MULTILINE
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    order: str
    seconds: float
    asked: float
    """Prompt tokens that the server looked up in its prefix cache."""
    hits: float
    prompt: float
    """Prompt tokens that the server counted in all."""
    outcome: Outcome

    @property
    def computed(self) -> float:
        return self.asked - self.hits


def suites(folder: Path, arguments: argparse.Namespace) -> tuple[str, ...]:
    """The suites of this measurement as folders: generated tasks, a segmented one, and two own documents."""
    made = []
    lengths = arguments.lengths.split(",")
    for task in filter(None, arguments.tasks.split(",")):
        layout, own = (
            ("segmented", {"tokens": lengths[-1], "parts": 5}) if task == "segmented" else ("single", {})
        )
        depths = {"depths": 5} if task == "needle" else {}
        asked = {"task": task, "tokens": lengths, "documents": arguments.documents, **depths, **own}
        made.append(_suite(folder / f"real-{task}", f"{task} on a real server", asked, [layout]))
    for layout in ("single", "segmented") if arguments.own else ():
        place = folder / f"real-documents-{layout}"
        made.append(_suite(place, "documents of our own", None, [layout]))
        for name in arguments.own.split(","):
            _shortened(LIBRARY / "documents" / name, place / name, arguments.upto)
    return tuple(made)


def _suite(folder: Path, title: str, generate: Mapping[str, object] | None, layout: Sequence[str]) -> str:
    folder.mkdir(parents=True)
    head = {"title": title, "layout": list(layout), **({"generate": dict(generate)} if generate else {})}
    (folder / "suite.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), "utf-8")
    return str(folder)


def _shortened(source: Path, target: Path, upto: str) -> None:
    """A document of the library that ends where a small window does."""
    target.mkdir()
    for file in source.iterdir():
        if file.is_file():
            (target / file.name).write_bytes(file.read_bytes())
    scenario = yaml.safe_load((source / "scenario.yaml").read_text("utf-8"))
    scenario["document"] |= {"split": "1k", "upto": upto}
    (target / "scenario.yaml").write_text(
        yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False), "utf-8"
    )


async def measure(order: str, names: tuple[str, ...], arguments: argparse.Namespace, work: Path) -> Measured:
    environment = read_environment()
    model = find_model(MODEL)
    ready = installed(model, environment.home)
    if ready is None:
        sys.exit(f"{MODEL} is not installed; run `longspan models install local/{MODEL} --engine cpu`")
    window = parse_length(arguments.window)
    flags = ("--num-gpu-blocks-override", str(window * 3 // 2 // BLOCK))
    serving = Serving(concurrency=arguments.concurrency, context=window, flags=flags)
    spec = spec_of(model, serving, Place(weights=str(ready.weights), cpu=ready.cpu))
    logs = work / order
    async with serve(
        spec, ready, home=environment.home, logs=logs, environ=environment.variables
    ) as endpoint:
        before = await counters(endpoint.base_url)
        known = load_knowledge(None, datetime.now(UTC).date())
        wanted = Wanted(sampling={**SAMPLING, "max_tokens": arguments.output})
        (found,) = find_variants(f"chat:{MODEL}@{endpoint.base_url}", wanted, known)
        variant = found.model_copy(update={"label": f"{MODEL} ({order})"})
        request = Request(
            suites=names,
            models=(variant,),
            concurrency=arguments.concurrency,
            limit=arguments.limit,
            runs=Path(arguments.runs),
            new=True,
            command=" ".join(sys.argv),
            documents=DocumentSettings(sizing=str(ready.weights)),
            shuffled=order == "shuffled",
            allow_cold=True,
            known=known,
        )
        start = time.perf_counter()
        with watch(Console(stderr=True), time.monotonic) as progress:
            outcome = await evaluate(request, environment, progress)
        seconds = time.perf_counter() - start
        after = await counters(endpoint.base_url)
    grown = {name: after[name] - before[name] for name in after}
    return Measured(
        order=order,
        seconds=seconds,
        asked=grown["prefix_cache_queries"],
        hits=grown["prefix_cache_hits"],
        prompt=grown["prompt_tokens"],
        outcome=outcome,
    )


async def counters(base_url: str) -> dict[str, float]:
    """The server's own counters of prompt tokens."""
    async with (
        aiohttp.ClientSession() as http,
        http.get(base_url.removesuffix("/v1") + "/metrics") as response,
    ):
        text = await response.text()
    return {match[1]: float(match[2]) for match in _COUNTERS.finditer(text)}


def show(runs: Sequence[Measured]) -> None:
    print(f"{'order':<12}{'prompt tokens':>15}{'in cache':>12}{'computed':>12}{'seconds':>10}")
    for run in runs:
        print(
            f"{run.order:<12}{run.asked:>15,.0f}{run.hits:>12,.0f}{run.computed:>12,.0f}{run.seconds:>10.0f}"
        )
    aware, shuffled = runs
    print(
        f"computed prompt tokens: {shuffled.computed / aware.computed:.1f} times fewer in document order; "
        f"wall time: {shuffled.seconds / aware.seconds:.1f} times less"
    )
    head = f"{'suite':<26}{'layout':<11}{'tokens':>8}{'n':>5}{'right':>7}{'flexible':>10}{'excluded':>10}"
    print(f"\n{head}   order\n(flexible: right, were the form of the answer overlooked)")
    for run in runs:
        for (suite, layout, tokens), row in sorted(table(run.outcome).items()):
            left = f"{suite:<26}{layout:<11}{tokens:>8}{row.graded:>5}{row.right:>7}{row.flexible:>10}"
            print(f"{left}{row.excluded:>10}   {run.order}")


@dataclass
class Row:
    graded: int = 0
    right: int = 0
    flexible: int = 0
    excluded: int = 0


def table(outcome: Outcome) -> dict[tuple[str, str, int], Row]:
    """What became of the trials, by suite, layout and length asked for (0 for documents of one's own)."""
    found: dict[tuple[str, str, int], Row] = {}
    for _, exam, _, grade in graded_trials(outcome.folder, outcome.record):
        reading = exam.scenario.reading
        if reading is not None:
            row = found.setdefault((exam.scenario.suite, reading.layout, reading.cell.tokens or 0), Row())
            row.graded += grade.graded
            row.right += bool(grade.success)
            row.flexible += grade.line is not None and grade.line.figures.get("flexible", 0.0) == 1.0
            row.excluded += not grade.graded
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=dedent(__doc__ or ""), formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lengths", default="1k,2k,4k,7k")
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--documents", type=int, default=1)
    parser.add_argument("--own", default="supply-contract,zh-lease-contract")
    parser.add_argument("--limit", type=int, help="at most so many questions of each suite")
    parser.add_argument("--upto", default="6k")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--window", default="8k")
    parser.add_argument("--output", type=int, default=48)
    parser.add_argument("--runs", default="runs")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with TemporaryDirectory() as work:
        names = suites(Path(work) / "suites", arguments)
        runs = [await measure(order, names, arguments, Path(work)) for order in ("document", "shuffled")]
    show(runs)
    if arguments.json:
        arguments.json.write_text(json.dumps([figures(run) for run in runs], indent=2), "utf-8")


def figures(run: Measured) -> dict[str, object]:
    """One run for a program: the server's counters beside what our own records say."""
    folder, record = run.outcome.folder, run.outcome.record
    ours = [exchange for _, transcript in folder.transcripts(record) for exchange in transcript.exchanges]
    lines = [exchange for reading in folder.readings(record.models[0]) for exchange in reading.exchanges]
    usage = total_tokens([*ours, *lines])
    return {
        "order": run.order,
        "run": str(folder.path),
        "seconds": run.seconds,
        "server": {"prompt": run.prompt, "looked_up": run.asked, "cached": run.hits},
        "usage": usage.model_dump(),
        "requests": len(ours) + len(lines),
        "rows": [
            {"suite": suite, "layout": layout, "tokens": tokens, **asdict(row)}
            for (suite, layout, tokens), row in sorted(table(run.outcome).items())
        ],
    }


if __name__ == "__main__":
    asyncio.run(main())
