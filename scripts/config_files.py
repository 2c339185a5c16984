"""The config.json that a shape of the catalog stands for, to ask transformers about it."""

from typing import Any

from local_models.architecture import Architecture

MODEL_TYPES = {
    "LlamaForCausalLM": "llama",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen3ForCausalLM": "qwen3",
    "Qwen3MoeForCausalLM": "qwen3_moe",
    "Qwen3NextForCausalLM": "qwen3_next",
    "DeepseekV3ForCausalLM": "deepseek_v3",
    "DeepseekV32ForCausalLM": "deepseek_v32",
}


def config_of(shape: Architecture, **more: Any) -> dict[str, Any]:
    """Every number that decides parameters, said outright; `more` is added or replaces what is there."""
    config: dict[str, Any] = {
        "architectures": [shape.class_name],
        "model_type": MODEL_TYPES[shape.class_name],
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "vocab_size": shape.vocabulary,
        "tie_word_embeddings": shape.tied_embeddings,
        "max_position_embeddings": shape.positions,
        "rope_theta": 1000000.0,
        "torch_dtype": "bfloat16",
    }
    if shape.latent is None and shape.class_name != "Qwen2ForCausalLM":  # whose biases and heads are fixed
        config |= {"head_dim": shape.head_dim, "attention_bias": shape.attention_bias}
    return config | _experts(shape) | _linear(shape) | _latent(shape) | more


def _experts(shape: Architecture) -> dict[str, Any]:
    own = shape.experts
    if own is None:
        return {}
    counts = {"num_experts_per_tok": own.active, "moe_intermediate_size": own.intermediate}
    if shape.latent is not None:
        shared = {"n_routed_experts": own.count, "n_shared_experts": own.shared}
        return {**counts, **shared, "first_k_dense_replace": own.first_dense}
    width = {"shared_expert_intermediate_size": own.shared_intermediate} if own.shared else {}
    return {**counts, **width, "num_experts": own.count}


def _linear(shape: Architecture) -> dict[str, Any]:
    own = shape.linear
    if own is None:
        return {}
    return {
        "full_attention_interval": shape.layers // shape.attention_layers,
        "linear_num_key_heads": own.key_heads,
        "linear_key_head_dim": own.key_head_dim,
        "linear_num_value_heads": own.value_heads,
        "linear_value_head_dim": own.value_head_dim,
        "linear_conv_kernel_dim": own.convolution,
    }


def _latent(shape: Architecture) -> dict[str, Any]:
    own, indexer = shape.latent, shape.indexer
    if own is None:
        return {}
    config = {**dict(own), "num_nextn_predict_layers": shape.mtp_layers}
    if indexer is not None:
        config |= {
            "index_n_heads": indexer.heads,
            "index_head_dim": indexer.head_dim,
            "index_topk": indexer.topk,
        }
    return config
