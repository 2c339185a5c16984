"""Look at the servers of a model while it is played: what they say at /metrics is kept in the run.

Looking never fails a run. A look that brought nothing is kept as well, with the reason, and a server that has
no such page is asked once. Each time a run goes on, its looks begin a new session: counters are compared
within a session only, so that what happened to a server between two of them is in no figure. Samples are
written in parts that appear whole; a kill loses a tenth of a session at most, or its last minute.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import anyio

from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder
from local_models.metrics import Sample, read_metrics

EVERY_S = 5.0
_LOOK_S = 4.0
_PART = 12
"""Looks that are kept together at the least."""
_LARGEST = 2**24
"""Bytes of a page."""
_NO_PAGE = frozenset({401, 403, 404, 405, 501})


class _Refused(Exception):
    """The server has no such page for us."""


@asynccontextmanager
async def watching(
    folder: RunFolder,
    model: ModelVariant,
    servers: Sequence[str],
    *,
    now: Callable[[], str],
    every: float = EVERY_S,
) -> AsyncIterator[None]:
    """Look at each server, by its root URL, before, during and after the block."""
    if not servers:
        yield
        return
    timeout = aiohttp.ClientTimeout(total=_LOOK_S)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        watch = _Watch(folder=folder, model=model, http=http, now=now, session=now(), left=list(servers))
        await watch.look()
        await watch.keep()
        # Not in a task group: what ends the run has to leave this block as it is, and not in a group.
        meanwhile = asyncio.create_task(watch.look_every(every))
        try:
            yield
        finally:
            meanwhile.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait({meanwhile})
                await watch.look()
                await watch.keep()


@dataclass(kw_only=True)
class _Watch:
    folder: RunFolder
    model: ModelVariant
    http: aiohttp.ClientSession
    now: Callable[[], str]
    session: str
    left: list[str]
    """Servers that have a page, as far as is known."""
    pending: list[Sample] = field(default_factory=list)
    kept: int = 0
    parts: int = 0

    async def look_every(self, seconds: float) -> None:
        while self.left:
            await asyncio.sleep(seconds)
            await self.look()
            if len(self.pending) >= max(_PART * len(self.left), self.kept // 10):
                await self.keep()

    async def look(self) -> None:
        async with asyncio.TaskGroup() as looks:
            for server in tuple(self.left):
                looks.create_task(self._look(server))

    async def keep(self) -> None:
        """Write what was seen since the last time; what cannot be written is lost, and the run goes on."""
        if not self.pending:
            return
        lines = b"".join(one.model_dump_json(exclude_defaults=True).encode() + b"\n" for one in self.pending)
        self.kept += len(self.pending)
        self.parts += 1
        self.pending.clear()
        name = f"{_name(self.session)}-{self.parts:05d}"
        with suppress(OSError):
            await self.folder.aside(self.folder.write_samples, self.model, name, lines)

    async def _look(self, server: str) -> None:
        at = self.now()
        try:
            sample = read_metrics(await self._page(server), at=at, server=server)
        except _Refused as refused:
            self.left.remove(server)
            sample = Sample(at=at, server=server, missed=str(refused))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            why = f"{type(error).__name__}: {error}".removesuffix(": ")
            sample = Sample(at=at, server=server, missed=" ".join(why.split())[:200])
        self.pending.append(sample)

    async def _page(self, server: str) -> str:
        url = f"{server.rstrip('/')}/metrics"
        async with self.http.get(url, allow_redirects=False) as reply:
            if reply.status in _NO_PAGE:
                raise _Refused(f"{url} answers HTTP {reply.status}")
            if reply.status != 200:  # noqa: PLR2004 # OK
                raise ValueError(f"{url} answers HTTP {reply.status}")
            page = bytearray()
            async for chunk in reply.content.iter_any():
                page += chunk
                if len(page) > _LARGEST:
                    raise ValueError(f"{url} is larger than {_LARGEST:,} bytes")
            return page.decode(errors="replace")


def _name(moment: str) -> str:
    """A moment as a part of a file's name; the order stays."""
    return moment.replace(":", "").replace("+0000", "Z")
