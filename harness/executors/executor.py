"""Who plays the trials: this process, or many on a Ray cluster. What is played, and how, is the same.

The models of a run are opened here, one after another; an executor is given each together with what is left
of its trials.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal, Protocol

from harness.budget import open_gates
from harness.clock import utc_now
from harness.environment import with_variables
from harness.executors.local import InProcess
from harness.models.local_names import is_local
from harness.models.noted import note_engine
from harness.models.opened import Opening, OpenModel, open_model
from harness.request import Request
from harness.run import Runner, Tally
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.recording import Recording
from harness.runs.store import RunError
from harness.stopped import CapReached, RunStopped
from harness.users.chosen import OpenUser, open_user
from harness.watching import watching

ExecutorName = Literal["local", "ray"]
LOCAL_CLUSTER = "local"
"""The address of a Ray cluster that is started on this machine, and ends with the run."""


class Executor(Protocol):
    """Plays the trials of one model that is open."""

    async def play(self, runner: Runner, opened: OpenModel) -> Tally:
        """Play what is left. Raises `RunStopped` and `CapReached`."""
        ...

    async def how_to_go_on(self, command: str, *, left: int, trials: int) -> str:
        """What to say when a cap is reached."""
        ...


@asynccontextmanager
async def open_executor(
    request: Request, runner: Runner, opening: Opening, recorded: Recording
) -> AsyncIterator[tuple[Executor, Opening]]:
    """The executor that is asked for, and what the driver itself opens models with. Raises `RunError`."""
    if request.executor == "local":
        with open_gates(
            runner.folder, runner.record, request.caps, request.known, request.concurrency, utc_now
        ) as gates:
            yield InProcess(gates), replace(opening, gate=gates.gate)
        return
    with with_variables(ray_variables(request.ray_address)):
        try:
            # Heavy and optional; what it reads of the environment, it reads when it is imported.
            from harness.executors.ray import on_ray  # noqa: PLC0415
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "ray":
                raise
            raise RunError("--executor ray needs Ray; run pip install 'longspan[ray]'") from error
        async with on_ray(request, runner, opening, recorded) as executor:
            yield executor, opening


def check_user(record: RunRecord) -> None:
    """Raises `RunError` for a user's model that the workers of a cluster cannot reach."""
    user = record.user.model if record.user is not None else None
    if user is not None and is_local(user) and user.base_url is None:
        raise RunError(
            f"{user.label} plays the users, and every worker of a cluster has to reach it; with "
            f"--executor ray serve it where they can, and name it {user.label}@http://HOST:PORT/v1"
        )


def check_reach(models: Sequence[ModelVariant], machines: int) -> None:
    """Raises `RunError` for a model that we would serve here, and ask from other machines."""
    ours = [model.label for model in models if is_local(model) and model.base_url is None]
    if ours and machines > 1:
        raise RunError(
            f"{ours[0]} would be served on this machine, where the other {machines - 1} of the cluster "
            f"cannot reach it; serve it where they can, and name it {ours[0]}@http://HOST:PORT/v1"
        )


def ray_variables(address: str) -> dict[str, str]:
    """Ray sends nothing home, and a cluster of our own is heard on the loopback only."""
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    # Its name is of systems on which that is the default; it does the same on Linux.
    loopback = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    return {**quiet, **loopback} if address == LOCAL_CLUSTER else quiet


async def play_all(runner: Runner, opening: Opening, executor: Executor, command: str) -> tuple[Tally, ...]:
    """Play the models one after another. Raises `RunStopped`, and says how to go on when a cap is reached."""
    models = runner.record.models
    try:
        async with opening.new_servers() as servers:
            opening = replace(opening, servers=servers)
            if not any(runner.todo(variant) for variant in models):
                return tuple(runner.nothing_to_do(variant) for variant in models)
            async with open_user(runner.record, opening) as user:
                if user.model is not None:
                    note_engine(runner.folder, user.model)
                runner = replace(runner, stage=replace(runner.stage, user=user.user))
                return tuple([await _play(runner, variant, opening, executor, user) for variant in models])
    except CapReached as reached:
        left = sum(len(runner.todo(variant)) for variant in models)
        said = await executor.how_to_go_on(command, left=left, trials=runner.record.trials)
        raise RunStopped(f"{reached}. {said}") from reached


async def _play(
    runner: Runner, variant: ModelVariant, opening: Opening, executor: Executor, user: OpenUser
) -> Tally:
    """Play one model's trials; a model with nothing left to play is not even opened."""
    if not runner.todo(variant):
        return runner.nothing_to_do(variant)
    async with open_model(variant, opening) as opened:
        note_engine(runner.folder, opened)
        async with watching(runner.folder, variant, opened.metrics, now=opening.now):
            try:
                gone = opened.gone
                return await executor.play(runner, replace(opened, gone=lambda: gone() or user.gone()))
            finally:
                for lost in opened.lost():
                    opening.say(f"One of its servers is gone, and others may have carried on. {lost}")
