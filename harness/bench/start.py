"""From what is asked to a finished bench: its folder, what it sends, its gate, and the model itself."""

import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench.asked import Asked, Spec
from harness.bench.bench import Benching, Levels, Source
from harness.bench.gold import gold_talks
from harness.bench.money import check_money, gated, tariff_of
from harness.bench.record import Bench, Level, Workload
from harness.bench.talk import Talk
from harness.clock import utc_now
from harness.environment import Environment
from harness.exams.prepare import load_scenarios, prepare_exams, world_home
from harness.models.opened import Opening, make_sure, open_model
from harness.models.wanted import ModelError
from harness.registry.knowledge import Knowledge
from harness.trial.opening import InMemory, Openings
from harness.trial.play import Stage
from scenarios.documents.shelf import Shelf
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Scenario

_PACKAGES = ("longspan", "aiohttp", "pydantic")


async def benched(
    asked: Asked,
    environment: Environment,
    known: Knowledge,
    told: Callable[[Level], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Path, Bench]:
    """Measure, and the folder that says so. Raises `ModelError`, `ScenarioError`, `RunError`, and
    `BenchFailed` for an endpoint that never answers.
    """
    variant = asked.variant
    if variant.wire == "reference":
        raise ModelError(f"{variant.label} is asked in process and takes no time; bench an endpoint")
    tariff = tariff_of(variant, known)
    check_money(variant, tariff, asked.caps, known)
    shelf = Shelf(replace(asked.spec.documents, cache=environment.fillers))
    scenarios = load_scenarios(asked.spec.suites, asked.spec.limit, shelf)
    await make_sure(variant, environment, known, asked.serving)
    source = await _source(asked.spec, scenarios, shelf, environment)
    folder = _new_folder(asked.runs)
    say(f"Every level is written to {folder / 'bench.json'} when it is over")
    benching = Benching(
        bench=_begun(asked, source, folder),
        folder=folder,
        source=source,
        levels=Levels(loads=asked.loads, measure=asked.measure, warm_up=asked.warm_up),
        clock=time.perf_counter,
        cpu=time.process_time,
        now=utc_now,
        tariff=tariff,
        told=told,
    )
    together = max([load.concurrency or asked.measure.in_flight for load in asked.loads])
    with gated(variant, tariff, asked.caps, known, folder=folder, concurrency=together, now=utc_now) as gate:
        opening = Opening(
            environment=environment,
            known=known,
            logs=folder / "logs",
            concurrency=together,
            seed=asked.seed,
            now=utc_now,
            gate=gate,
            serving={variant.label: asked.serving},
            say=say,
        )
        async with open_model(variant, opening) as opened:
            await benching.play(opened)
    return folder, benching.bench


def _begun(asked: Asked, source: Source, folder: Path) -> Bench:
    talks = source.talks
    return Bench(
        id=folder.name,
        created=utc_now(),
        command=asked.command,
        model=asked.variant,
        workload=Workload(
            spec=asked.spec.text,
            talks=len(talks) or None,
            requests=sum(len(talk.turns) for talk in talks) or None,
            ignore_eos=asked.ignore_eos,
        ),
        seed=asked.seed,
        requests=asked.measure.requests,
        seconds=asked.measure.seconds,
        ramp=asked.measure.ramp,
        think=asked.measure.think,
        slo=asked.slo,
        versions={
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{name: version(name) for name in _PACKAGES},
        },
    )


async def _source(
    spec: Spec, scenarios: Sequence[Scenario], shelf: Shelf, environment: Environment
) -> Source:
    if spec.lengths is not None:
        return Source(lengths=spec.lengths)
    with TemporaryDirectory(prefix="longspan-") as work:
        home = world_home(environment, Path(work))
        openings = Openings(shelf=shelf, store=InMemory(), warm=False)
        stage = Stage(home=home, now=utc_now, clock=time.perf_counter, openings=openings)
        talks = await gold_talks(await prepare_exams(scenarios, home), stage, shelf)
    _check_kind(spec, talks)
    return Source(talks=talks)


def _check_kind(spec: Spec, talks: tuple[Talk, ...]) -> None:
    """Raises `ScenarioError` where a suite does not have what its workload is about."""
    if not talks:
        said = f"{','.join(spec.suites)} has nothing to ask; name another suite"
        raise ScenarioError([Problem(file=Path("--workload"), message=said)])
    grows = spec.kind == "agent"
    odd = next((talk.name for talk in talks if talk.grows != grows), None)
    if odd is not None:
        other = "documents" if grows else "agent"
        said = f"{odd} is no work for {spec.kind}; write {other}:{','.join(spec.suites)}"
        raise ScenarioError([Problem(file=Path("--workload"), message=said)])


def _new_folder(runs: Path) -> Path:
    """A folder that nobody had."""
    stamp = utc_now()[:19].replace("-", "").replace(":", "").replace("T", "-")
    for number in range(1, 1000):
        folder = runs / f"bench-{stamp}{f'-{number}' if number > 1 else ''}"
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            (folder / "logs").mkdir()
            return folder
    raise FileExistsError(f"{runs}: a thousand benches began in one second")
