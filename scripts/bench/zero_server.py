"""A chat-completions endpoint that answers at once, for measuring what the harness itself costs.

It makes one tool call a step, with each of `--arguments` (a JSON list) in turn, and then says `--answer`. It
keeps no state: how far a conversation has come is the number of tool results in the request. It prints its
URL on the first line and serves until killed.
"""

import argparse
import asyncio
import json

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 64},
}
CHUNK = {"id": "zero", "object": "chat.completion.chunk", "created": 0, "model": "zero"}


def stream(*deltas: dict[str, object], finish: str) -> bytes:
    """A whole reply as server-sent events in one HTTP body."""
    events = [{**CHUNK, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    events += [{**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}]
    events += [{**CHUNK, "choices": [], "usage": USAGE}]
    body = (
        b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"
    )
    return HEAD + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def tool_call(name: str, arguments: str) -> bytes:
    """A reply that makes one call, its arguments in two pieces."""
    half = len(arguments) // 2
    head = {"name": name, "arguments": arguments[:half]}
    first = {"index": 0, "id": "c", "type": "function", "function": head}
    second = {"index": 0, "function": {"arguments": arguments[half:]}}
    return stream({"tool_calls": [first]}, {"tool_calls": [second]}, finish="tool_calls")


async def serve(replies: list[bytes]) -> None:
    """Answer every POST; everything else is told that the server is there."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            body = await reader.readexactly(length)
            if head.startswith(b"GET"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                continue
            made = body.count(b'"role":"tool"') + body.count(b'"role": "tool"')
            writer.write(replies[min(made, len(replies) - 1)])

    async def forgiving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(forgiving, "127.0.0.1", 0, limit=2**22)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default="shop__get_order")
    parser.add_argument("--arguments", default="[]")
    parser.add_argument("--answer", default="The answer is 4.")
    asked = parser.parse_args()
    made = [tool_call(asked.tool, json.dumps(arguments)) for arguments in json.loads(asked.arguments)]
    said = stream({"content": asked.answer[:5]}, {"content": asked.answer[5:]}, finish="stop")
    asyncio.run(serve([*made, said]))
