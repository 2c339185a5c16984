"""MCP over a program's stdin and stdout, one message a line.

The SDK has a transport like this. Ours bounds what a program can do to us: how long a message may be, how
much it writes to stderr, who is left behind when it ends, and what of its noise reaches our own terminal.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import mcp_types as mcp
from anyio.abc import ByteReceiveStream, ByteSendStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from tools.process import running
from tools.targets import Command

MOST_BYTES = 32 * 2**20
"""Of one message."""

Heard = SessionMessage | Exception
Streams = tuple[MemoryObjectReceiveStream[Heard], MemoryObjectSendStream[SessionMessage]]
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError)


class NotMcp(Exception):
    """What a server wrote where a message should be."""


@asynccontextmanager
async def over_stdio(command: Command) -> AsyncIterator[Streams]:
    """Start the program and give what the SDK's session reads from and writes to."""
    hears, incoming = anyio.create_memory_object_stream[Heard](0)
    outgoing, says = anyio.create_memory_object_stream[SessionMessage](0)
    with hears, incoming, outgoing, says:
        async with running(command) as process, anyio.create_task_group() as tasks:
            if process.stdout and process.stdin:
                tasks.start_soon(_hear, process.stdout, hears)
                tasks.start_soon(_say, says, process.stdin, hears)
            yield incoming, outgoing
            tasks.cancel_scope.cancel()


async def _hear(stdout: ByteReceiveStream, hears: MemoryObjectSendStream[Heard]) -> None:
    line = bytearray()
    with hears:
        try:
            while len(line) <= MOST_BYTES:
                chunk = await stdout.receive()
                line += chunk
                if b"\n" in chunk:
                    *whole, rest = bytes(line).split(b"\n")
                    line = bytearray(rest)
                    for one in filter(bytes.strip, whole):
                        await hears.send(_message(one))
            await hears.send(NotMcp(f"a message of more than {MOST_BYTES // 2**20} MiB"))
        except (anyio.EndOfStream, *_GONE):
            return


async def _say(
    says: MemoryObjectReceiveStream[SessionMessage],
    stdin: ByteSendStream,
    hears: MemoryObjectSendStream[Heard],
) -> None:
    with says:
        try:
            async for said in says:
                text = said.message.model_dump_json(by_alias=True, exclude_unset=True)
                await stdin.send(text.encode() + b"\n")
        except (OSError, *_GONE):
            hears.close()  # so that nobody waits for an answer to what was never heard


def _message(line: bytes) -> Heard:
    if len(line) > MOST_BYTES:
        return NotMcp(f"a message of more than {MOST_BYTES // 2**20} MiB")
    try:
        return SessionMessage(mcp.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return NotMcp(line[:200].decode(errors="replace"))
