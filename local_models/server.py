"""One server for as long as it is needed: start it, wait until it really answers, and leave nothing behind.

Ready means that the process is alive, that /health says so, that /v1/models lists a name that only this start
of the server knows (a stranger on the port is never mistaken for it), and that one token was generated.
"""

import asyncio
import itertools
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import anyio
from pydantic import JsonValue

from local_models import supervise
from local_models.catalog import LocalModel
from local_models.command import Command, ServeOptions, serve_command
from local_models.failure import ServerFailed, server_failed
from local_models.install import Installed

__all__ = ["Endpoint", "ServeOptions", "ServerFailed", "serve"]

_PORT_TRIES = 3
_POLL_S = 0.25
_PROBE_TIMEOUT_S = 60.0
_SUPERVISOR_MARGIN_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A server that answers, and what a record must say about it."""

    base_url: str
    """For a chat-completions client, such as `http://127.0.0.1:40123/v1`."""
    model: str
    """The name to ask for."""
    engine: str
    """As the server itself says, such as `vllm 0.32.0`."""
    max_model_len: int
    log: Path
    seconds_to_ready: float
    manifest: Mapping[str, JsonValue]
    """The command, its environment, options, versions and hashes."""
    ended: Callable[[], ServerFailed | None]
    """Why the server is gone, for one that ended by itself; None while it runs."""


@asynccontextmanager
async def serve(
    model: LocalModel,
    installed: Installed,
    *,
    logs: Path,
    environ: Mapping[str, str],
    options: ServeOptions | None = None,
    ready_timeout: float = 900.0,
    stop_timeout: float = 20.0,
) -> AsyncIterator[Endpoint]:
    """Serve the model on a free port of 127.0.0.1 for the length of the block; raises `ServerFailed`."""
    options = _resolved(options or ServeOptions())
    log = _new_log(logs, model.name)
    for tries_left in reversed(range(_PORT_TRIES)):
        port, alias = _free_port(), f"{model.name}-{secrets.token_hex(4)}"
        command = serve_command(
            model, installed, port=port, options=options, environ=environ, aliases=(alias,)
        )
        async with AsyncExitStack() as stack:
            start = _Start(model=model.name, alias=alias, port=port, log=log)
            process = await stack.enter_async_context(_running(command, log, stop_timeout))
            try:
                async with asyncio.timeout(ready_timeout):
                    facts = await _ready(start, process)
            except TimeoutError as error:
                what = f"the server was not ready after {ready_timeout:.0f} s"
                raise ServerFailed(model.name, "timed out", what, log) from error
            except ServerFailed as failed:
                if failed.kind == "port taken" and tries_left:
                    continue
                raise
            yield _endpoint(start, process, facts, _manifest(command, installed, options, environ))
            return


@dataclass(frozen=True, kw_only=True)
class _Start:
    """What identifies one start of one server."""

    model: str
    alias: str
    port: int
    log: Path


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the server said of itself once it answered."""

    version: str
    max_model_len: int
    seconds: float


@asynccontextmanager
async def _running(command: Command, log: Path, grace: float) -> AsyncIterator[subprocess.Popen[bytes]]:
    process = _spawn(command, log, grace)
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101  # for the type checker: it is a pipe
        process.stdin.close()  # asks for the end, and is done before anything here can be cancelled
        with anyio.CancelScope(shield=True):
            await _stopped(process, grace + _SUPERVISOR_MARGIN_S)


