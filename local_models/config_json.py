"""A model's shape from any config.json of the Hugging Face kind.

transformers' AutoConfig reads the file, offline and without running code that comes with a model, so that
defaults which a file leaves out are those that its makers count on. A type of model whose parameters we have
no formula for is refused by name, and so is a variation of a known one that the formula leaves out.
"""

import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt, ValidationError

from local_models.architecture import Architecture, Experts, Indexer, LatentAttention, LinearAttention
from scenarios.problem import choices
from scenarios.record import Record


class ConfigError(Exception):
    """A config.json that no shape can be read from; the message says why and what to do."""


class Quantization(Record):
    """What config.json says of weights that are stored narrower than they are computed with."""

    method: str
    """Such as `fp8`, `awq`, `gptq`, `compressed-tensors`."""
    bits: PositiveInt | None = None
    """Of one weight; None: the file does not say."""
    block: tuple[PositiveInt, ...] = ()
    """The block of weights that shares a scale: two sides; one for a stretch of a row."""


class Rope(Record):
    """How positions are told."""

    kind: str = "default"
    theta: PositiveFloat
    factor: PositiveFloat | None = None
    original: PositiveInt | None = None
    """Positions before the factor."""
    partial: PositiveFloat = 1.0
    """Which part of a head is turned."""


class ModelConfig(Record):
    """What a config.json tells."""

    architecture: Architecture
    dtype: str
    """Such as `bfloat16`."""
    rope: Rope
    quantization: Quantization | None = None
    window: NonNegativeInt = 0
    """Tokens that a layer with a sliding window sees; 0: every layer sees all."""

    dual_chunk: PositiveInt | None = None
    """Tokens of the window before dual-chunk attention stretches it, which vLLM dropped in 0.11."""

    @property
    def context(self) -> int:
        """Tokens that it takes as it is, without dual-chunk attention."""
        return self.dual_chunk or self.architecture.positions


def read_config(path: Path) -> ModelConfig:
    """The shape in a config.json or in a checkpoint folder. Raises `ConfigError`."""
    file = path / "config.json" if path.is_dir() else path
    written = _written(file)
    kind = str(written["model_type"])
    if kind not in _SHAPES:
        raise ConfigError(
            f"{file}: model_type {kind!r} has no formula here, so nothing can be said of its memory; "
            f"{choices(kind, _SHAPES)}"
        )
    config = _loaded(file)
    try:
        _plain(file, config)
        return ModelConfig(
            architecture=_SHAPES[kind](config, _class_name(written, kind)),
            dtype=str(written.get("dtype") or written.get("torch_dtype") or "bfloat16"),
            rope=_rope(config),
            quantization=_quantization(written.get("quantization_config")),
            window=int(getattr(config, "sliding_window", None) or 0),
            dual_chunk=_dual_chunk(written.get("dual_chunk_attention_config")),
        )
    except (AttributeError, TypeError, ZeroDivisionError) as error:
        raise ConfigError(f"{file}: a number is missing or odd ({error})") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'config'}: {one['msg']}" for one in error.errors()
        )
        raise ConfigError(f"{file}: {wrong}") from error


def _written(file: Path) -> Mapping[str, Any]:
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such file; name a config.json or its folder") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read as JSON: {error}") from error
    if not isinstance(written, dict) or not isinstance(written.get("model_type"), str):
        raise ConfigError(f"{file}: has no model_type; name the config.json of a model for transformers")
    return written


