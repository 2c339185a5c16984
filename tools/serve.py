"""A built-in world in a process of its own: `python -m tools.serve shop --state s.json --snapshot now.json`.

It speaks MCP over stdio, or with `--http PORT` over streamable HTTP on the loopback (0 takes a free port);
then it prints its URL when it listens, and ends when its stdin closes. The snapshot file always holds the
present state, replaced as a whole before the call that changed it is answered: a side door that no tool
leads to.
"""

import argparse
import asyncio
import importlib
import json
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server

from scenarios.fields import Side
from tools.builtin import built_in_worlds, server_for
from tools.failure import near
from tools.world import State, World


def main() -> None:
    arguments = _arguments()
    state: State = json.loads(arguments.state.read_text("utf-8"))
    show = _shown(state, arguments.snapshot)
    show()
    servers = [
        server_for(arguments.world, state, checked=True, side=side, called=show) for side in arguments.sides
    ]
    if arguments.http is None:
        asyncio.run(_over_stdio(servers[0]))
    else:
        asyncio.run(_over_http(servers, arguments.http))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.serve", description="Serve a built-in world over MCP."
    )
    parser.add_argument("world", type=_world, help="a built-in world, or MODULE:OBJECT for one of your own")
    parser.add_argument("--state", type=Path, required=True, help="JSON file with the starting state")
    parser.add_argument("--snapshot", type=Path, required=True, help="JSON file to keep the present state in")
    parser.add_argument("--http", type=int, metavar="PORT", help="serve streamable HTTP on 127.0.0.1:PORT")
    parser.add_argument(
        "--sides",
        type=_sides,
        default=["agent"],
        help="whose tools: agent, user, or both with a comma; both need --http and print two URLs in a line",
    )
    arguments = parser.parse_args()
    if len(arguments.sides) > 1 and arguments.http is None:
        parser.error("two sides need --http: a pair of pipes has one reader")
    return arguments


def _sides(text: str) -> list[str]:
    sides = text.split(",")
    if wrong := [side for side in sides if side not in get_args(Side)]:
        raise argparse.ArgumentTypeError(f"there is no side {wrong[0]!r}; there are agent and user")
    return sides


def _world(name: str) -> World:
    module, _, attribute = name.partition(":")
    if attribute:
        try:
            world = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise argparse.ArgumentTypeError(f"cannot import {name}: {error}") from error
        if isinstance(world, World):
            return world
        raise argparse.ArgumentTypeError(f"{name} is a {type(world).__name__}, not a tools.world.World")
    worlds = built_in_worlds()
    if name not in worlds:
        raise argparse.ArgumentTypeError(f"no built-in world is called {name!r}; {near(name, worlds)}")
    return worlds[name]


def _shown(state: State, file: Path) -> Callable[[], None]:
    """A function that writes the state to the file when it is not what the file already holds."""
    written = ""
    part = file.with_suffix(".part")

    def show() -> None:
        nonlocal written
        text = json.dumps(state, ensure_ascii=False)
        if text != written:
            part.write_text(text, "utf-8")
            part.replace(file)
            written = text

    return show


async def _over_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _over_http(servers: Sequence[Server[Any]], port: int) -> None:
    # Bound and listening before the URL is printed, so nobody has to guess a port or wait for it.
    listeners = [socket.create_server(("127.0.0.1", 0 if more else port)) for more, _ in enumerate(servers)]
    webs: list[uvicorn.Server] = []
    for server, listener in zip(servers, listeners, strict=True):
        # asyncio turns Nagle's delay off only for sockets it made itself; without this a call takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = server.streamable_http_app(json_response=True, stateless_http=True)
        webs.append(uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")))
    urls = [f"http://127.0.0.1:{listener.getsockname()[1]}/mcp" for listener in listeners]
    sys.stdout.write(" ".join(urls) + "\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        stdin = group.create_task(_stdin_closed(webs))
        async with asyncio.TaskGroup() as serving:
            for web, listener in zip(webs, listeners, strict=True):
                serving.create_task(web.serve(sockets=[listener]))
        stdin.cancel()


async def _stdin_closed(webs: Sequence[uvicorn.Server]) -> None:
    """Whoever started us holds our stdin; when it closes, by intent or by death, so do we."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    await reader.read()
    for web in webs:
        web.should_exit = True


if __name__ == "__main__":
    main()
