"""How many parameters follow from a shape. The totals are those that transformers builds on the meta device:
`python -m scripts.catalog_truth`, run by an engine's Python, compares them one by one.
"""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.architecture import (
    Architecture,
    Experts,
    Indexer,
    LatentAttention,
    LinearAttention,
    active_parameter_count,
    count_parameters,
    mtp_parameter_count,
    parameter_count,
)
from local_models.catalog import load_catalog

SHAPES = {name: model.architecture for name, model in load_catalog().items()}
COUNTED = {  # by transformers 5.19
    "smollm2": 134_515_008,
    "qwen3-0.6b": 596_049_920,
    "qwen3-1.7b": 1_720_574_976,
    "qwen3-4b": 4_022_468_096,
    "qwen3-8b": 8_190_735_360,
    "deepseek-r1-0528-qwen3-8b": 8_190_735_360,
    "deepseek-r1-distill-qwen-7b": 7_615_616_512,
    "deepseek-r1-distill-qwen-32b": 32_763_876_352,
    "qwen3-14b": 14_768_307_200,
    "qwen3-32b": 32_762_123_264,
    "qwen3-30b-a3b": 30_532_122_624,
    "qwen3-235b-a22b": 235_093_634_560,
    "qwen3-coder-480b-a35b": 480_154_875_392,
    "qwen3-next-80b-a3b-instruct": 79_674_391_296,
    "deepseek-v3.1": 671_026_404_352,
    "deepseek-v3.2": 671_877_929_216,
}
ACTIVE = {  # recomputed; published as 3.3, 22, 35, 37
    "qwen3-30b-a3b": 3_353_032_704,
    "qwen3-235b-a22b": 22_190_763_520,
    "qwen3-coder-480b-a35b": 35_474_765_312,
    "deepseek-v3.1": 37_552_282_624,
}
LATENT = LatentAttention(kv_lora_rank=96, qk_nope_head_dim=48, qk_rope_head_dim=16, v_head_dim=40)
CHANGED: dict[str, tuple[Architecture, int]] = {  # by transformers 5.19 as well
    "biases": (SHAPES["qwen3-0.6b"], 751_775_744),
    "layers and heads": (SHAPES["qwen3-0.6b"], 38_191_680),
    "experts": (SHAPES["qwen3-30b-a3b"], 905_714_944),
    "queries as they are": (SHAPES["deepseek-v3.2"], 2_754_866_560),
    "indexer": (SHAPES["deepseek-v3.2"], 15_116_312_064),
    "linear layers": (SHAPES["qwen3-next-80b-a3b-instruct"], 13_611_303_712),
}
CHANGES: dict[str, dict[str, Any]] = {
    "biases": {"attention_bias": True, "output_bias": True, "tied_embeddings": False},
    "layers and heads": {"layers": 3, "heads": 12, "kv_heads": 3, "head_dim": 96, "vocabulary": 1001},
    "experts": {"layers": 5, "experts": Experts(count=24, active=3, intermediate=256)},
    "queries as they are": {
        "layers": 4,
        "head_dim": 40,
        "latent": LATENT,
        "experts": Experts(count=12, active=2, intermediate=128, shared=2, first_dense=1),
        "indexer": None,
    },
    "indexer": {"layers": 4, "indexer": Indexer(heads=8, head_dim=64, topk=16)},
    "linear layers": {
        "layers": 8,
        "linear": LinearAttention(
            layers=6, key_heads=4, key_head_dim=64, value_heads=8, value_head_dim=32, convolution=3
        ),
    },
}


def changed(shape: Architecture, **changes: Any) -> Architecture:
    return Architecture.model_validate({**dict(shape), **changes})


@pytest.mark.parametrize(("name", "counted"), COUNTED.items())
def test_the_formula_counts_what_transformers_builds(name: str, counted: int) -> None:
    assert parameter_count(SHAPES[name]) == counted


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_number_changes_the_count_as_it_does_in_transformers(name: str) -> None:
    shape, counted = CHANGED[name]
    assert parameter_count(changed(shape, **CHANGES[name])) == counted


@pytest.mark.parametrize(("name", "counted"), ACTIVE.items())
def test_a_token_passes_its_own_experts_and_all_that_is_no_expert(name: str, counted: int) -> None:
    assert active_parameter_count(SHAPES[name]) == counted


@given(
    st.integers(1, 9),
    st.integers(1, 5),
    st.integers(1, 512),
    st.integers(1, 64),
    st.integers(1, 8),
    st.booleans(),
)
def test_a_dense_model_counts_as_the_written_formula_says(
    layers: int, groups: int, hidden: int, head: int, kv: int, tied: bool
) -> None:
    inner, vocabulary, heads = 3 * hidden, 1000, groups * kv
    shape = Architecture(
        class_name="Qwen3ForCausalLM",
        layers=layers,
        hidden=hidden,
        intermediate=inner,
        heads=heads,
        kv_heads=kv,
        head_dim=head,
        vocabulary=vocabulary,
        tied_embeddings=tied,
        qk_norm=True,
        positions=1024,
    )
    attention = 2 * hidden * head * (heads + kv) + 2 * head
    layer = attention + 3 * hidden * inner + 2 * hidden
    written = (1 if tied else 2) * vocabulary * hidden + layers * layer + hidden
    assert parameter_count(shape) == active_parameter_count(shape) == written


@given(st.integers(1, 64), st.integers(0, 3), st.integers(1, 256))
def test_one_expert_more_adds_one_expert_a_layer_and_its_row_of_the_router(
    count: int, shared: int, width: int
) -> None:
    def mixed(number: int) -> Architecture:
        experts = Experts(count=number, active=1, intermediate=width, shared=shared)
        return changed(SHAPES["qwen3-30b-a3b"], experts=experts)

    more, less = mixed(count + 1), mixed(count)
    layer = 3 * less.hidden * width + less.hidden
    assert parameter_count(more) - parameter_count(less) == less.layers * layer
    assert active_parameter_count(more) - active_parameter_count(less) == less.layers * less.hidden


def test_the_parts_add_up_to_the_whole() -> None:
    shape = SHAPES["deepseek-v3.2"]
    parts = count_parameters(shape)
    layers = shape.layers * parts.attention + 3 * parts.mlp
    layers += 58 * (256 * parts.expert + parts.shared + parts.router)
    assert parts.total == parts.embedding + parts.head + parts.norms + layers


def test_prediction_of_several_tokens_is_counted_apart_as_deepseek_publishes_it() -> None:
    extra = mtp_parameter_count(SHAPES["deepseek-v3.1"])
    assert math.floor(extra / 1e9) == 13
    assert round((parameter_count(SHAPES["deepseek-v3.1"]) + extra) / 1e9) == pytest.approx(685, abs=1)
    assert mtp_parameter_count(SHAPES["qwen3-8b"]) == 0


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("qwen3-next-80b-a3b-instruct", {"layers": 36}, "36 linear layers leave none of 36"),
        ("qwen3-30b-a3b", {"experts": {"count": 4, "active": 8, "intermediate": 64}}, "8 of 4 experts"),
        ("deepseek-v3.1", {"layers": 3}, "3 dense layers leave none of 3 with experts"),
        (
            "qwen3-8b",
            {"indexer": {"heads": 1, "head_dim": 8, "topk": 4}},
            "an indexer reads compressed queries",
        ),
    ],
)
def test_a_shape_that_cannot_be_is_refused(name: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        changed(SHAPES[name], **changes)
