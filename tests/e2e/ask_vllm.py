"""Run by the Python of an engine's environment: what vLLM itself says of layouts, stages and cache pages.

ask_vllm.py FOLDER…     each with a config.json; one JSON document on stdout's last line
"""

import json
import os
import sys
from importlib import import_module
from math import prod
from typing import Any

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 16, 32)
STAGES = (1, 2, 3, 4, 7, 8, 16)


def layouts(folder: str) -> list[dict[str, Any]]:
    """For each TP and DCP: the refusal, or how many key heads a GPU has."""
    config = import_module("vllm.config")
    model = config.ModelConfig(model=folder, tokenizer=folder, skip_tokenizer_init=True)
    found = []
    for tp in SIZES:
        for dcp in (size for size in SIZES if tp % size == 0):
            answer: dict[str, Any] = {"tp": tp, "dcp": dcp, "refused": None}
            try:
                parallel = config.ParallelConfig(
                    tensor_parallel_size=tp,
                    decode_context_parallel_size=dcp,
                    distributed_executor_backend="mp",
                )
                model.verify_with_parallel_config(parallel)
                answer["kv_heads"] = model.get_num_kv_heads(parallel)
            except ValueError as error:
                answer["refused"] = str(error)
            found.append(answer)
    return found


def stages(layers: int) -> dict[int, list[list[int]]]:
    deal = import_module("vllm.distributed.utils").get_pp_indices
    return {count: [list(deal(layers, rank, count)) for rank in range(count)] for count in STAGES}


def pages() -> dict[str, float]:
    """Bytes of a token in one layer, from the pages that vLLM would allot."""
    kv, torch = import_module("vllm.v1.kv_cache_interface"), import_module("torch")
    block = 64
    specs = {
        "gqa": kv.FullAttentionSpec(block_size=block, num_kv_heads=4, head_size=128, dtype=torch.bfloat16),
        "gqa fp8": kv.FullAttentionSpec(block_size=block, num_kv_heads=4, head_size=128, dtype=torch.uint8),
        "mla": kv.MLAAttentionSpec(block_size=block, num_kv_heads=1, head_size=576, dtype=torch.bfloat16),
        "indexer": kv.MLAAttentionSpec(block_size=block, num_kv_heads=1, head_size=132, dtype=torch.uint8),
    }
    return {name: spec.page_size_bytes / block for name, spec in specs.items()}


def state(tp: int) -> int:
    """Numbers that a sequence keeps in one layer of Qwen3-Next's linear attention."""
    calculator = import_module("vllm.model_executor.layers.mamba.mamba_utils").MambaStateShapeCalculator
    return sum(prod(shape) for shape in calculator.gated_delta_net_state_shape(tp, 16, 32, 128, 128, 4))


def main() -> None:
    os.environ |= {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    pad = import_module("vllm.model_executor.layers.vocab_parallel_embedding").pad_vocab_size
    told = {
        "layouts": {folder: layouts(folder) for folder in sys.argv[1:]},
        "stages": {layers: stages(layers) for layers in (36, 61, 94)},
        "pages": pages(),
        "states": {tp: state(tp) for tp in (1, 2, 4, 8)},
        "vocabulary": {rows: pad(rows) for rows in (151_936, 129_280, 100_001)},
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
