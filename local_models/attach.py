"""A server that runs already: which of its models is meant, and what it says of itself.

Nothing is started and nothing is assumed of how it was: the record of the run holds what the server tells
(version, context, the checkpoint it serves) and no command line.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import JsonValue

from local_models.catalog import LocalModel
from local_models.server import Endpoint

_SECONDS = 30.0
_OK = 200
_PINNED = re.compile(r"pinned to '([^']+)'")


class NotAttached(Exception):
    """Nobody there serves the model; the message says who is there and what to do."""


async def attach(
    model: LocalModel, base: str, http: aiohttp.ClientSession, *, key: str | None = None
) -> tuple[Endpoint, tuple[str, ...]]:
    """The server behind `base`, and what its user should know. Raises `NotAttached`."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    root = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}{urlsplit(base).path.removesuffix('/v1')}"
    try:
        async with asyncio.timeout(_SECONDS):
            cards = await _cards(http, base, headers)
            version = await _version(http, root, headers)
            pinned = None if version else await _pinned(http, base, headers)
            metrics = await _metrics(http, root, headers)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        said = str(error) or type(error).__name__
        raise NotAttached(f"cannot attach to {base}: {said}; start the server or correct the URL") from error
    card, note = _meant(model, [{"id": pinned}] if pinned else cards, base)
    window = card.get("max_model_len")
    engine = f"vllm {version}" if version else "a server that does not tell its version"
    manifest: dict[str, JsonValue] = {
        "attached": base,
        "model": card["id"],
        "checkpoint": card.get("root"),
        "served_by": engine,
        "max_model_len": window,
    }
    endpoint = Endpoint(
        base_url=base,
        model=str(card["id"]),
        engine=engine,
        max_model_len=window if isinstance(window, int) else None,
        log=None,
        seconds_to_ready=0.0,
        manifest=manifest,
        metrics=(root,) if metrics else (),
        key=key,
    )
    return endpoint, (note,) if note else ()


def _meant(
    model: LocalModel, cards: Sequence[dict[str, Any]], base: str
) -> tuple[dict[str, Any], str | None]:
    """The model among those that are listed, and a note where it is there under a name of its own."""
    listed = {str(card.get("id")): card for card in cards}
    if model.name in listed:
        return listed[model.name], None
    for ours in _names(model):
        for name, card in listed.items():
            if ours in {name.lower(), str(card.get("root", "")).lower()}:
                return card, None
    whole = [card for card in cards if card.get("parent") is None]
    if len(whole) == 1:
        name = whole[0]["id"]
        return whole[0], (
            f"{base} does not list {model.name}; its only model, {name}, is asked as if it were that"
        )
    there = ", ".join(listed) or "none"
    raise NotAttached(
        f"{base} does not list {model.name}; it lists {there}. Serve it under that name "
        f"(--served-model-name {model.name}), or ask for another as chat:ID@{base}"
    )


def _names(model: LocalModel) -> list[str]:
    """What others call the model: the repositories of its weights."""
    places = (place for one in model.weights.values() for place in (one.hub, one.modelscope))
    return [place.repo.lower() for place in places if place is not None]


async def _cards(http: aiohttp.ClientSession, base: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    async with http.get(f"{base}/models", headers=headers, allow_redirects=False) as reply:
        if reply.status in {401, 403}:
            state = "was refused" if headers else "is missing"
            raise NotAttached(
                f"{base} answers HTTP {reply.status}: the key {state}; set LONGSPAN_API_KEY to what it was "
                "started with"
            )
        if reply.status != _OK:
            raise NotAttached(f"{base}/models answers HTTP {reply.status}; the URL mostly ends in /v1")
        data = (await reply.json(content_type=None)).get("data", [])
    return [card for card in data if isinstance(card, dict) and "id" in card]


async def _version(http: aiohttp.ClientSession, root: str, headers: dict[str, str]) -> str | None:
    async with http.get(f"{root}/version", headers=headers) as reply:
        if reply.status != _OK:
            return None
        found: JsonValue = await reply.json(content_type=None)
    version = found.get("version") if isinstance(found, dict) else None
    return version if isinstance(version, str) else None


async def _pinned(http: aiohttp.ClientSession, base: str, headers: dict[str, str]) -> str | None:
    """The one model of a `transformers serve`, which it names only when asked for another."""
    body = {"model": "?", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    async with http.post(f"{base}/chat/completions", json=body, headers=headers) as reply:
        found = _PINNED.search(await reply.text())
    return found[1] if found else None


async def _metrics(http: aiohttp.ClientSession, root: str, headers: dict[str, str]) -> bool:
    async with http.get(f"{root}/metrics", headers=headers) as reply:
        return reply.status == _OK and "vllm:" in await reply.text()
