"""Which files a scenario may name: those of its suite, of the suites beside that, and of the library.

A scenario of a stranger reads nothing else of the machine, by no path and through no link. (What its
`command:` starts may do as it likes: who plays a suite trusts its programs.)
"""

import stat
from pathlib import Path

LIBRARY = Path(__file__).parent / "library"
"""The suites that Longspan ships."""

_MOST_TEXT = 16 * 2**20
_MOST_BYTES = 256 * 2**20
_MOST_FILES = 20_000


class OutOfPlace(Exception):
    """A file that a scenario may not name; the message says why."""


def readable_file(scenario: Path, name: str, most: int = _MOST_TEXT) -> Path:
    """The file that a scenario's folder names, of at most so many bytes. Raises `OutOfPlace`."""
    file = _inside(scenario, name)
    try:
        found = file.stat()
    except FileNotFoundError:
        return file
    except OSError as error:
        raise OutOfPlace(f"{name[:80]!r} cannot be read: {error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise OutOfPlace(f"{name!r} is no regular file")
    if found.st_size > most:
        raise OutOfPlace(f"{name!r} is larger than {most // 2**20} MiB; divide it")
    return file


def readable_folder(scenario: Path, name: str) -> Path:
    """The folder that each trial gets a copy of. Raises `OutOfPlace`."""
    folder = _inside(scenario, name)
    if not folder.is_dir():
        raise OutOfPlace(f"there is no folder {name!r} beside the scenario")
    size = files = 0
    open_folders = [folder]
    while open_folders:
        for entry in open_folders.pop().iterdir():
            if entry.is_dir() and not entry.is_symlink():
                open_folders.append(entry)
                continue
            place = entry.resolve()
            if not place.is_file() or not place.is_relative_to(folder):
                what = f"{entry.relative_to(folder)} in {name!r}"
                raise OutOfPlace(f"{what} is neither a file nor a link to a file in the folder; leave it out")
            size, files = size + place.stat().st_size, files + 1
            if size > _MOST_BYTES or files > _MOST_FILES:
                most = f"{_MOST_BYTES // 2**20} MiB and {_MOST_FILES:,} files"
                raise OutOfPlace(f"{name!r} is copied for each trial, and may hold at most {most}")
    return folder


def _inside(scenario: Path, name: str) -> Path:
    suite = scenario.parent
    try:
        place = (scenario / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name of 300 letters, a NUL
        raise OutOfPlace(f"{name[:80]!r} names no file: {error}") from error
    if place.is_relative_to(suite) or place.is_relative_to(LIBRARY.resolve()):
        return place
    if place.is_relative_to(suite.parent):
        beside = suite.parent / place.relative_to(suite.parent).parts[0]
        if (beside / "suite.yaml").is_file():
            return place
    allowed = "the suite's folder, the suites beside it and the library"
    raise OutOfPlace(f"{name[:80]!r} lies outside of what a scenario may read: {allowed}")
