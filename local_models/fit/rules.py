"""Which layouts vLLM accepts, whatever the memory: divisibility, what a GPU computes, what goes together.

Each rule gives its reason with the numbers that break it, or None. They follow the source of vLLM 0.32; the
file stands beside each. One is ours: experts that do not divide over the GPUs are refused, though vLLM may
deal them out unevenly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local_models.architecture import Architecture
from local_models.fit.gpu import GpuKind
from local_models.fit.memory import CacheType, Stored, padded_vocabulary
from local_models.parallel import Parallel

_ADA = (8, 9)
"""The first compute capability with FP8 in hardware."""
_HOPPER = (9, 0)
_BLACKWELL = (10, 0)
"""The first with FP4."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One layout of one set of weights on one kind of GPU."""

    shape: Architecture
    stored: Stored
    parallel: Parallel
    kind: GpuKind
    cache: CacheType


Rule = Callable[[Case], str | None]


def refusal(case: Case) -> str | None:
    """The first reason against the layout; None: vLLM takes it."""
    return next((reason for rule in _RULES if (reason := rule(case)) is not None), None)


def _heads(case: Case) -> str | None:
    """V, config/model.py, verify_with_parallel_config; models/qwen3.py and its like."""
    shape, tp = case.shape, case.parallel.tp
    if shape.heads % tp:
        return f"{shape.heads} attention heads do not divide over TP {tp}"
    if shape.latent is None and max(shape.kv_heads, tp) % min(shape.kv_heads, tp):
        return f"{shape.kv_heads} KV heads and TP {tp}: neither divides the other"
    linear = shape.linear
    if linear is not None and (linear.key_heads % tp or linear.value_heads % tp):
        heads = f"{linear.key_heads} key and {linear.value_heads} value heads of linear attention"
        return f"{heads} do not divide over TP {tp}"
    return None


def _widths(case: Case) -> str | None:
    """V, distributed/utils.py, divide; model_executor/layers/vocab_parallel_embedding.py."""
    shape, tp = case.shape, case.parallel.tp
    if padded_vocabulary(shape) % tp:
        return f"a vocabulary of {padded_vocabulary(shape):,} rows does not divide over TP {tp}"
    if shape.dense_layers and shape.intermediate % tp:
        return f"an MLP of width {shape.intermediate:,} does not divide over TP {tp}"
    return None


def _experts(case: Case) -> str | None:
    """V, models/qwen3_moe.py (TP against experts), layers/fused_moe/expert_map_manager.py."""
    experts, parallel = case.shape.experts, case.parallel
    if experts is None:
        return "only experts can be dealt out (EP), and this model has none" if parallel.ep else None
    if parallel.tp > experts.count:
        return f"TP {parallel.tp} is more than the {experts.count} experts of a layer"
    if parallel.ep and experts.count % parallel.expert_ranks:
        return f"{experts.count} experts do not divide over the {parallel.expert_ranks} GPUs of EP"
    ranks = parallel.tp * parallel.dp
    if not parallel.ep and experts.intermediate % ranks:
        return (
            f"experts of width {experts.intermediate:,} do not divide over {ranks} GPUs; EP keeps them whole"
        )
    return None


def _stages(case: Case) -> str | None:
    """V, distributed/utils.py, get_pp_indices: a stage has a layer at least."""
    layers, pp = case.shape.layers, case.parallel.pp
    return f"{layers} layers are fewer than the {pp} stages of PP" if layers < pp else None


def _copies(case: Case) -> str | None:
    """DP of a model without experts is nothing but servers side by side."""
    if case.parallel.dp > 1 and case.shape.experts is None:
        return f"DP {case.parallel.dp} of a model without experts is what replicas are; use replicas"
    return None