def _spawn(command: Command, log: Path, grace: float) -> subprocess.Popen[bytes]:
    """Start the supervisor, in a session of its own, so that Ctrl-C in a terminal reaches us alone."""
    supervisor = (sys.executable, "-I", supervise.__file__, str(grace))
    with log.open("ab") as output:
        output.write(f"$ {shlex.join(command.argv)}\n".encode())
        output.flush()
        return subprocess.Popen(  # noqa: S603  # our own command line
            (*supervisor, *command.argv),
            env=dict(command.env),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def _stopped(process: subprocess.Popen[bytes], seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        await anyio.to_thread.run_sync(process.wait, seconds)
    if process.returncode is None or process.returncode < 0:  # it hangs, or was killed before it cleaned up
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await anyio.to_thread.run_sync(process.wait, seconds)


async def _ready(start: _Start, process: subprocess.Popen[bytes]) -> _Facts:
    began = time.monotonic()
    timeout = aiohttp.ClientTimeout(total=_PROBE_TIMEOUT_S)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{start.port}", timeout=timeout) as http:
        while True:
            if failed := _ended(start, process, "the server did not start"):
                raise failed
            with suppress(aiohttp.ClientError, TimeoutError):
                if (length := await _listed(http, start.alias)) is not None:
                    await _one_token(http, start)
                    version = await _json(http, "/version")
                    seconds = time.monotonic() - began
                    return _Facts(version=str(version["version"]), max_model_len=length, seconds=seconds)
            await asyncio.sleep(_POLL_S)


async def _listed(http: aiohttp.ClientSession, alias: str) -> int | None:
    """The context of our model if this is our server and it is healthy."""
    async with http.get("/health") as reply:
        if reply.status != 200:  # noqa: PLR2004  # OK
            return None
    cards = (await _json(http, "/v1/models"))["data"]
    return next((card["max_model_len"] for card in cards if card["id"] == alias), None)


async def _one_token(http: aiohttp.ClientSession, start: _Start) -> None:
    """The last proof, through the chat template; a refusal will not go away, so it is a failure at once."""
    body = {"model": start.model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    async with http.post("/v1/chat/completions", json=body) as reply:
        if reply.status != 200:  # noqa: PLR2004  # OK
            said = " ".join((await reply.text()).split())[:200]
            what = f"the server refused a first request with HTTP {reply.status}: {said}"
            raise ServerFailed(start.model, "unknown", what, start.log)


async def _json(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(path) as reply:
        reply.raise_for_status()
        return await reply.json()


def _ended(start: _Start, process: subprocess.Popen[bytes], when: str) -> ServerFailed | None:
    if (status := process.poll()) is None:
        return None
    return server_failed(start.model, when, status, start.log)


def _endpoint(
    start: _Start, process: subprocess.Popen[bytes], facts: _Facts, manifest: Mapping[str, JsonValue]
) -> Endpoint:
    return Endpoint(
        base_url=f"http://127.0.0.1:{start.port}/v1",
        model=start.model,
        engine=f"vllm {facts.version}",
        max_model_len=facts.max_model_len,
        log=start.log,
        seconds_to_ready=facts.seconds,
        manifest=manifest,
        ended=lambda: _ended(start, process, "the server ended by itself"),
    )


def _manifest(
    command: Command, installed: Installed, options: ServeOptions, environ: Mapping[str, str]
) -> Mapping[str, JsonValue]:
    ours: dict[str, JsonValue] = {k: v for k, v in command.env.items() if environ.get(k) != v}
    return {
        "argv": list(command.argv),
        "environment": ours,
        "options": options.model_dump(mode="json"),
        "engine": installed.engine,
        "versions": dict(installed.versions),
        "weights": {"source": installed.weights_source, "sha256": installed.weights_sha256},
    }


def _resolved(options: ServeOptions) -> ServeOptions:
    """Threads left open become all of this machine's cores but one, for the server's front end and for us."""
    if options.threads is not None:
        return options
    return options.model_copy(update={"threads": max(1, len(os.sched_getaffinity(0)) - 1)})


def _free_port() -> int:
    """A port that is free now. Another program may take it before the server does; then another is tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_log(logs: Path, name: str) -> Path:
    logs.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        log = logs / (f"{name}.log" if number == 1 else f"{name}-{number}.log")
        with suppress(FileExistsError):
            log.touch(exist_ok=False)
            return log
    raise AssertionError  # the count never ends
