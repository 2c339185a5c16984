"""The one place where the process environment is read, and where children are lent more of it."""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.registry.provider import Providers, load_providers

ANY_KEY = "LONGSPAN_API_KEY"
"""For endpoints that the quirk table does not know."""
CATALOG = "catalog"
"""The folder of one's own models in `LONGSPAN_HOME`."""
_SHORTEST_SECRET = 8
"""Letters. `EMPTY` and the like are what people set for servers that want no key."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    home: Path
    """Where engines and weights live (`LONGSPAN_HOME`)."""
    keys: Mapping[str, str]
    """By variable: what opens `FORMAT:ID@URL` (`LONGSPAN_API_KEY`) and the providers of the quirk table."""
    variables: Mapping[str, str]
    """Everything but the keys, for children and for `${NAME}` in a scenario's headers."""

    @property
    def fillers(self) -> Path:
        """Where tables of counted sentences are kept, from which documents are made."""
        return self.home / "fillers"

    @property
    def catalog(self) -> Path:
        """Where one's own entries of models stand, beside the catalog that is shipped."""
        return self.home / CATALOG

    def with_more(self, other: "Environment") -> "Environment":
        """What is here, with what only another machine has, and with the keys of that one first."""
        return Environment(
            home=self.home,
            keys={**self.keys, **other.keys},
            variables={**other.variables, **self.variables},
        )

    def __repr__(self) -> str:
        shown = {name: mask(key) for name, key in self.keys.items()}
        return f"Environment(home={self.home!r}, keys={shown!r})"


def read_environment(
    environ: Mapping[str, str] = os.environ, providers: Providers | None = None
) -> Environment:
    """The environment as it is now; the keys of `providers` are known for keys beside those that we ship.
    Raises `ScenarioError` when the quirk table cannot be read.
    """
    cache = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    own = frozenset[str]() if providers is None else providers.key_variables
    secret = load_providers().key_variables | own | {ANY_KEY}
    return Environment(
        home=Path(environ.get("LONGSPAN_HOME") or Path(cache) / "longspan"),
        keys={name: key for name in sorted(secret) if (key := environ.get(name, "").strip())},
        variables={name: value for name, value in environ.items() if name not in secret},
    )


@contextmanager
def with_variables(
    added: Mapping[str, str], environ: MutableMapping[str, str] = os.environ
) -> Iterator[None]:
    """Have more variables while the block lasts, for what is imported and started in it."""
    before = {name: environ.get(name) for name in added}
    environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                environ.pop(name, None)
            else:
                environ[name] = value


def without_key(data: bytes, key: str | None) -> bytes:
    """What a server sent, without our key should it have repeated it."""
    return data.replace(key.encode(), b"***") if key and len(key) >= _SHORTEST_SECRET else data


def mask(key: str | None) -> str:
    """A key as it may be shown: whether there is one, and its last letters when it is long."""
    if not key:
        return "not set"
    return f"…{key[-4:]}" if len(key) >= 20 else "set"  # noqa: PLR2004 # four of twenty letters give nothing away
