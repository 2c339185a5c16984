"""One server's open session: the only place that speaks to the MCP client.

An SDK client must be closed by the task that opened it, so each link is owned by one task (`Link.own`), which
opens the session, waits until it is told to close, and closes it. Calls may come from any task. Whatever
breaks on the way is turned into a `WorldFailed` here and nowhere else.

The protocol is pinned: the stateless revision for our own worlds, which needs no handshake; for servers of
others the handshake that all of them know, and the stateless revision where a server refuses that one.
"""

import math
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import mcp_types as mcp
from mcp import Client, MCPError
from mcp.client import Transport
from mcp.client.session import IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server
from pydantic import JsonValue, ValidationError

from tools.body import bounded
from tools.builtin import server_for
from tools.failure import FailureKind, WorldFailed, in_short, last_lines
from tools.install import remedy
from tools.offers import Offer, server_offers, world_offers
from tools.process import serving
from tools.results import Result, cut, read_result
from tools.stdio import MOST_BYTES, over_stdio
from tools.targets import Beside, Command, InMemory, Target, Url, WorldProcess, log_of

STATELESS = "2026-07-28"
HANDSHAKE = "legacy"

_CLOSE_SECONDS = 5.0
_MOST_PAGES = 100
_NO_HANDSHAKE = frozenset({mcp.UNSUPPORTED_PROTOCOL_VERSION, mcp.METHOD_NOT_FOUND})
_HTTP_ERRORS = 400
_OUR_REQUEST_WAS_WRONG = frozenset(
    {mcp.PARSE_ERROR, mcp.INVALID_REQUEST, mcp.METHOD_NOT_FOUND, mcp.UNSUPPORTED_PROTOCOL_VERSION}
)
"""JSON-RPC errors that no arguments of a model can bring about."""


