"""What one GPU holds follows the written formulas: published totals, and laws that hold for any model."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.architecture import Architecture, Experts, parameter_count
from local_models.catalog import Precision
from local_models.fit.memory import (
    CacheType,
    Demand,
    Usual,
    bytes_each,
    cache_of_token,
    count_on_gpu,
    deal_layers,
    stages,
    state_of_sequence,
)
from local_models.parallel import Parallel
from tests.local_models.fit.shapes import (
    CODER_480B,
    DEEPSEEK_R1,
    DEEPSEEK_V32,
    NEXT_80B,
    QWEN3_8B,
    QWEN3_30B,
    QWEN3_32B,
    QWEN3_235B,
)

ONE = Parallel()
DEMAND = Demand(cache="bf16", sequences=8, batched=8192)
ALL = (QWEN3_8B, QWEN3_32B, QWEN3_30B, QWEN3_235B, CODER_480B, NEXT_80B, DEEPSEEK_R1, DEEPSEEK_V32)


def weights(shape: Architecture, precision: Precision = "bf16", parallel: Parallel = ONE) -> list[int]:
    """Bytes on a GPU of each stage."""
    return [stage.weights for stage in stages(shape, Usual(precision=precision), parallel, DEMAND)]


def cache(shape: Architecture, kv: CacheType = "bf16", parallel: Parallel = ONE) -> float:
    return max(cache_of_token(shape, parallel, kv, mine) for mine in deal_layers(shape.layers, parallel.pp))


@pytest.mark.parametrize(
    ("shape", "kv", "each"),
    [
        (QWEN3_8B, "bf16", 147_456),
        (QWEN3_8B, "fp8", 73_728),
        (QWEN3_32B, "bf16", 262_144),
        (QWEN3_30B, "bf16", 98_304),
        (QWEN3_235B, "bf16", 192_512),
        (QWEN3_235B, "fp8", 96_256),
        (CODER_480B, "bf16", 253_952),
        (NEXT_80B, "bf16", 24_576),
        (DEEPSEEK_R1, "bf16", 70_272),
        (DEEPSEEK_R1, "fp8", 35_136),
        (DEEPSEEK_V32, "bf16", 70_272 + 8_052),
        (DEEPSEEK_V32, "fp8", 40_016 + 8_052),
    ],
)
def test_the_cache_of_a_token_is_what_is_known_of_published_models(
    shape: Architecture, kv: CacheType, each: int
) -> None:
    assert cache(shape, kv) == each


@pytest.mark.parametrize(
    ("shape", "precision", "gigabytes"),
    [
        (QWEN3_235B, "bf16", 470.2),
        (CODER_480B, "bf16", 960.3),
        (QWEN3_235B, "fp8", 236.4),
        (QWEN3_30B, "int4", 16.8),
        (QWEN3_32B, "int4", 19.3),
        (QWEN3_32B, "fp8", 34.3),
        (DEEPSEEK_R1, "fp8", 675.0),
    ],
)
def test_weights_are_as_big_as_published_ones(
    shape: Architecture, precision: Precision, gigabytes: float
) -> None:
    assert sum(weights(shape, precision)) / 1e9 == pytest.approx(gigabytes, rel=0.005)


@pytest.mark.parametrize("shape", ALL)
def test_one_gpu_holds_every_parameter_once(shape: Architecture) -> None:
    assert sum(count_on_gpu(shape, ONE, range(shape.layers))) == parameter_count(shape)


@given(shape=st.sampled_from([QWEN3_8B, QWEN3_235B, DEEPSEEK_R1, NEXT_80B]), pp=st.integers(1, 16))
def test_the_stages_of_a_pipeline_hold_every_parameter_once_together(shape: Architecture, pp: int) -> None:
    parallel = Parallel(pp=pp)
    held = sum(sum(count_on_gpu(shape, parallel, mine)) for mine in deal_layers(shape.layers, pp))
    assert held == parameter_count(shape)


@given(layers=st.integers(1, 100), stages_=st.integers(1, 16))
def test_every_layer_is_dealt_to_one_stage_and_the_last_has_no_more_than_others(
    layers: int, stages_: int
) -> None:
    dealt = deal_layers(layers, min(stages_, layers))
    assert [layer for mine in dealt for layer in mine] == list(range(layers))
    assert len(dealt[-1]) == layers // len(dealt)


def test_tied_tables_are_one_on_one_stage_and_two_on_two() -> None:
    tied = QWEN3_8B.model_copy(update={"tied_embeddings": True})
    table = tied.vocabulary * tied.hidden * 2
    assert sum(weights(tied)) == 2 * parameter_count(tied)
    assert sum(weights(tied, parallel=Parallel(pp=2))) == 2 * parameter_count(tied) + table


# A config that is changed changes the answer exactly as the formula says.

more = st.integers(min_value=1, max_value=40)


@given(layers=more)
def test_more_layers_add_their_weights_and_their_part_of_the_cache(layers: int) -> None:
    grown = QWEN3_235B.model_copy(update={"layers": QWEN3_235B.layers + layers})
    attention = 2 * 4096 * 64 * 128 + 2 * 4096 * 4 * 128 + 2 * 128
    experts = 128 * 3 * 4096 * 1536 + 128 * 4096
    assert weights(grown)[0] - weights(QWEN3_235B)[0] == 2 * layers * (attention + experts + 2 * 4096)
    assert cache(grown) - cache(QWEN3_235B) == layers * 2 * 4 * 128 * 2


@given(count=more)
def test_more_experts_add_themselves_and_their_row_of_the_router(count: int) -> None:
    grown = QWEN3_235B.model_copy(update={"experts": Experts(count=128 + count, active=8, intermediate=1536)})
    added = 94 * count * (3 * 4096 * 1536 + 4096)
    assert weights(grown)[0] - weights(QWEN3_235B)[0] == 2 * added
    assert cache(grown) == cache(QWEN3_235B)


@given(heads=more)
def test_more_query_heads_add_queries_and_outputs_and_no_cache(heads: int) -> None:
    grown = QWEN3_235B.model_copy(update={"heads": 64 + heads})
    assert weights(grown)[0] - weights(QWEN3_235B)[0] == 2 * 94 * heads * 2 * 4096 * 128
    assert cache(grown) == cache(QWEN3_235B)


@given(kv_heads=st.sampled_from([1, 2, 4, 8, 16, 32, 64]), tp=st.sampled_from([1, 2, 4, 8, 16]))
def test_key_heads_are_cut_by_tp_until_each_gpu_has_one(kv_heads: int, tp: int) -> None:
    shape = QWEN3_235B.model_copy(update={"kv_heads": kv_heads})
    each = max(1, kv_heads // tp)
    assert cache(shape, parallel=Parallel(tp=tp)) == 2 * 94 * each * 128 * 2


@given(tp=st.sampled_from([1, 2, 4, 8, 16]), split=st.sampled_from([1, 2, 4]))
def test_mla_repeats_on_every_gpu_of_tp_and_only_dcp_splits_it(tp: int, split: int) -> None:
    parallel = Parallel(tp=tp * split, dcp=split)
    assert cache(DEEPSEEK_R1, parallel=parallel) == 61 * 576 * 2 / split


@given(shape=st.sampled_from([QWEN3_235B, CODER_480B, DEEPSEEK_R1]), tp=st.sampled_from([1, 2, 4, 8]))
def test_dealing_experts_out_takes_as_much_as_cutting_them(shape: Architecture, tp: int) -> None:
    dealt = weights(shape, "fp8", Parallel(tp=tp, ep=True))
    assert dealt == weights(shape, "fp8", Parallel(tp=tp))


def test_dp_repeats_all_that_is_no_expert() -> None:
    experts = 94 * 128 * 3 * 4096 * 1536
    rest = parameter_count(QWEN3_235B) - experts
    assert weights(QWEN3_235B, parallel=Parallel(dp=8, ep=True)) == [2 * (rest + experts // 8)]


def test_tp_repeats_norms_router_and_key_heads_that_are_too_few() -> None:
    norms, router = (2 * 94 + 1) * 4096 + 94 * 2 * 128, 94 * 128 * 4096
    keys = 94 * 2 * 4096 * 128
    cut = parameter_count(QWEN3_235B) - norms - router - 4 * keys
    assert weights(QWEN3_235B, parallel=Parallel(tp=8)) == [2 * (cut // 8 + norms + router + keys)]


def test_half_of_the_layers_keep_half_of_the_cache() -> None:
    assert cache(QWEN3_235B, parallel=Parallel(pp=2)) == cache(QWEN3_235B) / 2


def test_only_layers_with_attention_have_a_cache_that_grows() -> None:
    every = NEXT_80B.model_copy(update={"linear": None})
    assert cache(every) == 4 * cache(NEXT_80B)


def test_the_state_of_linear_layers_is_one_size_for_any_length() -> None:
    convolution = (2 * 16 * 128 + 32 * 128) * 3
    recurrent = 32 * 128 * 128
    assert state_of_sequence(NEXT_80B, 1, range(48)) == 36 * (convolution + recurrent) * 2
    assert state_of_sequence(NEXT_80B, 4, range(48)) == 9 * (convolution + recurrent) * 2
    assert state_of_sequence(QWEN3_8B, 1, range(36)) == 0


@pytest.mark.parametrize(
    ("precision", "each"),
    [
        ("fp32", 4.0),
        ("bf16", 2.0),
        ("fp8", 1 + 4 / 128**2),
        ("int4", 0.5 + 2.5 / 128),
        ("nvfp4", 0.5 + 1 / 16),
    ],
)
def test_scales_are_counted_with_their_numbers(precision: Precision, each: float) -> None:
    assert bytes_each(Usual(precision=precision)) == each


def test_one_scale_for_a_tensor_weighs_nothing() -> None:
    class Whole:
        precision: Precision = "fp8"
        group: int | None = None

    assert bytes_each(Whole()) == 1


@pytest.mark.parametrize(
    ("changed", "grows"),
    [
        (lambda d: Demand(cache=d.cache, sequences=d.sequences, batched=2 * d.batched), 30 * 8192 * 4096),
        (lambda d: Demand(cache=d.cache, sequences=d.sequences + 1, batched=d.batched), 2 * 4 * 151_936),
    ],
)
def test_a_step_takes_memory_by_its_tokens_and_by_its_sequences(
    changed: Callable[[Demand], Demand], grows: int
) -> None:
    before = stages(QWEN3_8B, Usual(precision="bf16"), ONE, DEMAND)[0]
    after = stages(QWEN3_8B, Usual(precision="bf16"), ONE, changed(DEMAND))[0]
    assert after.activations - before.activations == grows
