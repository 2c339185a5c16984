"""What one GPU has to hold, in bytes: weights, the cache of a token, the state of a sequence, and the rest.

Every formula stands beside its function, with its source. V is the source of vLLM 0.32; E is an estimate,
which only a GPU can show to be right. A pipeline's stages differ (the first has the embedding, the last the
head), so each is counted, and the one with the least room decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from local_models.architecture import Architecture, LatentAttention, count_parameters
from local_models.catalog import Precision
from local_models.fit.gpu import GIGABYTE
from local_models.parallel import Parallel

CacheType = Literal["bf16", "fp8"]

GROUPS: dict[Precision, int] = {"fp8": 128, "int4": 128, "nvfp4": 16}
"""Numbers that share a scale where nobody says: as in the checkpoints that makers publish."""
_ALONE, _TOGETHER = int(1.5 * GIGABYTE), 2 * GIGABYTE
"""CUDA context, kernels' work space, captured graphs; and the buffers of GPUs that talk (E)."""
_ACTIVATION = 30
"""Bytes for each token of a step and each number of the hidden state (E)."""
_HALF, _SINGLE = 2, 4
_SPARSE_ROW = 656
"""V (mla_attention.py): a row of fp8_ds_mla is 512 B of numbers, 16 B of scales, 128 B of positions."""
_VOCABULARY_STEP = 64
"""V (vocab_parallel_embedding.py): the vocabulary is filled up to a multiple of this."""


class Stored(Protocol):
    """How a set of weights is stored."""

    @property
    def precision(self) -> Precision: ...

    @property
    def group(self) -> int | None:
        """Numbers that share a scale; None: all of a tensor, or there is none."""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Weights in a precision, as makers publish them."""

    precision: Precision

    @property
    def group(self) -> int | None:
        return GROUPS.get(self.precision)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a server is asked to do, as far as it needs memory."""

    cache: CacheType
    sequences: int
    """Computed together."""
    batched: int
    """Tokens of one step."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Memory of one GPU of one pipeline stage, in bytes."""

    weights: int
    token: float
    """The cache of one token."""
    sequence: int
    """The state of one sequence in layers of linear attention."""
    activations: int
    overhead: int

    def room(self, budget: int) -> int:
        """What is left of `budget` for caches and states; below 0 where the rest alone is too much."""
        return budget - self.weights - self.activations - self.overhead


def stages(shape: Architecture, stored: Stored, parallel: Parallel, demand: Demand) -> tuple[Stage, ...]:
    """Every stage of the pipeline, first to last."""
    dealt = deal_layers(shape.layers, parallel.pp)
    overhead = _ALONE if parallel.gpus == 1 else _TOGETHER
    return tuple(
        Stage(
            weights=_weights(shape, stored, parallel, mine),
            token=cache_of_token(shape, parallel, demand.cache, mine),
            sequence=state_of_sequence(shape, parallel.tp, mine),
            activations=_activations(shape, demand),
            overhead=overhead,
        )
        for mine in dealt
    )


