"""What the harness decides about every world that it opens."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import anyio

from scenarios.scenario import Transport
from tools.builtin import built_in_worlds
from tools.world import World


@dataclass(frozen=True, kw_only=True)
class WorldHome:
    work: Path
    """The parent of the folders that trials work in; they are removed when the trial ends."""
    logs: Path
    """Where servers' stderr goes; a file stays only when its server failed."""
    transport: Transport = "memory"
    """How built-in worlds are served."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What `${NAME}` in `command:`, `env:`, `url:` and `headers:` is filled in from."""
    clock: Callable[[], float] = perf_counter
    """Seconds."""
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    call_timeout: float = 60.0
    """Seconds that a server may take for a call."""
    open_timeout: float = 60.0
    worlds: Mapping[str, World] = field(default_factory=built_in_worlds)
    """What `builtin:` may name."""
