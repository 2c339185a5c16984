"""Layouts that others publish or rule out, each with who says it.

R: vllm-project/recipes at commit 8959cf6 (2026-08-21). Q: README and documents of QwenLM/Qwen3 at 7a2f61f.
C: README of QwenLM/Qwen3-Coder at 0ae30f5. S: arithmetic with published sizes and 0.9 of the memory.
A window of None is the 32,768 tokens (or the model's own, if less) at which the table of docs/fit.md is made.
"""

from typing import NamedTuple


class Claim(NamedTuple):
    model: str
    weights: str
    gpus: str
    fits: bool
    source: str
    window: int | None = None
    layout: str | None = None
    """None: any."""


K = 1024
R, Q, C, S = "R", "Q", "C", "S"

CLAIMS = (
    Claim("qwen3-0.6b", "bf16", "1xAny-8", True, Q),
    Claim("qwen3-1.7b", "bf16", "1xAny-16", True, R),
    Claim("qwen3-4b", "bf16", "1xRTX4090-24", True, R),
    Claim("qwen3-8b", "bf16", "1xRTX4090-24", True, R, window=16 * K),
    Claim("qwen3-8b", "bf16", "1xH100-80", True, R, window=128 * K),
    Claim("qwen3-14b", "bf16", "1xL40S-48", True, Q),
    Claim("qwen3-14b", "bf16", "1xRTX4090-24", False, S),
    Claim("qwen3-32b", "fp8", "1xH100-80", True, R),
    Claim("qwen3-32b", "bf16", "1xH200-141", True, R),
    Claim("qwen3-32b", "bf16", "1xB200-180", True, R),
    Claim("qwen3-32b", "bf16", "2xH100-80", True, R),
    Claim("qwen3-30b-a3b", "bf16", "1xH100-80", True, R),
    Claim("qwen3-30b-a3b", "bf16", "1xH20-96", True, R),
    Claim("qwen3-30b-a3b", "fp8", "1xL40S-48", True, R),
    Claim("qwen3-30b-a3b-instruct-2507", "fp8", "1xH100-80", True, Q, window=256 * K),
    Claim("qwen3-30b-a3b-instruct-2507", "bf16", "1xH200-141", True, Q, window=256 * K),
    Claim("qwen3-30b-a3b-instruct-2507", "bf16", "4xH100-80", True, S, window=1_010_000),
    Claim("qwen3-30b-a3b-instruct-2507", "bf16", "2xH200-141", True, S, window=1_010_000),
    Claim("qwen3-30b-a3b-thinking-2507", "fp8", "1xH100-80", True, Q, window=256 * K),
    Claim("qwen3-coder-30b-a3b", "fp8", "1xH100-80", True, C, window=256 * K),
    *(
        claim._replace(model=name)
        for name in (
            "qwen3-235b-a22b",
            "qwen3-235b-a22b-instruct-2507",
            "qwen3-235b-a22b-thinking-2507",
        )
        for claim in (
            Claim("", "fp8", "4xH20-96", True, R, layout="tp4"),
            Claim("", "bf16", "4xH20-96", False, S),
            Claim("", "bf16", "8xH20-96", True, S),
            Claim("", "bf16", "4xH20-141", True, S, window=100_000),
            Claim("", "bf16", "4xH20-141", False, S, window=256 * K),
            Claim("", "fp8", "4xH20-141", True, S),
            Claim("", "fp8", "4xH100-80", True, R, layout="tp4"),
            Claim("", "bf16", "8xH100-80", True, R),
            Claim("", "bf16", "4xH200-141", True, R),
            Claim("", "fp8", "2xH200-141", True, S),
            Claim("", "bf16", "8xH200-141", True, S, window=1_010_000),
            Claim("", "fp8", "2xB200-180", True, R),
            Claim("", "bf16", "4xB200-180", True, R),
            Claim("", "fp8", "8xH100-80", False, R, layout="tp8"),
            Claim("", "fp8", "8xH100-80", True, R, layout="tp8+ep"),
        )
    ),
    Claim("qwen3-235b-a22b-instruct-2507", "nvfp4", "1xB200-180", True, R, window=16 * K),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH20-96", True, S),
    Claim("qwen3-coder-480b-a35b", "bf16", "8xH20-96", False, S),
    Claim("qwen3-coder-480b-a35b", "bf16", "16xH20-96", True, S),
    Claim("qwen3-coder-480b-a35b", "bf16", "8xH200-141", True, R, window=32_000),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH200-141", True, R, window=131_072, layout="dp8+ep"),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH200-141", False, R, layout="tp8"),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH200-141", True, S, window=1024 * K, layout="tp8+ep"),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH200-141", False, S, window=1024 * K, layout="dp8+ep"),
    Claim("qwen3-coder-480b-a35b", "fp8", "8xH100-80", True, S),
    Claim("qwen3-coder-480b-a35b", "fp8", "4xB200-180", True, R),
    Claim("qwen3-coder-480b-a35b", "bf16", "8xB200-180", True, R),
    Claim("qwen3-coder-480b-a35b", "nvfp4", "2xB200-180", True, R),
    *(
        claim._replace(model=name)
        for name in ("qwen3-next-80b-a3b-instruct", "qwen3-next-80b-a3b-thinking")
        for claim in (
            Claim("", "bf16", "4xH20-96", True, R, window=256 * K, layout="tp4"),
            Claim("", "bf16", "4xH200-141", True, R, window=256 * K, layout="tp4"),
            Claim("", "fp8", "1xH20-96", True, S),
            Claim("", "fp8", "2xH20-96", True, S),
        )
    ),
    *(
        claim._replace(model=name)
        for name in ("deepseek-r1-0528", "deepseek-v3-0324", "deepseek-v3.1", "deepseek-v3.2")
        for claim in (
            Claim("", "fp8", "8xH20-96", False, S),
            Claim("", "fp8", "16xH20-96", True, S),
            Claim("", "fp8", "8xH20-141", True, R, layout="tp8+ep"),
            Claim("", "fp8", "8xH20-141", True, R, layout="dp8+ep"),
            Claim("", "fp8", "8xH200-141", True, R, layout="tp8+ep"),
            Claim("", "fp8", "8xH200-141", True, R, layout="dp8+ep"),
            Claim("", "fp8", "8xH100-80", False, S),
            Claim("", "fp8", "16xH100-80", True, S),
            Claim("", "fp8", "8xB200-180", True, R),
            Claim("", "nvfp4", "4xB200-180", True, R),
        )
    ),
    Claim("deepseek-r1-distill-qwen-7b", "bf16", "1xRTX4090-24", True, S),
    Claim("deepseek-r1-distill-qwen-32b", "bf16", "2xH100-80", True, S),
    Claim("deepseek-r1-0528-qwen3-8b", "bf16", "1xRTX4090-24", True, S, window=16 * K),
    Claim("deepseek-r1-0528-qwen3-8b", "bf16", "1xH100-80", True, S, window=128 * K),
    Claim("smollm2", "bf16", "1xAny-8", True, S),
)
