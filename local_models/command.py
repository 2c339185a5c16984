"""Everything that decides a server's command line, and the command line: a pure function of one record.

What decides an answer is always said out loud and never left to a default of the engine: how tool calls are
read back, how strictly they are constrained, the context, the types of weights and cache, how the model lies
on its GPUs. The arguments are those of `vllm serve` 0.32; `transformers serve` has a function of its own.
"""

import json
from typing import Literal

from pydantic import Field, JsonValue, NonNegativeInt, PositiveInt

from local_models.parallel import Parallel
from scenarios.record import Record
from scenarios.serving import EngineName, KvType, Strictness

ComputeType = Literal["auto", "bfloat16", "float16", "float32"]
LOOPBACK = "127.0.0.1"
_KV_NAMES: dict[KvType, str] = {"auto": "auto", "bf16": "bfloat16", "fp8": "fp8"}


class Node(Record):
    """One of several machines that hold one model together, by vLLM's own flags."""

    rank: NonNegativeInt
    """0 is the head, which alone answers requests."""
    count: PositiveInt
    address: str
    """The head's, as the other machines reach it."""
    port: PositiveInt = 29501


class ServeSpec(Record):
    """One server, whole: the same record gives the same command line."""

    weights: str
    """A checkpoint's folder, or the id of a repository on a hub."""
    revision: str | None = None
    """Of the repository; None for a folder."""
    names: tuple[str, ...] = Field(min_length=1)
    """What it answers to; the first is the label of its metrics."""
    engine: EngineName = "vllm"
    cpu: bool = False
    host: str = LOOPBACK
    port: NonNegativeInt = 0
    """0: chosen when it starts."""
    dtype: ComputeType = "auto"
    """What is computed in; `auto`: as the checkpoint says."""
    parallel: Parallel = Parallel()
    context: PositiveInt
    """Tokens of prompt and answer together."""
    overrides: dict[str, JsonValue] = {}
    """Of the model's config.json, such as a window that YaRN stretches (the catalog's `Extension`)."""
    kv: KvType = "auto"
    sequences: PositiveInt = 8
    """Requests computed together; more of them wait inside the server."""
    tool_parser: str | None = None
    """None: calls are not read out of the text."""
    tool_strict_level: Strictness = "auto"
    """How far the server's grammar bends the model, and so what is measured. `auto`: a forced call names a
    real tool and its arguments are the model's own. `function`: a free call is well formed too. `parameter`:
    arguments are also forced to fit each tool's schema."""
    reasoning_parser: str | None = None
    chat_template: str | None = None
    """A file; None: the one that comes with the weights."""
    seed: int = 0
    gpu_memory: float = Field(default=0.9, gt=0, le=1)
    """The part of each GPU that the engine takes."""
    devices: tuple[NonNegativeInt, ...] | None = None
    """Which of this machine's GPUs; None: those that it finds."""
    node: Node | None = None
    """None: one machine."""
    ray: bool = False
    """Its workers are placed by the Ray cluster that this machine belongs to."""
    kv_cache_gib: PositiveInt | None = None
    """Memory for the attention cache, on a CPU only; a GPU's is measured by the engine."""
    threads: PositiveInt | None = None
    """Threads that compute, on a CPU only."""
    flags: tuple[str, ...] = ()
    """Further arguments of the engine, last so that they win."""


def vllm_arguments(spec: ServeSpec) -> tuple[str, ...]:
    """What follows `vllm serve`."""
    return (
        spec.weights,
        *(("--revision", spec.revision) if spec.revision else ()),
        *("--served-model-name", *spec.names),
        *("--host", spec.host, "--port", str(spec.port)),
        *("--dtype", spec.dtype),
        *_layout(spec),
        *_window(spec),
        *("--max-num-seqs", str(spec.sequences)),
        *("--seed", str(spec.seed)),
        *("--generation-config", "vllm"),
        *_parsers(spec),
        *("--enable-prompt-tokens-details", "--enable-force-include-usage"),
        *(("--enforce-eager",) if spec.cpu else ()),
        *_machines(spec),
        *spec.flags,
    )


def _layout(spec: ServeSpec) -> tuple[str, ...]:
    """How the model lies on its GPUs; nothing where there are none."""
    if spec.cpu:
        return ()
    parallel = spec.parallel
    return (
        *("--tensor-parallel-size", str(parallel.tp)),
        *(("--pipeline-parallel-size", str(parallel.pp)) if parallel.pp > 1 else ()),
        *(("--data-parallel-size", str(parallel.dp)) if parallel.dp > 1 else ()),
        *(("--enable-expert-parallel",) if parallel.ep else ()),
        *(("--decode-context-parallel-size", str(parallel.dcp)) if parallel.dcp > 1 else ()),
        *("--gpu-memory-utilization", f"{spec.gpu_memory:g}"),
    )


def _window(spec: ServeSpec) -> tuple[str, ...]:
    window = ("--max-model-len", str(spec.context), "--kv-cache-dtype", _KV_NAMES[spec.kv])
    if not spec.overrides:
        return window
    return (*window, "--hf-overrides", json.dumps(spec.overrides, separators=(",", ":")))


def _parsers(spec: ServeSpec) -> tuple[str, ...]:
    """How calls and reasoning are read out of what the model writes."""
    calls: tuple[str, ...] = ()
    if spec.tool_parser is not None:
        calls = ("--enable-auto-tool-choice", "--tool-call-parser", spec.tool_parser)
    return (
        *calls,
        *("--tool-strict-level", spec.tool_strict_level),
        *(("--reasoning-parser", spec.reasoning_parser) if spec.reasoning_parser else ()),
        *(("--chat-template", spec.chat_template) if spec.chat_template else ()),
    )


def _machines(spec: ServeSpec) -> tuple[str, ...]:
    """One model over several machines."""
    if spec.ray:
        return ("--distributed-executor-backend", "ray")
    if spec.node is None:
        return ()
    node = spec.node
    return (
        *("--nnodes", str(node.count), "--node-rank", str(node.rank)),
        *("--master-addr", node.address, "--master-port", str(node.port)),
        *(("--headless",) if node.rank else ()),
    )


def transformers_arguments(spec: ServeSpec) -> tuple[str, ...]:
    """What follows `transformers serve`: it has no parser of calls, and takes its window from the weights."""
    dtype = () if spec.dtype == "auto" else ("--dtype", spec.dtype)
    device = ("--device", "cpu") if spec.cpu else ()
    seed = ("--default-seed", str(spec.seed))
    return (spec.weights, "--host", spec.host, "--port", str(spec.port), *device, *dtype, *seed, *spec.flags)
