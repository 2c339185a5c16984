"""Weights from a hub, through the hub's own client: what is there, whether it fits, and the files themselves.

The listing fixes what is fetched: the commit, and each file's size and hash. Files that have come whole are
kept when a download is interrupted; the next one goes on with the others. ModelScope's client goes on inside
of a file, too; that of the Hugging Face Hub begins a cut file again.
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import NonNegativeInt

from local_models.catalog import Repository, Weights
from local_models.step import AGAIN, Causes, InstallError, Say, run_step
from scenarios.record import Record

Hub = Literal["huggingface", "modelscope"]
HUB_TITLES: Mapping[Hub, str] = {"huggingface": "Hugging Face", "modelscope": "ModelScope"}
_SCRIPTS = Path(__file__).parent / "engines"
_KINDS = {".safetensors", ".json", ".jinja", ".model", ".txt", ".tiktoken"}
_MAIN: Mapping[Hub, str] = {"huggingface": "main", "modelscope": "master"}
_ADDRESS: Mapping[Hub, tuple[str, str]] = {
    "huggingface": ("HF_ENDPOINT", "https://huggingface.co"),
    "modelscope": ("MODELSCOPE_ENDPOINT", "https://www.modelscope.cn"),
}
_LIST_SECONDS = 300
_GET_SECONDS = 7 * 24 * 3600
_SILENT_SECONDS = 900
_SPARE = 1_000_000_000
"""Bytes that stay free."""


class HubFile(Record):
    bytes: NonNegativeInt
    sha256: str | None = None
    """None: the hub states none, as for small files."""


class Listing(Record):
    """What a hub has at one revision."""

    commit: str | None
    """None: the hub names none, and the hashes stand for it."""
    files: dict[str, HubFile]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A repository on a hub, and what reaches it."""

    hub: Hub
    repo: str
    revision: str
    python: Path
    """Of an environment that has the hub's client."""
    logs: Path
    environ: Mapping[str, str] | None = None
    """None: as ours."""

    @property
    def source(self) -> str:
        return f"{HUB_TITLES[self.hub]} {self.repo} at {self.revision}"


def repository(weights: Weights, hub: Hub) -> Repository | None:
    return weights.hub if hub == "huggingface" else weights.modelscope


def revision(hub: Hub, repo: Repository) -> str:
    return repo.revision or _MAIN[hub]


def list_files(remote: Remote) -> Listing:
    """The files that a checkpoint needs; raises `InstallError`."""
    out = remote.logs.parent / "downloads" / f"{remote.repo.replace('/', '--')}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    _run(f"looking at {remote.source}", remote, ("list", remote.repo, remote.revision, out), _LIST_SECONDS)
    found = Listing.model_validate_json(out.read_text(encoding="utf-8"))
    out.unlink()
    needed = {name: file for name, file in found.files.items() if _needed(name)}
    if not any(name.endswith(".safetensors") for name in needed):
        raise InstallError(f"{remote.source}: no *.safetensors there; it is not a checkpoint that is served")
    return Listing(commit=found.commit, files=needed)


def fetch(remote: Remote, listing: Listing, folder: Path, say: Say, progress: Say) -> None:
    """Make the folder hold the files of the listing, each of its size; raises `InstallError`."""
    _begin(remote, listing, folder)
    there = _bytes_in(folder)
    _check_disk(remote, listing.bytes - there, folder)
    went_on = f", {there / 1e9:.1f} GB are there already" if there else ""
    say(f"Fetching {remote.source}: {len(listing.files)} files, {listing.bytes / 1e9:.1f} GB{went_on}")
    names = folder.with_name(folder.name + ".json")
    names.write_text(listing.model_dump_json(), encoding="utf-8")
    watch = _Watch(remote.source, folder, listing.bytes, progress, there=there)
    command = ("get", remote.repo, listing.commit or remote.revision, folder, names)
    _run("downloading the weights", remote, command, _GET_SECONDS, watch)
    names.unlink()
    if short := [name for name, file in listing.files.items() if _size(folder / name) != file.bytes]:
        raise InstallError(
            f"{remote.source}: {len(short)} of {len(listing.files)} files did not come whole, the first is"
            f" {short[0]}; {AGAIN}"
        )


def _needed(name: str) -> bool:
    path = PurePosixPath(name)
    return len(path.parts) == 1 and path.suffix in _KINDS


