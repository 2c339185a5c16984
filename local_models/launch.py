"""What is really started: an engine's program, its arguments, and an environment that is whole.

The environment is a few variables of ours and those of the caller's that an engine needs; nothing else of
it reaches the server. A key travels in the environment only: a command line is read by everybody.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_models.command import ServeSpec, transformers_arguments, vllm_arguments
from local_models.install import Installed

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES")
_KEPT_ON_A_NETWORK = ("NCCL_", "GLOO_", "VLLM_HOST_IP", "RAY_ADDRESS", "UCX_")
"""How names begin that say which network machines reach each other over."""
_KEY = "VLLM_API_KEY"


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is started, complete: `env` is the whole environment, not an addition to one."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    secret: frozenset[str] = frozenset()
    """Variables that no record shows."""


def command_of(
    spec: ServeSpec, installed: Installed, *, home: Path, environ: Mapping[str, str], key: str | None = None
) -> Command:
    """The server of `spec`; caches are kept under `home`."""
    env = {**_kept(spec, environ), **_ours(spec, home), **_on_a_cpu(spec)}
    if spec.devices is not None:
        env["CUDA_VISIBLE_DEVICES"] = ",".join(_visible(spec.devices, environ))
    if key is not None:
        env[_KEY] = key
    return Command(argv=(*_program(spec, installed), *_arguments(spec)), env=env, secret=frozenset({_KEY}))


def spell(spec: ServeSpec) -> str:
    """The command as a person would type it where the engine is installed."""
    program = "transformers" if spec.engine == "transformers" else "vllm"
    arguments = transformers_arguments(spec) if spec.engine == "transformers" else vllm_arguments(spec)
    return shlex.join((program, "serve", *arguments))


def _program(spec: ServeSpec, installed: Installed) -> tuple[str, ...]:
    """The CPU engine has no `vllm serve`: its distribution bears another name than that command looks for."""
    python = str(installed.python)
    if spec.engine == "transformers":
        return (python, "-m", "transformers.cli.transformers", "serve")
    if spec.cpu:
        return (python, "-m", "vllm.entrypoints.launchers.api_server.entry", "--model")
    return (python, "-m", "vllm.entrypoints.cli.main", "serve")


def _arguments(spec: ServeSpec) -> tuple[str, ...]:
    return transformers_arguments(spec) if spec.engine == "transformers" else vllm_arguments(spec)


def _kept(spec: ServeSpec, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: environ[name] for name in _KEPT if name in environ}
    if spec.node is None and not spec.ray:
        return kept
    return kept | {name: value for name, value in environ.items() if name.startswith(_KEPT_ON_A_NETWORK)}


def _ours(spec: ServeSpec, home: Path) -> dict[str, str]:
    quiet = {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    if spec.engine == "transformers":
        return quiet
    return {**quiet, "VLLM_NO_USAGE_STATS": "1", "VLLM_CACHE_ROOT": str(home / "cache" / "vllm")}


def _on_a_cpu(spec: ServeSpec) -> dict[str, str]:
    if not spec.cpu:
        return {}
    threads = {"OMP_NUM_THREADS": str(spec.threads)} if spec.threads else {}
    if spec.engine == "transformers":
        return threads
    return {
        "VLLM_CPU_KVCACHE_SPACE": str(spec.kv_cache_gib or 1),
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        **threads,
    }


def _visible(devices: tuple[int, ...], environ: Mapping[str, str]) -> list[str]:
    """Numbers among the GPUs that the caller may use, as the driver numbers them."""
    allowed = [name for name in environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    return [allowed[device] if device < len(allowed) else str(device) for device in devices]
