"""The state of a server that is not ours, read without the model seeing it.

A folder is read by contents, a database by rows, and a tool by asking it; nothing here changes anything.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
from pydantic import JsonValue

from scenarios.scenario import Watch
from tools.failure import WorldFailed
from tools.link import Link

TEXT_LIMIT = 64 * 1024
"""Files up to this many bytes are kept as text."""


async def watched(watch: Watch, link: Link, root: Path) -> JsonValue:
    """The present state as JSON; paths are taken from `root`. Raises `WorldFailed` when it cannot be read."""
    if watch.tool is not None:
        return await _answered(watch.tool, dict(watch.args), link)
    try:
        if watch.folder is not None:
            return await anyio.to_thread.run_sync(folder_state, root / watch.folder)
        return await anyio.to_thread.run_sync(sqlite_state, root / str(watch.sqlite))
    except (OSError, sqlite3.Error) as error:
        what = f"folder {watch.folder!r}" if watch.folder is not None else f"database {watch.sqlite!r}"
        raise WorldFailed("watch", link.server, f"its watched {what} cannot be read: {error}") from error


def folder_state(folder: Path) -> dict[str, JsonValue]:
    """Every file by its path in the folder: its text when that is small and UTF-8, else hash and size.

    One of the two, so that a changed file is one changed leaf. Links are named, not followed; an empty folder
    stands as `{"folder": true}` under its path and a slash.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder}")
    return dict(_entries(folder, ""))


def sqlite_state(file: Path) -> dict[str, JsonValue]:
    """Every table's rows by primary key (parts joined by a comma), or by rowid; opened read-only."""
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
    try:
        names = (
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        tables = [name for (name,) in connection.execute(names)]
        return {table: dict(_rows(connection, table)) for table in tables}
    finally:
        connection.close()


async def _answered(tool: str, arguments: dict[str, JsonValue], link: Link) -> JsonValue:
    name = tool.removeprefix(f"{link.server}__")
    wraps = any(offer.wraps for offer in link.offers if offer.tool == name)
    result = await link.call(name, arguments, wraps=wraps)
    if result.refused:
        raise WorldFailed("watch", link.server, f"its watched tool {name!r} said no: {result.text}")
    return result.text if result.structured is None else result.structured


def _entries(folder: Path, prefix: str) -> Iterator[tuple[str, JsonValue]]:
    for entry in sorted(os.scandir(folder), key=lambda found: found.name):
        name = prefix + entry.name
        if entry.is_symlink():
            yield name, {"link": str(Path(entry.path).readlink())}
        elif entry.is_dir():
            inside = list(_entries(Path(entry.path), f"{name}/"))
            yield from inside or [(f"{name}/", {"folder": True})]
        elif entry.is_file():
            yield name, _file(Path(entry.path).read_bytes())


def _file(content: bytes) -> dict[str, JsonValue]:
    if len(content) <= TEXT_LIMIT:
        with suppress(UnicodeDecodeError):
            return {"text": content.decode("utf-8")}
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, JsonValue]]:
    quoted = '"' + table.replace('"', '""') + '"'
    columns = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
    keys = [place for _, place in sorted((column[5], column[0]) for column in columns if column[5])]
    names = [column[1] for column in columns]
    chosen = "*" if keys else "rowid, *"
    for row in connection.execute(f"SELECT {chosen} FROM {quoted}"):  # noqa: S608 (a quoted name of the schema)
        key = ",".join(str(row[place]) for place in keys) if keys else str(row[0])
        values = row if keys else row[1:]
        yield key, {name: _cell(value) for name, value in zip(names, values, strict=True)}


def _cell(value: str | float | bytes | None) -> JsonValue:
    return {"sha256": hashlib.sha256(value).hexdigest()} if isinstance(value, bytes) else value
