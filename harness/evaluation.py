"""A whole evaluation: load and prove the exams, play what was not played yet, grade it, report it.

The steps are in the order in which things can go wrong for the user: nothing is sent to any model before
every suite is loaded, every answer key is derived, and every model's name is understood.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.budget import check_caps, open_gates
from harness.clients.gate import limits_of
from harness.clock import utc_now
from harness.economy import Economy
from harness.environment import Environment
from harness.exams.floors import measure_floors, read_floors, write_floors
from harness.exams.grading import Grader
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.executors.executor import check_user, open_executor, play_all
from harness.judges.judging import judge_run
from harness.models.opened import Opening, make_sure
from harness.models.pricing import tariffs
from harness.plan.outlook import Outlook, dollar_prices, look_ahead
from harness.plan.plan import read_plan, write_plan
from harness.plan.planner import Asked, Planner
from harness.plan.talks import Oracle
from harness.request import Request
from harness.run import Progress, Runner, Tally, shuffled
from harness.runs.record import RunRecord
from harness.runs.recording import recording
from harness.runs.start import only_writer, open_run, write_down
from harness.runs.store import RunFolder
from harness.trial.opening import InFolder, InMemory, Openings
from harness.trial.play import Stage
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from tools.open_world import WorldHome


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
    scenarios = load_scenarios(request.suites, request.limit, shelf, request.data)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work), request.transport)
        exams = await prepare_exams(scenarios, home)
        folder, record = open_run(request, exams)
        if request.executor == "ray":
            check_user(record)
        check_caps(record.everybody, tariffs(record), request.caps, request.known)
        outlook = await _look_ahead(request, environment, shelf, home, exams, folder)
        record = record.model_copy(update={"skipped": outlook.skipped})
        if not folder.is_begun:  # a run that cannot begin leaves nothing behind
            for variant in record.everybody:
                await make_sure(variant, environment, request.known, request.serving.get(variant.label))
        async with only_writer(folder), folder.logs() as logs:
            record = write_down(folder, record, exams)
            if outlook.plan is not None:
                write_plan(folder, outlook.plan)
            stage = Stage(
                home=replace(home, logs=logs / "servers"),
                now=utc_now,
                clock=time.perf_counter,
                openings=Openings(shelf=shelf, store=InFolder(folder), warm=not request.shuffled),
            )
            if not read_floors(folder):
                aside = Openings(shelf=shelf, store=InMemory(), warm=False)
                in_memory = replace(stage, home=replace(stage.home, transport="memory"), openings=aside)
                write_floors(folder, await measure_floors(list(exams.values()), in_memory))
            with recording(folder, record.id, exams, progress, tariffs(record)) as recorded:
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
                opening = Opening(
                    environment=environment,
                    known=request.known,
                    logs=logs / "engines",
                    concurrency=request.concurrency,
                    seed=request.seed,
                    shelf=shelf,
                    now=utc_now,
                    serving=request.serving,
                    say=request.say,
                )
                command = request.command or record.command
                async with open_executor(request, runner, opening, recorded) as (executor, opened):
                    tallies = await play_all(runner, opened, executor, command)
            if request.judge is not None:
                caps, many = request.caps, request.concurrency
                with open_gates(folder, record, caps, request.known, many, utc_now) as gates:
                    await judge_run(folder, record, exams, replace(opening, gate=gates.gate))
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
        prices=dollar_prices(request.everybody, request.known, request.exchange),
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
        user=request.user,
        judge=request.judge,
    )
