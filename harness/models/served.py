"""Models of ours, from a row and what is said of serving it to servers that answer.

Whatever can be known before anything is loaded is looked at first: that the model is installed, that the
context is one it has, that it fits. Rows that are served alike, such as one model with and without thinking,
share a server where they follow each other; two servers of different rows are never up at once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from harness.environment import Environment
from harness.models.local_names import catalog_model, serving_of, window_tokens
from harness.models.wanted import ModelError
from harness.registry.knowledge import OURS, Knowledge
from harness.runs.record import Hosting, ModelVariant
from local_models.attach import NotAttached, attach
from local_models.catalog import LocalModel
from local_models.choose import Chosen, choose
from local_models.command import ServeSpec
from local_models.engine import ROUTER, EngineKind, build_environment
from local_models.failure import ServerFailed
from local_models.fit.gpu import UnknownGpu, read_gpus
from local_models.install import Installed, InstallError, installed, what_is_missing
from local_models.machine import Machine, NoDriver, see_machine
from local_models.replicas import serve_replicas
from local_models.server import Endpoint, serve
from local_models.spec import CannotServe, spec_of
from scenarios.serving import Serving

_SEQUENCES = 8
"""Requests computed together, where nobody says how many are sent."""
_CPU = "cpu"
"""What a machine without GPUs is called, where it is said what a server runs on."""
_READY_S = 900.0
_NO_SEED = (
    "vLLM 0.32 on a CPU ends when a request with a seed of its own has a prompt that is read in pieces (`CPU "
    "Generator does not use offset`); leave seed out of its sampling: the server has a fixed one"
)
_LOAD_S_A_GB = 6.0
"""A slow disk, for weights of hundreds of gigabytes."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A model of ours that can be served, as far as is known before it is."""

    model: LocalModel
    specs: tuple[ServeSpec, ...]
    """One for each server that stands beside the others."""
    ready: Installed
    hosting: Hosting
    said: str
    """How it is going to be served, in a line."""
    gigabytes: float
    """Of weights."""

    @property
    def patience(self) -> float:
        """Seconds that a server may take until it answers."""
        return _READY_S + _LOAD_S_A_GB * self.gigabytes


@dataclass(frozen=True, kw_only=True)
class Served:
    """Servers that answer."""

    endpoint: Endpoint
    hosting: Hosting


def prepare(  # what is served, how, where, with what that is known
    variant: ModelVariant,
    serving: Serving | None,
    environment: Environment,
    known: Knowledge,
    concurrency: int | None = None,
    *,
    machine: Machine | None = None,
) -> Prepared:
    """How a row is going to be served on this machine. Raises `ModelError` with the reason and the remedy."""
    model, asked = catalog_model(variant.model, known), serving_of(variant, serving)
    try:
        machine = machine or see_machine(environment.variables)
    except NoDriver as error:
        raise ModelError(str(error)) from error
    ready, machine = _installed(model, asked, environment, machine)
    if ready.engine == "cpu" and "seed" in variant.sampling:
        raise ModelError(f"{variant.label}: {_NO_SEED}")
    chosen, spec = placed(variant, asked, model, machine, str(ready.weights), concurrency)
    return Prepared(
        model=model,
        specs=tuple(_beside(spec, machine, number) for number in range(asked.replicas)),
        ready=ready,
        hosting=_hosting(asked, chosen, spec),
        said=chosen.said,
        gigabytes=model.weights_called(asked.weights).gigabytes,
    )


def placed(
    variant: ModelVariant,
    asked: Serving,
    model: LocalModel,
    machine: Machine,
    weights: str,
    concurrency: int | None = None,
) -> tuple[Chosen, ServeSpec]:
    """The server of a row on a machine, with weights at a place. Raises `ModelError`."""
    try:
        chosen = choose(model, asked, machine, weights, concurrency or _SEQUENCES)
        return chosen, spec_of(model, asked, chosen.place, forced=variant.first_call == "required")
    except CannotServe as error:
        raise ModelError(str(error)) from error


def _beside(spec: ServeSpec, machine: Machine, number: int) -> ServeSpec:
    """The same server on the next GPUs."""
    if spec.devices is None or not number:
        return spec
    size = len(spec.devices)
    return spec.model_copy(update={"devices": machine.devices[number * size : (number + 1) * size]})


def _installed(
    model: LocalModel, asked: Serving, environment: Environment, machine: Machine
) -> tuple[Installed, Machine]:
    """What is installed for this machine, and the machine as far as that can use it."""
    kinds: tuple[EngineKind, ...] = ("gpu", "cpu") if machine.gpus is not None else ("cpu", "gpu")
    if asked.engine == "transformers":
        kinds = ("transformers",)
    found = (installed(model, environment.home, kind, asked.weights) for kind in kinds)
    ready = next((one for one in found if one is not None), None)
    if ready is None:
        raise ModelError(what_is_missing(model, environment.home, kinds[0], asked.weights))
    if ready.engine == "gpu" and machine.gpus is None:
        raise ModelError(
            f"local/{model.name}: vLLM for GPUs is installed, and this machine shows no GPU that this process"
            " may use; look at nvidia-smi and CUDA_VISIBLE_DEVICES, or run `longspan models install "
            f"local/{model.name} --engine cpu`"
        )
    return ready, replace(machine, gpus=None, devices=()) if ready.cpu else machine


