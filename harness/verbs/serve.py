"""`longspan models serve`: a model of ours at an address, until Ctrl-C."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from harness.environment import ANY_KEY, Environment, read_environment
from harness.models.local_names import local_variants, serving_of
from harness.models.served import Prepared, placed, prepare
from harness.models.wanted import ModelError, Wanted
from harness.registry.knowledge import Knowledge, load_knowledge
from harness.runs.record import ModelVariant
from harness.verbs.install import find_local
from harness.verbs.serving import read_serving
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors
from local_models.catalog import LocalModel
from local_models.command import LOOPBACK, Node, ServeSpec
from local_models.failure import ServerFailed
from local_models.fit.gpu import Gpus, UnknownGpu, read_gpus
from local_models.install import installed
from local_models.launch import spell
from local_models.machine import Machine, NoDriver, see_machine
from local_models.server import hold, serve
from scenarios.serving import EngineName, KvType, Serving, Strictness

_LOOPBACKS = frozenset({LOOPBACK, "localhost", "::1"})
_NODE = re.compile(r"([1-9]\d*)/([1-9]\d*)")
_DEFAULT_PORT = 8000
"""Of a command that is only printed, and of one model over several machines."""


def serve_model(  # noqa: PLR0913 # one parameter for each option of the command line
    name: Annotated[str, typer.Argument(help="local/NAME or local/NAME:WEIGHTS.")],
    *,
    weights: Annotated[str | None, typer.Option(help="One of the model's, such as fp8.")] = None,
    gpus: Annotated[
        str | None, typer.Option(help="Such as 4xH20-96; those of this machine, if not said.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="Such as tp4 or tp8+ep; the best that fits, if not said.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(help="Tokens of prompt and answer, such as 128k; what fits, if not said.")
    ] = None,
    extend: Annotated[
        bool, typer.Option("--extend", help="Stretch the window as the model's makers publish it.")
    ] = False,
    kv: Annotated[KvType, typer.Option(help="The type of the attention cache.")] = "auto",
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Requests computed together; 8 if not said.")
    ] = None,
    strict: Annotated[
        Strictness | None, typer.Option(help="How far calls are held to their tools; `auto` if not said.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="vLLM, or `transformers serve`.")] = "vllm",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes one that is free.")] = 0,
    host: Annotated[
        str, typer.Option(help=f"Any other address than {LOOPBACK} needs a key in {ANY_KEY}.")
    ] = LOOPBACK,
    node: Annotated[
        str | None, typer.Option(help="1/2: this is the first of two machines that hold the model together.")
    ] = None,
    head: Annotated[
        str | None, typer.Option(help="With --node: the first machine, as the others reach it.")
    ] = None,
    ray: Annotated[
        bool, typer.Option("--ray", help="Place the workers on the Ray cluster that this machine is part of.")
    ] = False,
    only_print: Annotated[
        bool, typer.Option("--print", help="Only print the command; with --gpus for any machine.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Serve a model until Ctrl-C, for any client that speaks chat completions."""
    said = {
        "weights": weights,
        "gpus": None if only_print or ray else gpus,
        "layout": layout,
        "context": context,
        "extend": extend,
        "kv": kv,
        "concurrency": concurrency,
        "tool_strict_level": strict,
        "engine": engine,
    }
    with spoken_errors():
        environment = read_environment()
        where = _Where(host=host, port=port, node=_node(node, head), ray=ray)
        serving = read_serving({field: value for field, value in said.items() if value is not None})
        asked = _Asked(name=name, serving=serving, environment=environment)
        machine = _machine(environment, where, gpus, only_print=only_print)
        if only_print:
            _print(where.put(_spec(asked, machine)), as_json=as_json)
            return
        key = _key(host, engine, environment)
        prepared = prepare(asked.variant, serving, environment, asked.known, machine=machine)
        run_async(_serve(prepared, where, environment, key, as_json=as_json))


