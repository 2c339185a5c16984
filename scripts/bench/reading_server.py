"""A chat-completions endpoint that looks needles up in whatever it was sent: a stub for lengths that nobody
serves.

It answers a question on a needle by searching the whole prompt, so a right answer proves that the document
arrived to its end. Its usage counts four bytes as a token, and as cached what the prompt shares with the
beginning of the longest alike of the last prompts. It prints its URL on the first line and serves until
killed.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Iterator

_ASKED = re.compile(r"for the ([\w-]+)\?|给出的(\w+?)的号码")
_BYTES_A_TOKEN = 4
_REMEMBERED = 4


class Reader:
    """Searches prompts, and remembers the last ones as a prompt cache would."""

    def __init__(self) -> None:
        self.prompts: deque[bytes] = deque(maxlen=_REMEMBERED)

    def reply(self, body: bytes) -> bytes:
        messages = json.loads(body)["messages"]
        prompt = "\n".join(str(message["content"]) for message in messages).encode()
        cached = max((_shared(prompt, old) for old in self.prompts), default=0)
        self.prompts.append(prompt)
        usage = {
            "prompt_tokens": len(prompt) // _BYTES_A_TOKEN,
            "completion_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": cached // _BYTES_A_TOKEN},
        }
        return b"".join(_events(_answer(str(messages[-1]["content"]), prompt.decode()), usage))


def _shared(one: bytes, other: bytes) -> int:
    """How many bytes two prompts begin alike with, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _answer(question: str, prompt: str) -> str:
    asked = _ASKED.search(question)
    key = next(filter(None, asked.groups()), "") if asked else ""
    found = re.search(rf"{re.escape(key)}(?: is |在册的号码是)(\S+?)[.。]", prompt) if key else None
    return f"ANSWER: {found[1]}" if found else "ANSWER: not stated"


def _events(text: str, usage: object) -> Iterator[bytes]:
    head = {"id": "stub", "object": "chat.completion.chunk", "created": 0, "model": "stub"}
    for choices, more in (
        ([{"index": 0, "delta": {"content": text}}], {}),
        ([{"index": 0, "delta": {}, "finish_reason": "stop"}], {}),
        ([], {"usage": usage}),
    ):
        yield b"data: " + json.dumps({**head, "choices": choices, **more}).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


async def serve() -> None:
    reading = Reader()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                if head.startswith(b"GET"):
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    continue
                reply = reading.reply(body)
                kind = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                writer.write(kind + f"Content-Length: {len(reply)}\r\n\r\n".encode() + reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**24)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
