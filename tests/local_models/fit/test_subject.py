"""From a model or a config.json to what is reckoned with, and to the command that serves it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_models.architecture import parameter_count
from local_models.catalog import UnknownLocalModel, find_model
from local_models.config_json import ConfigError
from local_models.fit.gpu import read_gpus
from local_models.fit.rank import rank
from local_models.fit.subject import Subject, fewest, of_config, of_model, spec_for, wanted
from local_models.launch import spell
from local_models.spec import CannotServe

QWEN3_30B = {
    "architectures": ["Qwen3MoeForCausalLM"],
    "model_type": "qwen3_moe",
    "attention_bias": False,
    "decoder_sparse_step": 1,
    "head_dim": 128,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "max_position_embeddings": 40960,
    "mlp_only_layers": [],
    "moe_intermediate_size": 768,
    "num_attention_heads": 32,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 48,
    "num_key_value_heads": 4,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "vocab_size": 151936,
}


def write(folder: Path, **changed: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(QWEN3_30B | changed), encoding="utf-8")
    return folder


def command(subject: Subject, gpus: str, layout: str, home: Path, **asked: Any) -> str:
    wish = wanted(subject, **({"context": None} | asked))
    found = rank(subject.architecture, subject.weights, read_gpus(gpus), wish)
    fit = next(fit for fit in found if str(fit.parallel) == layout and fit.fits)
    return spell(spec_for(subject, fit, wish, home))


def test_a_config_and_the_catalog_agree_on_one_model(tmp_path: Path) -> None:
    told, known = of_config(write(tmp_path), None), of_model(find_model("qwen3-30b-a3b"), "bf16")
    wish = wanted(known, context=8192)
    some = read_gpus("2xH100-80")
    assert rank(told.architecture, told.weights, some, wish) == rank(
        known.architecture, known.weights, some, wish
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    layers=st.integers(1, 96),
    heads=st.integers(1, 16),
    kv_heads=st.sampled_from([1, 2, 4]),
    experts=st.integers(8, 256),
)
def test_a_changed_config_changes_the_answer_as_the_formula_says(
    tmp_path: Path, layers: int, heads: int, kv_heads: int, experts: int
) -> None:
    changed = write(
        tmp_path,
        num_hidden_layers=layers,
        num_attention_heads=heads * kv_heads,
        num_key_value_heads=kv_heads,
        num_experts=experts,
    )
    subject = of_config(changed, None)
    attention = 2048 * 128 * (2 * heads * kv_heads + 2 * kv_heads) + 2 * 128
    mixture = experts * (3 * 2048 * 768 + 2048)
    parameters = layers * (attention + mixture + 2 * 2048) + 2048 + 2 * 151_936 * 2048
    assert parameter_count(subject.architecture) == parameters
    fit = rank(subject.architecture, subject.weights, read_gpus("1xFoo-900"), wanted(subject, context=1024))[
        0
    ]
    assert fit.load is not None
    assert fit.load.weights == 2 * parameters
    assert fit.load.token == 2 * layers * kv_heads * 128 * 2
    computing = 30 * 16384 * 2048 + 2 * 4 * 8 * 151_936 + 1_500_000_000
    assert fit.tokens == int((810 * 10**9 - 2 * parameters - computing) / fit.load.token)


def test_a_config_of_fp8_weights_is_read_with_its_blocks(tmp_path: Path) -> None:
    quantised = write(tmp_path, quantization_config={"quant_method": "fp8", "weight_block_size": [128, 128]})
    (stored,) = of_config(quantised, None).weights.values()
    assert (stored.precision, stored.group) == ("fp8", 128)


def test_weights_that_nobody_published_can_be_asked_about(tmp_path: Path) -> None:
    subject = of_config(write(tmp_path), "fp8")
    assert list(subject.weights) == ["fp8"]
    assert subject.notes[0].startswith("weights in fp8 are counted on, whatever")


def test_weights_of_no_known_kind_are_refused_with_what_can_be_asked(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match=r"'int3'; did you mean 'int4'\? there are: bf16, fp8, int4, nvfp4"):
        of_config(write(tmp_path), "int3")
    odd = write(tmp_path, quantization_config={"quant_method": "bitnet"})
    with pytest.raises(
        CannotServe, match="bitnet with an unknown number of bits have no formula here; ask with"
    ):
        of_config(odd, None)


def test_no_config_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        of_config(tmp_path, None)


def test_weights_that_a_model_has_not_are_named_with_those_it_has() -> None:
    with pytest.raises(UnknownLocalModel, match="has no weights 'int3'"):
        of_model(find_model("qwen3-8b"), "int3")


def test_a_window_beyond_positions_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="has 40,960 positions, and 65,536 tokens are asked for"):
        wanted(of_config(write(tmp_path), None), context=65_536)


def test_a_window_beyond_the_models_own_is_stretched_as_its_makers_say(tmp_path: Path) -> None:
    subject = of_model(find_model("qwen3-coder-480b-a35b"), "fp8")
    line = command(subject, "8xH200-141", "tp8+ep", tmp_path, context=1_048_576)
    assert "--tensor-parallel-size 8 --enable-expert-parallel" in line
    assert "--max-model-len 1048576" in line
    assert '"rope_type":"yarn"' in line
    assert '"max_position_embeddings":1048576' in line


def test_a_window_within_the_models_own_is_not_stretched(tmp_path: Path) -> None:
    subject = of_model(find_model("qwen3-coder-480b-a35b"), "fp8")
    assert "yarn" not in command(subject, "8xH200-141", "tp8+ep", tmp_path, context=262_144)


def test_dual_chunk_attention_is_refused_with_what_else_can_be_done() -> None:
    with pytest.raises(CannotServe, match=r"dual-chunk attention, which vLLM has no more.*SGLang.*YaRN"):
        wanted(of_model(find_model("qwen3-235b-a22b-instruct-2507"), None), context=1_010_000)


@pytest.mark.parametrize(
    ("model", "context"),
    [("qwen3-coder-480b-a35b", 2_097_152), ("qwen3-8b", 131_073), ("deepseek-r1-0528", 262_144)],
)
def test_what_no_extension_reaches_is_refused(model: str, context: int) -> None:
    with pytest.raises(CannotServe, match=r"\d"):
        wanted(of_model(find_model(model), None), context=context)


def test_a_shortened_window_is_what_the_server_is_started_with(tmp_path: Path) -> None:
    subject = of_model(find_model("qwen3-235b-a22b-instruct-2507"), "bf16")
    line = command(subject, "4xH20-141", "tp4", tmp_path)
    length = int(line.split("--max-model-len ")[1].split()[0])
    assert 120_000 <= length <= 170_000
    assert length % 1024 == 0


def test_what_is_asked_reaches_the_command(tmp_path: Path) -> None:
    subject = of_model(find_model("deepseek-v3.2"), "fp8")
    line = command(
        subject, "8xH200-141", "dp8+ep", tmp_path, context=65_536, concurrency=16, kv="fp8", utilization=0.85
    )
    for words in (
        "vllm serve deepseek-ai/DeepSeek-V3.2",
        "--data-parallel-size 8 --enable-expert-parallel",
        "--kv-cache-dtype fp8",
        "--max-num-seqs 16",
        "--gpu-memory-utilization 0.85",
        "--tokenizer-mode deepseek_v32",
        "--port 8000",
    ):
        assert words in line


def test_servers_side_by_side_share_the_sequences(tmp_path: Path) -> None:
    subject = of_model(find_model("qwen3-8b"), "bf16")
    assert "--max-num-seqs 4" in command(subject, "4xH100-80", "tp1", tmp_path, concurrency=16)


def test_a_server_over_two_machines_says_which_one_it_starts(tmp_path: Path) -> None:
    subject = of_model(find_model("deepseek-r1-0528"), "fp8")
    line = command(subject, "16xH20-96", "tp8+pp2", tmp_path)
    assert "--nnodes 2 --node-rank 0 --master-addr HEAD_ADDRESS" in line


def test_a_config_is_served_from_its_folder(tmp_path: Path) -> None:
    line = command(of_config(write(tmp_path / "mine"), None), "1xH200-141", "tp1", tmp_path)
    assert line.startswith(f"vllm serve {(tmp_path / 'mine').resolve()} --served-model-name mine ")


def test_the_fewest_gpus_that_would_do() -> None:
    subject = of_model(find_model("qwen3-235b-a22b"), "bf16")
    found = fewest(subject, read_gpus("4xH20-96"), wanted(subject, context=None))
    assert found is not None
    assert (str(found[0]), found[1].fits) == ("8xH20-96", True)
    assert fewest(subject, read_gpus("1xL4-24"), wanted(subject, context=None), most=8) is None
