"""An endpoint whose model plays users, badly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer


@asynccontextmanager
async def caller() -> AsyncIterator[str]:
    """A model that plays a user who leaves at once."""

    async def answer(_: web.Request) -> web.Response:
        said = {"message": {"content": "Never mind. [[DONE]]"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 200, "completion_tokens": 7, "total_tokens": 207}
        return web.json_response({"choices": [said], "usage": usage})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))
