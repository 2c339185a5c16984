"""`longspan list models` and `longspan models show`: what is known of models that others serve."""

import json
from pathlib import Path

import pytest
import yaml

from tests.harness.verbs.command_line import invoke

OWN = """\
models:
  ended:
    title: A model that has ended
    provider: openai
    context: 8192
    source: a test
    retired: {on: 2020-01-01, by: gpt-5.5, source: a test, known: documentation}
  unpriced: {provider: dashscope, context: 8192, source: a test}
"""


def shown(name: str, at: Path) -> dict[str, object]:
    said = invoke("models", "show", name, "--registry", str(own(at)), "--json", at=at)
    assert said.status == 0, said.err
    facts: dict[str, object] = json.loads(said.out)
    return facts


def own(at: Path) -> Path:
    file = at / "own.yaml"
    file.write_text(OWN, "utf-8")
    return file


def test_programs_get_every_hosted_model_with_its_price_and_its_end(tmp_path: Path) -> None:
    rows = {
        row["model"]: row for row in json.loads(invoke("list", "models", "--json", at=tmp_path).out)["models"]
    }

    assert rows["gpt-4.1"]["provider"] == "openai"
    assert (rows["gpt-4.1"]["input"], rows["gpt-4.1"]["output"], rows["gpt-4.1"]["currency"]) == (2, 8, "USD")
    assert rows["deepseek-chat"]["ended"]
    assert rows["deepseek-chat"]["replaced_by"] == "deepseek-v4-flash"
    assert rows["qwen3-14b"]["input"] is None
    assert "made-up" not in rows


def test_people_get_those_that_can_still_be_asked_a_line_each(tmp_path: Path) -> None:
    said = invoke("list", "models", at=tmp_path)
    lines = {line.split()[0]: line.split() for line in said.out.splitlines() if line.strip()}

    assert lines["qwen-plus"][:5] == ["qwen-plus", "dashscope", "1M", "$0.4+", "$1.2+"]
    assert lines["qwen3-14b"][3:5] == ["–", "–"]
    assert "deepseek-chat" not in lines
    assert "names have ended" in said.err


def test_a_name_that_has_ended_says_so_and_what_replaces_it(tmp_path: Path) -> None:
    facts = shown("ended", tmp_path)

    assert facts["status"] == "RETIRED on 2020-01-01; gpt-5.5 replaces it"
    assert facts["served_by"] == "OpenAI (openai)"


def test_an_unknown_price_is_left_out_and_is_not_zero(tmp_path: Path) -> None:
    assert "prices" not in shown("unpriced", tmp_path)


def test_a_vendors_own_id_is_shown_as_the_name_that_we_use(tmp_path: Path) -> None:
    facts = shown("claude-opus-5-5", tmp_path)

    assert (facts["name"], facts["sent_as"], facts["wire"]) == (
        "claude-opus-5.5",
        "claude-opus-5-5",
        "messages",
    )


def test_whether_its_key_is_set_is_shown_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-not-a-real-key-1234567890abcd"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    assert shown("gpt-5.5", tmp_path)["key"] == "OPENAI_API_KEY is …abcd"
    assert shown("claude-opus-5", tmp_path)["key"] == "ANTHROPIC_API_KEY is not set"
    assert key not in invoke("models", "show", "gpt-5.5", at=tmp_path).out


def test_people_get_the_same_facts_as_yaml(tmp_path: Path) -> None:
    page = invoke("models", "show", "deepseek-v4-pro", at=tmp_path).out
    facts = json.loads(invoke("models", "show", "deepseek-v4-pro", "--json", at=tmp_path).out)

    assert yaml.safe_load(page) == facts
    assert "days: [1, 2, 3, 4, 5]" in page


def test_a_name_that_nobody_knows_gets_near_ones_and_no_wall(tmp_path: Path) -> None:
    said = invoke("models", "show", "qwen3-coder-plu", at=tmp_path)

    assert said.status == 2
    assert "did you mean qwen3-coder-plus" in said.err
    assert len(said.err) < 400


@pytest.mark.parametrize("verb", ["install", "serve"])
def test_what_others_serve_is_not_installed_or_served_here(tmp_path: Path, verb: str) -> None:
    said = invoke("models", verb, "qwen3.7-plus", at=tmp_path)

    assert said.status == 2
    assert "is served by others" in said.err
    assert "local/smollm2" in said.err
