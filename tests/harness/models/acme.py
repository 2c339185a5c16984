"""A provider of our own that has one model, and its endpoint, which refuses whatever it is asked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.registry.entry import Entry, Registry
from harness.registry.knowledge import Knowledge
from harness.registry.provider import Dialect, Provider, Quirks
from tests.harness.known import KNOWN

WEB = {"auth": "x-api-key", "headers": {"anthropic-version": "2023-06-01"}}


@dataclass
class Server:
    """An endpoint that refuses whatever it is asked, and keeps the headers."""

    port: int = 0
    status: int = 200
    location: str = ""
    seen: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of a stranger."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def home(self) -> str:
        """The same server by the name that the quirk table has for it."""
        return f"http://localhost:{self.port}"

    def saw(self, header: str) -> list[str | None]:
        return [headers.get(header) for headers in self.seen]


@asynccontextmanager
async def serving(status: int = 200, location: str = "") -> AsyncIterator[Server]:
    server = Server(status=status, location=location)

    async def answer(request: web.Request) -> web.Response:
        server.seen.append(dict(request.headers))
        if request.method == "POST":
            return web.Response(status=400, text="not today")
        moved = {"Location": server.location} if server.location else None
        said = f"you sent {request.headers.get('Authorization')}"
        return web.Response(status=server.status, text=said, headers=moved)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as started:
        server.port = started.port or 0
        yield server


def knowing(server: Server, **quirks: object) -> Knowledge:
    """What is known, with a provider of our own at home on the server, that has a model."""
    acme = Provider(
        title="Acme",
        address=server.home,
        regions={"moon": f"{server.home}/moon"},
        address_variable="ACME_URL",
        key_variable="ACME_KEY",
        other_key_variables=("ACME_TOKEN",),
        wires={
            "chat": Dialect(path="/v1", source="made up", quirks=Quirks.model_validate(quirks)),
            "messages": Dialect(path="/m/v1", source="made up", quirks=Quirks.model_validate(WEB)),
        },
    )
    return Knowledge(
        registry=Registry(models={"anvil": Entry(provider="acme", most_output=5000)}),
        providers=KNOWN.providers.model_copy(
            update={"providers": {**KNOWN.providers.providers, "acme": acme}}
        ),
        today=KNOWN.today,
    )
