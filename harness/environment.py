"""The one place where the process environment is read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_KEY = "LONGSPAN_API_KEY"
_SHORTEST_SECRET = 8
"""Letters. `EMPTY` and the like are what people set for servers that want no key."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    home: Path
    """Where engines and weights live (`LONGSPAN_HOME`)."""
    key: str | None
    """For `chat:ID@URL` models (`LONGSPAN_API_KEY`)."""
    variables: Mapping[str, str]
    """Everything but the key, for children and for `${NAME}` in a scenario's headers."""

    @property
    def fillers(self) -> Path:
        """Where tables of counted sentences are kept, from which documents are made."""
        return self.home / "fillers"

    def __repr__(self) -> str:
        return f"Environment(home={self.home!r}, key={mask(self.key)!r})"


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment as it is now."""
    cache = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Environment(
        home=Path(environ.get("LONGSPAN_HOME") or Path(cache) / "longspan"),
        key=environ.get(_KEY, "").strip() or None,
        variables={name: value for name, value in environ.items() if name != _KEY},
    )


def without_key(data: bytes, key: str | None) -> bytes:
    """What a server sent, without our key should it have repeated it."""
    return data.replace(key.encode(), b"***") if key and len(key) >= _SHORTEST_SECRET else data


def mask(key: str | None) -> str:
    """A key as it may be shown: whether there is one, and its last letters when it is long."""
    if not key:
        return "not set"
    return f"…{key[-4:]}" if len(key) >= 20 else "set"  # noqa: PLR2004 # four of twenty letters give nothing away
