"""vllm-router before several servers of one model: a conversation stays with one of them.

Each server keeps the beginnings that it has computed, so a conversation that wandered would be computed anew
at every turn. The router reads who belongs together from the header `X-Session-ID` and gives a new session to
the server that has fewest. A server that dies shows as HTTP 500 of the requests that were on their way to it;
asked again, they come to another, which computes the beginning once more. (vllm-router 0.1.17, tried with two
servers of which one ended.)
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import Popen

import aiohttp

from local_models.failure import ServerFailed, server_failed
from local_models.process import free_port, running

_POLL_S = 0.1
_PROBE_TIMEOUT_S = 5.0
_HEALTH_INTERVAL_S = 2
_HEALTH_FAILURES = 2
"""So many looks in a row that find nobody, and a server gets no more requests until it is there again."""
_LOOPBACK = "127.0.0.1"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def router_arguments(
    workers: Sequence[str], *, port: int, metrics_port: int, patience: float
) -> tuple[str, ...]:
    """What follows the router's program; `patience` is how many seconds the longest request may take."""
    return (
        *("--host", _LOOPBACK, "--port", str(port)),
        *("--prometheus-host", _LOOPBACK, "--prometheus-port", str(metrics_port)),
        *("--policy", "sticky_least_loaded"),
        *("--health-check-interval-secs", str(_HEALTH_INTERVAL_S)),
        *("--health-failure-threshold", str(_HEALTH_FAILURES)),
        *("--request-timeout-secs", str(round(patience))),
        "--disable-retries",  # what is sent twice is for us to write down
        *("--log-level", "warning"),
        *("--worker-urls", *workers),
    )


@asynccontextmanager
async def route(  # what it stands before, and what every program of ours is started with
    python: Path,
    workers: Sequence[str],
    *,
    log: Path,
    environ: Mapping[str, str],
    patience: float = 7200.0,
    ready_timeout: float = 60.0,
    stop_timeout: float = 5.0,
) -> AsyncIterator[tuple[str, Callable[[], ServerFailed | None]]]:
    """A router before servers, given by their root URLs, until the block ends: its root URL, and why it is
    gone once it is. Raises `ServerFailed`.
    """
    port, metrics_port = free_port(_LOOPBACK), free_port(_LOOPBACK)
    arguments = router_arguments(workers, port=port, metrics_port=metrics_port, patience=patience)
    argv = (str(python), "-m", "vllm_router.launch_router", *arguments)
    env = {name: environ[name] for name in _KEPT if name in environ}
    async with running(argv, env, log, stop_timeout) as process:
        root = f"http://{_LOOPBACK}:{port}"
        try:
            async with asyncio.timeout(ready_timeout):
                await _healthy(root, partial(_ended, process, "the router did not start", log))
        except TimeoutError as error:
            what = f"the router was not ready after {ready_timeout:.0f} s"
            raise ServerFailed("router", "timed out", what, log) from error
        yield root, partial(_ended, process, "the router ended by itself", log)


async def _healthy(root: str, ended: Callable[[], ServerFailed | None]) -> None:
    timeout = aiohttp.ClientTimeout(total=_PROBE_TIMEOUT_S)
    async with aiohttp.ClientSession(root, timeout=timeout) as http:
        while True:
            if failed := ended():
                raise failed
            with suppress(aiohttp.ClientError, TimeoutError):
                async with http.get("/health") as reply:
                    if reply.ok:
                        return
            await asyncio.sleep(_POLL_S)


def _ended(process: "Popen[bytes]", when: str, log: Path) -> ServerFailed | None:
    if (status := process.poll()) is None:
        return None
    return server_failed("router", when, status, log)
