"""Each trial gets servers of its own; here each gets its folder, variables, state and the state's reader."""

import json
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import anyio
from pydantic import JsonValue

from scenarios.scenario import Server
from tools.failure import WorldFailed, near
from tools.folder import fresh_copy
from tools.foreign_worlds import foreign_world, in_our_process
from tools.home import WorldHome
from tools.link import Link
from tools.state import Draft
from tools.targets import Beside, Command, InMemory, Promise, Target, Url, WorldProcess
from tools.watch import watched
from tools.world import Account, World

_INHERITED = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "USER")
"""What a program may know of our environment without being told by `env:`; nobody's key is among it."""

_VARIABLE = re.compile(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
"""`${NAME}`, `${NAME:-default}`, and `${env:NAME}` as some editors write it."""

_SHORTEST_SECRET = 8
"""Letters; a shorter value, such as `1` or `debug`, is a setting, and is in every other word."""

_PACKAGES = Path(__file__).resolve().parents[1]
"""Where this package is imported from, so that a process of ours finds it too."""

Witness = Callable[[], Awaitable[JsonValue]]
"""Reads a server's present state, unseen by the model."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One server of one trial."""

    link: Link
    witness: Witness | None
    """None: its world is another server's, which tells of it."""
    account: Account | None = None
    """Where its world keeps account of itself."""


def needs_folder(server: Server, home: WorldHome) -> bool:
    if server.url is not None or server.shares is not None or in_our_process(server.builtin):
        return False
    return server.builtin is None or home.transport != "memory"


async def placed(servers: Mapping[str, Server], home: WorldHome, folder: Path) -> dict[str, Place]:
    """Make ready what the servers need; nothing is started yet. Raises `WorldFailed`.

    `folder` is for this trial alone; a server gets its own in it, if it needs one.
    """
    shared = {server.shares: server for server in servers.values() if server.shares is not None}
    places: dict[str, Place] = {}
    for name, server in servers.items():
        if server.shares is None:
            places[name] = await _placed(name, server, shared.get(name), home, folder / name)
    for name, server in servers.items():
        if server.shares is not None:
            places[name] = _shared(name, server, places[server.shares], home)
    return {name: places[name] for name in servers}


async def _placed(name: str, server: Server, other: Server | None, home: WorldHome, folder: Path) -> Place:
    """A server with a world of its own; `other` is the one that shares it."""
    if server.builtin is None:
        return await _foreign(name, server, home, folder)
    world = _world(name, server.builtin, home)
    if world is not None and world.begin is not None:
        return _accounting(name, server, world, world.begin, home)
    if home.transport == "memory" and world is not None:
        return _in_memory(name, server, world, home)
    return _in_process(name, server, other, home, folder)


def _shared(name: str, server: Server, whole: Place, home: WorldHome) -> Place:
    """A second server over the world of another."""
    target: Target
    match whole.link.target:
        case InMemory(world=world, state=state):
            target = InMemory(world=world, state=state, side=server.side)
        case WorldProcess(second=Promise() as address):
            target = Beside(address=address)
        case _:
            raise WorldFailed("unknown_world", name, f"shares {server.shares!r}, which is no built-in world")
    return Place(link=_link(name, target, home), witness=None)


def _world(name: str, world: str, home: WorldHome) -> World | None:
    """A world by its name, ours or another benchmark's; None for one that only its own process can load.
    Raises `WorldFailed`.
    """
    try:
        found = home.worlds[world] if world in home.worlds else foreign_world(world)
    except ImportError as error:
        raise WorldFailed("unknown_world", name, str(error)) from error
    if found is None and world not in home.worlds:
        message = f"no built-in world is called {world!r}; {near(world, home.worlds)}"
        raise WorldFailed("unknown_world", name, message)
    return found


def _accounting(
    name: str,
    server: Server,
    world: World,
    begin: Callable[[Mapping[str, JsonValue]], Account],
    home: WorldHome,
) -> Place:
    """A world that keeps account of itself, in our process whatever the transport."""
    account = begin(server.state or {})

    async def present() -> JsonValue:
        return account.snapshot()

    target = InMemory(world=world, state=account, side=server.side)
    return Place(link=_link(name, target, home), witness=present, account=account)


def _in_memory(name: str, server: Server, world: World, home: WorldHome) -> Place:
    state = Draft(server.state or {})

    async def present() -> JsonValue:
        return state.snapshot()

    target = InMemory(world=world, state=state, side=server.side)
    return Place(link=_link(name, target, home), witness=present)


def _in_process(name: str, server: Server, other: Server | None, home: WorldHome, folder: Path) -> Place:
    """A world in a process of its own. One that two servers share is reached over HTTP in any case, since a
    pair of pipes has one reader.
    """
    world, begin = server.builtin or "", server.state or {}
    folder.mkdir(parents=True)
    first, now = folder / "state.json", folder / "snapshot.json"
    first.write_text(json.dumps(begin, ensure_ascii=False), "utf-8")
    http = home.transport == "http" or other is not None
    sides = (server.side,) if other is None else (server.side, other.side)
    files = ("--state", str(first), "--snapshot", str(now))
    argv = (sys.executable, "-m", "tools.serve", world, *files, "--sides", ",".join(sides))
    command = Command(
        argv=(*argv, "--http", "0") if http else argv,
        env=_inherited(home.environ) | {"PYTHONPATH": str(_PACKAGES)},
        folder=folder,
        log=_new_log(name, home),
    )

    async def present() -> JsonValue:
        return _parsed(now.read_text("utf-8"))

    target = WorldProcess(command=command, http=http, second=None if other is None else Promise())
    return Place(link=_link(name, target, home), witness=present)


async def _foreign(name: str, server: Server, home: WorldHome, folder: Path) -> Place:
    secrets: dict[str, str] = {}

    def filled(text: str) -> str:
        return _filled(text, name, home.environ, secrets)

    target: Url | Command
    if server.url is not None:
        headers = {key: filled(value) for key, value in server.headers.items()}
        target = Url(url=filled(server.url), headers=headers)
    else:
        await anyio.to_thread.run_sync(fresh_copy, name, server.folder, folder)
        target = Command(
            argv=tuple(map(filled, server.command or ())),
            env=_inherited(home.environ) | {key: filled(value) for key, value in server.env.items()},
            folder=folder,
            log=_new_log(name, home),
        )
    link = _link(name, target, home, secrets)

    async def present() -> JsonValue:
        root = target.folder if isinstance(target, Command) else None
        return None if server.watch is None else await watched(server.watch, link, root)

    return Place(link=link, witness=present)


def _link(name: str, target: Target, home: WorldHome, secrets: Mapping[str, str] | None = None) -> Link:
    return Link(
        server=name,
        target=target,
        open_timeout=home.open_timeout,
        call_timeout=home.call_timeout,
        secrets=secrets or {},
    )


def _new_log(name: str, home: WorldHome) -> Path:
    home.logs.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(prefix=f"{name}-", suffix=".log", dir=home.logs, delete=False) as file:
        return Path(file.name)


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _INHERITED if name in environ}


def _filled(text: str, server: str, environ: Mapping[str, str], secrets: dict[str, str]) -> str:
    """The text with its variables filled in; those that may be secrets are noted."""

    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        if name not in environ and default is None:
            raise WorldFailed("missing_variable", server, f"needs the environment variable {name}; set it")
        if len(environ.get(name, "")) >= _SHORTEST_SECRET:
            secrets[name] = environ[name]
        return str(environ.get(name, default))

    return _VARIABLE.sub(value, text)


def _parsed(text: str) -> JsonValue:
    value: JsonValue = json.loads(text)
    return value
