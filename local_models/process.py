"""One program for as long as it is needed, under a supervisor that leaves nothing of it behind."""

import errno
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio

from local_models import supervise

_SUPERVISOR_MARGIN_S = 10.0


@asynccontextmanager
async def running(
    argv: tuple[str, ...], env: Mapping[str, str], log: Path, grace: float
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The program, from its start to its end at the end of the block: SIGTERM, `grace` seconds, SIGKILL. Its
    whole environment is `env`, and what it says goes to the end of `log`.
    """
    process = _spawn(argv, env, log, grace)
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101  # for the type checker: it is a pipe
        process.stdin.close()  # asks for the end, and is done before anything here can be cancelled
        with anyio.CancelScope(shield=True):
            await _stopped(process, grace + _SUPERVISOR_MARGIN_S)


def free_port(host: str) -> int:
    """A port that is free now. Another program may take it before it is used; then another is tried."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Whether a port can be had now, as a server takes it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def _spawn(argv: tuple[str, ...], env: Mapping[str, str], log: Path, grace: float) -> subprocess.Popen[bytes]:
    """Start the supervisor, in a session of its own, so that Ctrl-C in a terminal reaches us alone."""
    supervisor = (sys.executable, "-I", supervise.__file__, str(grace))
    with log.open("ab") as output:
        output.write(f"$ {shlex.join(argv)}\n".encode())
        output.flush()
        return subprocess.Popen(  # noqa: S603  # our own command line
            (*supervisor, *argv),
            env=dict(env),
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
