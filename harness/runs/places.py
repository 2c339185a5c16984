"""Where named files are kept: in a folder of a disk, or below an address that fsspec reaches.

The two have the same methods, and a file appears whole or not at all in either. A disk writes it beside its
place and renames it into it. A store of objects puts each in one piece; any other that fsspec knows (sftp,
smb, …) does as a disk does. What goes wrong in a store is an `OSError` here, so that nobody else has to know
stores.

Both are values: they can be pickled, compared and sent to another machine, which opens its own connection.
Credentials, regions and endpoints are found by fsspec and the store's own library in the environment of
whoever connects, and stand in no address.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from itertools import islice
from pathlib import Path
from platform import node
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from threading import Lock
from typing import Any, BinaryIO, cast

_PUTS_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "oss", "r2", "memory"}
"""Stores in which a new object takes the place of the old one at once."""
_ONE_REQUEST = {"max_concurrency": 1}
_OPTIONS = {"s3": _ONE_REQUEST, "s3a": _ONE_REQUEST}
"""s3fs asks for a large object in ranges, which may be of two versions; one request reads one."""
_AT_ONCE = 32
"""Files that are asked for together; so many are in memory."""
_REMEDY = "look at the address, at the store's credentials in the environment and at the network"


class StoreFailed(OSError):
    """A store did not do what it was asked; the message says where, why and what to look at."""


@dataclass(frozen=True)
class Disk:
    """A folder of this machine, or one that it mounts."""

    path: Path

    def address(self, name: str) -> str:
        """What messages call a file."""
        return str(self.path / name)

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises `FileNotFoundError` and, as everything here does, other `OSError`s."""
        return (self.path / name).read_bytes()

    def read_each(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Those that are there, in their order, with few of them in memory at a time."""
        for name in names:
            try:
                data = self.read(name)
            except FileNotFoundError:
                continue
            yield name, data

    def write_each(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write several, in any order."""
        for name, data in files:
            self.write(name, data)

    def write(self, name: str, data: bytes, *, survives_power_loss: bool = True) -> None:
        write_whole(self.path / name, data, survives_power_loss=survives_power_loss)

    @contextmanager
    def growing(self, name: str) -> Iterator[BinaryIO]:
        """A file that is written bit by bit and appears at its place when it is whole."""
        with growing(self.path / name) as stream:
            yield stream

    def names(self, below: str) -> list[str]:
        """All finished files in a folder and in the folders in it, sorted; none when it is not there."""
        return sorted(self._walk(below))

    def folders(self) -> list[str]:
        """The names of the folders that stand directly here, sorted."""
        try:
            with os.scandir(self.path) as entries:
                return sorted(entry.name for entry in entries if entry.is_dir())
        except FileNotFoundError:
            return []

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A folder of this machine that other programs may write into."""
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder

    def _walk(self, below: str) -> Iterator[str]:
        try:
            with os.scandir(self.path / below) as entries:
                found = list(entries)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in found:
            if entry.is_dir():
                yield from self._walk(f"{below}/{entry.name}")
            elif not _is_unfinished(entry.name):
                yield f"{below}/{entry.name}"


@dataclass(frozen=True)
class Bucket:
    """A folder in a store; its address ends without a slash."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> "Bucket":
        return Bucket(f"{self.url}/{name}")

    def __reduce__(self) -> tuple[type["Bucket"], tuple[str]]:
        """A connection stays where it was opened."""
        return Bucket, (self.url,)

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def _scheme(self) -> str:
        return self.url.partition(":")[0]

    def address(self, name: str) -> str:
        return f"{self.url}/{name}"

    def read(self, name: str) -> bytes:
        with self._told(name, "read", FileNotFoundError):
            return cast(bytes, self._files.cat_file(self._at(name)))

    def read_each(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        waiting = iter(names)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while asked := list(islice(waiting, _AT_ONCE)):
                for name, data in zip(asked, pool.map(self._read_if_there, asked), strict=True):
                    if data is not None:
                        yield name, data

    def write_each(self, files: Iterable[tuple[str, bytes]]) -> None:
        waiting = iter(files)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while some := list(islice(waiting, _AT_ONCE)):
                for _ in pool.map(lambda file: self.write(*file), some):  # raises what a write raised
                    pass

    def write(self, name: str, data: bytes, *, survives_power_loss: bool = True) -> None:
        del survives_power_loss  # what a store has taken, it has
        with self._told(name, "written"), self._whole(name) as place:
            self._files.pipe_file(place, data)

    def create(self, name: str, data: bytes) -> bool:
        """Write a file that is not there yet; False when it is, however shortly before it was written."""
        try:
            with self._told(name, "written", FileExistsError):
                self._create(self._at(name), data)
        except FileExistsError:
            return False
        return self.read(name) == data  # some stores overlook that it should not be there

    def remove(self, name: str) -> None:
        try:
            with self._told(name, "removed", FileNotFoundError):
                self._files.rm_file(self._at(name))
        except FileNotFoundError:
            return

    @contextmanager
    def growing(self, name: str) -> Iterator[BinaryIO]:
        with TemporaryDirectory(prefix="longspan-") as kept:
            file = Path(kept) / name.rpartition("/")[2]
            with file.open("wb") as stream:
                yield stream
            self._upload(name, file)

    def names(self, below: str) -> list[str]:
        try:
            with self._told(below, "listed", FileNotFoundError):
                found = self._files.find(self._at(below))
        except FileNotFoundError:
            return []
        names = (path[len(self._root) + 1 :] for path in found)
        return sorted(name for name in names if not _is_unfinished(name.rpartition("/")[2]))

    def folders(self) -> list[str]:
        try:
            with self._told("", "listed", FileNotFoundError):
                found = self._files.ls(self._root, detail=True)
        except FileNotFoundError:
            return []
        paths = [entry["name"] for entry in found if entry["type"] == "directory"]
        return sorted(path.rstrip("/").rpartition("/")[2] for path in paths)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A folder of this machine; its files are put into the store when the block ends, however it ends.
        It stays where the block failed, since what is said about that may name its files.
        """
        folder = Path(mkdtemp(prefix="longspan-"))
        try:
            yield folder
        except BaseException as error:
            with suppress(OSError):  # what went wrong before is what has to be told
                self._upload_all(name, folder)
            if not isinstance(error, Exception):  # somebody stopped it
                rmtree(folder)
            raise
        self._upload_all(name, folder)
        rmtree(folder)

    def _create(self, place: str, data: bytes) -> None:
        if self._scheme in _PUTS_WHOLE:
            self._files.pipe_file(place, data, mode="create")
            return
        self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        with self._files.open(place, "xb") as stream:
            stream.write(data)

    def _read_if_there(self, name: str) -> bytes | None:
        try:
            return self.read(name)
        except FileNotFoundError:
            return None

    def _upload_all(self, name: str, folder: Path) -> None:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self._upload(f"{name}/{file.relative_to(folder)}".lstrip("/"), file)

    def _upload(self, name: str, file: Path) -> None:
        with self._told(name, "written"), self._whole(name) as place:
            self._files.put_file(str(file), place)

    @contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """Where to write a file to, so that it appears whole or not at all."""
        place = self._at(name)
        if self._scheme in _PUTS_WHOLE:
            yield place
            return
        folder, _, last = place.rpartition("/")
        beside = f"{folder}/{_beside(last)}"
        self._files.makedirs(folder, exist_ok=True)
        yield beside
        self._files.mv(beside, place)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @property
    def _files(self) -> Any:
        return self._opened[0]

    @property
    def _root(self) -> str:
        return self._opened[1]

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """Fsspec's file system, and where we are in it. Listings of others' writes are never kept."""
        options = {"use_listings_cache": False, **_OPTIONS.get(self._scheme, {})}
        files, root = import_module("fsspec.core").url_to_fs(self.url, **options)
        return files, root.rstrip("/")

    @cached_property
    def _turn(self) -> AbstractContextManager[object]:
        """File systems with an event loop of their own take many threads at a time, others one."""
        return nullcontext() if self._files.async_impl else Lock()

    @contextmanager
    def _told(self, name: str, done: str, *expected: type[OSError]) -> Iterator[None]:
        """Make what a store raises an `OSError` that says where and what to do, unless it is expected."""
        try:
            with self._turn:
                yield
        except expected:
            raise
        except Exception as error:
            why = " ".join(str(error).split())[:300] or type(error).__name__
            raise StoreFailed(f"{self.address(name)} cannot be {done}: {why}; {_REMEDY}") from error


def files_of(place: Path | Bucket) -> Disk | Bucket:
    return Disk(place) if isinstance(place, Path) else place


@contextmanager
def growing(file: Path) -> Iterator[BinaryIO]:
    """A file of a disk that is written bit by bit and appears at its place when it is whole."""
    beside = file.with_name(_beside(file.name))
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(file: Path, data: bytes, *, survives_power_loss: bool = True) -> None:
    """Write a file of a disk so that it appears whole or not at all, whenever we are killed."""
    beside = file.with_name(_beside(file.name))
    try:
        stream = beside.open("wb")
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = beside.open("wb")
    with stream:
        stream.write(data)
        if survives_power_loss:
            stream.flush()
            os.fsync(stream.fileno())
    beside.replace(file)


def _beside(name: str) -> str:
    return f".{name}.{node()[:40]}.{os.getpid()}.tmp"


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") and name.endswith(".tmp")
