"""The right to write a run that lives in a store, where no lock dies with its process.

A lease is an object that only one can create. It says who holds it and until when, and is renewed while its
holder lives. One that ran out, that was given back, or whose process is gone from this very machine, is
followed by one with the next number; the highest number counts. So of two that want to follow only one can,
and a holder that slept too long finds a higher number than its own, and stops.
"""

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock

from harness.runs.places import Bucket
from harness.runs.store import RunError
from scenarios.record import Record

_FOLDER = "lock"
_LASTS = timedelta(seconds=90)
_RENEWED = 20.0
"""Seconds between two renewals, some of which may fail."""


class Holder(Record):
    """Who writes a run."""

    writer: str
    """A name that nobody else has."""
    host: str
    machine: str
    """The running system in which `process` means something; empty where none can be told."""
    process: int
    since: str
    """UTC, ISO 8601."""
    until: str
    """It is given up at this time, unless it was renewed."""


@dataclass(kw_only=True)
class Lease:
    """One number of a run's lock, held by us."""

    place: Bucket
    number: int
    holder: Holder
    _is_over: bool = False
    _writing: Lock = field(default_factory=Lock)

    @property
    def name(self) -> str:
        return f"{_FOLDER}/{self.number:06d}.json"

    def renew(self, now: datetime) -> None:
        """Hold it longer. Raises `RunError` when somebody follows us."""
        with self._writing:
            if self._is_over:
                return
            if (later := _highest(self.place)) > self.number:
                who = _read(self.place, later)
                by = f" by {who.host} (process {who.process})" if who else ""
                raise RunError(
                    f"{self.place} was taken over{by}, since this longspan did not answer for long"
                )
            self._write(now + _LASTS)

    def give_back(self, now: datetime) -> None:
        with self._writing:
            self._is_over = True
            self._write(now)

    def _write(self, until: datetime) -> None:
        held = self.holder.model_copy(update={"until": until.isoformat(timespec="seconds")})
        self.place.write(self.name, held.model_dump_json().encode())


def take(place: Bucket, now: datetime) -> Lease:
    """Become the writer of a run. Raises `RunError` when another one is."""
    last = _highest(place)
    if last and ((holder := _read(place, last)) is None or _holds(holder, now)):
        raise _taken(place, last, holder)
    us = Holder(
        writer=token_hex(8),
        host=platform.node(),
        machine=_machine(),
        process=os.getpid(),
        since=now.isoformat(timespec="seconds"),
        until=(now + _LASTS).isoformat(timespec="seconds"),
    )
    lease = Lease(place=place, number=last + 1, holder=us)
    if not place.create(lease.name, us.model_dump_json().encode()):
        raise _taken(place, lease.number, _read(place, lease.number))
    for older in range(max(1, last - 1), lease.number):
        place.remove(f"{_FOLDER}/{older:06d}.json")
    return lease


@asynccontextmanager
async def held(
    place: Bucket, now: Callable[[], datetime] = lambda: datetime.now(UTC), every: float = _RENEWED
) -> AsyncIterator[Lease]:
    """Hold a run as long as the block lasts. Raises `RunError` when another one has it or takes it over."""
    lease, stop = await asyncio.to_thread(take, place, now()), Event()
    try:
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(asyncio.to_thread(_renew, lease, now, every, stop))
            yield lease
            renewing.cancel()
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several.exceptions[0].__cause__
    finally:
        stop.set()
        with suppress(OSError):  # it runs out by itself
            await asyncio.shield(asyncio.to_thread(lease.give_back, now()))


def _renew(lease: Lease, now: Callable[[], datetime], every: float, stop: Event) -> None:
    """In a thread, since an event loop may be busy for longer than a lease lasts."""
    while not stop.wait(every):
        with suppress(OSError):  # the next renewal may succeed before it runs out
            lease.renew(now())


def _highest(place: Bucket) -> int:
    numbers = [name.rpartition("/")[2].removesuffix(".json") for name in place.names(_FOLDER)]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _read(place: Bucket, number: int) -> Holder | None:
    try:
        return Holder.model_validate_json(place.read(f"{_FOLDER}/{number:06d}.json"))
    except (FileNotFoundError, ValueError):
        return None


def _holds(holder: Holder, now: datetime) -> bool:
    if datetime.fromisoformat(holder.until) <= now:
        return False
    return not (holder.machine and holder.machine == _machine() and _is_gone(holder.process))


def _taken(place: Bucket, number: int, holder: Holder | None) -> RunError:
    file = place.address(f"{_FOLDER}/{number:06d}.json")
    if holder is None:  # it is being written, or somebody spoilt it
        told = f"wait for it or use --new. Should nobody play it, remove {file}"
        return RunError(f"{place} is being played by another longspan; {told}")
    who = f"{holder.host} (process {holder.process}, since {holder.since})"
    return RunError(
        f"{place} is being played by another longspan on {who}; wait for it or use --new. Should it be dead, "
        f"its right ends by itself at {holder.until} at the latest; to take over before, remove {file}"
    )


def _machine() -> str:
    """The boot of this machine and the numbering of its processes, which containers do not share."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 # no path, but a name
    except OSError:
        return ""


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
