"""How a server of a scenario is reached: in memory, as a program over stdio or HTTP, or at a URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from scenarios.fields import Side
from tools.world import Account, State, World


@dataclass(frozen=True, kw_only=True)
class InMemory:
    """A built-in world in our own process."""

    world: World
    state: State | Account
    """The calls change it in place; another server may stand over the same one."""
    side: Side = "agent"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program that speaks MCP over stdio."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    """Its working directory, which belongs to this trial alone."""
    log: Path
    """Where its stderr goes."""


@dataclass(frozen=True, kw_only=True)
class WorldProcess:
    """A built-in world in a process of its own (`tools.serve`)."""

    command: Command
    http: bool
    """It prints its URL when it is ready, and ends when its stdin closes."""
    second: "Promise | None" = None
    """Where it says its second URL, when it serves the tools of both sides."""


@dataclass(eq=False)
class Promise:
    """The URL of a server that another one's program serves as well."""

    url: str = ""
    """Empty: that program ended before it said one."""
    kept: anyio.Event = field(default_factory=anyio.Event)

    def keep(self, url: str = "") -> None:
        if not self.kept.is_set():
            self.url = url
            self.kept.set()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A built-in world in the process that another server of the scenario has started."""

    address: Promise


@dataclass(frozen=True, kw_only=True)
class Url:
    url: str
    headers: Mapping[str, str]


Target = InMemory | Command | WorldProcess | Beside | Url


def log_of(target: Target) -> Path | None:
    """Where the server's stderr goes, when it is a program that we start."""
    match target:
        case Command(log=log) | WorldProcess(command=Command(log=log)):
            return log
    return None
