"""Where the package of BFCL lies, and its data: found and read without importing any of it.

The package pins forty others at exact versions, so it is not one of our dependencies: `longspan install bfcl`
puts it into a folder of ours, without them. Whoever has it in the environment of Longspan anyway is served
from there. Its data files are JSON Lines, although they are called `.json`.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

MODULE = "bfcl_eval"
DISTRIBUTION = "bfcl-eval"
FOLDER = Path("packages") / "bfcl"
"""Under the home of Longspan."""
MARKER = "finished.json"
"""Written last, so that what was cut short is not taken for whole."""
REMEDY = "run `longspan install bfcl` (16 MB)"


class NoBfcl(Exception):
    """BFCL is not there; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class BfclPackage:
    root: Path
    """The folder `bfcl_eval` itself."""
    version: str

    @property
    def data(self) -> Path:
        return self.root / "data"

    def rows(self, *parts: str) -> Iterator[dict[str, Any]]:
        """The rows of one data file, in its order. Raises `NoBfcl` when the package has no such file."""
        text = self._read(self.data.joinpath(*parts)).decode()
        for line in text.split("\n"):  # a text within a row may hold other line ends
            if line.strip():
                yield cast(dict[str, Any], json.loads(line))

    def digest(self, files: Sequence[str]) -> str:
        """SHA-256 over data files, by name and content: what results are compared under. Raises `NoBfcl`."""
        whole = hashlib.sha256()
        for name in sorted(files):
            content = hashlib.sha256(self._read(self.data / name))
            whole.update(f"{name} {content.hexdigest()}\n".encode())
        return whole.hexdigest()

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except FileNotFoundError as error:
            said = f"{DISTRIBUTION} {self.version} has no {file}; {REMEDY} for the version we know"
            raise NoBfcl(said) from error


def find_bfcl(home: Path) -> BfclPackage | None:
    """The package in the folder of ours, or else in the environment that we run in; None where it is in
    neither.
    """
    folder = home / FOLDER
    if (folder / MARKER).is_file() and (folder / MODULE).is_dir():
        return BfclPackage(root=folder / MODULE, version=_version([str(folder)]))
    spec = find_spec(MODULE)
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    return BfclPackage(root=root, version=_version([str(root.parent)]))


def bfcl(home: Path) -> BfclPackage:
    """As `find_bfcl`; raises `NoBfcl` where there is none."""
    found = find_bfcl(home)
    if found is None:
        raise NoBfcl(f"BFCL is not installed in {home / FOLDER} or beside Longspan; {REMEDY}")
    return found


def _version(path: list[str]) -> str:
    found = next(iter(distributions(name=DISTRIBUTION, path=path)), None)
    return "of unknown version" if found is None else found.version
