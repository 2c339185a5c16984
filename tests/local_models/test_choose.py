"""Where a model is served, or why it is not, before anything is loaded."""

import pytest

from local_models.catalog import find_model
from local_models.choose import Chosen, choose
from local_models.fit.gpu import read_gpus
from local_models.machine import Machine
from local_models.parallel import Parallel
from local_models.spec import CannotServe
from scenarios.serving import Serving

SMALL, LARGE, EXPERTS = find_model("smollm2"), find_model("qwen3-32b"), find_model("qwen3-235b-a22b")
GIGABYTE = 10**9


def on(gpus: str) -> Machine:
    found = read_gpus(gpus)
    return Machine(gpus=found, devices=tuple(range(found.count)))


def chosen(machine: Machine, model: str = "qwen3-235b-a22b", **serving: object) -> Chosen:
    return choose(find_model(model), Serving.model_validate(serving), machine, "/w", 8)


def refused(machine: Machine, model: str = "qwen3-235b-a22b", **serving: object) -> str:
    with pytest.raises(CannotServe) as error:
        chosen(machine, model, **serving)
    return str(error.value)


def test_the_full_235b_on_four_h20_goes_in_fp8_and_not_in_bf16() -> None:
    found = chosen(on("4xH20-96"), weights="fp8")
    assert found.place.parallel == Parallel(tp=4)
    assert found.place.devices == (0, 1, 2, 3)
    assert str(found.gpus) == "4xH20-96"
    assert found.said.startswith("local/qwen3-235b-a22b with fp8 weights (")
    assert "on 4xH20-96 as tp4; context " in found.said
    why = refused(on("4xH20-96"))
    assert "does not fit on 4xH20-96: weights of 117." in why
    assert "`longspan models fit local/qwen3-235b-a22b --gpus 4xH20-96` lists every layout" in why


def test_without_a_context_a_shorter_one_than_the_models_will_do_and_is_said() -> None:
    found = chosen(on("1xL40S-48"), "qwen3-14b")
    assert found.place.context is not None
    model = find_model("qwen3-14b")
    assert found.place.context <= model.context
    tight = chosen(on("1xRTX4090-24"), "qwen3-8b")
    assert tight.place.context is not None
    assert tight.place.context < find_model("qwen3-8b").context
    assert f"context {tight.place.context:,} of {find_model('qwen3-8b').context:,} tokens" in tight.said


def test_a_context_that_is_asked_for_is_kept_or_refused() -> None:
    assert chosen(on("1xH100-80"), "qwen3-8b", context="16k").place.context == 16384
    why = refused(on("1xRTX4090-24"), "qwen3-8b", context="32k", concurrency=8)
    assert "does not fit on 1xRTX4090-24: holds" in why or "of one sequence" in why


def test_a_layout_that_is_asked_for_is_taken_or_refused_with_its_reason() -> None:
    assert chosen(on("8xH200-141"), layout="tp8+ep", weights="fp8").place.parallel == Parallel(tp=8, ep=True)
    assert "TP 4 at most" in refused(on("8xH200-141"), layout="tp8", weights="fp8")
    assert "tp3 is no layout of 4xH20-96" in refused(on("4xH20-96"), layout="tp3", weights="fp8")


def test_the_gpus_of_a_study_are_some_of_those_that_there_are() -> None:
    found = chosen(on("8xH20-96"), weights="fp8", gpus="4xH20-96")
    assert found.place.devices == (0, 1, 2, 3)
    assert "4xH100-80 are asked for, and this process may use 8xH20-96" in refused(
        on("8xH20-96"), gpus="4xH100-80"
    )
    assert "16xH20-96 are asked for" in refused(on("8xH20-96"), gpus="16xH20-96")
    assert "no GPU is called 'Abacus'" in refused(on("8xH20-96"), gpus="4xAbacus")


def test_replicas_share_the_gpus_out() -> None:
    found = chosen(on("8xH20-96"), weights="fp8", replicas=2)
    assert (str(found.gpus), found.place.devices) == ("4xH20-96", (0, 1, 2, 3))
    assert "3 replicas do not stand on 2xH20-96" in refused(on("2xH20-96"), replicas=3)


def test_several_machines_are_used_whole() -> None:
    found = choose(EXPERTS, Serving(), Machine(gpus=read_gpus("16xH20-96"), nodes=2), "/w", 8)
    assert found.place.parallel.gpus == 16
    assert found.place.devices is None


def test_on_a_cpu_the_cache_is_as_large_as_the_context_needs_and_memory_is_looked_at() -> None:
    found = choose(SMALL, Serving(), Machine(memory=8 * GIGABYTE), "/w", 4)
    place = found.place
    assert (place.cpu, place.kv_cache_gib, place.context, place.sequences) == (True, 1, 8192, 4)
    assert "on the CPU; context 8,192 tokens" in found.said
    assert "of 8.0 GB that are free" in found.said
    long = choose(find_model("qwen3-0.6b"), Serving(), Machine(memory=64 * GIGABYTE), "/w", 4)
    assert long.place.kv_cache_gib is not None
    assert long.place.kv_cache_gib >= 4


def test_too_little_memory_or_cache_is_refused_with_the_numbers() -> None:
    scarce = Machine(memory=2 * GIGABYTE)
    assert "needs about 3.0 GB of memory of 2.0 GB that are free" in refused(scarce, "smollm2")
    plenty = Machine(memory=64 * GIGABYTE)
    assert "a cache of 1 GiB holds 9,362 tokens and the context is" in refused(
        plenty, "qwen3-0.6b", kv_cache_gib=1
    )


def test_gpus_that_are_asked_for_and_not_there_are_refused() -> None:
    assert "this machine shows no GPU; look at nvidia-smi" in refused(Machine(), "smollm2", gpus="1xL4-24")
    assert "tp2 is asked for" in refused(Machine(), "smollm2", layout="tp2")


def test_what_transformers_serve_needs_is_not_worked_out_and_that_is_said() -> None:
    found = chosen(Machine(), "smollm2", engine="transformers")
    assert found.place.cpu
    assert "transformers serve on the CPU: whether it fits is not worked out" in found.said
    assert chosen(on("2xL4-24"), "smollm2", engine="transformers").place.devices == (0, 1)
