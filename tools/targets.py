"""How a server of a scenario is reached: in memory, as a program over stdio or HTTP, or at a URL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

import anyio
from anyio.abc import Process

from tools.failure import WorldFailed, last_lines
from tools.world import State, World

_STOP_SECONDS = 2.0
"""How long a program of ours may take to end after its stdin closed, before it is killed."""


@dataclass(frozen=True, kw_only=True)
class InMemory:
    """A built-in world in our own process."""

    world: World
    state: State
    """The calls change it in place."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program that speaks MCP over stdio."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    """Its working directory, which belongs to this trial alone."""
    log: Path
    """Where its stderr goes."""


@dataclass(frozen=True, kw_only=True)
class WorldProcess:
    """A built-in world in a process of its own (`tools.serve`)."""

    command: Command
    http: bool
    """It prints its URL when it is ready, and ends when its stdin closes."""


@dataclass(frozen=True, kw_only=True)
class Url:
    url: str
    headers: Mapping[str, str]


Target = InMemory | Command | WorldProcess | Url


def log_of(target: Target) -> Path | None:
    """Where the server's stderr goes, when it is a program that we start."""
    match target:
        case Command(log=log) | WorldProcess(command=Command(log=log)):
            return log
    return None


@asynccontextmanager
async def serving(server: str, command: Command) -> AsyncIterator[str]:
    """Run a world's process and give its URL; the process is gone when the block ends, however it ends."""
    with command.log.open("wb") as log:
        process = await anyio.open_process(
            command.argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            env=command.env,
            cwd=command.folder,
            start_new_session=True,  # Ctrl-C is for us to handle; the process ends with its stdin
        )
        try:
            yield await _first_line(server, command, process)
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(process)


async def _first_line(server: str, command: Command, process: Process) -> str:
    line = b""
    with suppress(anyio.EndOfStream):
        while process.stdout and not line.endswith(b"\n"):
            line += await process.stdout.receive()
        return line.decode().strip()
    raise WorldFailed("server_exited", server, f"ended before it was ready.{last_lines(command.log)}")


async def _stop(process: Process) -> None:
    if process.stdin:
        await process.stdin.aclose()
    with anyio.move_on_after(_STOP_SECONDS):
        await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()
