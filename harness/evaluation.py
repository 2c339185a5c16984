"""A whole evaluation: load and prove the exams, play what was not played yet, grade it, report it.

The steps are in the order in which things can go wrong for the user: nothing is sent to any model before
every suite is loaded, every answer key is derived, and every model's name is understood.
"""

import fcntl
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.agents.registry import open_agents, packages_of
from harness.answer_key import prepare_exam
from harness.budget import Caps, check_caps, how_to_go_on, open_gates
from harness.clients.gate import Gates, limits_of
from harness.economy import Economy
from harness.environment import Environment
from harness.floors import measure_floors, read_floors, write_floors
from harness.grading import Grader
from harness.models import Opening, make_sure, open_model
from harness.opening import InMemory, Openings
from harness.plan.outlook import Outlook, dollar_prices, look_ahead
from harness.plan.plan import read_plan, write_plan
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.play import Stage
from harness.pricing import prices_of, tariffs
from harness.recording import recording
from harness.registry.knowledge import Knowledge
from harness.run import CapReached, Progress, Runner, RunStopped, Tally, shuffled
from harness.run_record import ModelVariant, RunRecord, run_id
from harness.store import RunError, RunFolder
from scenarios.currency import Currency, ExchangeRate
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.exam import Exam
from scenarios.load import find_suite, load_suite
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Scenario, Transport
from scoring.registry import ScorerClash, UnknownScorer, find_scorers, installed
from tools.failure import WorldFailed
from tools.open_world import WorldHome

_PACKAGES = ("mcp", "pydantic", "aiohttp", "jsonschema", "numpy")
_CALL_SECONDS = 60.0
_OPEN_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asked for."""

    suites: tuple[str, ...]
    models: tuple[ModelVariant, ...]
    repeats: int = 1
    limit: int | None = None
    """At most so many scenarios of each suite."""
    concurrency: int = 8
    seed: int = 0
    transport: Transport = "memory"
    runs: Path
    new: bool = False
    command: str = ""
    documents: DocumentSettings = field(default_factory=DocumentSettings)
    shuffled: bool = False
    """Questions on documents in a random order, each with whatever the cache happens to hold."""
    allow_cold: bool = False
    """Go on although a provider's cache does not do what the plan counts on."""
    caps: Caps = field(default_factory=Caps)
    exchange: Mapping[Currency, ExchangeRate] = field(default_factory=dict)
    """What the currencies of prices are worth."""
    window: int | None = None
    """Tokens that the models take, instead of what registry and catalog say."""
    known: Knowledge
    """What is known of models and providers, the user's own knowledge over what we ship."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    folder: RunFolder
    record: RunRecord
    tallies: tuple[Tally, ...]

    @property
    def has_bugs(self) -> bool:
        """Whether a trial ended in a bug of ours."""
        return any(tally.ended.get("harness") for tally in self.tallies)


async def evaluate(request: Request, environment: Environment, progress: Progress) -> Outcome:
    """Do all of it. Raises the errors that `harness.verbs.setting` knows how to say."""
    shelf = Shelf(replace(request.documents, cache=environment.fillers, seed=request.seed))
    scenarios = load_scenarios(request.suites, request.limit, shelf)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work), request.transport)
        exams = await prepare_exams(scenarios, home)
        folder, record = _open_run(request, exams)
        check_caps(record.models, tariffs(record), request.caps, request.known)
        outlook = await _look_ahead(request, environment, shelf, home, exams, folder)
        record = record.model_copy(update={"skipped": outlook.skipped})
        if not folder.is_begun:  # a run that cannot begin leaves nothing behind
            for variant in request.models:
                await make_sure(variant, environment, request.known)
        with _only_writer(folder):
            record = _write_down(folder, record, exams)
            if outlook.plan is not None:
                write_plan(folder, outlook.plan)
            stage = Stage(
                home=replace(home, logs=folder.log("servers")),
                now=utc_now,
                clock=time.perf_counter,
                openings=Openings(shelf=shelf, store=folder, warm=not request.shuffled),
            )
            if not read_floors(folder):
                aside = Openings(shelf=shelf, store=InMemory(), warm=False)
                in_memory = replace(stage, home=replace(stage.home, transport="memory"), openings=aside)
                write_floors(folder, await measure_floors(list(exams.values()), in_memory))
            with (
                open_gates(
                    folder, record, request.caps, request.known, request.concurrency, utc_now
                ) as gates,
                recording(folder, record.id, exams, progress, tariffs(record)) as recorded,
            ):
                runner = Runner(
                    folder=folder,
                    record=record,
                    exams=exams,
                    stage=stage,
                    grade=Grader().grade,
                    progress=recorded,
                    concurrency=request.concurrency,
                    order=shuffled(request.seed) if request.shuffled else list,
                    economy=None if request.shuffled or request.allow_cold else Economy(),
                )
                tallies = await _play_all(runner, request, environment, shelf, gates)
            return Outcome(folder=folder, record=folder.record, tallies=tallies)


async def _look_ahead(  # what is asked, and everything that a plan is made from
    request: Request,
    environment: Environment,
    shelf: Shelf,
    home: WorldHome,
    exams: Mapping[str, Exam],
    folder: RunFolder,
) -> Outlook:
    """Plan the run before anything is sent. Raises `RunError` when it may not begin."""
    in_memory = replace(home, transport="memory")
    planner = Planner(
        registry=request.known.registry,
        providers=request.known.providers.providers,
        prices=dollar_prices(request.models, request.known, request.exchange),
        shelf=shelf,
        home=environment.home,
        oracle=Oracle(Stage(home=in_memory, now=utc_now, clock=time.perf_counter)),
        asked=Asked(
            repeats=request.repeats,
            concurrency=request.concurrency,
            window=request.window,
            order=shuffled(request.seed) if request.shuffled else list,
            warm=not request.shuffled,
        ),
    )
    is_planned = folder.is_begun and folder.record.repeats >= request.repeats and bool(read_plan(folder))
    return await look_ahead(
        planner,
        exams,
        request.models,
        caps=request.caps,
        limits={one.label: limits_of(one, request.known, request.caps.limits) for one in request.models},
        is_planned=is_planned,
    )


async def _play_all(
    runner: Runner, request: Request, environment: Environment, shelf: Shelf, gates: Gates
) -> tuple[Tally, ...]:
    """Play the models one after another. Raises `RunStopped`, and says how to go on when a cap is reached."""
    models = runner.record.models
    try:
        return tuple([await _play(runner, one, request, environment, shelf, gates) for one in models])
    except CapReached as reached:
        left = sum(len(runner.todo(variant)) for variant in models)
        trials, command = runner.record.trials, request.command or runner.record.command
        said = how_to_go_on(gates.purse, command, left=left, trials=trials)
        raise RunStopped(f"{reached}. {said}") from reached


async def _play(
    runner: Runner,
    variant: ModelVariant,
    request: Request,
    environment: Environment,
    shelf: Shelf,
    gates: Gates,
) -> Tally:
    """Play one model's trials; a model with nothing left to play is not even opened."""
    if not runner.todo(variant):
        return runner.nothing_to_do(variant)
    runner = replace(runner, stage=replace(runner.stage, agents=await open_agents([variant.agent])))
    opening = Opening(
        environment=environment,
        known=request.known,
        logs=runner.folder.log("engines"),
        concurrency=request.concurrency,
        seed=request.seed,
        shelf=shelf,
        now=utc_now,
        gate=gates.gate,
    )
    async with open_model(variant, opening) as opened:
        if opened.engine is not None:
            record = runner.folder.record
            engines = {**record.engines, variant.label: opened.engine}
            runner.folder.write_record(record.model_copy(update={"engines": engines}))
        return await runner.run(opened.model, opened.gone)


