"""`longspan check`: prove suites before anybody is measured with them."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from harness.clock import utc_now
from harness.environment import read_environment
from harness.exams.check import SuiteCheck, check_suite, repeated_skeletons, unused_operators
from harness.exams.check_reading import ReaderCheck, check_readers
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.trial.opening import InMemory, Openings
from harness.trial.play import Stage
from harness.verbs.setting import JsonFlag, consoles, in_words, run_async, spoken_errors
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.exam import Exam
from scenarios.load import library_suites
from scenarios.scenario import Scenario, Transport
from tools.failure import WorldFailed
from tools.open_world import WorldHome

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

GATE = 3


@app.command()
def check(
    what: Annotated[
        list[str] | None, typer.Argument(help="Suites, SUITE/SCENARIO or folders; the whole library if none.")
    ] = None,
    *,
    concurrency: Annotated[int, typer.Option(min=1, help="Trials at a time.")] = 4,
    transport: Annotated[Transport, typer.Option(help="How built-in worlds are reached.")] = "memory",
    equivalents: Annotated[
        bool, typer.Option(help="List the mutants that cannot matter, with the reason.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Prove suites: gold scores 1, silence and refusal do not, every mutant is caught and diagnosed."""
    out, err = consoles()
    with spoken_errors():
        proof = run_async(_check(what or list(library_suites()), transport, concurrency, err))
    problems = [problem for suite in proof.suites for problem in suite.problems] + proof.problems
    problems += [] if what else unused_operators(proof.suites)
    if as_json:
        readers = [{**one.model_dump(), "agrees": one.agrees} for one in proof.readers]
        suites = [suite.as_json() for suite in proof.suites]
        typer.echo(json.dumps({"suites": suites, "readers": readers, "problems": problems}))
    else:
        _show(proof, problems, out, equivalents=equivalents)
    if problems:
        raise typer.Exit(GATE)


@dataclass
class _Proof:
    suites: list[SuiteCheck] = field(default_factory=list)
    readers: list[ReaderCheck] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def _check(what: Sequence[str], transport: Transport, concurrency: int, err: Console) -> _Proof:
    environment = read_environment()
    shelf = Shelf(DocumentSettings(cache=environment.fillers))
    scenarios = load_scenarios(what, shelf=shelf)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work), transport)
        openings = Openings(shelf=shelf, store=InMemory(), warm=False)
        stage = Stage(home=home, now=utc_now, clock=time.perf_counter, openings=openings)
        suites, missing = await _prepared(scenarios, home)
        columns = (SpinnerColumn(), TextColumn("{task.description}: {task.fields[played]} trials"))
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
            proof = _Proof(problems=missing)
            for name, some in suites.items():
                proof.suites.append(await check_suite(name, some, stage, concurrency, _ticker(bars, name)))
                readers, odd = await check_readers(name, some, stage, concurrency)
                proof.readers += readers
                proof.problems += odd
    played = [exam for some in suites.values() for exam in some if exam.scenario.reading is None]
    proof.problems += repeated_skeletons(played)
    return proof


async def _prepared(
    scenarios: Sequence[Scenario], home: WorldHome
) -> tuple[dict[str, list[Exam]], list[str]]:
    """The exams of each suite; a suite whose servers do not run here does not keep the others from proof."""
    suites: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        suites.setdefault(scenario.suite, []).append(scenario)
    exams: dict[str, list[Exam]] = {}
    missing: list[str] = []
    for name, some in suites.items():
        try:
            exams[name] = list((await prepare_exams(some, home)).values())
        except WorldFailed as error:
            if len(suites) == 1:
                raise
            missing.append(in_words(error))
    return exams, missing


def _ticker(bars: Progress, name: str) -> Callable[[int], None]:
    task = bars.add_task(name, total=None, played=0)
    return lambda played: bars.update(task, played=played)


def _show(proof: _Proof, problems: Sequence[str], out: Console, *, equivalents: bool) -> None:
    found = proof.suites
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("suite", "scenarios", "oracle", "idle", "refuser", "mutants", "diagnosed", "equivalent"):
        table.add_column(name, justify="left" if name == "suite" else "right")
    for suite in found:
        share = f"{suite.diagnosed / suite.mutants:.1%}" if suite.mutants else "–"
        floors = (f"{suite.floors[name]:.2f}" for name in ("idle", "refuser"))
        counts = (str(suite.mutants), share, str(len(suite.equivalents)))
        table.add_row(suite.suite, str(suite.scenarios), f"{suite.oracle:.2f}", *floors, *counts)
    out.print(table)
    uses = sum((Counter(suite.operators) for suite in found), Counter[str]())
    if proof.readers:
        out.print(_readers(proof.readers))
    out.print("\nMutants by operator: " + ", ".join(f"{name} {n}" for name, n in sorted(uses.items())))
    if equivalents:
        for one in (one for suite in found for one in suite.equivalents):
            said = f"{one.scenario}: {one.operator} of {one.target}: {one.reason}"
            out.print(said, markup=False, highlight=False, soft_wrap=True)
    for problem in problems:
        out.print(f"✗ {problem}", markup=False, highlight=False, style="red", soft_wrap=True)
    if not problems:
        out.print("Every scenario is proven.", style="green")


def _readers(checks: Sequence[ReaderCheck]) -> Table:
    """What readers of known memory must score beside what they scored."""
    title = "Readers whose memory is known"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for name in ("task", "reader", "n", "expected", "measured", "±"):
        table.add_column(name, justify="left" if name in {"task", "reader"} else "right")
    for one in checks:
        figures = (f"{one.expected:.3f}", f"{one.measured:.3f}", f"{one.within:.3f}")
        style = "" if one.agrees else "red"
        table.add_row(f"{one.suite}/{one.task}", one.reader, str(one.n), *figures, style=style)
    return table