def _loaded(file: Path) -> Any:
    """The file as transformers understands it."""
    try:
        with _quiet(logging.getLogger("transformers")):
            from transformers import AutoConfig  # noqa: PLC0415  # an extra, and slow to import
    except ImportError as error:
        raise ConfigError(
            "reading a config.json needs transformers; install it with `pip install 'longspan[transformers]'`"
        ) from error
    try:
        return AutoConfig.from_pretrained(str(file), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever its strict dataclasses and parsers raise
        raise ConfigError(f"{file}: transformers cannot read it: {' '.join(str(error).split())}") from error


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """While it is imported, transformers warns that torch is missing; no config needs it."""
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


def _plain(file: Path, config: Any) -> None:
    """Refuse what the formulas leave out."""
    odd = {
        "mlp_bias": bool(getattr(config, "mlp_bias", False)),
        "mlp_only_layers": bool(getattr(config, "mlp_only_layers", None)),
        "decoder_sparse_step": getattr(config, "decoder_sparse_step", 1) != 1,
        "attention_bias": bool(getattr(config, "attention_bias", False)) and hasattr(config, "kv_lora_rank"),
    }
    if found := [name for name, is_odd in odd.items() if is_odd]:
        raise ConfigError(f"{file}: {', '.join(found)} is set to what no formula here covers")


def _class_name(written: Mapping[str, Any], kind: str) -> str:
    named = written.get("architectures") or [_CLASSES[kind]]
    return str(named[0])


def _dense(config: Any, name: str) -> Architecture:
    """Llama and those who follow it; Qwen2 has biases on the way in, Qwen3 norms of queries and keys."""
    heads = config.num_attention_heads
    bias = bool(getattr(config, "attention_bias", False))
    kind = config.model_type
    return Architecture(
        class_name=name,
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        intermediate=config.intermediate_size,
        heads=heads,
        kv_heads=config.num_key_value_heads or heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
        vocabulary=config.vocab_size,
        tied_embeddings=config.tie_word_embeddings,
        qk_norm=kind.startswith("qwen3"),
        attention_bias=bias or kind == "qwen2",
        output_bias=bias,
        positions=config.max_position_embeddings,
    )


def _qwen3_moe(config: Any, name: str) -> Architecture:
    experts = Experts(
        count=config.num_experts,
        active=config.num_experts_per_tok,
        intermediate=config.moe_intermediate_size,
    )
    return _with(_dense(config, name), experts=experts)


def _qwen3_next(config: Any, name: str) -> Architecture:
    linear = LinearAttention(
        layers=config.layer_types.count("linear_attention"),
        key_heads=config.linear_num_key_heads,
        key_head_dim=config.linear_key_head_dim,
        value_heads=config.linear_num_value_heads,
        value_head_dim=config.linear_value_head_dim,
        convolution=config.linear_conv_kernel_dim,
    )
    experts = Experts(
        count=config.num_experts,
        active=config.num_experts_per_tok,
        intermediate=config.moe_intermediate_size,
        shared=1,
        shared_intermediate=config.shared_expert_intermediate_size,
        shared_gate=True,
    )
    return _with(_dense(config, name), experts=experts, linear=linear, attention_gate=True)


def _deepseek_v3(config: Any, name: str) -> Architecture:
    dense = config.first_k_dense_replace
    latent = LatentAttention(
        q_lora_rank=config.q_lora_rank,
        kv_lora_rank=config.kv_lora_rank,
        qk_nope_head_dim=config.qk_nope_head_dim,
        qk_rope_head_dim=config.qk_rope_head_dim,
        v_head_dim=config.v_head_dim,
    )
    experts = Experts(
        count=config.n_routed_experts,
        active=config.num_experts_per_tok,
        intermediate=config.moe_intermediate_size,
        shared=config.n_shared_experts,
        first_dense=dense,
    )
    return Architecture(
        class_name=name,
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        intermediate=config.intermediate_size,
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_dim=config.v_head_dim,
        vocabulary=config.vocab_size,
        tied_embeddings=config.tie_word_embeddings,
        latent=latent,
        experts=experts,
        mtp_layers=getattr(config, "num_nextn_predict_layers", 0) or 0,
        positions=config.max_position_embeddings,
    )


def _deepseek_v32(config: Any, name: str) -> Architecture:
    indexer = Indexer(heads=config.index_n_heads, head_dim=config.index_head_dim, topk=config.index_topk)
    return _with(_deepseek_v3(config, name), indexer=indexer)


def _with(shape: Architecture, **more: Any) -> Architecture:
    return Architecture.model_validate({**dict(shape), **more})


def _rope(config: Any) -> Rope:
    told = dict(getattr(config, "rope_parameters", None) or {})
    original = told.get("original_max_position_embeddings")
    return Rope(
        kind=told.get("rope_type", "default"),
        theta=told.get("rope_theta", 10000.0),
        factor=told.get("factor"),
        original=None if original is None else math.floor(original),
        partial=told.get("partial_rotary_factor", 1.0),
    )


def _dual_chunk(told: Any) -> int | None:
    return told.get("original_max_position_embeddings") if isinstance(told, dict) else None


def _quantization(told: Any) -> Quantization | None:
    if not isinstance(told, dict):
        return None
    method = str(told.get("quant_method", "unknown"))
    block = told.get("weight_block_size")
    group = told.get("group_size")
    stretch = (group,) if isinstance(group, int) and group > 0 else ()
    return Quantization(
        method=method,
        bits=told.get("bits") or (8 if method == "fp8" else None),
        block=tuple(block) if block else stretch,
    )


_Shape = Callable[[Any, str], Architecture]
_SHAPES: Mapping[str, _Shape] = MappingProxyType(
    {
        "llama": _dense,
        "mistral": _dense,
        "qwen2": _dense,
        "qwen3": _dense,
        "qwen3_moe": _qwen3_moe,
        "qwen3_next": _qwen3_next,
        "deepseek_v3": _deepseek_v3,
        "deepseek_v32": _deepseek_v32,
    }
)
_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "llama": "LlamaForCausalLM",
        "mistral": "MistralForCausalLM",
        "qwen2": "Qwen2ForCausalLM",
        "qwen3": "Qwen3ForCausalLM",
        "qwen3_moe": "Qwen3MoeForCausalLM",
        "qwen3_next": "Qwen3NextForCausalLM",
        "deepseek_v3": "DeepseekV3ForCausalLM",
        "deepseek_v32": "DeepseekV32ForCausalLM",
    }
)
SUPPORTED = tuple(_SHAPES)
"""The values of model_type that there are formulas for."""
