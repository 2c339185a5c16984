"""`longspan models fit` as a user has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness.verbs.command_line import Said, invoke


def fit(*arguments: str, at: Path) -> Said:
    return invoke("models", "fit", *arguments, at=at)


def told(*arguments: str, at: Path) -> dict[str, Any]:
    said = fit(*arguments, "--json", at=at)
    assert (said.status, said.err) == (0, "")
    answer: dict[str, Any] = json.loads(said.out)
    return answer


def test_programs_get_every_layout_with_its_command_or_its_reason(tmp_path: Path) -> None:
    answer = told("qwen3-235b-a22b", "--gpus", "4xH20-96", at=tmp_path)
    assert answer["model"] == "qwen3-235b-a22b"
    best = answer["layouts"][0]
    wish = {
        "gpus": "4xH20-96",
        "dtype": "fp8",
        "kv_dtype": "bf16",
        "tp": 4,
        "pp": 1,
        "ep": False,
        "fits": True,
    }
    assert {name: best[name] for name in wish} == wish
    assert best["kv_tokens"] > 400_000
    assert best["command"].startswith("vllm serve Qwen/Qwen3-235B-A22B-FP8 ")
    for layout in answer["layouts"]:
        assert layout["why"]
        assert (layout["command"] is not None) == layout["fits"]
    assert not any(layout["fits"] for layout in answer["layouts"] if layout["dtype"] == "bf16")


def test_a_layout_that_vllm_refuses_has_no_figures(tmp_path: Path) -> None:
    answer = told("local/qwen3-235b-a22b:fp8", "--gpus", "8xH100-80", "--layout", "tp8", at=tmp_path)
    (layout,) = answer["layouts"]
    assert layout["why"].startswith("expert width: 1,536 / 8 = 192 is no multiple of the 128")
    assert layout["kv_tokens"] is None
    assert layout["bytes_per_gpu"] is None


def test_people_get_a_table_the_reasons_and_the_best_command(tmp_path: Path) -> None:
    said = fit("qwen3-235b-a22b", "--gpus", "4xH20", "--context", "32k", at=tmp_path)
    assert said.status == 0
    assert "layouts fit" in said.out
    assert "Why the others do not:" in said.out
    assert "vllm serve Qwen/Qwen3-235B-A22B-FP8 " in said.out
    assert "H20 is taken as H20-96; there is H20-141 too" in said.errors
    assert said.errors[-1].startswith("Reckoned, not measured")


def test_what_does_not_fit_says_how_many_gpus_would_do(tmp_path: Path) -> None:
    said = fit("qwen3-235b-a22b:bf16", "--gpus", "4xH20-96", at=tmp_path)
    assert said.status == 0
    assert "8xH20-96 would do, as bf16 tp8." in said.out


def test_all_shows_every_reason(tmp_path: Path) -> None:
    few = fit("qwen3-235b-a22b", "--gpus", "8xH20-96", at=tmp_path)
    every = fit("qwen3-235b-a22b", "--gpus", "8xH20-96", "--all", at=tmp_path)
    assert "more: --all shows them" in few.out
    assert "--all shows them" not in every.out
    assert len(every.out) > len(few.out)


def test_a_server_over_machines_says_what_the_others_are_told(tmp_path: Path) -> None:
    said = fit("deepseek-r1-0528:fp8", "--gpus", "16xH20-96", at=tmp_path)
    assert "It spans 2 machines: on each other one --node-rank is its number" in said.out


def test_a_model_of_ones_own_catalog_is_found(tmp_path: Path) -> None:
    shipped = Path("local_models/catalog/qwen3-8b.yaml").resolve().read_text(encoding="utf-8")
    own = tmp_path / "home" / "catalog"
    own.mkdir(parents=True)
    (own / "my-8b.yaml").write_text(shipped, encoding="utf-8")
    assert told("my-8b", "--gpus", "1xH100-80", at=tmp_path)["layouts"][0]["fits"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("qwen3-9b", "--gpus", "4xH20-96"), "no local model is called 'qwen3-9b'; did you mean"),
        (("qwen3-8b", "--gpus", "4xH300"), "no GPU is called 'H300'; there are: A10-24"),
        (("qwen3-8b", "--gpus", "four"), "such as"),
        (("qwen3-8b:int3", "--gpus", "H100"), "has no weights 'int3'"),
        (("qwen3-8b:fp8", "--weights", "bf16", "--gpus", "H100"), "leave one out"),
        (("qwen3-8b", "--gpus", "H100", "--context", "long"), "needs a length such as 4k, 1M"),
        (("qwen3-8b", "--gpus", "H100", "--context", "1M"), "131,072"),
        (("qwen3-235b-a22b-instruct-2507", "--gpus", "8xH200", "--context", "1M"), "SGLang"),
        (("qwen3-8b", "--gpus", "H100", "--layout", "tp3x"), "write such as tp4"),
        (
            ("qwen3-8b", "--gpus", "H100", "--layout", "tp4"),
            "tp4 is no layout that was looked at on 1xH100-80",
        ),
        (("nowhere/config.json", "--gpus", "H100"), "there is no such file"),
    ],
)
def test_wrong_use_says_what_is_wrong_and_what_there_is(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    said = fit(*arguments, at=tmp_path)
    assert said.status == 2
    assert words in said.err
    assert len(said.errors) == 1
