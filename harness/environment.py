"""The one place where the process environment is read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Environment:
    home: Path
    """Where engines and weights live (`LONGSPAN_HOME`)."""
    key: str | None
    """For `chat:ID@URL` models (`LONGSPAN_API_KEY`)."""
    variables: Mapping[str, str]
    """Everything, for children and for `${NAME}` in a scenario's headers."""

    def __repr__(self) -> str:
        return f"Environment(home={self.home!r}, key={mask(self.key)!r})"


def read_environment() -> Environment:
    """The environment as it is now."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Environment(
        home=Path(os.environ.get("LONGSPAN_HOME") or Path(cache) / "longspan"),
        key=os.environ.get("LONGSPAN_API_KEY") or None,
        variables=dict(os.environ),
    )


def mask(key: str | None) -> str:
    """A key as it may be shown: whether there is one, and its last letters when it is long."""
    if not key:
        return "not set"
    return f"…{key[-4:]}" if len(key) >= 20 else "set"  # noqa: PLR2004 # four of twenty letters give nothing away
