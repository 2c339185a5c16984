"""The state of a server that is not ours, read without the model seeing it.

A folder is read by contents, a database by rows, and a tool by asking it; nothing here changes anything.
"""

import hashlib
import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
from pydantic import JsonValue

from scenarios.scenario import Watch
from tools.failure import WorldFailed, in_short
from tools.link import Link

TEXT_LIMIT = 64 * 1024
"""Files up to this many bytes are kept as text."""

_MOST_ENTRIES = 50_000
"""Files of a folder, or rows of a database: a state is held whole, twice."""


class _TooMuch(Exception):
    """More than a state may hold."""


async def watched(watch: Watch, link: Link, root: Path | None) -> JsonValue:
    """The present state as JSON. Raises `WorldFailed` when it cannot be read.

    Paths are taken from `root` and do not leave it; without one they are taken as they stand.
    """
    if watch.tool is not None:
        return await _answered(watch.tool, dict(watch.args), link)
    try:
        if watch.folder is not None:
            return await anyio.to_thread.run_sync(folder_state, _inside(root, watch.folder))
        return await anyio.to_thread.run_sync(sqlite_state, _inside(root, str(watch.sqlite)))
    except (OSError, sqlite3.Error, _TooMuch) as error:
        what = f"folder {watch.folder!r}" if watch.folder is not None else f"database {watch.sqlite!r}"
        raise WorldFailed("watch", link.server, f"its watched {what} cannot be read: {error}") from error


def folder_state(folder: Path) -> dict[str, JsonValue]:
    """Every file by its path in the folder: its text when that is small and UTF-8, else hash and size.

    One of the two, so that a changed file is one changed leaf. Links are named, not followed; an empty folder
    stands as `{"folder": true}` under its path and a slash.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder}")
    return dict(_bounded(_entries(folder)))


def sqlite_state(file: Path) -> dict[str, JsonValue]:
    """Every table's rows by primary key (parts joined by a comma), or by rowid; opened read-only."""
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        names = (
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        tables = [name for (name,) in connection.execute(names)]
        return {table: dict(_bounded(_rows(connection, table))) for table in tables}


def _inside(root: Path | None, name: str) -> Path:
    if root is None:
        return Path(name)
    place = (root / name).resolve()
    if not place.is_relative_to(root.resolve()):
        raise PermissionError(f"it lies outside of the server's own folder, at {place}")
    return place


async def _answered(tool: str, arguments: dict[str, JsonValue], link: Link) -> JsonValue:
    name = tool.removeprefix(f"{link.server}__")
    wraps = any(offer.wraps for offer in link.offers if offer.tool == name)
    result = await link.call(name, arguments, wraps=wraps)
    if result.refused:
        message = in_short(f"its watched tool {name!r} said no: {result.text}")
        raise WorldFailed("watch", link.server, message)
    return result.text if result.structured is None else result.structured


def _bounded(entries: Iterator[tuple[str, JsonValue]]) -> Iterator[tuple[str, JsonValue]]:
    yield from islice(entries, _MOST_ENTRIES)
    if next(entries, None) is not None:
        raise _TooMuch(f"it holds more than {_MOST_ENTRIES:,} entries")


def _entries(folder: Path) -> Iterator[tuple[str, JsonValue]]:
    """Without recursion, since a model may nest folders as deep as the disk lets it."""
    open_folders = [(folder, "")]
    while open_folders:
        here, prefix = open_folders.pop()
        inside = sorted(os.scandir(here), key=lambda found: found.name)
        if not inside and prefix:
            yield prefix, {"folder": True}
        for entry in inside:
            name = prefix + _named(entry.name)
            if entry.is_symlink():
                yield name, {"link": _named(os.readlink(entry.path))}  # noqa: PTH115 # as it stands, not as a path
            elif entry.is_dir():
                open_folders.append((Path(entry.path), f"{name}/"))
            elif entry.is_file():
                yield name, _file(Path(entry.path))


def _named(name: str) -> str:
    """A file's name as text; what of it is not UTF-8 is spelt out."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _file(file: Path) -> dict[str, JsonValue]:
    with file.open("rb") as stream:
        beginning = stream.read(TEXT_LIMIT + 1)
        if len(beginning) <= TEXT_LIMIT:
            with suppress(UnicodeDecodeError):
                return {"text": beginning.decode("utf-8")}
        stream.seek(0)
        return {"sha256": hashlib.file_digest(stream, "sha256").hexdigest(), "size": stream.tell()}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, JsonValue]]:
    quoted = '"' + table.replace('"', '""') + '"'
    columns = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
    keys = [name for _, name in sorted((column[5], column[1]) for column in columns if column[5])]
    rows = connection.execute(f"SELECT {'' if keys else 'rowid, '}* FROM {quoted}")  # noqa: S608 (a quoted name of the schema)
    names = [column[0] for column in rows.description][0 if keys else 1 :]
    for row in rows:
        values = dict(zip(names, row[0 if keys else 1 :], strict=True))
        key = ",".join(str(values[name]) for name in keys) if keys else str(row[0])
        yield key, {name: _cell(value) for name, value in values.items()}


def _cell(value: str | float | bytes | None) -> JsonValue:
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
