"""What is reckoned before a model is loaded, against vLLM's own functions, which need no GPU to be asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.environment import read_environment
from local_models.config_json import read_config
from local_models.engine import ENGINES
from local_models.fit.gpu import read_gpus
from local_models.fit.memory import Usual, cache_of_token, deal_layers, padded_vocabulary, state_of_sequence
from local_models.fit.rules import Case, refusal
from local_models.parallel import Parallel
from tests.e2e import ask_vllm
from tests.local_models.fit.shapes import DEEPSEEK_R1, DEEPSEEK_V32, NEXT_80B, QWEN3_8B, QWEN3_235B

pytestmark = pytest.mark.e2e

_SECONDS = 600
_GQA = {"head_dim": 128, "max_position_embeddings": 40960, "vocab_size": 151936, "torch_dtype": "bfloat16"}
CONFIGS: dict[str, dict[str, Any]] = {
    "dense": _GQA
    | {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 4096}
    | {"num_attention_heads": 32, "num_key_value_heads": 8, "num_hidden_layers": 36}
    | {"intermediate_size": 12288},
    "experts": _GQA
    | {"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": 4096}
    | {"num_attention_heads": 64, "num_key_value_heads": 4, "num_hidden_layers": 94, "num_experts": 128}
    | {"num_experts_per_tok": 8, "moe_intermediate_size": 1536, "intermediate_size": 12288},
    "latent": {"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3"},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for name, config in CONFIGS.items():
        made[name] = tmp_path_factory.mktemp(name)
        (made[name] / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def told(folders: dict[str, Path]) -> dict[str, Any]:
    """What vLLM says, asked once."""
    python = ENGINES["cpu"].folder(read_environment().home) / "bin" / "python"
    if not python.is_file():
        pytest.skip("needs vLLM: longspan models install local/smollm2 --engine cpu")
    asked = [str(python), ask_vllm.__file__, *map(str, folders.values())]
    done = subprocess.run(asked, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("name", CONFIGS)
def test_what_vllm_refuses_is_refused_and_key_heads_repeat_as_it_repeats_them(
    name: str, told: dict[str, Any], folders: dict[str, Path]
) -> None:
    shape = read_config(folders[name]).architecture
    answers = told["layouts"][str(folders[name])]
    assert {answer["refused"] is None for answer in answers} == {True, False}
    for answer in answers:
        parallel = Parallel(tp=answer["tp"], dcp=answer["dcp"])
        kind = read_gpus("H200-141").kind
        case = Case(shape=shape, stored=Usual(precision="bf16"), parallel=parallel, kind=kind, cache="bf16")
        if answer["refused"] is not None:
            assert refusal(case) is not None, answer
        elif refusal(case) is None:
            heads = cache_of_token(shape, parallel, "bf16", range(1)) * parallel.dcp
            one = 576 * 2 if shape.latent is not None else 2 * 128 * 2
            assert heads == answer["kv_heads"] * one


def test_stages_get_the_layers_that_vllm_gives_them(told: dict[str, Any]) -> None:
    for layers, by_count in told["stages"].items():
        for count, dealt in by_count.items():
            mine = deal_layers(int(layers), int(count))
            assert [[layer.start, layer.stop] for layer in mine] == dealt


def test_a_token_takes_the_bytes_that_vllm_allots(told: dict[str, Any]) -> None:
    one, alone = range(1), Parallel()
    latent = cache_of_token(DEEPSEEK_R1, alone, "bf16", one)
    assert told["pages"] == {
        "gqa": cache_of_token(QWEN3_235B, alone, "bf16", one),
        "gqa fp8": cache_of_token(QWEN3_235B, alone, "fp8", one),
        "mla": latent,
        "indexer": cache_of_token(DEEPSEEK_V32, alone, "bf16", one) - latent,
    }


def test_a_sequence_keeps_the_state_that_vllm_allots(told: dict[str, Any]) -> None:
    for tp, numbers in told["states"].items():
        assert state_of_sequence(NEXT_80B, int(tp), range(1)) == 2 * numbers


def test_the_vocabulary_is_filled_up_as_vllm_does(told: dict[str, Any]) -> None:
    for rows, filled in told["vocabulary"].items():
        assert padded_vocabulary(QWEN3_8B.model_copy(update={"vocabulary": int(rows)})) == filled
