"""Scenarios with their answer keys, from the names that somebody asks for."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness.environment import Environment
from harness.exams.answer_key import prepare_exam
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.foreign_suites import foreign_loaders, named_suite
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Scenario, Transport
from scoring.registry import ScorerClash, UnknownScorer, find_scorers, installed
from tools.failure import WorldFailed
from tools.open_world import WorldHome

_CALL_SECONDS = 60.0
_OPEN_SECONDS = 60.0


def load_scenarios(
    suites: Sequence[str],
    limit: int | None = None,
    shelf: Shelf | None = None,
    data: Mapping[str, Path] | None = None,
) -> tuple[Scenario, ...]:
    """Every scenario of the suites. Raises `ScenarioError` with the problems of all of them.

    `data` has folders of other benchmarks' data, by the first word of their suites' names.
    """
    shelf = shelf or Shelf()
    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    loaders = foreign_loaders()
    for name in suites:
        try:
            suite = named_suite(name, shelf, data=data, loaders=loaders)
        except ScenarioError as error:
            problems += error.problems
            continue
        for scenario in suite.scenarios[:limit]:
            problems += _objections(scenario, found.setdefault(scenario.name, scenario))
    if problems:
        raise ScenarioError(problems)
    return tuple(found.values())


def _objections(scenario: Scenario, known: Scenario) -> Iterator[Problem]:
    """Why a scenario cannot be played beside the others; `known` is the one that has its name."""
    file = Path(scenario.name) / "scenario.yaml"
    if known != scenario:
        yield Problem(file=file, message="two suites have a scenario of this name; rename one suite's folder")
    try:
        find_scorers(scenario.scorers, installed() if scenario.scorers else ())
    except (UnknownScorer, ScorerClash) as error:
        yield Problem(file=file, field="scorers", message=str(error))


async def prepare_exams(scenarios: Sequence[Scenario], home: WorldHome) -> dict[str, Exam]:
    """Every scenario with its answer key. Raises `ScenarioError` with the problems of all of them, and
    `WorldFailed` with a note of which scenario it was.
    """
    problems: list[Problem] = []
    exams: dict[str, Exam] = {}
    for scenario in scenarios:
        try:
            exams[scenario.name] = await prepare_exam(scenario, home)
        except ScenarioError as error:
            problems += error.problems
        except WorldFailed as error:
            error.add_note(scenario.name)
            raise
    if problems:
        raise ScenarioError(problems)
    return exams


def world_home(environment: Environment, work: Path, transport: Transport = "memory") -> WorldHome:
    """Where worlds live while they are played in."""
    return WorldHome(
        transport=transport,
        work=work,
        logs=work / "logs",
        environ=environment.variables,
        clock=time.perf_counter,
        call_timeout=_CALL_SECONDS,
        open_timeout=_OPEN_SECONDS,
    )
