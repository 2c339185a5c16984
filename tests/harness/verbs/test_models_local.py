"""`longspan list models` and `longspan models show`: what is known of models that we serve ourselves."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_models.catalog import CATALOG, load_catalog
from tests.harness.verbs.command_line import invoke


def shown(name: str, at: Path) -> dict[str, Any]:
    said = invoke("models", "show", name, "--json", at=at)
    assert said.status == 0, said.err
    facts: dict[str, Any] = json.loads(said.out)
    return facts


def page(name: str, at: Path) -> str:
    said = invoke("models", "show", name, at=at)
    assert said.status == 0, said.err
    return " ".join(said.out.split())


def lines(at: Path) -> dict[str, list[str]]:
    said = invoke("list", "models", at=at)
    return {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line.strip()}


def own(at: Path, text: str | None = None) -> None:
    """A model of one's own, called mine."""
    folder = at / "home" / "catalog"
    folder.mkdir(parents=True)
    smollm2 = (CATALOG / "smollm2.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(smollm2 if text is None else text, encoding="utf-8")


def test_people_see_size_window_and_weights_a_line_each(tmp_path: Path) -> None:
    found = lines(tmp_path)

    assert found["local/qwen3-235b-a22b"] == ["235B", "22.2B", "32k", "131k", "bf16", "fp8", "int4"]
    assert found["local/deepseek-v3.1"] == ["671B", "37.6B", "131k", "–", "fp8", "int4", "nvfp4"]
    assert found["local/qwen3-235b-a22b-instruct-2507"][2:4] == ["262k", "(1M)"]
    assert found["local/smollm2"][:2] == ["135M", "135M"]


def test_programs_get_the_numbers_of_every_model_of_ours(tmp_path: Path) -> None:
    rows = {
        row["model"]: row for row in json.loads(invoke("list", "models", "--json", at=tmp_path).out)["models"]
    }

    assert {f"local/{name}" for name in load_catalog()} <= rows.keys()
    assert rows["local/qwen3-30b-a3b"]["parameters"] == 30_532_122_624
    assert rows["local/qwen3-30b-a3b"]["active"] == 3_353_032_704
    assert rows["local/qwen3-30b-a3b"]["weights"] == "bf16 fp8 int4"


def test_a_model_of_ones_own_is_listed_and_shown_like_any_other(tmp_path: Path) -> None:
    own(tmp_path)

    assert "local/mine" in lines(tmp_path)
    assert shown("local/mine", tmp_path)["title"] == "SmolLM2-135M-Instruct"


def test_a_model_of_ones_own_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    own(tmp_path, "title: Mine\nwieghts: {}\n")

    said = invoke("models", "show", "local/mine", at=tmp_path)

    assert said.status == 2
    assert "mine.yaml:2: wieghts: is not a field here; did you mean 'weights'?" in said.err


def test_everything_of_the_entry_is_there_for_programs(tmp_path: Path) -> None:
    facts = shown("local/deepseek-v3.2", tmp_path)

    entry = load_catalog()["deepseek-v3.2"].model_dump(mode="json", exclude_none=True)
    assert entry.items() <= facts.items()
    assert facts["active_parameters"] == 38_403_807_488
    assert facts["installed"] == {}


def test_what_nobody_saw_working_stands_on_the_page_as_unverified(tmp_path: Path) -> None:
    said = page("local/qwen3-coder-480b-a35b", tmp_path)

    assert "UNVERIFIED: - 'It was never served here" in said
    assert "1,048,576 tokens by YaRN, a factor of 4 from 262,144" in said


def test_every_fact_says_how_it_is_known(tmp_path: Path) -> None:
    said = page("local/deepseek-v3-0324", tmp_path)

    assert "temperature 0.3, top_p 0.95 – the model card (FROM MEMORY, not read again)" in said
    assert "(recomputed)" in said
    assert "deepseek-ai/DeepSeek-V3-0324 at e9b33add76883f293d6bf61f6bd89b497e80e335" in said


def test_dual_chunk_attention_is_shown_with_why_it_is_refused_and_what_else_there_is(tmp_path: Path) -> None:
    said = page("local/qwen3-235b-a22b-thinking-2507", tmp_path)

    assert "dual-chunk attention, which vLLM dropped in 0.11" in said
    assert "SGLang has it" in said


def test_a_name_that_others_serve_too_is_theirs_unless_ours_is_meant(tmp_path: Path) -> None:
    assert shown("qwen3-8b", tmp_path)["also"] == "local/qwen3-8b: its weights, served by us"
    assert shown("local/qwen3-8b", tmp_path)["architecture"]["layers"] == 36
    assert shown("qwen3-4b", tmp_path)["name"] == "qwen3-4b"


@pytest.mark.parametrize("name", ["local/qwen3-8b:fp8", "local/smollm2"])
def test_weights_may_be_named(name: str, tmp_path: Path) -> None:
    assert shown(name, tmp_path)["licence"] == "Apache-2.0"


def test_weights_that_there_are_not_are_answered_with_those_that_there_are(tmp_path: Path) -> None:
    said = invoke("models", "show", "local/qwen3-8b:fp9", at=tmp_path)

    assert said.status == 2
    assert "local/qwen3-8b has no weights 'fp9'; did you mean 'fp8'? there are: bf16, fp8, int4" in said.err
