"""`longspan check`: prove suites before anybody is measured with them."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from harness.check import SuiteCheck, check_suite, repeated_skeletons, unused_operators
from harness.environment import read_environment
from harness.evaluation import load_scenarios, prepare_exams, utc_now, world_home
from harness.play import Stage
from harness.verbs.setting import JsonFlag, consoles, in_words, run_async, spoken_errors
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
        found, shared = run_async(_check(what or list(library_suites()), transport, concurrency, err))
    problems = [problem for suite in found for problem in suite.problems] + shared
    problems += [] if what else unused_operators(found)
    if as_json:
        typer.echo(json.dumps({"suites": [suite.as_json() for suite in found], "problems": problems}))
    else:
        _show(found, problems, out, equivalents=equivalents)
    if problems:
        raise typer.Exit(GATE)


async def _check(
    what: Sequence[str], transport: Transport, concurrency: int, err: Console
) -> tuple[list[SuiteCheck], list[str]]:
    scenarios = load_scenarios(what)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(read_environment(), Path(work), transport)
        stage = Stage(home=home, now=utc_now, clock=time.perf_counter)
        suites, missing = await _prepared(scenarios, home)
        columns = (SpinnerColumn(), TextColumn("{task.description}: {task.fields[played]} trials"))
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
            found = [
                await check_suite(name, some, stage, concurrency, _ticker(bars, name))
                for name, some in suites.items()
            ]
    return found, missing + repeated_skeletons([exam for some in suites.values() for exam in some])


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


def _show(found: Sequence[SuiteCheck], problems: Sequence[str], out: Console, *, equivalents: bool) -> None:
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
    out.print("\nMutants by operator: " + ", ".join(f"{name} {n}" for name, n in sorted(uses.items())))
    if equivalents:
        for one in (one for suite in found for one in suite.equivalents):
            said = f"{one.scenario}: {one.operator} of {one.target}: {one.reason}"
            out.print(said, markup=False, highlight=False, soft_wrap=True)
    for problem in problems:
        out.print(f"✗ {problem}", markup=False, highlight=False, style="red", soft_wrap=True)
    if not problems:
        out.print("Every scenario is proven.", style="green")