def load_scenarios(
    suites: Sequence[str], limit: int | None = None, shelf: Shelf | None = None
) -> tuple[Scenario, ...]:
    """Every scenario of the suites. Raises `ScenarioError` with the problems of all of them."""
    shelf = shelf or Shelf()
    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name in suites:
        try:
            suite = load_suite(find_suite(name), shelf)
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


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _open_run(request: Request, exams: Mapping[str, Exam]) -> tuple[RunFolder, RunRecord]:
    """The run of this request: the one that was begun, or a new one."""
    if len({model.slug for model in request.models}) < len(request.models):
        labels = ", ".join(model.label for model in request.models)
        raise RunError(f"two models have one name: {labels}; name each once")
    scenarios = {name: exam.digest for name, exam in exams.items()}
    agent = ", ".join(dict.fromkeys(variant.agent for variant in request.models))
    name = run_id(request.models, scenarios, request.seed, agent)
    taken = [name] + [f"{name}-{n}" for n in range(2, 1000)]
    begun = [name for name in taken if RunFolder(request.runs / name).is_begun]
    chosen = begun[-1] if begun and not request.new else next(n for n in taken if n not in begun)
    folder = RunFolder(request.runs / chosen)
    prices = prices_of(request.models, request.known.registry, request.known.providers)
    exchange = dict(request.exchange)
    if folder.is_begun:  # what was known of money when it was first needed holds until the end
        prices, exchange = {**prices, **folder.record.prices}, {**exchange, **folder.record.exchange}
    return folder, RunRecord(
        id=chosen,
        created=utc_now(),
        command=request.command,
        models=request.models,
        suites=request.suites,
        scenarios=scenarios,
        repeats=request.repeats,
        seed=request.seed,
        agent=agent,
        transport=request.transport,
        versions=_versions(request.models),
        prices=prices,
        exchange=exchange,
    )


def _write_down(folder: RunFolder, asked: RunRecord, exams: Mapping[str, Exam]) -> RunRecord:
    """Freeze what is asked; a run that was begun keeps its record, and may only get more repeats, other
    windows, and prices that nobody knew.
    """
    if folder.is_begun:
        begun = folder.record
        more = {"repeats": asked.repeats, "command": asked.command} if asked.repeats > begun.repeats else {}
        told = {"skipped": asked.skipped, "prices": asked.prices, "exchange": asked.exchange}
        record = begun.model_copy(update={**more, **told})
        if record == begun:
            return begun
    else:
        for exam in exams.values():
            folder.write_exam(exam)
        record = asked
    folder.write_record(record)
    return record


@contextmanager
def _only_writer(folder: RunFolder) -> Iterator[None]:
    """Hold the run for this process. Raises `RunError` when another one has it."""
    folder.path.mkdir(parents=True, exist_ok=True)
    with (folder.path / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunError(
                f"{folder.path} is being played by another longspan; wait for it or use --new"
            ) from None
        yield


def _versions(models: Sequence[ModelVariant]) -> dict[str, str]:
    agents = {name for variant in models for name in packages_of(variant.agent)}
    packages = {name: version(name) for name in (*_PACKAGES, *sorted(agents))}
    return {
        "longspan": version("longspan"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **packages,
    }
