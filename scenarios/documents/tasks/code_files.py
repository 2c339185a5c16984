"""The source files of a Python library, and how they import one another: the haystack of the task `code`."""

import os
import re
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scenarios.documents.dice import Dice
from scenarios.documents.document import PART_BREAK

_SKIPPED = (
    "__pycache__ config distutils encodings ensurepip idlelib idle_test lib-dynload lib2to3 pydoc_data "
    "site-packages dist-packages test tests turtledemo"
)
"""Folders of tests, tables, demonstrations, and of what later versions leave out."""
_LARGEST = 120_000
"""Bytes of a file; what is larger is mostly tables."""
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+([^#\n]+)|import[ \t]+([^#\n]+))", re.MULTILINE
)
_MARGIN = re.compile(r"^(?:(?:async[ ]+)?def[ ]+)?(\w+)(?=\(|[ ]*=)", re.MULTILINE)
_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, kw_only=True)
class Library:
    """Source files by their path inside the library, in the order of the paths."""

    title: str
    texts: Mapping[str, str] = field(repr=False)

    @cached_property
    def neighbours(self) -> Mapping[str, Sequence[str]]:
        """For each file, those that use a name of its left margin, and those whose names it uses."""
        margins = {path: {match[1] for match in _MARGIN.finditer(text)} for path, text in self.texts.items()}
        found: dict[str, set[str]] = {path: set() for path in self.texts}
        for path, text in self.texts.items():
            for other, names in _used(path, text, self.texts):
                if other != path and not names.isdisjoint(margins[other]):
                    found[path].add(other)
                    found[other].add(path)
        return {path: sorted(others) for path, others in found.items()}

    def wander(self, dice: Dice, fits: frozenset[str]) -> Iterator[str]:
        """All files that fit, each followed by its neighbours: what belongs together comes together."""
        left = dict.fromkeys(dice.shuffled(sorted(fits)))
        queue: list[str] = []
        while left:
            path = queue.pop(0) if queue else next(iter(left))
            if path in left:
                del left[path]
                yield path
                queue += dice.shuffled([other for other in self.neighbours[path] if other in left])


def standard_library() -> Library:
    """That of the Python that runs."""
    version = ".".join(map(str, sys.version_info[:3]))
    return read_library(Path(sysconfig.get_paths()["stdlib"]), f"The standard library of Python {version}")


def read_library(root: Path, title: str) -> Library:
    """The source files below a folder, without tests, tables and what is not UTF-8."""
    files = []
    skipped = _SKIPPED.split()
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in skipped and not name.startswith("config-")]
        files += [
            Path(folder, name) for name in names if name.endswith(".py") and "_sysconfigdata" not in name
        ]
    texts = {file.relative_to(root).as_posix(): _read(file) for file in files}
    return Library(title=title, texts={path: text for path in sorted(texts) if (text := texts[path])})


def _read(file: Path) -> str:
    """Its text without form feeds, which divide documents; empty for what is no plain source."""
    if file.stat().st_size > _LARGEST:
        return ""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    return text.replace(PART_BREAK, "").strip("\n")


def module_name(path: str) -> str:
    """`json/decoder.py` is `json.decoder`, `json/__init__.py` is `json`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def module_files(name: str) -> tuple[str, str]:
    """Where a module of that name may stand."""
    path = name.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def absolute(path: str, dots: int, name: str) -> str:
    """The module that `from ..name import` means in a file."""
    if not dots:
        return name
    package = path.split("/")[:-1]
    package = package[: len(package) - dots + 1]
    return ".".join([*package, name] if name else package)


def _used(path: str, text: str, files: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    """(file, names that may be of it) for every import."""
    for dots, module, names, plain in _IMPORT.findall(text):
        if plain:
            parts = [_NAME.findall(part) for part in plain.split(",")]
            modules = {words[0]: words[-1] for words in parts if words}
        else:
            base = absolute(path, len(dots), module)
            words = _NAME.findall(names)
            modules = {f"{base}.{word}": word for word in words}
            yield from ((file, set(words)) for file in module_files(base) if file in files)
        for name, alias in modules.items():
            for file in module_files(name):
                if file in files:
                    yield file, set(re.findall(rf"\b{re.escape(alias)}\.(\w+)", text))
