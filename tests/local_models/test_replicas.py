"""Several servers behind one address, with a router that stands in for the real one."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from local_models.failure import ServerFailed
from local_models.replicas import serve_replicas
from local_models.router import router_arguments
from local_models.server import Endpoint

pytestmark = pytest.mark.anyio

ROUTER = '''#!{python}
"""Answers /health as the real one does, and writes down what it was started with."""
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

if sys.argv[-1] == "http://unlucky":
    sys.exit("error: no such worker")
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Healthy).serve_forever()
'''


@pytest.fixture
def router(tmp_path: Path) -> Path:
    program = tmp_path / "router"
    program.write_text(ROUTER.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return program


class Servers:
    """Replicas whose life the test decides."""

    def __init__(self, *roots: str) -> None:
        self.roots = roots
        self.living: set[int] = set()
        self.dead: set[int] = set()
        self.refuses: int | None = None

    @asynccontextmanager
    async def one(self, number: int) -> AsyncIterator[Endpoint]:
        if number == self.refuses:
            raise self.failure(number)
        self.living.add(number)
        try:
            yield Endpoint(
                base_url=f"{self.roots[number]}/v1",
                model="m",
                engine="vllm 0",
                max_model_len=100,
                log=None,
                seconds_to_ready=float(number),
                manifest={"number": number},
                metrics=(self.roots[number],),
                ended=lambda: self.failure(number) if number in self.dead else None,
            )
        finally:
            self.living.remove(number)

    def failure(self, number: int) -> ServerFailed:
        return ServerFailed("m", "killed", f"replica {number}", Path("x.log"))


async def test_replicas_start_together_answer_behind_one_address_and_end_together(
    router: Path, tmp_path: Path
) -> None:
    servers = Servers("http://a", "http://b")
    async with serve_replicas(2, servers.one, router=router, log=tmp_path / "log", environ={}) as endpoint:
        assert servers.living == {0, 1}
        assert endpoint.base_url.startswith("http://127.0.0.1:")
        assert endpoint.metrics == ("http://a", "http://b")
        assert endpoint.manifest["replicas"] == [{"number": 0}, {"number": 1}]
        assert endpoint.seconds_to_ready == 1
    assert servers.living == set()
    started = (tmp_path / "log").read_text("utf-8")
    assert "--policy sticky_least_loaded" in started
    assert "--worker-urls http://a http://b" in started


async def test_one_that_dies_is_told_of_and_the_whole_ends_with_the_last(
    router: Path, tmp_path: Path
) -> None:
    servers = Servers("http://a", "http://b")
    async with serve_replicas(2, servers.one, router=router, log=tmp_path / "log", environ={}) as endpoint:
        assert endpoint.lost() == ()
        servers.dead.add(1)
        assert endpoint.ended() is None
        (told,) = endpoint.lost()
        assert "replica 1" in told
        servers.dead.add(0)
        assert "replica 0" in str(endpoint.ended())


async def test_one_that_does_not_start_stops_the_others(router: Path, tmp_path: Path) -> None:
    servers = Servers("http://a", "http://b")
    servers.refuses = 1
    with pytest.raises(ServerFailed, match="replica 1"):
        async with serve_replicas(2, servers.one, router=router, log=tmp_path / "log", environ={}):
            pytest.fail("not reached")
    assert servers.living == set()


async def test_a_router_that_does_not_start_is_told_with_what_it_said(router: Path, tmp_path: Path) -> None:
    servers = Servers("http://a", "http://unlucky")
    with pytest.raises(ServerFailed, match=r"router.*no such worker"):
        async with serve_replicas(2, servers.one, router=router, log=tmp_path / "log", environ={}):
            pytest.fail("not reached")
    assert servers.living == set()


async def test_what_is_raised_inside_comes_out_as_it_is(router: Path, tmp_path: Path) -> None:
    servers = Servers("http://a", "http://b")
    with pytest.raises(LookupError, match="mine"):
        async with serve_replicas(2, servers.one, router=router, log=tmp_path / "log", environ={}):
            raise LookupError("mine")
    assert servers.living == set()


async def test_a_start_that_is_given_up_leaves_nothing(router: Path, tmp_path: Path) -> None:
    servers, entered = Servers("http://a", "http://b"), asyncio.Event()

    @asynccontextmanager
    async def slow(number: int) -> AsyncIterator[Endpoint]:
        async with servers.one(number) as endpoint:
            entered.set()
            if number:
                await asyncio.Event().wait()
            yield endpoint

    async def start() -> None:
        async with AsyncExitStack() as stack:
            opened = serve_replicas(2, slow, router=router, log=tmp_path / "log", environ={})
            await stack.enter_async_context(opened)

    starting = asyncio.create_task(start())
    await asyncio.wait_for(entered.wait(), 20)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert servers.living == set()


def test_the_router_is_on_loopback_and_sends_nothing_twice_by_itself() -> None:
    arguments = router_arguments(["http://a"], port=1, metrics_port=2, patience=99.6)
    assert arguments.count("127.0.0.1") == 2
    assert "--disable-retries" in arguments
    assert arguments[arguments.index("--request-timeout-secs") + 1] == "100"
