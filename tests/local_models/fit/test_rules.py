"""Layouts that vLLM refuses, with the numbers that break the rule."""

import pytest

from local_models.architecture import Architecture
from local_models.catalog import Precision
from local_models.fit.gpu import read_gpus
from local_models.fit.memory import CacheType, Stored, Usual
from local_models.fit.rules import Case, refusal, remarks
from local_models.parallel import Parallel
from tests.local_models.fit.shapes import (
    CODER_480B,
    DEEPSEEK_R1,
    DEEPSEEK_V32,
    NEXT_80B,
    QWEN3_8B,
    QWEN3_14B,
    QWEN3_30B,
    QWEN3_235B,
    R1_DISTILL_7B,
)


def case(
    shape: Architecture,
    layout: str,
    precision: Precision = "bf16",
    gpu: str = "H200-141",
    cache: CacheType = "bf16",
    stored: Stored | None = None,
) -> Case:
    return Case(
        shape=shape,
        stored=stored or Usual(precision=precision),
        parallel=Parallel.parse(layout),
        kind=read_gpus(gpu).kind,
        cache=cache,
    )


@pytest.mark.parametrize(
    ("shape", "layout", "reason"),
    [
        (QWEN3_235B, "tp3", "64 attention heads do not divide over TP 3"),
        (QWEN3_14B, "tp16", "40 attention heads do not divide over TP 16"),
        (QWEN3_14B, "tp5", "8 KV heads and TP 5: neither divides the other"),
        (R1_DISTILL_7B, "tp7", "4 KV heads and TP 7: neither divides the other"),
        (CODER_480B, "tp6+ep", "8 KV heads and TP 6: neither divides the other"),
        (NEXT_80B, "tp32", "16 attention heads do not divide over TP 32"),
        (QWEN3_8B, "tp2+ep", "only experts can be dealt out (EP), and this model has none"),
        (QWEN3_8B, "dp2", "DP 2 of a model without experts is what replicas are; use replicas"),
        (QWEN3_8B, "pp64", "36 layers are fewer than the 64 stages of PP"),
        (CODER_480B, "dp64+ep", "160 experts do not divide over the 64 GPUs of EP"),
        (QWEN3_8B, "tp8+dcp2", "DCP splits what repeats, and 8 KV heads on TP 8 do not"),
        (QWEN3_235B, "tp8+dcp4", "DCP 4 is more than TP 8 / 4 KV heads = 2"),
        (NEXT_80B, "tp8+dcp2", "DCP of a model with linear attention is known to nobody who published it"),
        (DEEPSEEK_V32, "tp8+dcp8", "DCP of sparse attention needs an fp8 cache"),
    ],
)
def test_a_layout_is_refused_with_its_numbers(shape: Architecture, layout: str, reason: str) -> None:
    assert refusal(case(shape, layout)) == reason


def test_fp8_experts_of_235b_cannot_be_cut_by_8_and_the_way_out_is_named() -> None:
    assert refusal(case(QWEN3_235B, "tp8", "fp8")) == (
        "expert width: 1,536 / 8 = 192 is no multiple of the 128 numbers that share a scale in FP8 weights; "
        "use --enable-expert-parallel, or TP 4 at most"
    )


def test_fp8_experts_of_480b_cannot_be_cut_by_8() -> None:
    reason = refusal(case(CODER_480B, "tp8", "fp8"))
    assert reason is not None
    assert reason.startswith("expert width: 2,560 / 8 = 320 is no multiple of the 128")


@pytest.mark.parametrize("layout", ["tp8+ep", "dp8+ep", "tp4", "tp4+pp2"])
@pytest.mark.parametrize("shape", [QWEN3_235B, CODER_480B, DEEPSEEK_R1])
def test_fp8_layouts_that_are_published_are_accepted(shape: Architecture, layout: str) -> None:
    assert refusal(case(shape, layout, "fp8")) is None


def test_tp_of_fp8_experts_is_what_recipes_say() -> None:
    def most(shape: Architecture) -> int:
        return max(tp for tp in range(1, 17) if refusal(case(shape, f"tp{tp}", "fp8")) is None)

    assert (most(QWEN3_30B), most(QWEN3_235B), most(CODER_480B), most(DEEPSEEK_R1)) == (2, 4, 4, 16)


def test_an_ordinary_mlp_is_cut_in_blocks_too() -> None:
    small = QWEN3_8B.model_copy(update={"hidden": 2560, "intermediate": 9728})
    assert refusal(case(small, "tp4", "fp8")) is None
    assert refusal(case(small, "tp8", "fp8")) == (
        "MLP width: 9,728 / 8 = 1216 is no multiple of the 128 numbers that share a scale in FP8 weights; "
        "TP 4 at most"
    )


def test_bf16_weights_have_no_blocks() -> None:
    assert refusal(case(QWEN3_235B, "tp8")) is None


def test_one_scale_for_a_tensor_has_no_blocks() -> None:
    class Whole:
        precision: Precision = "fp8"
        group: int | None = None

    assert refusal(case(QWEN3_235B, "tp8", stored=Whole())) is None


def test_dcp_undoes_the_repetition_of_key_heads() -> None:
    assert refusal(case(QWEN3_235B, "tp8+dcp2")) is None
    assert remarks(case(QWEN3_235B, "tp8+dcp2")) == ()
    assert remarks(case(QWEN3_235B, "tp8")) == (
        "each KV head is stored 2 times over TP; DCP 2 stores it once",
    )


def test_mla_on_many_gpus_says_how_often_it_is_stored() -> None:
    assert remarks(case(DEEPSEEK_R1, "tp8", "fp8"))[0].startswith("MLA has one head, stored 8 times over TP")
    assert remarks(case(DEEPSEEK_R1, "dp8+ep", "fp8")) == ()


def test_fp8_weights_on_an_a100_are_unpacked_and_an_fp8_cache_has_one_backend() -> None:
    told = remarks(case(QWEN3_8B, "tp1", "fp8", gpu="A100-80", cache="fp8"))
    assert [remark.partition(":")[0] for remark in told] == [
        "A100-80 computes no FP8",
        "an fp8 cache on A100-80 needs the FlashInfer backend",
    ]


def test_an_a100_has_no_fp8_cache_with_mla_and_no_sparse_attention() -> None:
    assert refusal(case(DEEPSEEK_R1, "tp8", "fp8", gpu="A100-80", cache="fp8")) == (
        "an fp8 cache with MLA needs compute capability 8.9, and A100-80 has 8.0"
    )
    assert refusal(case(DEEPSEEK_V32, "tp8", "fp8", gpu="L40S-48")) == (
        "sparse attention needs compute capability 9.0, and L40S-48 has 8.9"
    )


def test_nothing_is_held_against_a_gpu_whose_capability_is_not_known() -> None:
    assert refusal(case(DEEPSEEK_V32, "tp8", "fp8", gpu="Foo-141", cache="fp8")) is None
