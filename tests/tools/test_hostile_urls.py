"""MCP servers over HTTP that are broken or hostile: each is a result, or a `WorldFailed`, within bounds."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from scenarios.scenario import Server
from tests.tools.tiny_world import call, home, scenario
from tools.failure import WorldFailed
from tools.open_world import open_world

pytestmark = pytest.mark.anyio

Writer = asyncio.StreamWriter
Called = Callable[[int, Writer], Awaitable[None]]
"""What is written to the line when the tool is called with this request id."""

KEY = "sk-0123456789abcdef"
INFO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "s", "version": "1"},
}
TOOLS = {"tools": [{"name": "go", "inputSchema": {"type": "object"}}]}


def write(writer: Writer, body: bytes, *headers: str, status: str = "200 OK") -> None:
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, f"Content-Length: {len(body)}")
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def result(id_: int, text: str) -> bytes:
    said = {"content": [{"type": "text", "text": text}]}
    return json.dumps({"jsonrpc": "2.0", "id": id_, "result": said}).encode()


@asynccontextmanager
async def site(called: Called) -> AsyncIterator[Server]:
    """A server with one tool; its URL and a header hold a secret."""

    async def line(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = [part for part in head.split("\r\n") if part.lower().startswith("content-length:")]
                body = await reader.readexactly(int(length[0].split(":")[1])) if length else b""
                await reply(json.loads(body or "{}"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(request: dict[str, Any], writer: Writer) -> None:
        match request:
            case {"id": id_, "method": "initialize" | "tools/list" as method}:
                answer = INFO if method == "initialize" else TOOLS
                write(writer, json.dumps({"jsonrpc": "2.0", "id": id_, "result": answer}).encode())
            case {"id": id_}:
                await called(id_, writer)
            case _:
                write(writer, b"", status="202 Accepted" if request else "405 Method Not Allowed")

    server = await asyncio.start_server(line, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Server(url=f"http://127.0.0.1:{port}/mcp?key=${{KEY}}", headers={"X-Key": "${KEY}"})


async def text(called: Called, tmp_path: Path, **changes: Any) -> str:
    async with site(called) as server:
        place = home(tmp_path, **{"environ": {"KEY": KEY}, **changes})
        async with open_world(scenario({"s": server}), home=place) as world:
            return (await world.call(call("s__go"))).text


async def failure(called: Called, tmp_path: Path, **changes: Any) -> WorldFailed:
    with pytest.raises(WorldFailed) as caught:
        await text(called, tmp_path, **changes)
    assert KEY not in str(caught.value)
    assert len(str(caught.value)) < 2000
    return caught.value


async def compressed(id_: int, writer: Writer) -> None:
    write(writer, gzip.compress(result(id_, "x" * 1000)), "Content-Encoding: gzip")


async def long(id_: int, writer: Writer) -> None:
    write(writer, result(id_, "x" * 40_000_000))


async def endless(_: int, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 2**16 + b"\r\n")
        await writer.drain()


async def endless_events(_: int, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b":" * (2**16 - 1) + b"\n\r\n")
        await writer.drain()


async def half(_: int, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
    writer.close()


async def not_utf8(id_: int, writer: Writer) -> None:
    write(writer, result(id_, "x").replace(b'"x"', b'"\xff"'))


async def elsewhere(_: int, writer: Writer) -> None:
    write(writer, b"", "Location: http://127.0.0.1:9/", status="307 Temporary Redirect")


async def silent(_: int, __: Writer) -> None:
    await asyncio.Event().wait()


async def echo(id_: int, writer: Writer) -> None:
    error = {"code": -32600, "message": f"bad key {KEY}"}
    write(writer, json.dumps({"jsonrpc": "2.0", "id": id_, "error": error}).encode())


@pytest.mark.parametrize(
    ("called", "kind"),
    [
        (compressed, "server_garbage"),
        (long, "server_garbage"),
        (endless, "server_garbage"),
        (endless_events, "server_exited"),
        (half, "unreachable"),
        (not_utf8, "server_garbage"),
        (elsewhere, "protocol"),
        (silent, "server_hung"),
        (echo, "protocol"),
    ],
)
async def test_every_attack_has_a_name(called: Called, kind: str, tmp_path: Path) -> None:
    assert (await failure(called, tmp_path, call_timeout=1.0 if called is silent else 20.0)).kind == kind


async def test_a_result_of_some_megabytes_is_read_and_cut(tmp_path: Path) -> None:
    async def big(id_: int, writer: Writer) -> None:
        write(writer, result(id_, "x" * 5_000_000))

    assert (await text(big, tmp_path)).endswith("[cut here: 5,000,000 characters in all]")


async def test_a_secret_in_a_url_is_in_no_message(tmp_path: Path) -> None:
    place = home(tmp_path, environ={"KEY": KEY})
    with pytest.raises(WorldFailed) as caught:
        async with open_world(scenario({"s": Server(url="http://127.0.0.1:9/?k=${KEY}")}), home=place):
            pass
    assert "http://127.0.0.1:9/?k=${KEY}" in str(caught.value)
