"""How a server of a scenario is reached: in memory, as a program over stdio or HTTP, or at a URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.world import State, World


@dataclass(frozen=True, kw_only=True)
class InMemory:
    """A built-in world in our own process."""

    world: World
    state: State
    """The calls change it in place."""


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


@dataclass(frozen=True, kw_only=True)
class Url:
    url: str
    headers: Mapping[str, str]


Target = InMemory | Command | WorldProcess | Url


def log_of(target: Target) -> Path | None:
    """Where the server's stderr goes, when it is a program that we start."""
    match target:
        case Command(log=log) | WorldProcess(command=Command(log=log)):
            return log
    return None
