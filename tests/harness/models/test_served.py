"""From rows to servers: with a small process in the place of vLLM, and an `nvidia-smi` of our own."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.environment import Environment
from harness.models.opened import Opening, make_sure, open_model
from harness.models.served import prepare
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.runs.record import Hosting, ModelVariant
from scenarios.serving import Serving
from tests.harness.known import KNOWN, find_variant
from tests.local_models.fake_home import fake_home

pytestmark = pytest.mark.anyio
SMOLLM2 = find_variant("local/smollm2")


def at(home: Path, **variables: str) -> Environment:
    return Environment(home=home, keys={}, variables={"PATH": os.defpath, **variables})


def with_gpus(folder: Path, *rows: str) -> str:
    """A PATH whose driver shows these GPUs."""
    folder.mkdir(exist_ok=True)
    program = folder / "nvidia-smi"
    lines = "".join(f"echo '{row}'\n" for row in rows)
    program.write_text(f"#!/bin/sh\n{lines}", encoding="utf-8")
    program.chmod(0o755)
    return f"{folder}:{os.defpath}"


def opening(environment: Environment, said: list[str], **serving: Serving) -> Opening:
    return Opening(
        environment=environment,
        known=KNOWN,
        logs=environment.home / "logs",
        concurrency=3,
        seed=0,
        now=lambda: "2026-03-14T10:00:00+00:00",
        serving={"local/smollm2": serving["smollm2"]} if serving else {},
        say=said.append,
    )


def served_as(**serve: Any) -> ModelVariant:
    return find_variants("local/smollm2", Wanted(serving=Serving.model_validate(serve)), KNOWN)[0]


async def test_a_model_of_ours_is_served_as_is_said_and_tells_what_it_runs_on(tmp_path: Path) -> None:
    said: list[str] = []
    serving = Serving(gpu_hour=0.4, gpu_share=0.5, threads=1)
    opens = opening(at(fake_home(tmp_path)), said, smollm2=serving)
    async with open_model(SMOLLM2, opens) as opened:
        assert isinstance(opened.engine, dict)
        argv = opened.engine["argv"]
        assert isinstance(argv, list)
        assert argv[argv.index("--max-num-seqs") + 1] == "3"
        assert opened.gone() is None
        assert len(opened.metrics) == 1
        hosting = Hosting(gpus=0, kind="cpu", gpu_hour=0.4, share=0.5, concurrency=3)
        assert opened.hosting == hosting
        assert hosting.hour_usd == 0.2
    assert len(said) == 1
    assert said[0].startswith("local/smollm2 on the CPU; context 8,192 tokens; a cache of ")


async def test_a_forced_first_call_is_held_to_its_schema(tmp_path: Path) -> None:
    forced = find_variant("local/smollm2", first_call="required")
    async with open_model(forced, opening(at(fake_home(tmp_path)), [])) as opened:
        assert isinstance(opened.engine, dict)
        assert opened.engine["tool_strict_level"] == "parameter"


async def test_rows_that_are_served_alike_share_a_server_and_others_do_not(tmp_path: Path) -> None:
    said: list[str] = []
    opens = opening(at(fake_home(tmp_path)), said)
    async with opens.new_servers() as servers:
        opens = replace(opens, servers=servers)
        alike = SMOLLM2.model_copy(update={"label": "local/smollm2+qwen-agent"})
        other = served_as(context="4k")
        found = []
        for variant in (SMOLLM2, alike, other):
            async with open_model(variant, opens) as opened:
                found.append(opened)
        assert found[0].metrics == found[1].metrics
        assert found[0].gone() is not None, "two servers were up at once"
        assert found[2].gone() is None
    assert len(said) == 2
    assert found[2].gone() is not None


async def test_what_is_not_installed_is_said_with_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"run `longspan models install local/smollm2 --engine cpu`"):
        prepare(SMOLLM2, None, at(tmp_path), KNOWN)
    with pytest.raises(ModelError, match=r"run `longspan models install local/smollm2:original"):
        prepare(served_as(weights="original"), None, at(fake_home(tmp_path)), KNOWN)


async def test_a_seed_that_would_end_the_engine_is_refused_on_a_cpu_and_only_there(tmp_path: Path) -> None:
    seeded = find_variant("local/smollm2", sampling={"seed": 1})
    with pytest.raises(ModelError, match="leave seed out of its sampling"):
        await make_sure(seeded, at(fake_home(tmp_path / "cpu")), KNOWN)
    path = with_gpus(tmp_path / "bin", "NVIDIA L4, 23034")
    await make_sure(seeded, at(fake_home(tmp_path / "gpu", "gpu"), PATH=path), KNOWN)


async def test_an_engine_for_gpus_without_a_gpu_is_refused_before_it_is_started(tmp_path: Path) -> None:
    home = fake_home(tmp_path / "home", "gpu")
    with pytest.raises(ModelError, match=r"this machine shows no GPU .* CUDA_VISIBLE_DEVICES"):
        await make_sure(SMOLLM2, at(home), KNOWN)


async def test_on_gpus_the_layout_that_fits_is_chosen_and_said(tmp_path: Path) -> None:
    home = fake_home(tmp_path / "home", "gpu")
    path = with_gpus(tmp_path / "bin", *["NVIDIA L4, 23034"] * 2)
    prepared = prepare(SMOLLM2, Serving(gpu_hour=0.8), at(home, PATH=path), KNOWN)
    assert prepared.said.startswith(
        "local/smollm2 with bf16 weights (0.3 GB) on 1xL4-24 as tp1; context 8,192"
    )
    assert prepared.hosting == Hosting(gpus=1, kind="L4-24", gpu_hour=0.8, concurrency=8)
    assert prepared.specs[0].devices == (0,)
    assert not prepared.specs[0].cpu


async def test_replicas_stand_on_gpus_of_their_own(tmp_path: Path) -> None:
    home = fake_home(tmp_path / "home", "gpu")
    path = with_gpus(tmp_path / "bin", *["NVIDIA L4, 23034"] * 2)
    prepared = prepare(SMOLLM2, Serving(replicas=2), at(home, PATH=path), KNOWN)
    assert [spec.devices for spec in prepared.specs] == [(0,), (1,)]
    assert prepared.hosting.gpus == 2


async def test_with_the_cpu_engine_alone_gpus_are_left_alone(tmp_path: Path) -> None:
    home = fake_home(tmp_path / "home")
    path = with_gpus(tmp_path / "bin", "NVIDIA L4, 23034")
    prepared = prepare(SMOLLM2, None, at(home, PATH=path), KNOWN)
    assert prepared.specs[0].cpu
    assert "on the CPU" in prepared.said


async def test_a_driver_that_fails_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    home = fake_home(tmp_path / "home")
    path = with_gpus(tmp_path / "bin", "NVIDIA-SMI has failed", "'; exit 9; '")
    with pytest.raises(ModelError, match=r"nvidia-smi fails: NVIDIA-SMI has failed; mend the NVIDIA driver"):
        prepare(SMOLLM2, None, at(home, PATH=path), KNOWN)


async def test_a_model_is_attached_to_where_it_runs_and_a_smaller_context_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    environment = at(fake_home(tmp_path))
    async with open_model(served_as(context="4k"), opening(environment, [])) as running:
        root = running.metrics[0]
        name = f"local/smollm2@{root}/v1"
        (there,) = find_variants(name, Wanted(), KNOWN)
        await make_sure(there, environment, KNOWN)
        serving = Serving(gpus="2xL4-24", gpu_hour=1.0)
        opens = replace(opening(environment, said), serving={there.label: serving})
        async with open_model(there, opens) as opened:
            assert opened.metrics == (root,)
            assert opened.hosting == Hosting(gpus=2, kind="L4-24", gpu_hour=1.0)
            assert isinstance(opened.engine, dict)
            assert "argv" not in opened.engine
            assert opened.engine["max_model_len"] == 4096
        plain = Serving(gpus="cpu", gpu_hour=0.1)
        opens = replace(opening(environment, []), serving={there.label: plain})
        async with open_model(there, opens) as opened:
            assert opened.hosting == Hosting(gpus=0, kind="cpu", gpu_hour=0.1)
    assert said == [f"{there.label}: it was started with a context of 4,096 tokens; 8,192 are planned with"]
    with pytest.raises(ModelError, match=r"cannot attach to .*; start the server or correct the URL"):
        await make_sure(there, environment, KNOWN)
