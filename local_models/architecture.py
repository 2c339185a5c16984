"""The numbers of a config.json that decide memory and parallel layout, and the parameters that follow.

Parameters are what the weights hold: every learned number, as transformers counts them. Scales of quantised
weights and DeepSeek's balancing bias of the router (a buffer there) are no parameters.
"""

from dataclasses import dataclass
from typing import Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from scenarios.record import Record


class LatentAttention(Record):
    """Multi-head latent attention (MLA): one vector per token and layer stands for keys and values."""

    q_lora_rank: PositiveInt | None = None
    """None: queries are not compressed."""
    kv_lora_rank: PositiveInt
    qk_nope_head_dim: PositiveInt
    qk_rope_head_dim: PositiveInt
    v_head_dim: PositiveInt


class Indexer(Record):
    """The small attention that picks which tokens a sparse attention reads (DeepSeek-V3.2)."""

    heads: PositiveInt
    head_dim: PositiveInt
    topk: PositiveInt


class LinearAttention(Record):
    """Layers with a state of fixed size instead of a cache that grows (Qwen3-Next's gated delta net)."""

    layers: PositiveInt
    key_heads: PositiveInt
    key_head_dim: PositiveInt
    value_heads: PositiveInt
    value_head_dim: PositiveInt
    convolution: PositiveInt
    """Width of the causal convolution in tokens."""


class Experts(Record):
    """The mixture-of-experts layers."""

    count: PositiveInt
    """Routed experts in a layer."""
    active: PositiveInt
    """Routed experts for each token."""
    intermediate: PositiveInt
    """Width of one expert."""
    shared: NonNegativeInt = 0
    """Experts that every token passes."""
    shared_intermediate: PositiveInt | None = None
    """Width of all shared experts together; None: as many routed ones."""
    shared_gate: bool = False
    """Whether a gate weighs what the shared experts say (Qwen3-Next)."""
    first_dense: NonNegativeInt = 0
    """Layers at the beginning that have an ordinary MLP instead."""


class Architecture(Record):
    """One decoder-only transformer; sizes are counts of numbers, not bytes."""

    class_name: str
    """The `architectures` entry that the engine looks up."""
    layers: PositiveInt
    hidden: PositiveInt
    intermediate: PositiveInt
    """Width of an ordinary MLP; unused where every layer has experts."""
    heads: PositiveInt
    kv_heads: PositiveInt
    head_dim: PositiveInt
    vocabulary: PositiveInt
    tied_embeddings: bool = False
    qk_norm: bool = False
    attention_bias: bool = False
    """Whether the projections of queries, keys and values have one."""
    output_bias: bool = False
    """Whether the projection of the attention's output has one."""
    attention_gate: bool = False
    """Whether the attention's output is gated by a projection as wide as the queries (Qwen3-Next)."""
    latent: LatentAttention | None = None
    experts: Experts | None = None
    linear: LinearAttention | None = None
    indexer: Indexer | None = None
    mtp_layers: NonNegativeInt = 0
    """Layers for multi-token prediction that travel with the weights; no part of the model's parameters."""
    positions: PositiveInt = Field(description="max_position_embeddings")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.linear is not None and self.linear.layers >= self.layers:
            raise ValueError(f"{self.linear.layers} linear layers leave none of {self.layers} with attention")
        if self.experts is not None and self.experts.active > self.experts.count:
            raise ValueError(f"{self.experts.active} of {self.experts.count} experts cannot be active")
        if self.experts is not None and self.experts.first_dense >= self.layers:
            raise ValueError(
                f"{self.experts.first_dense} dense layers leave none of {self.layers} with experts"
            )
        if self.indexer is not None and (self.latent is None or self.latent.q_lora_rank is None):
            raise ValueError("an indexer reads compressed queries; give latent.q_lora_rank")
        return self

    @property
    def attention_layers(self) -> int:
        """Layers whose cache grows with the tokens."""
        return self.layers - (self.linear.layers if self.linear is not None else 0)

    @property
    def expert_layers(self) -> int:
        """Layers whose MLP is a mixture of experts."""
        return self.layers - self.experts.first_dense if self.experts is not None else 0

    @property
    def dense_layers(self) -> int:
        """Layers with an ordinary MLP."""
        return self.layers - self.expert_layers


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Where a model's parameters are; `total` and `active` add them up."""

    embedding: int
    """The input embedding, which is also the output head where the two are tied."""
    head: int
    """The output head; 0 where it is tied."""
    attention: int
    """One layer with attention, its norms of queries and keys and its indexer included."""
    linear: int
    """One layer of linear attention."""
    mlp: int
    """One ordinary MLP."""
    expert: int
    """One routed expert."""
    shared: int
    """The shared experts of a layer, with their gate."""
    router: int
    """Of a layer."""
    norms: int
    """All others: two a layer and the last."""
    total: int
    active: int
    """Those that one token passes; the embedding counts whole, as makers count it."""


