"""A shape from any config.json: the one that it was written from, and a clear word where none can be."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_models.architecture import Architecture, parameter_count
from local_models.catalog import load_catalog
from local_models.config_json import SUPPORTED, ConfigError, read_config
from scripts.config_files import MODEL_TYPES, config_of

pytest.importorskip("transformers", reason="needs the extra `transformers`")

SHAPES = {name: model.architecture for name, model in load_catalog().items()}


def written(folder: Path, config: object) -> Path:
    file = folder / "config.json"
    file.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_of_the_catalog_is_read_back_from_its_config_json(tmp_path: Path, name: str) -> None:
    assert read_config(written(tmp_path, config_of(SHAPES[name]))).architecture == SHAPES[name]


def test_a_folder_is_as_good_as_its_file(tmp_path: Path) -> None:
    written(tmp_path, config_of(SHAPES["qwen3-8b"]))
    assert read_config(tmp_path).architecture == SHAPES["qwen3-8b"]


@pytest.mark.parametrize(
    ("changes", "less"),
    [
        ({"num_hidden_layers": 47}, 18_874_624 + 128 * 4_718_592 + 262_144 + 4096),
        ({"num_experts": 127}, 48 * (4_718_592 + 2048)),
        ({"num_attention_heads": 31}, 48 * 2 * 2048 * 128),
    ],
)
def test_a_number_that_changes_in_the_file_changes_the_count(
    tmp_path: Path, changes: dict[str, int], less: int
) -> None:
    shape = SHAPES["qwen3-30b-a3b"]
    found = read_config(written(tmp_path, config_of(shape, **changes))).architecture
    assert parameter_count(shape) - parameter_count(found) == less


def test_defaults_that_a_file_leaves_out_are_those_of_the_model(tmp_path: Path) -> None:
    found = read_config(written(tmp_path, {"model_type": "deepseek_v32"})).architecture
    assert found == changed(SHAPES["deepseek-v3.2"], mtp_layers=found.mtp_layers)
    assert found.class_name == "DeepseekV32ForCausalLM"


def changed(shape: Architecture, **changes: Any) -> Architecture:
    return Architecture.model_validate({**dict(shape), **changes})


def test_yarn_that_is_built_in_is_told(tmp_path: Path) -> None:
    scaling = {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096}
    config = config_of(SHAPES["deepseek-v3.1"], rope_scaling=scaling, rope_theta=10000)
    found = read_config(written(tmp_path, config))
    assert (found.rope.kind, found.rope.factor, found.rope.original) == ("yarn", 40, 4096)
    assert (found.rope.theta, found.context) == (10000, 163840)


def test_a_window_that_dual_chunk_attention_stretches_counts_unstretched(tmp_path: Path) -> None:
    dual = {"chunk_size": 262144, "local_size": 8192, "original_max_position_embeddings": 262144}
    shape = changed(SHAPES["qwen3-30b-a3b"], positions=1_010_000)
    found = read_config(written(tmp_path, config_of(shape, dual_chunk_attention_config=dual)))
    assert (found.dual_chunk, found.context, found.architecture.positions) == (262144, 262144, 1_010_000)


def test_positions_that_are_turned_in_part_are_told(tmp_path: Path) -> None:
    found = read_config(written(tmp_path, config_of(SHAPES["qwen3-next-80b-a3b-instruct"])))
    assert found.rope.partial == 0.25
    assert found.rope.theta == 1_000_000


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, ("fp8", 8, (128, 128))),
        ({"quant_method": "awq", "bits": 4, "group_size": 128}, ("awq", 4, (128,))),
        ({"quant_method": "gptq", "bits": 8, "group_size": -1}, ("gptq", 8, ())),
    ],
)
def test_quantised_weights_say_so(
    tmp_path: Path, told: dict[str, object], expected: tuple[str, int, tuple[int, ...]]
) -> None:
    found = read_config(written(tmp_path, config_of(SHAPES["qwen3-8b"], quantization_config=told)))
    assert found.quantization is not None
    assert (found.quantization.method, found.quantization.bits, found.quantization.block) == expected


def test_a_type_without_a_formula_is_refused_by_name_with_those_that_have_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config(written(tmp_path, {"model_type": "qwen2_moe"}))
    said = str(refused.value)
    assert "model_type 'qwen2_moe' has no formula here" in said
    assert all(name in said for name in SUPPORTED)
    assert set(MODEL_TYPES.values()) | {"mistral"} == set(SUPPORTED)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "has no model_type"),
        ({"hidden_size": 8}, "has no model_type"),
        ({"model_type": "qwen3", "hidden_size": "wide"}, "transformers cannot read it"),
        (
            {"model_type": "qwen3_moe", "mlp_only_layers": [0]},
            "mlp_only_layers is set to what no formula here",
        ),
        ({"model_type": "llama", "mlp_bias": True}, "mlp_bias is set"),
        ({"model_type": "qwen3", "hidden_size": -8}, "hidden: Input should be greater than 0"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, config: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=rf"config\.json: {message}"):
        read_config(written(tmp_path, config))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_config(tmp_path)


def test_code_that_comes_with_a_model_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "configuration_evil.py").write_text("raise SystemExit('run')", encoding="utf-8")
    evil = {"AutoConfig": "configuration_evil.EvilConfig"}
    found = read_config(written(tmp_path, config_of(SHAPES["qwen3-8b"], auto_map=evil)))
    assert found.architecture == SHAPES["qwen3-8b"]
