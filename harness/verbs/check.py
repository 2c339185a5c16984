"""`longspan check`: prove suites before anybody is measured with them."""

import json
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from harness.clock import utc_now
from harness.environment import read_environment
from harness.exams.check import check_suite, repeated_skeletons, unused_operators
from harness.exams.check_reading import check_readers
from harness.exams.check_theirs import check_their_suite
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.trial.opening import InMemory, Openings
from harness.trial.play import Stage
from harness.verbs.checking import Proof, show
from harness.verbs.foreign import Tau2DataOption, foreign_data
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
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many scenarios of each suite.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Trials at a time.")] = 4,
    transport: Annotated[Transport, typer.Option(help="How built-in worlds are reached.")] = "memory",
    equivalents: Annotated[
        bool, typer.Option(help="List the mutants that cannot matter, with the reason.")
    ] = False,
    tau2_data: Tau2DataOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Prove suites: gold scores 1, silence and refusal do not, every mutant is caught and diagnosed.

    Of suites of other benchmarks it tells what is so, and fails only where something of ours is broken.
    """
    out, err = consoles()
    with spoken_errors():
        shelf = Shelf(DocumentSettings(cache=read_environment().fillers))
        scenarios = load_scenarios(what or list(library_suites()), limit, shelf, foreign_data(tau2_data))
        proof = run_async(_check(scenarios, shelf, transport, concurrency, err))
    problems = [problem for suite in proof.suites for problem in suite.problems] + proof.problems
    problems += [] if what or limit else unused_operators(proof.suites)
    if as_json:
        readers = [{**one.model_dump(), "agrees": one.agrees} for one in proof.readers]
        suites = [suite.as_json() for suite in proof.suites]
        typer.echo(json.dumps({"suites": suites, "readers": readers, "problems": problems}))
    else:
        show(proof, problems, out, equivalents=equivalents)
    if problems:
        raise typer.Exit(GATE)


async def _check(
    scenarios: Sequence[Scenario], shelf: Shelf, transport: Transport, concurrency: int, err: Console
) -> Proof:
    environment = read_environment()
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work), transport)
        openings = Openings(shelf=shelf, store=InMemory(), warm=False)
        stage = Stage(home=home, now=utc_now, clock=time.perf_counter, openings=openings)
        suites, missing = await _prepared(scenarios, home)
        columns = (SpinnerColumn(), TextColumn("{task.description}: {task.fields[played]} trials"))
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
            proof = Proof(problems=missing)
            for name, some in suites.items():
                prove = check_suite if some[0].scenario.theirs is None else check_their_suite
                proof.suites.append(await prove(name, some, stage, concurrency, _ticker(bars, name)))
                readers, odd = await check_readers(name, some, stage, concurrency)
                proof.readers += readers
                proof.problems += odd
    proof.problems += repeated_skeletons(list(filter(_is_our_own_work, chain(*suites.values()))))
    return proof


def _is_our_own_work(exam: Exam) -> bool:
    """Whether somebody here made up its calls: those of generated documents and of others nobody did."""
    return exam.scenario.reading is None and exam.scenario.theirs is None


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
