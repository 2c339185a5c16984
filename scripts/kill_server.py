"""A slow chat-completions endpoint that keeps a ledger of every request, for scripts/kill_test.py.

It plays the gold of the suite that kill_test.py writes, one step a request. Its only state is the ledger: one
JSON line a request, written before it is answered, with the scenario (the customer that the user names),
the repeat (the request's seed less `--seed`) and the step (the tool results so far). `GET /mark` is answered
once every other caller has gone, so that whatever a killed caller sent is in the ledger by then. Prints its
URL, and serves until killed.
"""

import argparse
import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_GOLD = ("shop__find_customers", "shop__update_contact")
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")


class Server:
    """Answers after `delay` seconds."""

    def __init__(self, ledger: Path, seed: int, delay: float) -> None:
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._seed = seed
        self._delay = delay
        self._callers: set[asyncio.StreamWriter] = set()
        self._left = asyncio.Condition()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its other end is gone."""
        self._callers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                writer.write(await self._answer(head, body, writer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        finally:
            self._callers.discard(writer)
            async with self._left:
                self._left.notify_all()

    async def _answer(self, head: bytes, body: bytes, caller: asyncio.StreamWriter) -> bytes:
        if head.startswith(b"GET /mark"):
            async with self._left:
                await self._left.wait_for(lambda: self._callers == {caller})
            return whole({})
        if head.startswith(b"GET"):
            return whole({})
        request = json.loads(body)
        results = [message["content"] for message in request["messages"] if message["role"] == "tool"]
        asked = next(message["content"] for message in request["messages"] if message["role"] == "user")
        who = re.findall(r"This is ([\w-]+)", asked)[0]
        self._note({"scenario": who, "repeat": request["seed"] - self._seed, "step": len(results)})
        await asyncio.sleep(self._delay)
        return stream(*chunks(who, results))

    def _note(self, line: dict[str, Any]) -> None:
        os.write(self._ledger, json.dumps(line).encode() + b"\n")


def chunks(who: str, results: list[str]) -> Iterator[dict[str, Any]]:
    """The deltas of the next gold message."""
    found = json.loads(results[0]) if results else None
    customer = (found["result"] if isinstance(found, dict) else found)[0]["id"] if found else ""
    if len(results) == len(_GOLD):
        yield {"content": f"Your customer number is {customer}."}
        return
    arguments = [{"name": who}, {"customer": customer, "phone": "555-0199"}][len(results)]
    function = {"name": _GOLD[len(results)], "arguments": json.dumps(arguments)}
    yield {"tool_calls": [{"index": 0, "id": f"call_{len(results)}", "function": function}]}


def stream(*deltas: dict[str, Any]) -> bytes:
    """A reply as server-sent events."""
    finish = "tool_calls" if "tool_calls" in deltas[-1] else "stop"
    choices = [{"index": 0, "delta": delta} for delta in deltas]
    events = [
        {"choices": [choice]} for choice in (*choices, {"index": 0, "delta": {}, "finish_reason": finish})
    ]
    used = {"choices": [], "usage": {"prompt_tokens": 4000, "completion_tokens": 100}}
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in (*events, used)) + "data: [DONE]\n\n"
    return reply(text.encode(), "text/event-stream")


def whole(value: object) -> bytes:
    return reply(json.dumps(value).encode(), "application/json")


def reply(body: bytes, kind: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(ledger: Path, seed: int, delay: float) -> None:
    server = await asyncio.start_server(Server(ledger, seed, delay).talk, "127.0.0.1", 0, limit=2**22)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.03)
    given = parser.parse_args()
    asyncio.run(serve(given.ledger, given.seed, given.delay))