def count_parameters(shape: Architecture) -> Parameters:
    """The parameters of each part. Follows transformers' modelling files of the classes in `config_json`."""
    embedding = shape.vocabulary * shape.hidden
    head = 0 if shape.tied_embeddings else embedding
    attention = _latent(shape, shape.latent) if shape.latent is not None else _grouped(shape)
    linear = _linear(shape, shape.linear) if shape.linear is not None else 0
    mlp = 3 * shape.hidden * shape.intermediate
    expert, shared, router = _experts(shape, shape.experts) if shape.experts is not None else (0, 0, 0)
    norms = (2 * shape.layers + 1) * shape.hidden
    every = (
        embedding
        + head
        + norms
        + shape.attention_layers * attention
        + shape.dense_layers * mlp
        + (shape.layers - shape.attention_layers) * linear
        + shape.expert_layers * (shared + router)
    )
    count, active = (shape.experts.count, shape.experts.active) if shape.experts is not None else (0, 0)
    return Parameters(
        embedding=embedding,
        head=head,
        attention=attention,
        linear=linear,
        mlp=mlp,
        expert=expert,
        shared=shared,
        router=router,
        norms=norms,
        total=every + shape.expert_layers * count * expert,
        active=every + shape.expert_layers * active * expert,
    )


def parameter_count(shape: Architecture) -> int:
    """All parameters, without the layers for multi-token prediction."""
    return count_parameters(shape).total


def active_parameter_count(shape: Architecture) -> int:
    """The parameters that one token passes."""
    return count_parameters(shape).active


def mtp_parameter_count(shape: Architecture) -> int:
    """What the layers for multi-token prediction add to the weights, as DeepSeek-V3 publishes them.

    Each is a whole layer with experts, a projection of two hidden states to one, three norms, and its own
    copy of embedding and head (DeepSeek-V3, README_WEIGHTS.md). 0 where the weights come without any.
    """
    parts = count_parameters(shape)
    experts = shape.experts.count if shape.experts is not None else 0
    layer = parts.attention + experts * parts.expert + parts.shared + parts.router + 2 * shape.hidden
    joined = 2 * shape.hidden * shape.hidden + 3 * shape.hidden
    return shape.mtp_layers * (layer + joined + 2 * parts.embedding)


def _grouped(shape: Architecture) -> int:
    """Queries (twice as wide with a gate), keys, values and output; norms of queries and keys; biases."""
    queries, values = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    inward = queries * (2 if shape.attention_gate else 1) + 2 * values
    count = shape.hidden * (inward + queries)
    count += inward if shape.attention_bias else 0
    count += shape.hidden if shape.output_bias else 0
    return count + (2 * shape.head_dim if shape.qk_norm else 0)


def _latent(shape: Architecture, latent: LatentAttention) -> int:
    """Down and up again for queries, for keys and values together; norms between; output."""
    wide = shape.heads * (latent.qk_nope_head_dim + latent.qk_rope_head_dim)
    rank = latent.q_lora_rank
    queries = shape.hidden * wide if rank is None else rank * (shape.hidden + 1 + wide)
    down = shape.hidden * (latent.kv_lora_rank + latent.qk_rope_head_dim) + latent.kv_lora_rank
    up = latent.kv_lora_rank * shape.heads * (latent.qk_nope_head_dim + latent.v_head_dim)
    output = shape.heads * latent.v_head_dim * shape.hidden
    return queries + down + up + output + _indexer(shape, rank or 0)


def _indexer(shape: Architecture, rank: int) -> int:
    """Queries from the compressed ones, one key with a norm that has a bias, a weight for each head."""
    if shape.indexer is None:
        return 0
    own = shape.indexer
    return rank * own.heads * own.head_dim + shape.hidden * (own.head_dim + own.heads) + 2 * own.head_dim


def _linear(shape: Architecture, linear: LinearAttention) -> int:
    """A gated delta net: queries, keys, values and gate; two numbers a head; convolution; norm; output."""
    keys, values = linear.key_heads * linear.key_head_dim, linear.value_heads * linear.value_head_dim
    projections = shape.hidden * (2 * keys + 2 * values + 2 * linear.value_heads)
    convolution = (2 * keys + values) * linear.convolution
    return projections + convolution + 2 * linear.value_heads + linear.value_head_dim + values * shape.hidden


def _experts(shape: Architecture, experts: Experts) -> tuple[int, int, int]:
    """One expert, the shared ones of a layer, the router of a layer."""
    expert = 3 * shape.hidden * experts.intermediate
    width = experts.shared_intermediate or experts.intermediate * experts.shared
    shared = 3 * shape.hidden * width if experts.shared else 0
    return expert, shared + (shape.hidden if experts.shared_gate else 0), shape.hidden * experts.count
