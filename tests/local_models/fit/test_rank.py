"""Layouts in order: what fits, how much it holds, and why the others do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.architecture import Architecture
from local_models.catalog import Precision
from local_models.fit.gpu import read_gpus
from local_models.fit.memory import Usual
from local_models.fit.rank import Fit, Wanted, layouts, rank
from tests.local_models.fit.shapes import (
    CODER_480B,
    DEEPSEEK_R1,
    NEXT_80B,
    QWEN3_8B,
    QWEN3_30B,
    QWEN3_235B,
)

WHOLE = 262_144
MILLION = 1_048_576


def ranked(shape: Architecture, precisions: str, gpus: str, **asked: object) -> tuple[Fit, ...]:
    names: tuple[Precision, ...] = ("bf16", "fp8", "int4", "nvfp4")
    weights: dict[str, Usual] = {n: Usual(precision=n) for n in names if n in precisions.split()}
    wanted = Wanted.model_validate({"window": WHOLE, "shorter": True} | asked)
    return rank(shape, weights, read_gpus(gpus), wanted)


def good(shape: Architecture, precisions: str, gpus: str, **asked: object) -> dict[str, Fit]:
    """Those that fit, by layout."""
    return {str(fit.parallel): fit for fit in ranked(shape, precisions, gpus, **asked) if fit.fits}


def test_the_full_235b_on_four_h20_fits_in_fp8_and_not_in_bf16() -> None:
    assert next(iter(good(QWEN3_235B, "fp8", "4xH20-96"))) == "tp4"
    assert 450_000 < good(QWEN3_235B, "fp8", "4xH20-96")["tp4"].tokens < 550_000
    assert 900_000 < good(QWEN3_235B, "fp8", "4xH20-96", kv="fp8")["tp4"].tokens < 1_100_000
    assert good(QWEN3_235B, "bf16", "4xH20-96") == {}


def test_bf16_235b_on_four_h20_of_141_gb_leaves_a_short_cache() -> None:
    fit = good(QWEN3_235B, "bf16", "4xH20-141")["tp4"]
    assert 130_000 <= fit.tokens <= 180_000
    assert fit.longest == fit.tokens
    assert 0.94 * fit.longest < fit.window < 0.96 * fit.longest
    assert fit.why.endswith("(the model reads 262,144)")


@pytest.mark.parametrize(
    ("gpus", "fits"), [("8xH200-141", True), ("8xH100-80", False), ("8xH20-96", False), ("16xH20-96", True)]
)
def test_where_deepseek_r1_fits(gpus: str, *, fits: bool) -> None:
    assert bool(good(DEEPSEEK_R1, "fp8", gpus, window=131_072)) == fits


def test_eight_h200_serve_480b_at_256k_and_one_sequence_of_a_million_but_not_with_dp8() -> None:
    assert next(iter(good(CODER_480B, "fp8", "8xH200-141"))) == "tp8+ep"
    million = good(CODER_480B, "fp8", "8xH200-141", window=MILLION, shorter=False)
    assert million["tp8+ep"].sequences == 1
    assert "dp8+ep" not in million
    assert "dp8+ep" in good(CODER_480B, "fp8", "8xH200-141", window=131_072, shorter=False)


def test_why_dp8_does_not_serve_a_million() -> None:
    found = ranked(CODER_480B, "fp8", "8xH200-141", window=MILLION, shorter=False)
    refused = next(fit for fit in found if str(fit.parallel) == "dp8+ep")
    assert refused.why == (
        f"its cache holds {refused.longest:,} tokens of one sequence, and 1,048,576 were asked for"
    )


def test_bf16_480b_on_eight_h200_holds_a_short_window() -> None:
    assert good(CODER_480B, "bf16", "8xH200-141")["tp8"].window > 32_000


@given(window=st.integers(1_000, 400_000), tp=st.sampled_from([1, 2, 4, 8]))
def test_tokens_that_fit_are_what_the_formula_leaves(window: int, tp: int) -> None:
    fit = good(QWEN3_30B, "bf16", f"{tp}xH100-80", window=window).get(f"tp{tp}")
    assert fit is not None
    assert fit.load is not None
    load = fit.load
    assert load.budget == 72 * 10**9
    assert load.token == 2 * 48 * max(1, 4 // tp) * 128 * 2
    left = load.budget - load.weights - load.activations - load.overhead
    assert fit.tokens == fit.longest == int(left / load.token)
    assert fit.sequences == int(left / (window * load.token)) or fit.window < window


@given(asked=st.integers(1, 60))
def test_what_does_not_hold_the_asked_sequences_does_not_fit(asked: int) -> None:
    found = ranked(QWEN3_30B, "fp8", "2xH200-141", concurrency=asked, shorter=False)
    for fit in found:
        assert fit.fits == (fit.sequences * fit.replicas >= asked)
        if not fit.fits:
            assert fit.why.endswith(f"at once, and {asked} were asked for")


def test_sequences_of_linear_attention_pay_for_their_states() -> None:
    few = good(NEXT_80B, "fp8", "2xH100-80", concurrency=1)["tp2"]
    many = good(NEXT_80B, "fp8", "2xH100-80", concurrency=8, window=1_000)["tp2"]
    assert few.load is not None
    assert many.load is not None
    sampled = 7 * 2 * 4 * 151_936
    lost = (7 * few.load.sequence + sampled) / few.load.token
    assert few.tokens - many.tokens == pytest.approx(lost, abs=2)


def test_small_models_stand_side_by_side() -> None:
    best = ranked(QWEN3_8B, "bf16 fp8", "8xH100-80", window=32_768)[0]
    assert (str(best.parallel), best.replicas, best.weights) == ("tp1", 8, "bf16")


def test_the_whole_window_comes_before_the_weights_named_first() -> None:
    best = ranked(QWEN3_30B, "bf16 fp8", "1xH100-80")[0]
    assert (best.weights, best.window) == ("fp8", WHOLE)


def test_weights_named_first_come_first_where_both_have_the_whole_window() -> None:
    assert ranked(QWEN3_30B, "bf16 fp8", "4xH100-80")[0].weights == "bf16"


def test_tp_within_machines_and_a_pipeline_across_them_is_the_plainest() -> None:
    best = ranked(DEEPSEEK_R1, "fp8", "16xH20-96", window=131_072)[0]
    assert (str(best.parallel), best.machines) == ("tp8+pp2", 2)


def test_one_machine_comes_before_several() -> None:
    best = ranked(QWEN3_235B, "fp8", "16xH20-96")[0]
    assert (best.machines, best.replicas) == (1, 2)


@pytest.mark.parametrize(
    ("gpu", "fits"),
    [
        ("RTX4090-24", {"int4"}),
        ("A10-24", {"int4"}),
        ("L40S-48", {"fp8", "int4"}),
        ("A100-80", {"bf16", "fp8", "int4"}),
    ],
)
def test_cards_of_24_and_48_gb(gpu: str, fits: set[str]) -> None:
    found = ranked(QWEN3_30B, "bf16 fp8 int4", f"1x{gpu}", window=32_768)
    assert {fit.weights for fit in found if fit.fits} == fits


def test_two_cards_of_24_gb_serve_what_one_cannot() -> None:
    assert good(QWEN3_30B, "fp8", "1xRTX4090-24", window=16_384) == {}
    assert "tp2" in good(QWEN3_30B, "fp8", "2xRTX4090-24", window=16_384)


def test_a_cache_too_small_for_any_use_does_not_fit() -> None:
    found = ranked(QWEN3_8B, "bf16", "1xFoo-21", window=32_768, utilization=0.88)
    assert [(fit.fits, fit.why) for fit in found] == [
        (False, f"its cache holds {found[0].longest:,} tokens, too few for a window of 4,096")
    ]


def test_no_room_for_weights_says_what_is_missing() -> None:
    refused = ranked(QWEN3_235B, "bf16", "1xH20-96")[0]
    assert refused.why == (
        "weights of 470.2 GB a GPU and 2.5 GB to compute with leave nothing of 86.4 GB for a cache"
    )


def test_a_larger_part_of_the_memory_holds_more() -> None:
    less = good(QWEN3_235B, "fp8", "4xH20-96", utilization=0.9)["tp4"]
    more = good(QWEN3_235B, "fp8", "4xH20-96", utilization=0.95)["tp4"]
    assert (more.tokens - less.tokens) * 48_128 == pytest.approx(0.05 * 96e9, rel=1e-4)


@given(count=st.integers(1, 200))
def test_every_layout_takes_at_most_the_gpus_there_are_and_comes_once(count: int) -> None:
    for shape in (QWEN3_8B, QWEN3_235B, DEEPSEEK_R1):
        found = list(layouts(shape, count))
        assert len(set(found)) == len(found)
        assert all(parallel.gpus <= min(count, 64) for parallel in found)
