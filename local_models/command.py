"""The command line and the environment that start a server: a pure function, so that a record can show both.

What decides an answer is always said out loud and never left to a default of the engine: how tool calls are
read back, how strictly they are constrained, the context, the type of the weights. The environment is a few
variables of ours and those in `_KEPT`; nothing else of the caller's environment reaches the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import PositiveInt

from local_models.catalog import TEMPLATES, LocalModel
from local_models.install import Installed
from scenarios.record import Record

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES")


class ServeOptions(Record):
    """How one server is run; everything here goes into the record of the run."""

    max_model_len: PositiveInt | None = None
    """Tokens of context, prompt and answer together; None takes the model's own."""
    concurrency: PositiveInt = 8
    """Requests computed together; more of them wait inside the server."""
    tool_strict_level: Literal["auto", "function", "parameter"] = "auto"
    """How far the server's grammar bends the model, and so what is measured. `auto`: a forced call names a
    real tool and its arguments are the model's own. `function`: a free call is well formed too. `parameter`:
    arguments are also forced to fit each tool's schema."""
    seed: int = 0
    kv_cache_gib: PositiveInt = 1
    """Memory for the attention cache, on a CPU only; a GPU's is measured by the engine."""
    threads: PositiveInt | None = None
    """Threads that compute, on a CPU only; None leaves it open: `serve` makes it all cores but one."""
    flags: tuple[str, ...] = ()
    """Further arguments of the engine, last so that they win."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is started, complete: `env` is the whole environment, not an addition to one."""

    argv: tuple[str, ...]
    env: Mapping[str, str]


def serve_command(
    model: LocalModel,
    installed: Installed,
    *,
    port: int,
    options: ServeOptions,
    environ: Mapping[str, str],
    aliases: tuple[str, ...] = (),
) -> Command:
    """The server on 127.0.0.1:`port`, which answers to the model's name first and to each of `aliases`."""
    argv = (
        *(str(installed.python), "-m", "vllm.entrypoints.launchers.api_server.entry"),
        *("--model", str(installed.weights)),
        *("--served-model-name", model.name, *aliases),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--dtype", "auto" if model.dtype == "fp8" else model.dtype),
        *("--max-model-len", str(options.max_model_len or model.context)),
        *("--max-num-seqs", str(options.concurrency)),
        *("--seed", str(options.seed)),
        *("--generation-config", "vllm"),
        *("--enable-auto-tool-choice", "--tool-call-parser", model.tool_parser),
        *("--tool-strict-level", options.tool_strict_level),
        *(("--reasoning-parser", model.reasoning_parser) if model.reasoning_parser else ()),
        *(("--chat-template", str(TEMPLATES / model.chat_template)) if model.chat_template else ()),
        *("--enable-prompt-tokens-details", "--enable-force-include-usage"),
        *(("--enforce-eager",) if installed.engine == "cpu" else ()),
        *model.flags,
        *options.flags,
    )
    return Command(argv=argv, env=_environment(installed, options, environ))


def _environment(
    installed: Installed, options: ServeOptions, environ: Mapping[str, str]
) -> Mapping[str, str]:
    kept = {name: environ[name] for name in _KEPT if name in environ}
    ours = {
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CACHE_ROOT": str(installed.weights.parent.parent / "cache" / "vllm"),
        "PYTHONUNBUFFERED": "1",
    }
    cpu = {
        "VLLM_CPU_KVCACHE_SPACE": str(options.kv_cache_gib),
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        **({"OMP_NUM_THREADS": str(options.threads)} if options.threads else {}),
    }
    return {**kept, **ours, **(cpu if installed.engine == "cpu" else {})}
