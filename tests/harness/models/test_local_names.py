"""Names of models of ours, and the rows that they mean."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.models.local_names import catalog_model, local_quirks, serving_of, window_tokens
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.registry.provider import Quirks
from harness.runs.record import ModelVariant
from local_models.catalog import CATALOG, find_model, load_catalog
from scenarios.serving import Serving
from scenarios.thinking import Thinking
from tests.harness.known import KNOWN


def rows(
    name: str, *thinking: object, serve: dict[str, Any] | None = None, **wanted: Any
) -> tuple[ModelVariant, ...]:
    settings = tuple(Thinking.parse(one) for one in thinking)
    serving = Serving.model_validate(serve or {})
    return find_variants(name, Wanted(thinking=settings, serving=serving, **wanted), KNOWN)


def row(name: str, *thinking: object, **wanted: Any) -> ModelVariant:
    (found,) = rows(name, *thinking, **wanted)
    return found


def label(name: str, **serve: Any) -> str:
    return row(name, serve=serve).label


def refused(name: str, *thinking: object, **wanted: Any) -> str:
    with pytest.raises(ModelError) as error:
        rows(name, *thinking, **wanted)
    return str(error.value)


def test_a_bare_name_is_served_as_the_catalog_says() -> None:
    found = row("local/smollm2")
    assert (found.label, found.model, found.provider) == ("local/smollm2", "smollm2", "vllm")
    assert (found.base_url, found.serving, found.thinking, found.request) == (None, None, None, {})
    assert found.sampling == {"temperature": 0.2, "top_p": 0.9, "max_tokens": 1024}


def test_what_shapes_answers_is_told_by_the_label_and_is_part_of_what_is_asked() -> None:
    assert label("local/qwen3-30b-a3b:fp8") == "local/qwen3-30b-a3b:fp8"
    assert label("local/qwen3-30b-a3b", weights="fp8") == "local/qwen3-30b-a3b:fp8"
    assert label("local/qwen3-8b", kv="fp8") == "local/qwen3-8b+kv-fp8"
    assert label("local/qwen3-8b", extend=True) == "local/qwen3-8b+128k"
    assert label("local/qwen3-coder-480b-a35b", extend=True, kv="fp8") == (
        "local/qwen3-coder-480b-a35b+1M+kv-fp8"
    )
    assert label("local/qwen3-8b", context="16k") == "local/qwen3-8b+ctx-16k"
    assert label("local/qwen3-8b", tool_strict_level="parameter") == "local/qwen3-8b+strict-parameter"
    assert label("local/smollm2", engine="transformers") == "local/smollm2+transformers"
    one, other = (label("local/smollm2", flags=(flag,)) for flag in ("--a", "--b"))
    assert one != other
    found = row("local/qwen3-8b", serve={"kv": "fp8", "gpu_hour": 2.5})
    assert found.serving == Serving(kv="fp8")


def test_the_default_weights_are_one_row_whether_they_are_named_or_not() -> None:
    default = find_model("qwen3-8b").default_weights
    assert row(f"local/qwen3-8b:{default}") == row("local/qwen3-8b")


def test_where_it_is_served_and_what_that_costs_is_no_part_of_the_row() -> None:
    placed = {"gpus": "4xH20-96", "layout": "tp4", "replicas": 2, "concurrency": 64, "gpu_hour": 3}
    assert row("local/qwen3-8b", serve=placed) == row("local/qwen3-8b")


def test_a_server_that_runs_already_is_asked_at_its_url() -> None:
    found = row("local/qwen3-8b:fp8@http://10.0.0.1:8000/v1", serve={"gpus": "1xL4-24"})
    assert (found.label, found.base_url) == ("local/qwen3-8b:fp8@10.0.0.1:8000", "http://10.0.0.1:8000/v1")
    assert found.thinking == "on"
    assert row("local/qwen3-8b@http://h:1").base_url == "http://h:1/v1"
    assert "layout, flags cannot be set on a server that runs already" in refused(
        "local/qwen3-8b@http://h/v1", serve={"layout": "tp2", "flags": ("--x",)}
    )


def test_thinking_on_and_off_are_rows_with_their_own_fields_and_sampling() -> None:
    on, off = rows("local/qwen3-8b", "on", "off")
    assert (on.label, off.label) == ("local/qwen3-8b+thinking-on", "local/qwen3-8b+thinking-off")
    assert on.request["chat_template_kwargs"] == {"enable_thinking": True, "thinking": True}
    assert off.request["chat_template_kwargs"] == {"enable_thinking": False, "thinking": False}
    assert (on.sampling["temperature"], off.sampling["temperature"]) == (0.6, 0.7)
    default = row("local/qwen3-8b")
    assert (default.label, default.thinking, default.request) == ("local/qwen3-8b", "on", on.request)


def test_a_model_that_always_or_never_thinks_takes_that_and_nothing_else() -> None:
    assert row("local/deepseek-r1-0528").thinking == "on"
    assert "it always thinks, so its thinking cannot be off" in refused("local/deepseek-r1-0528", "off")
    assert row("local/smollm2", "off").thinking == "off"
    assert "it never thinks, so its thinking cannot be on" in refused("local/smollm2", "on")
    assert "its thinking cannot be 1024; it takes off, on" in refused("local/qwen3-8b", 1024)


@pytest.mark.parametrize("name", sorted(load_catalog()))
def test_every_model_of_the_catalog_has_a_row_for_each_way_that_it_thinks(name: str) -> None:
    model = find_model(name)
    settings = {"never": ("off",), "always": ("on",), "switched": ("on", "off")}[model.thinking.when]
    found = rows(f"local/{name}", *settings)
    assert [one.thinking for one in found] == list(settings)
    assert all(bool(one.request) == (model.thinking.when == "switched") for one in found)
    for one, thinking in zip(found, settings, strict=True):
        most = one.sampling["max_tokens"]
        assert isinstance(most, int)
        assert 0 < most <= model.context // 2
        assert local_quirks(Quirks(), model, one).thinking_room == 0 or thinking == "on"


def test_what_a_study_samples_with_wins_and_may_not_say_what_thinking_says() -> None:
    assert row("local/smollm2", sampling={"temperature": 0}).sampling["temperature"] == 0
    twice = {"chat_template_kwargs": {"enable_thinking": False}}
    assert "its sampling and its thinking both say chat_template_kwargs" in refused(
        "local/qwen3-8b", sampling=twice
    )


def test_what_transformers_serve_does_not_take_is_refused_or_left_out() -> None:
    assert row("local/qwen3-8b", "off", serve={"engine": "transformers"}).provider == "transformers-serve"
    with pytest.raises(ModelError, match="no call can be forced there"):
        rows("local/smollm2", serve={"engine": "transformers"}, first_call="required")


@pytest.mark.parametrize(
    ("name", "serve", "said"),
    [
        ("local/qwen3-8", {}, "no local model is called 'qwen3-8'; did you mean"),
        ("local/qwen3-8b:fp7", {}, "has no weights 'fp7'"),
        ("local/qwen3-8b:fp8", {"weights": "int4"}, "is to be served with int4 weights; say one of the two"),
        ("local/qwen3-8b", {"context": "64k"}, "say extend to stretch it to 131,072 by YaRN"),
        ("local/smollm2", {"extend": True}, "leave out extend"),
        (
            "local/qwen3-30b-a3b-instruct-2507",
            {"extend": True},
            "dual-chunk attention, which vLLM has no more",
        ),
        ("local/a:b:c@", {}, "is no name"),
        ("qwen3.7-plus", {"kv": "fp8"}, "`serve` is for models of ours"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_started(
    name: str, serve: dict[str, Any], said: str
) -> None:
    assert said in refused(name, serve=serve)


def test_a_model_of_ones_own_stands_beside_the_catalog(tmp_path: Path) -> None:
    entry = yaml.safe_load((CATALOG / "smollm2.yaml").read_text(encoding="utf-8")) | {"title": "Mine"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(entry), encoding="utf-8")
    known = replace(KNOWN, catalog=tmp_path)
    assert find_variants("local/mine", Wanted(), known)[0].label == "local/mine"
    assert catalog_model("mine", known).title == "Mine"


def test_the_name_says_the_weights_that_what_was_said_of_serving_did_not() -> None:
    found = row("local/qwen3-8b:fp8")
    assert serving_of(found, None).weights == "fp8"
    assert serving_of(found, Serving(gpu_hour=2)) == Serving(weights="fp8", gpu_hour=2)


def test_a_stretched_window_is_what_is_planned_with_and_room_to_think_is_half_of_it_at_most() -> None:
    model = find_model("qwen3-8b")
    on, off = rows("local/qwen3-8b", "on", "off", serve={"context": "8k"})
    assert window_tokens(model, row("local/qwen3-8b", serve={"extend": True})) == 131072
    assert local_quirks(Quirks(), model, off) == Quirks()
    assert local_quirks(Quirks(), model, on).thinking_room == 4096
    assert local_quirks(Quirks(), model, row("local/qwen3-8b")).thinking_room == model.context // 2