def _begin(remote: Remote, listing: Listing, folder: Path) -> None:
    """Go on with what an interrupted download of the same files left; throw away what another one left."""
    mark = folder.with_name(folder.name + ".source")
    about = json.dumps([remote.source, listing.model_dump(mode="json")], sort_keys=True)
    if not (mark.is_file() and mark.read_text(encoding="utf-8") == about):
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if remote.hub == "huggingface":  # its client never goes on with these
        for cut in folder.glob(".cache/huggingface/download/*.incomplete"):
            cut.unlink()
    mark.write_text(about, encoding="utf-8")


def _check_disk(remote: Remote, missing: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < missing + _SPARE:
        raise InstallError(
            f"{remote.source}: {missing / 1e9:.1f} GB are still to come and {free / 1e9:.1f} GB are free in"
            f" {folder.parent}; free some, or set LONGSPAN_HOME to a larger disk, then {AGAIN}"
        )


@dataclass
class _Watch:
    """Says how far a download is, and gives up one that has fallen silent."""

    source: str
    folder: Path
    total: int
    progress: Say
    there: int
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)
    moved: float = field(init=False)
    last: int = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.moved = self.clock()
        self.last = self.there

    def __call__(self) -> None:
        now, done = self.clock(), _bytes_in(self.folder)
        if done != self.last:
            self.moved, self.last = now, done
        if now - self.moved > _SILENT_SECONDS:
            raise InstallError(
                f"{self.source}: nothing has come for {_SILENT_SECONDS // 60} minutes; {AGAIN}"
            )
        rate = max(done - self.there, 0) / max(now - self.began, 1e-3)
        to_come = self.total - done
        left = f", about {to_come / rate / 60:.0f} min left" if rate > 0 and to_come > 0 else ""
        part = min(done / self.total, 1) if self.total else 1
        gigabytes = f"{done / 1e9:.1f} of {self.total / 1e9:.1f} GB"
        self.progress(f"{gigabytes} ({part:.0%}), {rate / 1e6:.0f} MB/s{left}")


def _run(
    what: str,
    remote: Remote,
    arguments: tuple[str | Path, ...],
    seconds: float,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    run_step(
        what,
        (remote.python, _SCRIPTS / f"fetch_{remote.hub}.py", *arguments),
        log=remote.logs / f"fetch-{remote.hub}.log",
        seconds=seconds,
        causes=_causes(remote),
        environ=remote.environ,
        meanwhile=meanwhile,
    )


def _causes(remote: Remote) -> Causes:
    """The error classes of the two clients, as the last lines of a traceback name them."""
    variable, usual = _ADDRESS[remote.hub]
    address = (remote.environ or {}).get(variable, usual).rstrip("/")
    other = "modelscope" if remote.hub == "huggingface" else "huggingface"
    elsewhere = f"take the weights from elsewhere (--from {other}, --from DIR)"
    token = "HF_TOKEN" if remote.hub == "huggingface" else "MODELSCOPE_API_TOKEN"
    error = r"(?m)^(?:\w+\.)+"
    return (
        (
            error + r"OfflineModeIsEnabled",
            "HF_HUB_OFFLINE forbids the network",
            f"unset it or {elsewhere}, then {AGAIN}",
        ),
        (
            error + r"(?:GatedRepoError|PermissionDeniedError)",
            f"{remote.repo} is gated",
            f"accept its terms at {address}/{remote.repo}, set {token} to that account's token, then {AGAIN}",
        ),
        (
            error + r"RevisionNotFoundError",
            f"{remote.repo} has no revision {remote.revision}",
            "correct it in the model's catalog file",
        ),
        (
            error + r"(?:RepositoryNotFoundError|AuthenticationError)",
            f"{remote.repo} is not there, or private and {token} does not open it",
            f"look at {address}/{remote.repo}, set {token} if it needs one, then {AGAIN}",
        ),
        (
            error + r"NotExistError",
            f"there is no {remote.repo}, or it has no revision {remote.revision}",
            f"look at {address}/{remote.repo} and correct the model's catalog file",
        ),
        (
            error + r"(?:\w*Connect\w*|\w*Timeout\w*|ProxyError|NetworkError|LocalEntryNotFoundError)",
            f"{address} was not reached",
            f"check the network and {variable}, or {elsewhere}, then {AGAIN}",
        ),
    )


def _bytes_in(folder: Path) -> int:
    return sum(_size(file) or 0 for file in folder.rglob("*"))


def _size(file: Path) -> int | None:
    """None where no file is, also when a client has just moved it."""
    try:
        return file.stat().st_size if file.is_file() else None
    except FileNotFoundError:
        return None