def _hosting(asked: Serving, chosen: Chosen, spec: ServeSpec) -> Hosting:
    return Hosting(
        gpus=chosen.gpus.count * asked.replicas if chosen.gpus is not None else 0,
        kind=chosen.gpus.kind.name if chosen.gpus is not None else "cpu",
        gpu_hour=asked.gpu_hour,
        share=asked.gpu_share,
        illustrative=asked.illustrative,
        replicas=asked.replicas,
        concurrency=spec.sequences,
    )


@dataclass(kw_only=True)
class Servers:
    """The servers of one row at a time, kept for the next row where that is served alike."""

    environment: Environment
    known: Knowledge
    logs: Path
    concurrency: int | None = None
    """Requests that are sent at a time."""
    serving: Mapping[str, Serving] = field(default_factory=dict)
    """By label: what is said of serving."""
    say: Callable[[str], None] = lambda _: None
    """Tells the person who waits what is going to be loaded, and what they should know of it."""
    _key: str = ""
    _served: Served | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def get(self, variant: ModelVariant) -> Served:
        """The servers of a row: those that are up where they serve it alike, else new ones once those are
        gone. Raises `ModelError`.
        """
        key = self._name(variant)
        if self._served is None or key != self._key or self._served.endpoint.ended() is not None:
            await self.stop()
            said = self.serving.get(variant.label)
            prepared = prepare(variant, said, self.environment, self.known, self.concurrency)
            self.say(prepared.said)
            servers = started(prepared, self.environment, self.logs, self.say)
            self._served, self._key = await self._stack.enter_async_context(servers), key
        return self._served

    def alike(self, one: ModelVariant, other: ModelVariant) -> bool:
        """Whether the servers of one row serve the other as they are."""
        return self._name(one) == self._name(other)

    def _name(self, variant: ModelVariant) -> str:
        asked = serving_of(variant, self.serving.get(variant.label))
        return f"{variant.model} {variant.first_call} {asked.model_dump_json()}"

    async def stop(self) -> None:
        stack, self._stack, self._served = self._stack, AsyncExitStack(), None
        await stack.aclose()


@asynccontextmanager
async def started(
    prepared: Prepared, environment: Environment, logs: Path, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Served]:
    """The servers, for the length of the block. Raises `ModelError` when they do not start."""

    def one(number: int) -> AbstractAsyncContextManager[Endpoint]:
        return serve(
            prepared.specs[number],
            prepared.ready,
            home=environment.home,
            logs=logs,
            environ=environment.variables,
            ready_timeout=prepared.patience,
        )

    try:
        async with await _together(prepared, one, environment, logs, say) as endpoint:
            yield Served(endpoint=endpoint, hosting=prepared.hosting)
    except (InstallError, ServerFailed) as error:
        raise ModelError(str(error)) from error


async def _together(
    prepared: Prepared,
    one: Callable[[int], AbstractAsyncContextManager[Endpoint]],
    environment: Environment,
    logs: Path,
    say: Callable[[str], None],
) -> AbstractAsyncContextManager[Endpoint]:
    """One server, or several behind a router, which is installed when it is first needed."""
    many = len(prepared.specs)
    if many == 1:
        return one(0)
    router = await asyncio.to_thread(build_environment, ROUTER, environment.home, say)
    log = logs / f"{prepared.model.name}-router.log"
    return serve_replicas(many, one, router=router.python, log=log, environ=environment.variables)


async def attached(
    variant: ModelVariant,
    serving: Serving | None,
    http: aiohttp.ClientSession,
    key: str | None,
    known: Knowledge,
) -> tuple[Served, tuple[str, ...]]:
    """The server at a row's URL, which others started, and what its user should know. Raises `ModelError`."""
    model, asked = catalog_model(variant.model, known), serving_of(variant, serving)
    try:
        endpoint, notes = await attach(model, variant.base_url or "", http, key=key)
        count, kind = _runs_on(asked.gpus)
    except (NotAttached, UnknownGpu) as error:
        raise ModelError(f"{variant.label}: {error}") from error
    window, there = window_tokens(model, variant), endpoint.max_model_len
    if there is not None and there < window:
        notes = (
            *notes,
            f"it was started with a context of {there:,} tokens; {window:,} are planned with",
        )
    if variant.provider == OURS and not endpoint.engine.startswith("vllm"):
        notes = (
            *notes,
            "it does not say that it is vLLM; if it is transformers serve, say `engine: transformers`",
        )
    hosting = Hosting(
        gpus=count,
        kind=kind,
        gpu_hour=asked.gpu_hour,
        share=asked.gpu_share,
        illustrative=asked.illustrative,
        replicas=asked.replicas,
        concurrency=asked.concurrency,
    )
    return Served(endpoint=endpoint, hosting=hosting), tuple(f"{variant.label}: {note}" for note in notes)


def _runs_on(said: str | None) -> tuple[int | None, str | None]:
    """The number and kind of GPUs that a server is said to run on. Raises `UnknownGpu`."""
    if said is None or said == _CPU:
        return (None if said is None else 0), said
    gpus = read_gpus(said)
    return gpus.count, gpus.kind.name
