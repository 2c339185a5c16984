"""A TCP server between a client and a model's endpoint that does one thing wrong.

It speaks HTTP/1.1 by hand, so that it can break off in the middle of a chunk or of a letter. What a fault
does not touch is handed on as it came; a fault strikes the first `times` requests, or every one.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

ALWAYS = 10**9
_PATIENCE = 10.0
"""Seconds that the proxy waits for anybody."""
_TLS = b"\x16"
"""What a client that wants TLS says first."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the endpoint answered: a status, its headers, and the whole of the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def events(self) -> list[bytes]:
        """The server-sent events, each with the blank line that ends it."""
        return [event + b"\n\n" for event in self.body.split(b"\n\n") if event.strip()]


@dataclass
class Client:
    """The line to the client, to be written on by hand."""

    writer: asyncio.StreamWriter

    async def head(self, status: int, *headers: tuple[str, str], chunked: bool = True) -> None:
        told = [*headers, ("Connection", "close")]
        told += [("Transfer-Encoding", "chunked")] if chunked else []
        lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in told), "", ""]
        await self.write("\r\n".join(lines).encode())

    async def chunk(self, data: bytes) -> None:
        await self.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end(self) -> None:
        await self.write(b"0\r\n\r\n")

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def whole(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        length = ("Content-Length", str(len(body)))
        await self.head(status, *headers, length, chunked=False)
        await self.write(body)

    async def stream(self, answer: Answer, events: Sequence[bytes]) -> None:
        """The endpoint's own head, and these events, each a chunk."""
        kept = [(n, v) for n, v in answer.headers if n.lower() == "content-type"]
        await self.head(answer.status, *kept)
        for event in events:
            await self.chunk(event)
        await self.end()


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """The endpoint behind the proxy, and the request that it is to be asked."""

    host: str
    port: int
    request: bytes

    async def ask(self) -> Answer:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(self.request)
            await writer.drain()
            return await _read_answer(reader)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


Fault = Callable[[Client, Upstream], Awaitable[None]]
"""What goes wrong. It may ask the endpoint, or not."""


async def untouched(client: Client, forward: Upstream) -> None:
    answer = await forward.ask()
    if b"data:" in answer.body[:2000]:
        await client.stream(answer, answer.events)
    else:
        kept = [(n, v) for n, v in answer.headers if n.lower() == "content-type"]
        await client.whole(answer.status, answer.body, *kept)


@dataclass
class Proxy:
    """Running: where it listens, and how often it was asked."""

    host: str
    port: int
    fault: Fault
    times: int
    listens: tuple[str, int]
    asked: int = 0
    struck: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on one connection."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1) == _TLS:
            writer.write(b"HTTP/1.1 400 This speaks no TLS\r\n\r\n")
            return
        request = await _read_request(reader)
        self.asked += 1
        strikes = self.struck < self.times
        self.struck += strikes
        upstream = Upstream(host=self.host, port=self.port, request=request)
        await (self.fault if strikes else untouched)(Client(writer), upstream)


@asynccontextmanager
async def proxy(host: str, port: int, fault: Fault, times: int = ALWAYS) -> AsyncIterator[Proxy]:
    """A proxy before `host:port` on a loopback port of its own."""
    running = Proxy(host, port, fault, times, ("", 0))
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0, limit=2**24)
    running.listens = server.sockets[0].getsockname()[:2]
    try:
        yield running
    finally:
        server.close()
        for task in running.tasks:
            task.cancel()
        if running.tasks:
            await asyncio.wait(running.tasks)
        await server.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """The request (a POST, whose first letter was read), asking for a connection of its own."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = f"P{head}".rstrip("\r\n").split("\r\n")
    headers = [line for line in lines if not line.lower().startswith("connection:")]
    length = _length(headers)
    body = await reader.readexactly(length) if length is not None else await _read_chunks(reader, headers)
    kept = [
        line for line in headers if not line.lower().startswith(("content-length:", "transfer-encoding:"))
    ]
    told = [first, *kept, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(told).encode("latin-1") + body


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = _length(lines)
    if length is not None:
        body = await reader.readexactly(length)
    elif any(line.lower() == "transfer-encoding: chunked" for line in lines):
        body = await _read_chunks(reader, lines)
    else:
        body = await reader.read()
    return Answer(status=int(first.split()[1]), headers=headers, body=body)


async def _read_chunks(reader: asyncio.StreamReader, headers: Sequence[str]) -> bytes:
    if not any(line.lower() == "transfer-encoding: chunked" for line in headers):
        return b""
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


def _length(headers: Sequence[str]) -> int | None:
    for line in headers:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return None


def data_of(event: bytes) -> dict[str, Any] | None:
    """The JSON object of an event; None for an end mark."""
    for line in event.splitlines():
        if line.startswith(b"data:") and line[5:].strip().startswith(b"{"):
            value = json.loads(line[5:])
            return value if isinstance(value, dict) else None
    return None


def event_of(name: str | None, data: dict[str, Any]) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
