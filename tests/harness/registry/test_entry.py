"""The registry: what is shipped, how a model is found in it, and what a file of one's own may not say."""

from datetime import date
from pathlib import Path

import pytest

from harness.registry.cache_rule import CacheRule
from harness.registry.entry import load_registry
from harness.registry.knowledge import load_knowledge
from scenarios.documents.tokenizers import NAMES
from scenarios.problem import ScenarioError
from scenarios.thinking import Thinking

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


REGISTRY = load_registry()
KNOWN = load_knowledge(None, date(2026, 11, 22))
HOSTED = {name: entry for name, entry in REGISTRY.models.items() if entry.provider is not None}


@pytest.mark.parametrize("name", REGISTRY.models)
def test_every_fact_has_its_source(name: str) -> None:
    entry = REGISTRY.models[name]

    assert entry.source
    assert entry.prices is None or entry.prices.source
    assert entry.cache.kind == "none" or entry.cache.source
    assert entry.sampling is None or entry.sampling.source
    assert entry.retired is None or entry.retired.source
    assert entry.thinking is None or entry.thinking.source
    assert entry.tokenizer is None or entry.tokenizer in NAMES


@pytest.mark.parametrize("name", HOSTED)
def test_a_model_that_is_served_can_be_asked(name: str) -> None:
    entry = HOSTED[name]
    provider = KNOWN.provider(entry.provider or "")
    wire = entry.wire if entry.wire is not None else next(iter(provider.wires))
    refused = {*entry.refuses, *provider.wires[wire].quirks.refuses}

    assert entry.title
    assert wire in provider.wires
    if entry.thinking is not None:
        switch = KNOWN.providers.switches[entry.thinking.switch]
        for setting in (
            entry.thinking.default,
            *(Thinking.parse(effort) for effort in entry.thinking.efforts),
        ):
            entry.thinking.fields(setting, switch, wire)
    if entry.sampling is not None:
        assert not refused & {*entry.sampling.default, *entry.sampling.thinking}


@pytest.mark.parametrize("name", HOSTED)
def test_its_limits_fit_into_its_window(name: str) -> None:
    entry = HOSTED[name]

    assert entry.context is not None
    assert (entry.most_input or 1) <= entry.context
    assert (entry.most_output or 1) <= entry.context
    if entry.prices is not None:
        assert all(tier.above < (entry.most_input or entry.context) for tier in entry.prices.tiers)


def test_what_replaces_a_retired_name_exists_and_ends_later() -> None:
    for name, entry in REGISTRY.models.items():
        if entry.retired is None or entry.retired.by is None:
            continue
        successor = REGISTRY.models[entry.retired.by]
        assert successor.provider == entry.provider, name
        assert successor.retired is None or successor.retired.on > entry.retired.on, name


def test_no_id_means_two_models() -> None:
    for name, entry in HOSTED.items():
        for one in (entry.model, *entry.ids):
            meant = None if one is None else REGISTRY.find(one.replace("*", "1"))
            assert one is None or (meant and meant[0]) == name, one


def test_prices_are_known_of_nearly_all_that_can_still_be_asked_for() -> None:
    unpriced = [n for n, e in HOSTED.items() if e.prices is None and not e.retired]

    assert unpriced == ["qwen3-14b", "qwen3-8b"]


def test_no_price_is_nothing() -> None:
    for entry in REGISTRY.models.values():
        assert entry.prices is None or (entry.prices.input > 0 and entry.prices.output > 0)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4.1",
        "gpt-5",
        "claude-sonnet-4.6",
        "deepseek-chat",
        "qwen3-max",
        "gemini-2.5-pro",
        "grok-4",
        "mistral-medium-3",
        "local",
        "made-up",
    ],
)
def test_a_name_once_shipped_is_still_known(name: str) -> None:
    assert name in REGISTRY.models


@pytest.mark.parametrize(
    ("asked", "near"),
    [("qwen3-coder-plu", "qwen3-coder-plus"), ("zzz", "`longspan list models` has the names")],
)
def test_a_name_that_is_near_is_offered(asked: str, near: str) -> None:
    assert near in REGISTRY.near(asked)


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
        ("gpt-4.1-mega", None),
        ("claude-opus-5-5", "claude-opus-5.5"),
        ("claude-opus-5-20260901", "claude-opus-5"),
        ("claude-sonnet-4-6-20260210", "claude-sonnet-4.6"),
        ("deepseek-v4-flash-0731", "deepseek-v4-flash"),
        ("local/smollm2", "local"),
        ("smollm2", None),
    ],
)
def test_a_model_is_found_by_what_endpoints_call_it(asked: str, found: str | None) -> None:
    match = load_registry().find(asked)

    assert (match and match[0]) == found


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
