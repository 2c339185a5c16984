"""A program of a trial: in a process group of its own, with a log that stays small, and gone at the end.

What a program has started ends with it. Only what moves into a session of its own gets away.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from subprocess import PIPE
from typing import BinaryIO

import anyio
from anyio.abc import ByteReceiveStream, Process

from tools.failure import WorldFailed, last_lines
from tools.targets import Command

LOG_LIMIT = 2**20
"""Bytes of stderr that a log may hold; then all but its last quarter is forgotten."""
_STOP_SECONDS = 2.0
"""How long a program may take to end after its stdin closed, and again after it was told to."""


@asynccontextmanager
async def running(command: Command) -> AsyncIterator[Process]:
    """Run a program until the block ends, however it ends; its stderr goes to its log."""
    with command.log.open("w+b", buffering=0) as log:
        process = await anyio.open_process(
            command.argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=command.env,
            cwd=command.folder,
            start_new_session=True,  # Ctrl-C is for us to handle; and so the whole group can be ended
        )
        async with anyio.create_task_group() as tasks:
            heard = anyio.Event()
            tasks.start_soon(_keep_log, process.stderr, log, heard)
            try:
                yield process
            finally:
                with anyio.CancelScope(shield=True):
                    await _stop(process)
                    with anyio.move_on_after(_STOP_SECONDS):
                        await heard.wait()
                    tasks.cancel_scope.cancel()
                    await process.aclose()


@asynccontextmanager
async def serving(server: str, command: Command) -> AsyncIterator[str]:
    """Run a world's process and give its URL; the process is gone when the block ends, however it ends."""
    async with running(command) as process:
        if url := await _first_line(process):
            yield url
            return
    raise WorldFailed("server_exited", server, f"ended before it was ready.{last_lines(command.log)}")


async def _first_line(process: Process) -> str:
    line = b""
    with suppress(anyio.EndOfStream):
        while process.stdout and not line.endswith(b"\n"):
            line += await process.stdout.receive()
        return line.decode().strip()
    return ""


async def _stop(process: Process) -> None:
    """First its stdin closes, then it is told to end, then it is made to, with all that it started."""
    if process.stdin:
        with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            await process.stdin.aclose()
    with anyio.move_on_after(_STOP_SECONDS):
        await process.wait()
    if process.returncode is None:
        _tell_group(process.pid, signal.SIGTERM)
        with anyio.move_on_after(_STOP_SECONDS):
            await process.wait()
    _tell_group(process.pid, signal.SIGKILL)
    with anyio.move_on_after(_STOP_SECONDS):
        await process.wait()


def _tell_group(leader: int, order: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, order)


async def _keep_log(stderr: ByteReceiveStream | None, log: BinaryIO, heard: anyio.Event) -> None:
    try:
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while stderr:
                log.write(await stderr.receive())
                if log.tell() > LOG_LIMIT:
                    log.seek(-LOG_LIMIT // 4, os.SEEK_END)
                    rest = log.read()
                    log.seek(0)
                    log.truncate()
                    log.write(b"[...]\n" + rest)
    finally:
        heard.set()