@dataclass(kw_only=True, eq=False)
class Link:
    """A session with one server, opened and closed by the task that runs `own`."""

    server: str
    target: Target
    open_timeout: float
    call_timeout: float
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What was filled in from the environment, by variable; no message shows it."""
    protocol: str = field(init=False, default="")
    """The negotiated protocol version."""
    offers: tuple[Offer, ...] = field(init=False, default=())
    failure: WorldFailed | None = field(init=False, default=None)
    """Why the session ended, when it did not end by `close`."""

    _client: Client | None = field(init=False, default=None)
    _garbage: str = field(init=False, default="")
    _status: int = field(init=False, default=200)
    _ready: anyio.Event = field(init=False, default_factory=anyio.Event)
    _closing: anyio.Event = field(init=False, default_factory=anyio.Event)
    _ended: anyio.Event = field(init=False, default_factory=anyio.Event)

    async def own(self) -> None:
        """Open the session, keep it until `close`, and close it; raises nothing but cancellation."""
        scope = anyio.CancelScope(deadline=anyio.current_time() + self.open_timeout)
        try:
            with scope:
                await self._negotiate(scope)
        except Exception as error:
            # The boundary: an SDK, a socket or a program failed in its own words.
            self.failure = self.failure or self._classed(_innermost(error))
        finally:
            if scope.cancelled_caught and not self._ready.is_set():
                self.failure = self._silent("open_timeout", "the MCP handshake", self.open_timeout)
            if isinstance(self.target, WorldProcess) and self.target.second is not None:
                self.target.second.keep()  # nobody waits for what will not be said
            self._ready.set()
            self._ended.set()

    async def opened(self) -> None:
        """Wait until the session is open. Raises `WorldFailed` when it cannot be."""
        await self._ready.wait()
        if self.failure is not None:
            raise self.failure

    def close(self) -> None:
        """Tell the owner to close the session."""
        self._closing.set()

    async def call(self, tool: str, arguments: dict[str, JsonValue], *, wraps: bool) -> Result:
        """Call one of the server's tools. Raises `WorldFailed` when the server breaks."""
        if self._client is None:
            raise self.failure or self._failed("server_exited", "is closed")
        # Not `call_tool`: that checks results against output schemas, which is no business of a trial.
        request = mcp.CallToolRequest(params=mcp.CallToolRequestParams(name=tool, arguments=arguments))
        try:
            with anyio.fail_after(self.call_timeout):
                raw = await self._client.session.send_request(request, mcp.CallToolResult)
        except TimeoutError as error:
            raise self._silent("server_hung", f"the call of {tool}", self.call_timeout) from error
        except ValidationError as error:
            wrong = error.errors()[0]
            message = f"answered {tool} with what is no tool result: {wrong['loc']}: {wrong['msg']}"
            raise self._failed("protocol", message) from error
        except MCPError as error:
            return await self._error_answer(tool, error)
        return read_result(raw, wraps=wraps, ours=isinstance(self.target, InMemory | WorldProcess | Beside))

    async def _negotiate(self, scope: anyio.CancelScope) -> None:
        foreign = isinstance(self.target, Command | Url)
        try:
            await self._live(HANDSHAKE if foreign else STATELESS, scope)
        except Exception as error:
            cause = _innermost(error)
            refused = isinstance(cause, MCPError) and cause.code in _NO_HANDSHAKE
            if self._ready.is_set() or not (foreign and refused):
                raise
            await self._live(STATELESS, scope)

    async def _live(self, mode: str, scope: anyio.CancelScope) -> None:
        async with AsyncExitStack() as stack:
            wire = await self._wire(stack)
            client = Client(wire, mode=mode, raise_exceptions=True, message_handler=self._heard, cache=None)
            await stack.enter_async_context(client)
            self.protocol = client.protocol_version
            self.offers = await self._listed(client)
            self._client = client
            scope.deadline = math.inf
            self._ready.set()
            try:
                await self._closing.wait()
            finally:
                self._client = None
            scope.deadline = anyio.current_time() + _CLOSE_SECONDS

    async def _wire(self, stack: AsyncExitStack) -> Server[Any] | Transport:
        match self.target:
            case InMemory(world=world, state=state, side=side):
                return server_for(world, state, checked=False, side=side)
            case (Command() as command) | WorldProcess(command=command, http=False):
                return over_stdio(command)
            case WorldProcess(command=command, second=second):
                said = await stack.enter_async_context(serving(self.server, command))
                url, _, other = said.partition(" ")
                if second is not None:
                    second.keep(other)
                return await self._over_http(Url(url=url, headers={}), stack)
            case Beside(address=address):
                await address.kept.wait()
                if not address.url:
                    raise WorldFailed("server_exited", self.server, "shares a world whose server has ended")
                return await self._over_http(Url(url=address.url, headers={}), stack)
            case Url() as target:
                return await self._over_http(target, stack)

    async def _over_http(self, target: Url, stack: AsyncExitStack) -> Transport:
        async def note(response: httpx2.Response) -> None:
            # Servers may well refuse the GET that asks for a stream of events; only answers to calls count.
            if response.request.method == "POST":
                self._status = response.status_code
            bounded(response, self.server, MOST_BYTES)

        http = httpx2.AsyncClient(
            headers={**target.headers, "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self.open_timeout, read=max(self.open_timeout, self.call_timeout)),
            event_hooks={"response": [note]},
        )
        client = await stack.enter_async_context(http)
        return streamable_http_client(target.url, http_client=client, max_sse_event_size=MOST_BYTES)

    async def _listed(self, client: Client) -> tuple[Offer, ...]:
        if isinstance(self.target, InMemory):
            return world_offers(self.server, self.target.world, self.target.side)
        tools: list[mcp.Tool] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            tools += page.tools
            cursor = page.next_cursor
            if cursor is None:
                break
        else:
            message = f"its list of tools has more than {_MOST_PAGES} pages"
            raise WorldFailed("protocol", self.server, message)
        wire = [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]
        return server_offers(self.server, wire)

    async def _heard(self, message: IncomingMessage) -> None:
        """Note what is not MCP on the server's stdout; it is named when the server then fails to answer."""
        if isinstance(message, Exception):
            self._garbage = str(message).strip()[:200]

    async def _error_answer(self, tool: str, error: MCPError) -> Result:
        """A JSON-RPC error: the server's own "no" to the model, unless it says that something broke."""
        if _connection_lost(error):
            # The owner learns more while it closes: the exit of the process, or why a request failed.
            self.close()
            with anyio.move_on_after(_CLOSE_SECONDS):
                await self._ended.wait()
            raise self.failure or self._ended_early(f"during the call of {tool}") from error
        if isinstance(self.target, InMemory | WorldProcess | Beside):
            cause = error.__cause__
            what = f"{type(cause).__name__}: {cause}" if cause else error.message
            raise self._failed("world_bug", f"its function {tool} raised {what}") from error
        if self._status >= _HTTP_ERRORS and error.code != mcp.INVALID_PARAMS:
            raise self._failed("unreachable", f"answered {tool} with HTTP {self._status}") from error
        if error.code in _OUR_REQUEST_WAS_WRONG:
            kind: FailureKind = "server_garbage" if error.code == mcp.PARSE_ERROR else "protocol"
            raise self._failed(kind, f"answered {tool} with: {error.message}") from error
        return Result(text=cut(error.message), refused=True)

    def _classed(self, error: BaseException) -> WorldFailed:
        where = self.target.url if isinstance(self.target, Url) else ""
        match error:
            case WorldFailed():
                return error
            case OSError() if isinstance(self.target, Command) and not self._ready.is_set():
                name = self.target.argv[0]
                said = "" if isinstance(error, FileNotFoundError) else f" ({error})"
                return self._failed("command_not_found", f"cannot start {name!r}{said}; {remedy(name)}")
            case MCPError() if self._status >= _HTTP_ERRORS:
                return self._failed(
                    "unreachable", f"{where} answered HTTP {self._status}; check `url:` and `headers:`"
                )
            case MCPError() if _connection_lost(error):
                return self._ended_early("before it was ready" if not self._ready.is_set() else "")
            case httpx2.HTTPError() | httpx2.InvalidURL() | OSError():
                return self._failed("unreachable", f"cannot be reached at {where}: {error}; is it running?")
        return self._failed("protocol", f"broke the protocol: {type(error).__name__}: {error}")

    def _ended_early(self, when: str) -> WorldFailed:
        garbage = f"; on its stdout stood, instead of MCP: {self._garbage!r}" if self._garbage else ""
        return self._failed(
            "server_garbage" if garbage else "server_exited", f"ended {when}{garbage}".strip()
        )

    def _silent(self, kind: FailureKind, what: str, seconds: float) -> WorldFailed:
        if self._garbage:
            message = f"answered {what} with what is not MCP: {self._garbage!r}; only MCP may go to stdout"
            return self._failed("server_garbage", message)
        return self._failed(kind, f"did not answer {what} within {seconds:g} seconds")

    def _failed(self, kind: FailureKind, message: str) -> WorldFailed:
        """Keep the failure, with the server's last words, and give it to be raised."""
        said = in_short(message) + last_lines(log_of(self.target))
        for name, secret in self.secrets.items():
            said = said.replace(secret, f"${{{name}}}")
        self.failure = WorldFailed(kind, self.server, said)
        return self.failure


def _connection_lost(error: MCPError) -> bool:
    """Whether the SDK says so; servers use the same code for errors of their own."""
    return error.code == mcp.CONNECTION_CLOSED and error.message.startswith(
        ("Connection closed", "SSE stream")
    )


def _innermost(error: BaseException) -> BaseException:
    """The first single exception in groups of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
