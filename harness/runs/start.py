"""The beginning of a run: its folder is found or made, and what is asked is frozen in it."""

import fcntl
import platform
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from harness.agents.registry import packages_of
from harness.clock import utc_now
from harness.judges.judging import judge_record
from harness.models.pricing import prices_of
from harness.request import Request
from harness.runs.lease import held
from harness.runs.places import Bucket, files_of
from harness.runs.record import ModelVariant, RunRecord, run_id
from harness.runs.store import RunError, RunFolder
from harness.users.chosen import user_record
from scenarios.exam import Exam

_PACKAGES = ("mcp", "pydantic", "aiohttp", "jsonschema", "numpy")


def open_run(request: Request, exams: Mapping[str, Exam]) -> tuple[RunFolder, RunRecord]:
    """The run of this request: the one that was begun, or a new one."""
    if len({model.slug for model in request.models}) < len(request.models):
        labels = ", ".join(model.label for model in request.models)
        raise RunError(f"two models have one name: {labels}; name each once")
    scenarios = {name: exam.digest for name, exam in exams.items()}
    agent = ", ".join(dict.fromkeys(variant.agent for variant in request.models))
    user = user_record(request.user, request.models, exams)
    name = run_id(request.models, scenarios, request.seed, agent, user)
    taken = [name] + [f"{name}-{n}" for n in range(2, 1000)]
    there = frozenset(files_of(request.runs).folders())
    begun = [name for name in taken if name in there and RunFolder(request.runs / name).is_begun]
    chosen = begun[-1] if begun and not request.new else next(n for n in taken if n not in begun)
    folder = RunFolder(request.runs / chosen)
    prices = prices_of(request.everybody, request.known.registry, request.known.providers)
    exchange = dict(request.exchange)
    if folder.is_begun:  # what was known of money when it was first needed holds until the end
        prices, exchange = {**prices, **folder.record.prices}, {**exchange, **folder.record.exchange}
    return folder, RunRecord(
        id=chosen,
        created=utc_now(),
        command=request.command,
        models=request.models,
        user=user,
        judge=judge_record(request.judge, exams),
        suites=request.suites,
        scenarios=scenarios,
        repeats=request.repeats,
        seed=request.seed,
        agent=agent,
        transport=request.transport,
        versions=_versions(request.models),
        data=_data(exams),
        prices=prices,
        exchange=exchange,
    )


def write_down(folder: RunFolder, asked: RunRecord, exams: Mapping[str, Exam]) -> RunRecord:
    """Freeze what is asked; a run that was begun keeps its record, and may only get more repeats, other
    windows, another judge, and prices that nobody knew.
    """
    if folder.is_begun:
        begun = folder.record
        more: dict[str, object] = {}
        if asked.repeats > begun.repeats:
            more = {"repeats": asked.repeats, "command": asked.command}
        more |= {"judge": asked.judge} if asked.judge is not None else {}
        told = {"skipped": asked.skipped, "prices": asked.prices, "exchange": asked.exchange}
        record = begun.model_copy(update={**more, **told})
        if record == begun:
            return begun
    else:
        folder.write_exams(exams.values())
        record = asked
    folder.write_record(record)
    return record


@asynccontextmanager
async def only_writer(folder: RunFolder) -> AsyncIterator[None]:
    """Hold the run for this process. Raises `RunError` when another one has it."""
    if isinstance(folder.root, Bucket):
        async with held(folder.root):
            yield
        return
    folder.path.mkdir(parents=True, exist_ok=True)
    with (folder.path / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunError(
                f"{folder.path} is being played by another longspan; wait for it or use --new"
            ) from None
        yield


def _data(exams: Mapping[str, Exam]) -> dict[str, str]:
    return {
        exam.scenario.suite: theirs.source
        for exam in exams.values()
        if (theirs := exam.scenario.theirs) is not None
    }


def _versions(models: Sequence[ModelVariant]) -> dict[str, str]:
    agents = {name for variant in models for name in packages_of(variant.agent)}
    packages = {name: version(name) for name in (*_PACKAGES, *sorted(agents))}
    return {
        "longspan": version("longspan"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **packages,
    }
