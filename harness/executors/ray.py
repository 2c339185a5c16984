"""Play a run's trials on a Ray cluster; the one module that imports Ray.

The driver cuts what is left into shards and keeps as many of them playing as the cluster has processors for.
A shard is one Ray task: a process plays its trials side by side, with the code of a run on one machine. When
a machine dies Ray gives its shards to others, and the run's steward, an actor beside the driver, knows which
trials were over and which were in flight.

What is handed around is ours at both ends (Ray pickles it), and keys go from the steward to the workers only,
in an answer that Ray writes down nowhere: no task's argument, environment or name holds one.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from harness.executors.executor import LOCAL_CLUSTER, check_reach
from harness.executors.letters import Answer, News, Played
from harness.executors.line import Line
from harness.executors.shard import Shard, cut, lane_widths
from harness.executors.steward import HEARTBEAT, Office, Steward, Superseded
from harness.executors.worker import Job, play_shard
from harness.models.opened import Opening, OpenModel
from harness.request import Request
from harness.run import Course, Runner, Tally, stopped_by
from harness.runs.record import ModelVariant
from harness.runs.recording import Recording
from harness.runs.store import RunError, RunFolder
from harness.stopped import CapReached, RunStopped
from scenarios.transcript import GRADED, Transcript
from scoring.grade import Grade

T = TypeVar("T")

_OBJECTS = 100 * 2**20
"""Bytes of shared memory, of a cluster of our own; Ray wants 75 MiB at the least, and we hardly any."""
_LOST = 5
"""A shard may lose its machine so often."""
_CALLS = 100_000
"""That may wait at the steward at a time: two of each worker."""
_PATIENCE = 60.0
"""Seconds that the steward may take to answer what needs no waiting."""
_LEAVING = 10.0
"""Seconds that tasks have to close what they opened, once they are cancelled."""
_KNOCK = 10.0
"""Seconds until a machine has to say whether there is a cluster."""
_REMEDY = "the same command goes on"


@asynccontextmanager
async def on_ray(
    request: Request, runner: Runner, opening: Opening, recorded: Recording
) -> AsyncIterator["OnRay"]:
    """A cluster, with a steward that keeps the run's limits and money. Raises `RunError`."""
    with _cluster(request.ray_address) as slots:
        machines = {machine["NodeManagerAddress"] for machine in ray.nodes() if machine["Alive"]}
        check_reach(runner.record.models, len(machines))
        folder = _anywhere(runner.folder)
        steward = _steward()
        office = Office(
            folder=folder,
            record=runner.record,
            caps=request.caps,
            known=request.known,
            concurrency=request.concurrency,
            environment=opening.environment,
        )
        await _told(steward.open.remote(office))
        job = Job(
            folder=folder,
            record=runner.record,
            known=request.known,
            documents=opening.shelf.settings,
            transport=request.transport,
            seed=request.seed,
            warm=not request.shuffled,
            allow_cold=request.allow_cold,
            longspan=version("longspan"),
        )
        try:
            yield OnRay(
                steward=steward,
                job=ray.put(job),
                slots=slots,
                concurrency=request.concurrency,
                recorded=recorded,
            )
        finally:
            with suppress(RayError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await steward.close.remote()


@dataclass(kw_only=True)
class OnRay:
    steward: Any
    job: "ray.ObjectRef[Job]"
    slots: int
    """Processors of the cluster."""
    concurrency: int
    recorded: Recording
    _shards: int = 0
    """Of the models before."""

    async def play(self, runner: Runner, opened: OpenModel) -> Tally:
        variant = opened.model.variant
        todo, trials = runner.todo(variant), runner.asked(variant)
        runner.progress.began(variant, trials, trials - len(todo))
        if opened.place is not None:
            await _told(self.steward.place.remote(variant.label, opened.place))
        widths = lane_widths(self.concurrency, self.slots, len(todo))
        shards = cut(todo, runner.exams, widths, self._shards + 1)
        self._shards += len(shards)
        watch = _Watch(
            recorded=self.recorded, variant=variant, shards=shards, course=Course(gone=opened.gone)
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow(watch))
                await self._play(shards, widths, watch)
                watch.is_over = True
        except* RunStopped as stopped:
            raise _first(stopped) from None
        if watch.course.over_cap:
            raise CapReached(f"{variant.label}: {watch.course.over_cap}")
        return watch.tally(kept=trials - len(todo))

    async def how_to_go_on(self, command: str, *, left: int, trials: int) -> str:
        said: str = await _told(self.steward.how_to_go_on.remote(command, left=left, trials=trials))
        return said

    async def _play(self, shards: Sequence[Shard], widths: Sequence[int], watch: "_Watch") -> None:
        left = iter(shards)
        async with asyncio.TaskGroup() as lanes:
            for width in widths:
                lanes.create_task(self._lane(left, width, watch))

    async def _lane(self, left: Iterator[Shard], width: int, watch: "_Watch") -> None:
        """One shard after another, as long as there are any."""
        task = ray.remote(num_cpus=1, max_retries=_LOST, retry_exceptions=[Superseded])(_shard)
        for shard in left:
            if watch.course.over_cap:
                return
            options = {"name": f"longspan shard {shard.number}", "scheduling_strategy": "SPREAD"}
            try:
                await _done(task.options(**options).remote(self.job, shard, width, self.steward))
            except CapReached as reached:
                watch.cap(reached)

    async def _follow(self, watch: "_Watch") -> None:
        """Take what the workers tell, until they have told all."""
        while True:
            is_last = watch.is_over
            bulletin = await _told(self.steward.bulletin.remote())
            for number, played in bulletin.played:
                watch.take(number, played)
            if is_last:
                return


@dataclass(kw_only=True)
class _Watch:
    """What is known of a model's trials while they are played elsewhere."""

    recorded: Recording
    variant: ModelVariant
    shards: Sequence[Shard]
    course: Course
    resent: int = 0
    is_over: bool = False
    _by_number: dict[int, Shard] = field(init=False)

    def __post_init__(self) -> None:
        self._by_number = {shard.number: shard for shard in self.shards}

    def take(self, number: int, played: Played) -> None:
        """Pass on the end of a trial. Raises `RunStopped` when asking on is of no use."""
        trial = self._by_number[number].trial(played.place)
        cell = {"scenario": trial.scenario, "model": self.variant.label, "repeat": trial.repeat}
        transcript = Transcript.model_validate({**cell, "ended": played.ended, "failure": played.failure})
        graded = played.ended in GRADED
        grade = Grade.model_validate(
            {**cell, "ended": played.ended, "graded": graded, "success": played.success, "reason": ""}
        )
        self.recorded.told(trial, played.row, transcript, grade)
        self.resent += played.resent > 0
        if why := self.course.objection(transcript):
            raise stopped_by(self.variant, why)

    def cap(self, reached: CapReached) -> None:
        """No further shard is begun; those that are being played come to their end."""
        self.course.over_cap = str(reached).removeprefix(f"{self.variant.label}: ")

    def tally(self, kept: int) -> Tally:
        ended = dict(self.course.ended)
        return Tally(played=sum(ended.values()), kept=kept, ended=ended, resent=self.resent)


def _shard(job: Job, shard: Shard, width: int, steward: Any) -> None:
    """The task: a shard from its beginning, or from where a lost worker left it."""
    asyncio.run(_work(job, shard, width, steward))


async def _work(job: Job, shard: Shard, width: int, steward: Any) -> None:
    joined = await _told(steward.join.remote(shard.number, shard.model.label))

    async def exchange(news: Sequence[News]) -> Sequence[Answer]:
        answers: Sequence[Answer] = await _told(steward.exchange.remote(joined.session, news))
        return answers

    async def wait() -> Sequence[Answer]:
        answers: Sequence[Answer] = await _told(steward.wait.remote(joined.session))
        return answers

    await play_shard(job, shard, width, joined, Line(exchange=exchange, wait=wait))
    await _told(steward.finish.remote(joined.session))


async def _told(answer: Awaitable[T]) -> T:
    """What the steward says. Raises what it raises, and `RunStopped` when it is gone."""
    try:
        async with asyncio.timeout(_PATIENCE + HEARTBEAT):
            return await answer
    except RayTaskError as error:
        raise error.cause from None
    except (RayActorError, TimeoutError) as error:
        why = " ".join(str(error).split())[:300] or "no answer"
        message = f"the actor that keeps the run's limits and money is gone ({why}); {_REMEDY}"
        raise RunStopped(message) from error


async def _done(task: "ray.ObjectRef[None]") -> None:
    """Wait for a shard; it is cancelled with who waits. Raises what it raises."""
    end = asyncio.ensure_future(task)
    try:
        await asyncio.shield(end)
    except RayTaskError as error:
        raise error.cause from None
    except RayError as error:
        why = " ".join(str(error).split())[:300]
        raise RunStopped(f"a shard could not be played: {why}; look at the cluster, {_REMEDY}") from error
    except asyncio.CancelledError:
        ray.cancel(task)
        await asyncio.wait([end], timeout=_LEAVING)
        if end.done() and not end.cancelled():
            end.exception()  # that it was cancelled is no news
        raise


def _steward() -> Any:
    """The actor, where the driver is: it fails with the run, and with nothing else."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor = ray.remote(num_cpus=0, max_restarts=0, max_concurrency=_CALLS, scheduling_strategy=here)
    return actor(Steward).remote()


@contextmanager
def _cluster(address: str) -> Iterator[int]:
    """Its processors, while we are connected. Raises `RunError` when there is none."""
    _check_address(address)
    logging.getLogger("ray").setLevel(logging.ERROR)
    before = signal.getsignal(signal.SIGTERM)
    own = {"include_dashboard": False, "object_store_memory": _OBJECTS} if address == LOCAL_CLUSTER else {}
    try:
        # Not in a thread, with which the processes that Ray starts would end.
        ray.init(address=address, log_to_driver=False, configure_logging=False, **own)
    except (ConnectionError, RayError, RuntimeError, ValueError) as error:
        raise _nobody(address, error) from error
    finally:
        signal.signal(signal.SIGTERM, before)
    try:
        slots = int(ray.cluster_resources().get("CPU", 0))
        if slots < 1:
            raise RunError(f"the Ray cluster at {address} has no processor; add a machine with `ray start`")
        yield slots
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Ray itself would knock for a minute, and end the process. Raises `RunError`."""
    if address in {LOCAL_CLUSTER, "auto"}:
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK).close()
    except (OSError, ValueError) as error:
        raise _nobody(address, error) from error


def _nobody(address: str, error: Exception) -> RunError:
    why = " ".join(str(error).split())[:300]
    return RunError(
        f"no Ray cluster at {address}: {why}; start one with `ray start --head`, or leave --ray-address out "
        "for one on this machine"
    )


def _anywhere(folder: RunFolder) -> RunFolder:
    """The folder as every machine calls it."""
    return replace(folder, root=folder.root.absolute()) if isinstance(folder.root, Path) else folder


def _first(errors: BaseExceptionGroup) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
