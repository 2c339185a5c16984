"""One server for as long as it is needed: start it, wait until it answers, and leave nothing behind."""

import asyncio
import itertools
import os
import secrets
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from local_models.command import ServeSpec
from local_models.failure import ServerFailed, server_failed
from local_models.install import Installed
from local_models.launch import Command, command_of
from local_models.process import free_port, is_free, running
from local_models.ready import Facts, Start, ready

__all__ = ["Endpoint", "ServerFailed", "hold", "serve"]

_PORT_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A server that answers, and what a record must say about it."""

    base_url: str
    """For a chat-completions client, such as `http://127.0.0.1:40123/v1`."""
    model: str
    """The name to ask for."""
    engine: str
    """As the server itself says, such as `vllm 0.32.0`."""
    max_model_len: int | None
    """Tokens of prompt and answer together; None: it does not say."""
    log: Path | None
    """None for a server that others started."""
    seconds_to_ready: float
    manifest: Mapping[str, JsonValue]
    """The command, its environment, versions, hashes and warm-up."""
    metrics: tuple[str, ...] = ()
    """The root of every server that has `/metrics`."""
    key: str | None = field(default=None, repr=False)
    ended: Callable[[], ServerFailed | None] = lambda: None
    """Why the server is gone, for one that ended by itself; None while it runs."""
    lost: Callable[[], tuple[str, ...]] = tuple
    """Which of several replicas are gone, and why, while others carry on."""


@asynccontextmanager
async def serve(
    spec: ServeSpec,
    installed: Installed,
    *,
    home: Path,
    logs: Path,
    environ: Mapping[str, str],
    key: str | None = None,
    ready_timeout: float = 900.0,
    stop_timeout: float = 20.0,
) -> AsyncIterator[Endpoint]:
    """Serve a model for the length of the block, on a free port where `spec` names none. Raises
    `ServerFailed`. Who knows `key` may ask; without one everybody may who reaches the address.
    """
    spec, log = _resolved(spec), _new_log(logs, spec.names[0])
    if spec.port and not is_free(spec.host, spec.port):
        what = f"the server was not started at {spec.host}:{spec.port}"
        raise ServerFailed(spec.names[0], "port taken", what, log)
    tries = 1 if spec.port else _PORT_TRIES
    for tries_left in reversed(range(tries)):
        alias = f"{spec.names[0]}-{secrets.token_hex(4)}"
        names = {"names": (*spec.names, alias), "port": spec.port or free_port(spec.host)}
        start = Start(spec=spec.model_copy(update=names), alias=alias, log=log, key=key)
        command = command_of(start.spec, installed, home=home, environ=environ, key=key)
        async with AsyncExitStack() as stack:
            process = await stack.enter_async_context(running(command.argv, command.env, log, stop_timeout))
            try:
                async with asyncio.timeout(ready_timeout):
                    facts = await ready(start, partial(_ended, start, process, "the server did not start"))
            except TimeoutError as error:
                what = f"the server was not ready after {ready_timeout:.0f} s"
                raise ServerFailed(spec.names[0], "timed out", what, log) from error
            except ServerFailed as failed:
                if failed.kind == "port taken" and tries_left:
                    continue
                raise
            yield _endpoint(start, process, facts, _manifest(command, installed, start.spec, facts, environ))
            return


@asynccontextmanager
async def hold(
    spec: ServeSpec,
    installed: Installed,
    *,
    home: Path,
    logs: Path,
    environ: Mapping[str, str],
    stop_timeout: float = 20.0,
) -> AsyncIterator[Callable[[], ServerFailed | None]]:
    """Run a machine that only helps the head of a model over several; says why it has ended, once it has."""
    spec, log = _resolved(spec), _new_log(logs, spec.names[0])
    start = Start(spec=spec, alias=spec.names[0], log=log)
    command = command_of(spec, installed, home=home, environ=environ)
    async with running(command.argv, command.env, log, stop_timeout) as process:
        yield partial(_ended, start, process, "the server ended")


def _ended(start: Start, process: subprocess.Popen[bytes], when: str) -> ServerFailed | None:
    if (status := process.poll()) is None:
        return None
    return server_failed(start.spec.names[0], when, status, start.log)


def _endpoint(
    start: Start, process: subprocess.Popen[bytes], facts: Facts, manifest: Mapping[str, JsonValue]
) -> Endpoint:
    return Endpoint(
        base_url=f"{start.root}/v1",
        model=start.model,
        engine=str(manifest["served_by"]),
        max_model_len=facts.max_model_len,
        log=start.log,
        seconds_to_ready=facts.seconds,
        manifest=manifest,
        metrics=() if start.spec.engine == "transformers" else (start.root,),
        key=start.key,
        ended=partial(_ended, start, process, "the server ended by itself"),
    )


def _manifest(
    command: Command, installed: Installed, spec: ServeSpec, facts: Facts, environ: Mapping[str, str]
) -> Mapping[str, JsonValue]:
    shown = {name: value for name, value in command.env.items() if name not in command.secret}
    ours: dict[str, JsonValue] = {name: value for name, value in shown.items() if environ.get(name) != value}
    version = facts.version or installed.versions.get(spec.engine, "of unknown version")
    return {
        "argv": list(command.argv),
        "environment": ours,
        "layout": None if spec.cpu else str(spec.parallel),
        "engine": installed.engine,
        "served_by": f"{spec.engine} {version}",
        "max_model_len": facts.max_model_len,
        "tool_strict_level": spec.tool_strict_level if spec.engine == "vllm" else None,
        "warm_up": dict(facts.warm_up),
        "versions": dict(installed.versions),
        "weights": {
            "source": installed.weights_source,
            "commit": installed.weights_commit,
            "sha256": installed.weights_sha256,
            "hashed": installed.weights_hashed,
        },
    }


def _resolved(spec: ServeSpec) -> ServeSpec:
    """Threads left open become all of this machine's cores but one, for the server's front end and for us."""
    if not spec.cpu or spec.threads is not None:
        return spec
    return spec.model_copy(update={"threads": max(1, len(os.sched_getaffinity(0)) - 1)})


def _new_log(logs: Path, name: str) -> Path:
    logs.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        log = logs / (f"{name}.log" if number == 1 else f"{name}-{number}.log")
        with suppress(FileExistsError):
            log.touch(exist_ok=False)
            return log
    raise AssertionError  # the count never ends
