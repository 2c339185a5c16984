"""One step of an installation: a command whose output goes to a log, and an error of one line when it fails.

Every step can be run again: it leaves its marker last, so what has no marker is half done and is redone.
"""

import fcntl
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

Say = Callable[[str], None]
"""Tells the person who waits what is happening, one line at a time."""

Causes = Sequence[tuple[str, str, str]]
"""What a log may show (a pattern), what that means (with the pattern's named groups), and what to do."""

AGAIN = "run the same command again: it continues where it stopped"
_EVERY_S = 2.0
_CAUSES: Causes = (
    (r"No space left on device|Disk quota exceeded", "the disk is full", "free some space, then " + AGAIN),
    (
        r"name resolution|NewConnectionError|Connection refused|Read timed out|SSLError",
        "the package index was not reached",
        "check the network and pip's configuration, then " + AGAIN,
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "pip finds no {what} for this machine",
        "it needs Linux on x86-64 or ARM64, Python 3.11 to 3.14 and an index that has it",
    ),
    (
        r"ensurepip is not",
        "this Python has no venv module",
        "install it (Debian: python3-venv), then " + AGAIN,
    ),
    (r"MemoryError|Cannot allocate memory", "not enough memory", "close other programs, then " + AGAIN),
)


class InstallError(Exception):
    """What failed, why, and what to do, in one line."""


def run_step(
    what: str,
    argv: Sequence[str | Path],
    *,
    log: Path,
    seconds: float,
    causes: Causes = (),
    environ: Mapping[str, str] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Run a command with its output in `log`; raises `InstallError` with the cause read from its end.

    `causes` are looked for first. `meanwhile` is called every few seconds; what it raises ends the command.
    Without `environ` the command inherits ours.
    """
    command = [str(part) for part in argv]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        output.write(f"$ {shlex.join(command)}\n".encode())
        output.flush()
        try:
            status = _run(command, output, seconds, environ, meanwhile)
        except subprocess.TimeoutExpired as error:
            raise InstallError(f"{what}: not done after {seconds:.0f} s; {AGAIN} (log: {log})") from error
        except OSError as error:
            raise InstallError(f"{what}: {error} (log: {log})") from error
    if status:
        raise InstallError(f"{what}: {_cause(log, (*causes, *_CAUSES))} (log: {log})")


def _run(
    command: Sequence[str],
    output: IO[bytes],
    seconds: float,
    environ: Mapping[str, str] | None,
    meanwhile: Callable[[], None],
) -> int:
    end = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603  # every argument is written in this package or in its catalog
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environ
    ) as process:
        try:
            while True:
                left = end - time.monotonic()
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(min(_EVERY_S, max(left, 0)))
                if left <= 0:
                    raise subprocess.TimeoutExpired(command, seconds)
                meanwhile()
        finally:
            process.kill()  # does nothing to one that has ended


def _cause(log: Path, causes: Causes) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").partition("\n")[2][-20_000:]  # less the command
    for pattern, cause, remedy in causes:
        if found := re.search(pattern, text):
            return f"{cause.format(**found.groupdict())}; {remedy}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{lines[-1][:200] if lines else 'it failed without a word'}; {AGAIN}"


@contextmanager
def one_at_a_time(lock: Path, say: Say, *, seconds: float = 3600) -> Iterator[None]:
    """Keep two installations out of one folder; the second one waits, and says so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with lock.open("wb") as handle:
        waiting = False
        while not _taken(handle):
            if not waiting:
                say(f"Another installation is at work in {lock.parent}; waiting for it.")
            waiting = True
            if time.monotonic() > deadline:
                raise InstallError(
                    f"{lock}: another installation has held it for {seconds:.0f} s; end that first"
                )
            time.sleep(0.5)
        yield


def _taken(handle: IO[bytes]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