@dataclass(frozen=True, kw_only=True)
class _Where:
    """At which address, and as which of several machines."""

    host: str
    port: int
    node: Node | None
    ray: bool

    @property
    def is_several(self) -> bool:
        return self.ray or self.node is not None

    def put(self, spec: ServeSpec) -> ServeSpec:
        told = {"host": self.host, "port": self.port, "node": self.node, "ray": self.ray}
        return spec.model_copy(update=told)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Which model, and how."""

    name: str
    serving: Serving
    environment: Environment

    @property
    def known(self) -> Knowledge:
        return load_knowledge(None, datetime.now(UTC).date(), self.environment.catalog)

    @property
    def model(self) -> LocalModel:
        return find_local(self.name, self.environment.home)[0]

    @property
    def variant(self) -> ModelVariant:
        """Raises `ModelError` for what cannot be served."""
        find_local(self.name, self.environment.home)
        wanted = Wanted(serving=self.serving)
        return local_variants(self.name.removeprefix("local/"), wanted, self.known)[0]


def _machine(environment: Environment, where: _Where, gpus: str | None, *, only_print: bool) -> Machine:
    """Ours; the one that a command is printed for; or all that hold the model together."""
    try:
        named = None if gpus is None else read_gpus(gpus)
        if only_print or where.ray:
            if named is not None:
                nodes = where.node.count if where.node else 1
                return Machine(gpus=named, nodes=nodes, note=named.assumed)
            if where.ray:
                raise ModelError("--ray: say which GPUs of the cluster it may use, such as --gpus 16xH20-96")
        here = see_machine(environment.variables)
    except (UnknownGpu, NoDriver, ValueError) as error:
        raise ModelError(str(error)) from error
    if where.node is None:
        return here
    if here.gpus is None:
        raise ModelError("--node: this machine shows no GPU, and several machines are one only with GPUs")
    together = Gpus(count=here.gpus.count * where.node.count, kind=here.gpus.kind)
    return replace(here, gpus=together, devices=(), nodes=where.node.count)


def _spec(asked: _Asked, machine: Machine) -> ServeSpec:
    """The server whose command is printed: of what is installed, else of what would be fetched."""
    model, variant = asked.model, asked.variant
    serving = serving_of(variant, asked.serving)
    ready = installed(model, asked.environment.home, None, serving.weights)
    source = model.weights_called(serving.weights)
    hub = source.hub or source.modelscope
    if ready is not None:
        weights = str(ready.weights)
    elif hub is not None:
        weights = hub.repo
    else:
        weights = str(source.folder or f"WEIGHTS-OF-{model.name}")
    revision = hub.revision if ready is None and hub is not None else None
    return placed(variant, serving, model, machine, weights)[1].model_copy(update={"revision": revision})


def _print(spec: ServeSpec, *, as_json: bool) -> None:
    spec = spec.model_copy(update={"port": spec.port or _DEFAULT_PORT})
    command = spell(spec)
    typer.echo(json.dumps({"command": command}) if as_json else command)


def _node(node: str | None, head: str | None) -> Node | None:
    """Raises `ModelError` for what names no machine among several."""
    if node is None:
        return None
    match = _NODE.fullmatch(node)
    if match is None or int(match[1]) > int(match[2]) or int(match[2]) == 1:
        raise ModelError(f"--node {node}: write which of how many machines this is, such as 1/2")
    if head is None:
        raise ModelError("--node needs --head ADDRESS: the first machine, as the others reach it")
    return Node(rank=int(match[1]) - 1, count=int(match[2]), address=head)


def _key(host: str, engine: EngineName, environment: Environment) -> str | None:
    """What opens a server that others reach. Raises `ModelError` where there is none."""
    if host in _LOOPBACKS:
        return None
    if engine == "transformers":
        raise ModelError(f"--host {host}: transformers serve knows no key; serve it on {LOOPBACK}")
    key = environment.keys.get(ANY_KEY)
    if key is None:
        raise ModelError(f"--host {host}: whoever reaches it could ask; set {ANY_KEY} to a key of your own")
    return key


async def _serve(
    prepared: Prepared, where: _Where, environment: Environment, key: str | None, *, as_json: bool
) -> None:
    _, err = consoles()
    err.print(f"Starting {prepared.said} …", markup=False, soft_wrap=True)
    spec, home, environ = where.put(prepared.specs[0]), environment.home, environment.variables
    logs = home / "logs" / "serve"
    if where.node is not None and where.node.rank:
        async with hold(spec, prepared.ready, home=home, logs=logs, environ=environ) as ended:
            err.print(f"Helping {where.node.address} (Ctrl-C stops it)", markup=False)
            await _until(ended)
    async with serve(
        spec,
        prepared.ready,
        home=home,
        logs=logs,
        environ=environ,
        key=key,
        ready_timeout=prepared.patience,
    ) as endpoint:
        if as_json:
            typer.echo(json.dumps({"model": endpoint.model, "base_url": endpoint.base_url}))
        err.print(f"Serving chat:{endpoint.model}@{endpoint.base_url} (Ctrl-C stops it)", markup=False)
        await _until(endpoint.ended)


async def _until(ended: Callable[[], ServerFailed | None]) -> None:
    """Wait for the end of a server. Raises `ServerFailed` when it comes."""
    while (failed := ended()) is None:  # noqa: ASYNC110 # a process is watched, nobody sets an event
        await asyncio.sleep(1)
    raise failed
