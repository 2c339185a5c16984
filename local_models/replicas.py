"""Several servers of one model side by side, behind one address.

They start together and end together. When one of them dies while it is needed, the others carry on, and who
asks is told which one is gone; only when none is left, or the router is gone, has the whole ended.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from pydantic import JsonValue

from local_models.failure import ServerFailed
from local_models.router import route
from local_models.server import Endpoint

Serve = Callable[[int], AbstractAsyncContextManager[Endpoint]]
"""Serves the replica of this number, from 0, until its block ends."""


@asynccontextmanager
async def serve_replicas(
    count: int, one: Serve, *, router: Path, log: Path, environ: Mapping[str, str]
) -> AsyncIterator[Endpoint]:
    """`count` replicas behind a router, whose Python environment is `router`. Raises `ServerFailed`."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(_side_by_side(count, one))
        roots = [server.base_url.removesuffix("/v1") for server in servers]
        root, gone = await stack.enter_async_context(route(router, roots, log=log, environ=environ))
        yield _together(servers, root, gone)


def _together(
    servers: Sequence[Endpoint], root: str, router_gone: Callable[[], ServerFailed | None]
) -> Endpoint:
    """The replicas as one endpoint."""

    def lost() -> tuple[str, ...]:
        return tuple(str(failed) for server in servers if (failed := server.ended()))

    def ended() -> ServerFailed | None:
        failures = [server.ended() for server in servers]
        return router_gone() or (failures[0] if all(failures) else None)

    manifests: list[JsonValue] = [dict(server.manifest) for server in servers]
    return replace(
        servers[0],
        base_url=f"{root}/v1",
        seconds_to_ready=max(server.seconds_to_ready for server in servers),
        manifest={**servers[0].manifest, "router": "vllm-router, sticky_least_loaded", "replicas": manifests},
        metrics=tuple(root for server in servers for root in server.metrics),
        ended=ended,
        lost=lost,
    )


@asynccontextmanager
async def _side_by_side(count: int, one: Serve) -> AsyncIterator[tuple[Endpoint, ...]]:
    """All replicas, started at the same time; each is opened and closed by a task of its own."""
    started: dict[int, Endpoint] = {}
    all_started = asyncio.Event()

    async def hold(number: int) -> None:
        async with one(number) as endpoint:
            started[number] = endpoint
            if len(started) == count:
                all_started.set()
            await asyncio.Event().wait()  # until it is cancelled

    async def hold_all() -> None:
        async with asyncio.TaskGroup() as holders:
            for number in range(count):
                holders.create_task(hold(number))

    holding, waiting = asyncio.create_task(hold_all()), asyncio.create_task(all_started.wait())
    try:
        await asyncio.wait([holding, waiting], return_when=asyncio.FIRST_COMPLETED)
        if holding.done():
            raise _first(holding.exception())
        yield tuple(started[number] for number in range(count))
    finally:
        holding.cancel()
        waiting.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([holding, waiting])


def _first(error: BaseException | None) -> BaseException:
    """Of several replicas that failed together, what the first said."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error or AssertionError("the replicas ended and no error says why")