def _blocks(case: Case) -> str | None:
    """V, quantization/utils/fp8_utils.py, validate_fp8_block_shape(_moe); distributed/utils.py,
    verify_group_size_divides_partition: what TP cuts has to end where a scale does.
    """
    group = case.stored.group
    if group is None or case.parallel.tp * case.parallel.dp == 1:
        return None
    kind = f"the {group} numbers that share a scale in {case.stored.precision.upper()} weights"
    for what, width, ranks, way_out in _cut_rows(case):
        if ranks > 1 and (width % ranks or width // ranks % group):
            part = f"{width:,} / {ranks} = {width / ranks:g}"
            return f"{what}: {part} is no multiple of {kind}; {way_out or _smaller(case, width, ranks)}"
    return None


def _cut_rows(case: Case) -> Iterator[tuple[str, int, int, str]]:
    """What is cut along its rows: a name, its width, into how many parts, what else can be done."""
    shape, parallel = case.shape, case.parallel
    tp = parallel.tp
    value_dim = shape.latent.v_head_dim if shape.latent is not None else shape.head_dim
    yield "attention output", shape.heads * value_dim, tp, ""
    if shape.linear is not None:
        yield "linear attention output", shape.linear.value_heads * shape.linear.value_head_dim, tp, ""
    if shape.dense_layers:
        yield "MLP width", shape.intermediate, tp, ""
    experts = shape.experts
    if experts is None:
        return
    if experts.shared:
        width = experts.shared_intermediate or experts.shared * experts.intermediate
        yield "shared expert width", width, 1 if parallel.ep and parallel.dp > 1 else tp, ""
    if not parallel.ep:
        ranks = tp * parallel.dp
        smaller = _smaller(case, experts.intermediate, ranks)
        yield "expert width", experts.intermediate, ranks, f"use --enable-expert-parallel, or {smaller}"


def _smaller(case: Case, width: int, ranks: int) -> str:
    """The largest TP below `ranks` that would do."""
    group = case.stored.group or 1
    able = [tp for tp in range(1, ranks) if case.shape.heads % tp == 0 and width % (tp * group) == 0]
    return f"TP {max(able)} at most" if able else "no TP does"


def _context_parallel(case: Case) -> str | None:
    """V, config/model.py, verify_with_parallel_config; v1/attention/backends/mla/flashmla_sparse.py."""
    shape, tp, dcp = case.shape, case.parallel.tp, case.parallel.dcp
    if dcp == 1:
        return None
    if shape.linear is not None:
        return "DCP of a model with linear attention is known to nobody who published it"
    if shape.latent is not None:
        sparse = shape.indexer is not None and case.cache != "fp8"
        return "DCP of sparse attention needs an fp8 cache" if sparse else None
    if tp <= shape.kv_heads:
        return f"DCP splits what repeats, and {shape.kv_heads} KV heads on TP {tp} do not"
    if dcp > tp // shape.kv_heads:
        return f"DCP {dcp} is more than TP {tp} / {shape.kv_heads} KV heads = {tp // shape.kv_heads}"
    queries = shape.heads // shape.kv_heads
    return f"{queries} query heads for each KV head do not divide over DCP {dcp}" if queries % dcp else None


def _computes(case: Case) -> str | None:
    """V, v1/attention/backends/mla: sparse attention from 9.0 on; MLA with an fp8 cache from 8.9 on."""
    kind = case.kind
    if case.shape.indexer is not None and kind.before(*_HOPPER):
        return f"sparse attention needs compute capability 9.0, and {kind.name} has {_spell(kind)}"
    if case.shape.latent is not None and case.cache == "fp8" and kind.before(*_ADA):
        return f"an fp8 cache with MLA needs compute capability 8.9, and {kind.name} has {_spell(kind)}"
    return None


def _spell(kind: GpuKind) -> str:
    return ".".join(map(str, kind.capability or ()))


_RULES: tuple[Rule, ...] = (
    _heads,
    _widths,
    _experts,
    _stages,
    _copies,
    _context_parallel,
    _computes,
    _blocks,
)


def remarks(case: Case) -> tuple[str, ...]:
    """What its user has to know of a layout that works."""
    return tuple(_remarks(case))


def _remarks(case: Case) -> Iterator[str]:
    shape, parallel = case.shape, case.parallel
    old = case.kind.before(*_ADA)
    narrow, first = case.stored.precision, {"fp8": _ADA, "nvfp4": _BLACKWELL}
    if narrow in first and case.kind.before(*first[narrow]):
        yield f"{case.kind.name} computes no {narrow.upper()}: weights are unpacked as they are used (Marlin)"
    if case.cache == "fp8" and old:
        yield f"an fp8 cache on {case.kind.name} needs the FlashInfer backend"
    copies = parallel.tp // parallel.dcp
    if shape.latent is not None and copies > 1:
        yield f"MLA has one head, stored {copies} times over TP; DCP or DP with EP stores it less often"
    elif shape.latent is None and copies > shape.kv_heads:
        once = parallel.tp // shape.kv_heads
        yield f"each KV head is stored {copies // shape.kv_heads} times over TP; DCP {once} stores it once"
