"""An endpoint that streams so many words with known pauses, and writes down when it did what."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

ENCODED = 30
"""Tokens that its chat template adds."""


@dataclass(kw_only=True)
class Served:
    """One request, by the endpoint's clock, which is the test's."""

    body: dict[str, Any]
    came: float
    words: list[float] = field(default_factory=list)
    """When each was about to be written."""


@dataclass(kw_only=True)
class Clocked:
    before: float = 0.01
    """Seconds until the first word."""
    between: float = 0.002
    counts: bool = True
    refuses: frozenset[int] = frozenset()
    """Requests that are answered with HTTP 503, by number, from 0."""
    hangs_at: int = -1
    """This one gets no answer."""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    served: list[Served] = field(default_factory=list)
    on_its_way: int = 0
    most: int = 0
    """Requests at a time."""

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "m"}]})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        one = Served(body=await request.json(), came=time.perf_counter())
        number = len(self.served)
        self.served.append(one)
        self.on_its_way += 1
        self.most = max(self.most, self.on_its_way)
        try:
            if number == self.hangs_at:
                self.hanging.set()
                await asyncio.Event().wait()
            if number in self.refuses:
                return web.json_response({"error": {"message": "full"}}, status=503)
            return await self._streamed(request, one)
        finally:
            self.on_its_way -= 1

    async def _streamed(self, request: web.Request, one: Served) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(self.before)
        words = one.body.get("max_tokens") or one.body["max_completion_tokens"]
        for n in range(words):
            if n:
                await asyncio.sleep(self.between)
            one.words.append(time.perf_counter())
            finish = "length" if n == words - 1 else None
            await response.write(_event({"choices": [_choice(f"word{n} ", finish)]}))
        if self.counts:
            await response.write(_event({"choices": [], "usage": self._usage(one.body, words)}))
        await response.write(b"data: [DONE]\n\n")
        return response

    def _usage(self, body: dict[str, Any], words: int) -> dict[str, Any]:
        said = sum(len(_text(message["content"]).split()) for message in body["messages"])
        prompt = said + ENCODED
        cached = {"cached_tokens": prompt // 2}
        return {"prompt_tokens": prompt, "completion_tokens": words, "prompt_tokens_details": cached}


def _text(content: str | list[dict[str, str]] | None) -> str:
    return " ".join(part["text"] for part in content) if isinstance(content, list) else content or ""


def _choice(text: str, finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": {"content": text}, "finish_reason": finish}


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


@contextmanager
def in_a_thread(clocked: Clocked) -> Iterator[str]:
    """The base URL, for programs in other processes."""
    urls: Queue[str] = Queue()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with running(clocked) as url:
            urls.put(url)
            await over.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield urls.get(timeout=20)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()


@asynccontextmanager
async def running(clocked: Clocked) -> AsyncIterator[str]:
    """The base URL."""
    app = web.Application(client_max_size=2**24)
    app.router.add_get("/v1/models", clocked.models)
    app.router.add_post("/v1/chat/completions", clocked.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))
