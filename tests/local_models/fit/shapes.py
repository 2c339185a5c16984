"""Architectures of published models, as their config.json files have the numbers."""

from local_models.architecture import (
    Architecture,
    Experts,
    Indexer,
    LatentAttention,
    LinearAttention,
)

QWEN3_8B = Architecture(
    class_name="Qwen3ForCausalLM",
    layers=36,
    hidden=4096,
    intermediate=12288,
    heads=32,
    kv_heads=8,
    head_dim=128,
    vocabulary=151936,
    qk_norm=True,
    positions=40960,
)
QWEN3_32B = QWEN3_8B.model_copy(
    update={"layers": 64, "hidden": 5120, "intermediate": 25600, "heads": 64},
)
QWEN3_14B = QWEN3_8B.model_copy(
    update={"layers": 40, "hidden": 5120, "intermediate": 17408, "heads": 40},
)
R1_DISTILL_7B = Architecture(
    class_name="Qwen2ForCausalLM",
    layers=28,
    hidden=3584,
    intermediate=18944,
    heads=28,
    kv_heads=4,
    head_dim=128,
    vocabulary=152064,
    attention_bias=True,
    positions=131072,
)
QWEN3_30B = Architecture(
    class_name="Qwen3MoeForCausalLM",
    layers=48,
    hidden=2048,
    intermediate=6144,
    heads=32,
    kv_heads=4,
    head_dim=128,
    vocabulary=151936,
    qk_norm=True,
    experts=Experts(count=128, active=8, intermediate=768),
    positions=40960,
)
QWEN3_235B = QWEN3_30B.model_copy(
    update={
        "layers": 94,
        "hidden": 4096,
        "heads": 64,
        "experts": Experts(count=128, active=8, intermediate=1536),
    },
)
CODER_480B = QWEN3_30B.model_copy(
    update={
        "layers": 62,
        "hidden": 6144,
        "heads": 96,
        "kv_heads": 8,
        "experts": Experts(count=160, active=8, intermediate=2560),
    },
)
NEXT_80B = Architecture(
    class_name="Qwen3NextForCausalLM",
    layers=48,
    hidden=2048,
    intermediate=5120,
    heads=16,
    kv_heads=2,
    head_dim=256,
    vocabulary=151936,
    qk_norm=True,
    attention_gate=True,
    experts=Experts(
        count=512, active=10, intermediate=512, shared=1, shared_intermediate=512, shared_gate=True
    ),
    linear=LinearAttention(
        layers=36, key_heads=16, key_head_dim=128, value_heads=32, value_head_dim=128, convolution=4
    ),
    positions=262144,
)
DEEPSEEK_R1 = Architecture(
    class_name="DeepseekV3ForCausalLM",
    layers=61,
    hidden=7168,
    intermediate=18432,
    heads=128,
    kv_heads=128,
    head_dim=192,
    vocabulary=129280,
    latent=LatentAttention(
        q_lora_rank=1536, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128
    ),
    experts=Experts(count=256, active=8, intermediate=2048, shared=1, first_dense=3),
    mtp_layers=1,
    positions=163840,
)
DEEPSEEK_V32 = DEEPSEEK_R1.model_copy(
    update={"class_name": "DeepseekV32ForCausalLM", "indexer": Indexer(heads=64, head_dim=128, topk=2048)},
)
