"""A server that runs already, played by a small one in this file."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from local_models.attach import NotAttached, attach
from local_models.catalog import LocalModel, find_model
from local_models.server import Endpoint

pytestmark = pytest.mark.anyio
QWEN = find_model("qwen3-8b")


@asynccontextmanager
async def vllm(
    *cards: dict[str, Any], version: str | None = "0.32.0", key: str | None = None, pinned: str | None = None
) -> AsyncIterator[str]:
    """As much of a server as attaching asks for; the base URL."""

    def guarded(
        answer: Callable[[web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def checked(request: web.Request) -> web.Response:
            if key is not None and request.headers.get("Authorization") != f"Bearer {key}":
                return web.json_response({"error": "Unauthorized"}, status=401)
            return await answer(request)

        return checked

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"data": list(cards)})

    async def told(_: web.Request) -> web.Response:
        return web.json_response({"version": version}) if version else web.Response(status=404)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text="vllm:num_requests_running 0\n") if version else web.Response(status=404)

    async def chat(_: web.Request) -> web.Response:
        said = f"Server is pinned to '{pinned}'; requested '?'." if pinned else "no such model"
        return web.json_response({"detail": said}, status=400)

    app = web.Application()
    app.router.add_get("/v1/models", guarded(models))
    app.router.add_post("/v1/chat/completions", guarded(chat))
    app.router.add_get("/version", told)
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await runner.cleanup()


async def attached(
    base: str, model: LocalModel = QWEN, key: str | None = None
) -> tuple[Endpoint, tuple[str, ...]]:
    async with aiohttp.ClientSession() as http:
        return await attach(model, base, http, key=key)


async def test_a_server_that_lists_the_name_is_asked_by_it_and_tells_of_itself() -> None:
    card = {"id": "qwen3-8b", "max_model_len": 40960, "root": "/weights/qwen3-8b"}
    async with vllm({"id": "other"}, card) as base:
        endpoint, notes = await attached(base)
    assert (endpoint.model, endpoint.max_model_len, endpoint.engine) == ("qwen3-8b", 40960, "vllm 0.32.0")
    assert endpoint.metrics == (base.removesuffix("/v1"),)
    assert endpoint.manifest["checkpoint"] == "/weights/qwen3-8b"
    assert "argv" not in endpoint.manifest
    assert endpoint.ended() is None
    assert notes == ()


async def test_the_repository_of_its_weights_is_a_name_of_it_too() -> None:
    async with vllm({"id": "other"}, {"id": "Qwen/Qwen3-8B", "max_model_len": 40960}) as base:
        endpoint, notes = await attached(base)
    assert (endpoint.model, notes) == ("Qwen/Qwen3-8B", ())


async def test_the_only_model_there_is_taken_for_it_and_that_is_said() -> None:
    adapter = {"id": "adapter", "parent": "mystery"}
    async with vllm({"id": "mystery", "max_model_len": 8192}, adapter) as base:
        endpoint, notes = await attached(base)
    assert endpoint.model == "mystery"
    assert notes == (f"{base} does not list qwen3-8b; its only model, mystery, is asked as if it were that",)


async def test_among_several_strangers_none_is_taken() -> None:
    async with vllm({"id": "a"}, {"id": "b"}) as base:
        with pytest.raises(NotAttached, match=r"lists a, b\. Serve it under that name"):
            await attached(base)


async def test_a_transformers_server_tells_the_folder_that_it_is_pinned_to() -> None:
    async with vllm({"id": "in/its-cache"}, version=None, pinned="/weights/tiny") as base:
        endpoint, notes = await attached(base)
    assert (endpoint.model, endpoint.max_model_len, endpoint.metrics) == ("/weights/tiny", None, ())
    assert len(notes) == 1


async def test_a_key_that_is_missing_or_wrong_is_said() -> None:
    async with vllm({"id": "qwen3-8b"}, key="right") as base:
        with pytest.raises(NotAttached, match="401: the key is missing; set LONGSPAN_API_KEY"):
            await attached(base)
        with pytest.raises(NotAttached, match="401: the key was refused"):
            await attached(base, key="wrong")
        assert (await attached(base, key="right"))[0].key == "right"


async def test_nobody_there_is_said_with_the_remedy() -> None:
    async with vllm() as base:
        pass
    with pytest.raises(NotAttached, match=r"cannot attach to .*; start the server or correct the URL"):
        await attached(base)
