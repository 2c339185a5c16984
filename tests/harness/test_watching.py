"""Looks at real servers of this file, kept in a run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.runs.samples import sessions
from harness.runs.store import RunFolder
from harness.watching import watching
from local_models.metrics import Sample, growth
from tests.harness.report.sample_run import model
from tests.local_models.metrics_page import page

pytestmark = pytest.mark.anyio

LOCAL = model("local/tiny")


@dataclass
class Server:
    """It counts what it is told to, and how often it is looked at."""

    url: str = ""
    tokens: int = 0
    status: int = 200
    body: str | None = None
    looks: int = 0
    looked: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def answer(self, request: web.Request) -> web.Response:
        self.looks += 1
        async with self.looked:
            self.looked.notify_all()
        text = page({"prompt_tokens": self.tokens}) if self.body is None else self.body
        return web.Response(status=self.status, text=text, headers={"Location": "/elsewhere"})

    async def seen(self, times: int) -> None:
        async with self.looked, asyncio.timeout(30):
            await self.looked.wait_for(lambda: self.looks >= times)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    app = web.Application()
    app.router.add_get("/metrics", server.answer)
    async with TestServer(app) as listening:
        server.url = str(listening.make_url("/")).rstrip("/")
        yield server


def clock() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"2026-11-22T12:00:{next(numbers):02d}.000+00:00"


def kept(folder: RunFolder) -> list[list[Sample]]:
    """By session and server."""
    return [looks for found in sessions(folder, LOCAL) for looks in found.values()]


async def test_a_server_is_looked_at_before_and_after(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server(tokens=100)) as server:
        async with watching(folder, LOCAL, [server.url], now=clock(), every=60):
            server.tokens = 142
        assert server.looks == 2
    (looks,) = kept(folder)
    assert [one.prompt_tokens for one in looks] == [100, 142]
    assert growth(looks).prompt_tokens == 42


async def test_a_server_is_looked_at_meanwhile(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server()) as server, watching(folder, LOCAL, [server.url], now=clock(), every=0.001):
        await server.seen(20)
    (looks,) = kept(folder)
    assert 20 <= len(looks) <= server.looks
    assert len(list(folder.samples(LOCAL))) > 1


async def test_the_first_look_is_kept_before_anything_is_played(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server()) as server, watching(folder, LOCAL, [server.url], now=clock(), every=60):
        assert [len(looks) for looks in kept(folder)] == [1]


async def test_several_servers_are_kept_apart(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server(tokens=1)) as one, serving(Server(tokens=2)) as other:
        watch = watching(folder, LOCAL, [one.url, other.url], now=clock(), every=60)
        async with watch:
            pass
    assert sorted([look.prompt_tokens for look in looks] for looks in kept(folder)) == [[1, 1], [2, 2]]


async def test_a_run_that_goes_on_begins_a_session(tmp_path: Path) -> None:
    folder, now = RunFolder(tmp_path), clock()
    async with serving(Server()) as server:
        for _ in range(2):
            async with watching(folder, LOCAL, [server.url], now=now, every=60):
                server.tokens += 10
            server.tokens += 1000
    assert [growth(looks).prompt_tokens for looks in kept(folder)] == [10, 10]


async def test_a_server_that_ends_is_missed_and_stops_nobody(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server(tokens=5)) as server:
        watch = watching(folder, LOCAL, [server.url], now=clock(), every=60)
        await watch.__aenter__()
    await watch.__aexit__(None, None, None)
    (looks,) = kept(folder)
    assert [bool(one.missed) for one in looks] == [False, True]
    assert growth(looks).prompt_tokens is None


@pytest.mark.parametrize("status", [302, 500])
async def test_a_page_that_is_not_there_now_is_asked_for_again(tmp_path: Path, status: int) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server(status=status)) as server:
        watch = watching(folder, LOCAL, [server.url], now=clock(), every=60)
        async with watch:
            server.status = 200
    (looks,) = kept(folder)
    assert [f"HTTP {status}" in one.missed for one in looks] == [True, False]


async def test_a_server_without_such_a_page_is_asked_once(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server(status=404)) as server:
        async with watching(folder, LOCAL, [server.url], now=clock(), every=0.001):
            pass
        assert server.looks == 1
    assert [one.missed for looks in kept(folder) for one in looks] == [
        f"{server.url}/metrics answers HTTP 404"
    ]


async def test_a_page_that_makes_no_sense_is_a_miss(tmp_path: Path) -> None:
    folder, name = RunFolder(tmp_path), "vllm:time_to_first_token_seconds"
    async with serving(Server(body=f'{name}_bucket{{le="1"}} -3\n{name}_count -3\n')) as server:
        watch = watching(folder, LOCAL, [server.url], now=clock(), every=60)
        async with watch:
            pass
    assert all(one.missed for looks in kept(folder) for one in looks)


async def test_what_ends_the_block_leaves_it_as_it_is(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with serving(Server()) as server:
        with pytest.raises(KeyError, match="the run's own"):
            async with watching(folder, LOCAL, [server.url], now=clock(), every=60):
                raise KeyError("the run's own")
    assert [len(looks) for looks in kept(folder)] == [2]


async def test_a_run_that_is_cancelled_is_looked_at_once_more(tmp_path: Path) -> None:
    folder, inside = RunFolder(tmp_path), asyncio.Event()

    async def play(server: Server) -> None:
        async with watching(folder, LOCAL, [server.url], now=clock(), every=60):
            inside.set()
            await asyncio.Event().wait()

    async with serving(Server()) as server:
        playing = asyncio.create_task(play(server))
        async with asyncio.timeout(30):
            await inside.wait()
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
    assert [len(looks) for looks in kept(folder)] == [2]


async def test_nothing_is_kept_of_a_model_without_servers(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    async with watching(folder, LOCAL, [], now=clock()):
        pass
    assert folder.files.names("") == []


async def test_a_line_that_cannot_be_read_is_a_miss(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_samples(LOCAL, "2026-00001", b'{"at": "x", "server": "s", "prompt_tokens": 3}\nnothing\n')
    assert sorted(bool(one.missed) for looks in kept(folder) for one in looks) == [False, True]
