"""The registry: what is shipped, how a model is found in it, and what a file of one's own may not say."""

from datetime import date
from pathlib import Path

import pytest

from harness.plan.registry import CacheRule, load_registry
from scenarios.documents.tokenizers import NAMES
from scenarios.problem import ScenarioError

GOOD = """\
models:
  mine:
    ids: [mine-v*]
    context: 8192
    prices: {input: 1, output: 2, as_of: 2026-05-04, source: my bill, known: documentation}
    cache: {kind: block, block: 32}
  gpt-4.1:
    context: 100
"""


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "registry.yaml"
    file.write_text(text, "utf-8")
    return file


def test_ten_models_are_shipped_and_every_fact_has_its_source() -> None:
    registry = load_registry()

    assert len(registry.models) == 10
    for name, entry in registry.models.items():
        assert entry.source, name
        assert entry.prices is None or entry.prices.source, name
        assert entry.cache.kind == "none" or entry.cache.source, name
        assert entry.tokenizer is None or entry.tokenizer in NAMES, name


def test_prices_are_not_newer_than_the_registry() -> None:
    registry = load_registry()

    assert registry.as_of is not None
    assert all(e.prices is None or e.prices.as_of <= registry.as_of for e in registry.models.values())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("gpt-4.1", "gpt-4.1"),
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("openai/gpt-4.1", "gpt-4.1"),
        ("gpt-4.1-mini", None),
        ("claude-sonnet-4-6-20260210", "claude-sonnet-4.6"),
        ("deepseek-v4-flash", "deepseek-chat"),
        ("local/smollm2", "local"),
        ("smollm2", None),
    ],
)
def test_a_model_is_found_by_what_endpoints_call_it(asked: str, found: str | None) -> None:
    match = load_registry().find(asked)

    assert (match and match[0]) == found


def test_long_prompts_pay_the_price_of_their_tier() -> None:
    prices = load_registry().models["gemini-2.5-pro"].prices

    assert prices is not None
    assert [prices.rates(tokens).input for tokens in (1, 200_000, 200_001)] == [1.25, 1.25, 2.5]


def test_a_file_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    registry = load_registry(own(tmp_path, GOOD))

    assert registry.models["mine"].cache == CacheRule(kind="block", block=32)
    assert registry.models["mine"].prices is not None
    assert registry.models["mine"].prices.as_of == date(2026, 5, 4)
    assert registry.models["gpt-4.1"].context == 100
    assert registry.find("mine-v2") == ("mine", registry.models["mine"])
    assert "gpt-5" in registry.models


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("kind: block", "kind: blok", "registry.yaml:6: models.mine.cache.kind: should be 'block', 'unit'"),
        ("block: 32", "blocks: 32", "models.mine.cache.blocks: is not a field here; did you mean 'block'?"),
        ("input: 1", "input: -1", "registry.yaml:5: models.mine.prices.input: should be greater than"),
        ("input: 1,", "input: 1, cached: 3,", "`cached` is what a hit costs"),
        ("known: documentation", "known: sure", "models.mine.prices.known"),
        ("2026-05-04", "May", "models.mine.prices.as_of"),
        ("as_of: 2026-05-04, ", "", "models.mine.prices.as_of: is needed"),
        ("context: 8192", "context: 0", "registry.yaml:4: models.mine.context"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_field(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_registry(own(tmp_path, GOOD.replace(right, wrong)))

    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_registry(tmp_path / "none.yaml")