def deal_layers(layers: int, stages: int) -> tuple[range, ...]:
    """Which layers each stage holds. V (distributed/utils.py): those before the last take the rest."""
    sizes = [layers // stages] * stages
    for back in range(2, layers % stages + 2):
        sizes[-back] += 1
    ends = [sum(sizes[: stage + 1]) for stage in range(stages)]
    return tuple(range(end - size, end) for end, size in zip(ends, sizes, strict=True))


def _attention_layers(shape: Architecture, mine: range) -> int:
    """Those of `mine` whose cache grows: spread evenly (in Qwen3-Next the 4th, 8th …)."""
    return sum(
        (layer + 1) * shape.attention_layers // shape.layers > layer * shape.attention_layers // shape.layers
        for layer in mine
    )


def cache_of_token(shape: Architecture, parallel: Parallel, cache: CacheType, mine: range) -> float:
    """Bytes that one token takes on one GPU.

    GQA: 2 · layers · max(1, kv heads / TP) · head dim · bytes / DCP. Where TP exceeds the heads, each GPU has
    a whole one, so that heads repeat (V, ModelConfig.get_num_kv_heads).
    MLA: layers · (latent + positions) · bytes / DCP on every GPU of TP, for its one head cannot be cut.
    With an indexer an fp8 row has 656 bytes, and its keys take head dim + 4 bytes for each 128 in any case.
    """
    layers = _attention_layers(shape, mine)
    width = 1 if cache == "fp8" else _HALF
    if shape.latent is None:
        return 2 * layers * max(1, shape.kv_heads // parallel.tp) * shape.head_dim * width / parallel.dcp
    row = (shape.latent.kv_lora_rank + shape.latent.qk_rope_head_dim) * width
    if shape.indexer is not None:
        row = _SPARSE_ROW if cache == "fp8" else row
        row += shape.indexer.head_dim + shape.indexer.head_dim // 128 * _SINGLE
    return layers * row / parallel.dcp


def state_of_sequence(shape: Architecture, tp: int, mine: range) -> int:
    """Bytes that a sequence takes in layers of linear attention, however long it is, in 16 bits.

    V (mamba_utils.py, gated_delta_net_state_shape): (2 · keys + values) · (convolution - 1) for the
    convolution and value heads · value dim · key dim for the state, both cut by TP.
    """
    linear = shape.linear
    if linear is None:
        return 0
    layers = len(mine) - _attention_layers(shape, mine)
    keys, values = linear.key_heads * linear.key_head_dim, linear.value_heads * linear.value_head_dim
    convolution = (2 * keys + values) * (linear.convolution - 1)
    return layers * (convolution + values * linear.key_head_dim) * _HALF // tp


def _activations(shape: Architecture, demand: Demand) -> int:
    """E: 30 bytes · tokens of a step · hidden; V: logits in 32 bits, twice while sampling sorts them."""
    step = _ACTIVATION * demand.batched * shape.hidden
    return step + 2 * _SINGLE * demand.sequences * shape.vocabulary


def _weights(shape: Architecture, stored: Stored, parallel: Parallel, mine: range) -> int:
    """Bytes of weights: wide matrices as stored, all else (embedding, head, norms, router) in 16 bits."""
    plain = 4.0 if stored.precision == "fp32" else 2.0
    wide, narrow = count_on_gpu(shape, parallel, mine)
    copies = _unfolded(shape, shape.latent, parallel.tp) * len(mine) if shape.latent is not None else 0
    return round(wide * bytes_each(stored) + narrow * plain + copies * _HALF)


def bytes_each(stored: Stored) -> float:
    """Bytes of one number of a wide matrix, its part of the scales included.

    fp8: 1 and 4 for a square of group × group. int4: half, 2 for the scale and half for the zero point of a
    group (AWQ, GPTQ). nvfp4: half, and 1 for a group of 16.
    """
    group = stored.group
    match stored.precision:
        case "fp32":
            return 4.0
        case "bf16" | "fp16":
            return 2.0
        case "fp8":
            return 1 + (_SINGLE / group**2 if group else 0)
        case "int4":
            return 0.5 + (2.5 / group if group else 0)
        case "nvfp4":
            return 0.5 + (1 / group if group else 0)


def count_on_gpu(shape: Architecture, parallel: Parallel, mine: range) -> tuple[float, float]:
    """Numbers of wide matrices, and all others, that one GPU holds of the layers `mine`.

    TP cuts attention, MLPs, embedding and head; norms, router, MLA's way down and the indexer repeat; a key
    head repeats where TP exceeds them. Experts are cut by TP · DP or, with EP, dealt out over them: the same
    quotient. DP repeats all that is no expert. Shared experts repeat where EP, TP and DP come together (V,
    ParallelConfig.use_sequence_parallel_moe).
    """
    parts, tp = count_parameters(shape), parallel.tp
    attention = _attention_layers(shape, mine)
    wide = attention * _attention(shape, tp) + (len(mine) - attention) * parts.linear / tp
    narrow = float(2 * shape.hidden * len(mine))
    first_dense = shape.experts.first_dense if shape.experts is not None else shape.layers
    dense = sum(layer < first_dense for layer in mine)
    wide += dense * parts.mlp / tp
    if shape.experts is not None:
        shared = 1 if parallel.ep and tp > 1 and parallel.dp > 1 else tp
        each = shape.experts.count * parts.expert / (tp * parallel.dp) + parts.shared / shared
        wide += (len(mine) - dense) * each
        narrow += (len(mine) - dense) * parts.router
    return wide, narrow + sum(_ends(shape, parallel, mine))


def _ends(shape: Architecture, parallel: Parallel, mine: range) -> Iterator[float]:
    """The embedding on the first stage; head and last norm on the last; tied ones twice if these differ."""
    table = padded_vocabulary(shape) * shape.hidden / parallel.tp
    first, last = mine.start == 0, mine.stop == shape.layers
    if first:
        yield table
    if last:
        yield shape.hidden
        if not (shape.tied_embeddings and first):
            yield table


def padded_vocabulary(shape: Architecture) -> int:
    return -(-shape.vocabulary // _VOCABULARY_STEP) * _VOCABULARY_STEP


def _attention(shape: Architecture, tp: int) -> float:
    """One layer's attention on one GPU of TP."""
    whole = count_parameters(shape).attention
    if shape.latent is not None:
        repeated = _repeated(shape, shape.latent)
        return repeated + (whole - repeated) / tp
    head = 2 * shape.head_dim * (shape.hidden + (1 if shape.attention_bias else 0))
    repeated = (2 * shape.head_dim if shape.qk_norm else 0) + (shape.hidden if shape.output_bias else 0)
    cut = whole - repeated - shape.kv_heads * head
    return repeated + cut / tp + max(1, shape.kv_heads // tp) * head


def _repeated(shape: Architecture, latent: LatentAttention) -> int:
    """MLA's ways down, their norms, and the indexer: on every GPU of TP (V, deepseek_v2.py)."""
    rank = latent.q_lora_rank or 0
    down = shape.hidden * (rank + latent.kv_lora_rank + latent.qk_rope_head_dim) + rank + latent.kv_lora_rank
    own = shape.indexer
    if own is None:
        return down
    return (
        down + rank * own.heads * own.head_dim + shape.hidden * (own.head_dim + own.heads) + 2 * own.head_dim
    )


def _unfolded(shape: Architecture, latent: LatentAttention, tp: int) -> float:
    """MLA's way up for keys and values, kept a second time in 16 bits for decoding (V, mla_attention.py)."""
    return latent.kv_lora_rank * shape.heads * (latent.qk_nope_head_dim + latent.v_head_dim) / tp
