"""Run one server and leave nothing of it behind, whatever happens to the process that wanted it.

    python supervise.py GRACE_SECONDS COMMAND...

Standard input is a pipe whose other end only the starter holds. It closes when the starter asks for the end,
and also when the starter dies, by SIGKILL too. Then the server gets SIGTERM, GRACE_SECONDS to finish, and
SIGKILL; so does everything it started, wherever that moved: a subreaper inherits every orphan below it. The
exit status is the server's own, or 128 + N when signal N ended it. A script of its own, with the standard
library alone.
"""

import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_NOT_STARTED = 127


def main(grace: float, command: list[str]) -> int:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake = _wake_on(signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    try:
        server = os.posix_spawn(command[0], command, os.environ, file_actions=[nothing])
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        return _NOT_STARTED
    ended: dict[int, int] = {}
    while server not in ended and not _asked_to_stop(wake):
        ended |= _reap()
    ended |= _end_all(wake, grace)
    return ended.get(server, 128 + signal.SIGKILL)


def _wake_on(*numbers: signal.Signals) -> int:
    """A descriptor that becomes readable, with the signals' numbers in it, when one arrives."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reading


def _asked_to_stop(wake: int) -> bool:
    """Wait for something to happen; say whether it was a request to stop."""
    readable, _, _ = select.select([0, wake], [], [])
    if wake in readable and {signal.SIGTERM, signal.SIGINT} & set(os.read(wake, 512)):
        return True
    return 0 in readable and not os.read(0, 512)


def _end_all(wake: int, grace: float) -> dict[int, int]:
    """SIGTERM to every child, later SIGKILL to what is left, until there is none; the statuses by process."""
    ended = _reap()
    for child in _children():
        os.kill(child, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while children := _children():
        if time.monotonic() > deadline:
            for child in children:
                os.kill(child, signal.SIGKILL)
        if select.select([wake], [], [], 0.1)[0]:
            os.read(wake, 512)
        ended |= _reap()
    return ended


def _reap() -> dict[int, int]:
    ended: dict[int, int] = {}
    try:
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            code = os.waitstatus_to_exitcode(found[1])
            ended[found[0]] = code if code >= 0 else 128 - code
    except ChildProcessError:
        pass
    return ended


def _children() -> list[int]:
    """Our children, ended but unreaped ones included, so a signal to one can't meet a stranger."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(after_name.split()[1]) == os.getpid():
                found.append(int(entry.name))
    return found


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
