"""The catalog: entries that are shipped, entries of one's own, and what is said of those that cannot be."""

from pathlib import Path

import pytest
import yaml

from local_models.architecture import active_parameter_count
from local_models.catalog import (
    CATALOG,
    TEMPLATES,
    LocalModel,
    Sampling,
    UnknownLocalModel,
    find_model,
    load_catalog,
    model_names,
)
from local_models.parsers import parser_objection
from scenarios.problem import ScenarioError

SMOLLM2 = (CATALOG / "smollm2.yaml").read_text(encoding="utf-8")
MODELS = load_catalog()
NAMES = tuple(MODELS)
WITHIN = 0.005
"""How far published totals, which are rounded, may be from ours."""


def entry(folder: Path, **changes: object) -> Path:
    """A catalog with one file, which differs from that of SmolLM2 in `changes`; None takes a field out."""
    fields = {**yaml.safe_load(SMOLLM2), **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    (folder / "mine.yaml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    return folder


def sampling(model: LocalModel, while_it_thinks: str = "default") -> dict[str, object]:
    found: Sampling = model.sampling["thinking" if while_it_thinks == "thinking" else "default"]
    return found.model_dump(exclude_none=True, exclude={"source", "known"})


def test_the_catalog_has_the_families_that_it_promises() -> None:
    dense = {f"qwen3-{size}" for size in ("0.6b", "1.7b", "4b", "8b", "14b", "32b")}
    mixed = {
        f"qwen3-{size}{kind}"
        for size in ("30b-a3b", "235b-a22b")
        for kind in ("", "-instruct-2507", "-thinking-2507")
    }
    coder = {"qwen3-coder-30b-a3b", "qwen3-coder-480b-a35b"}
    linear = {"qwen3-next-80b-a3b-instruct", "qwen3-next-80b-a3b-thinking"}
    deepseek = {f"deepseek-{version}" for version in ("r1-0528", "v3-0324", "v3.1", "v3.2")}
    distilled = {f"deepseek-r1-distill-qwen-{size}" for size in ("7b", "32b")} | {"deepseek-r1-0528-qwen3-8b"}
    assert set(NAMES) == dense | mixed | coder | linear | deepseek | distilled | {"smollm2"}


@pytest.mark.parametrize("name", NAMES)
def test_every_model_is_found_by_its_name_alone(name: str) -> None:
    assert find_model(name) == MODELS[name]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_the_published_ones_within_half_a_percent(name: str) -> None:
    model = MODELS[name]
    assert model.published is not None
    assert model.parameters == pytest.approx(model.published.parameters, rel=WITHIN)


@pytest.mark.parametrize("name", NAMES)
def test_a_window_is_within_the_positions_that_config_json_has(name: str) -> None:
    model = MODELS[name]
    assert model.context <= model.architecture.positions
    if (extension := model.extension) is not None:
        assert extension.context > model.context
        if extension.factor is not None and extension.original is not None:
            assert extension.context <= extension.factor * extension.original


@pytest.mark.parametrize("name", NAMES)
def test_every_parser_is_one_that_vllm_has(name: str) -> None:
    assert parser_objection(MODELS[name].tool_parser, MODELS[name].reasoning_parser, plugin=False) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_revision_is_a_whole_commit_or_left_out(name: str) -> None:
    for weights in MODELS[name].weights.values():
        for place in (weights.hub, weights.modelscope):
            assert place is None or place.revision is None or len(place.revision) == 40


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_about_as_big_as_their_parameters(name: str) -> None:
    """Between the bytes of the numbers alone, and half as much again."""
    least = {"bf16": 2.0, "fp8": 1.0, "int4": 0.5, "nvfp4": 0.5}
    for weights in MODELS[name].weights.values():
        alone = least[weights.precision] * MODELS[name].parameters / 1e9
        assert 0.99 * alone < weights.gigabytes < 2.2 * alone


@pytest.mark.parametrize("name", [name for name in NAMES if name != "smollm2"])
def test_what_only_a_gpu_can_show_is_said_to_be_unverified(name: str) -> None:
    assert any("never served here" in said for said in MODELS[name].unverified)


def test_experts_that_rest_are_not_counted_as_active() -> None:
    for name, published in (
        ("qwen3-235b-a22b", 22e9),
        ("deepseek-v3.1", 37e9),
        ("qwen3-coder-480b-a35b", 35e9),
    ):
        active = active_parameter_count(MODELS[name].architecture)
        assert active == pytest.approx(published, rel=0.02)


def test_the_makers_advice_differs_from_family_to_family() -> None:
    assert sampling(MODELS["qwen3-coder-480b-a35b"]) == {
        "temperature": 0.7,
        "top_p": 0.8,
        "top_k": 20,
        "repetition_penalty": 1.05,
        "max_output_tokens": 65536,
    }
    assert sampling(MODELS["qwen3-32b"], "thinking")["temperature"] == 0.6
    assert sampling(MODELS["qwen3-32b"])["temperature"] == 0.7
    assert sampling(MODELS["qwen3-30b-a3b-instruct-2507"])["max_output_tokens"] == 16384
    assert sampling(MODELS["deepseek-v3-0324"])["temperature"] == 0.3


def test_how_thinking_is_set_differs_too() -> None:
    when = {name: model.thinking.when for name, model in MODELS.items()}
    assert when["qwen3-8b"] == "switched"
    assert MODELS["qwen3-8b"].thinking.default == "on"
    assert when["deepseek-v3.1"] == "switched"
    assert MODELS["deepseek-v3.1"].thinking.default == "off"
    assert {when[name] for name in ("deepseek-r1-0528", "qwen3-next-80b-a3b-thinking")} == {"always"}
    assert {when[name] for name in ("qwen3-coder-30b-a3b", "deepseek-v3-0324", "smollm2")} == {"never"}


def test_yarn_says_the_whole_of_what_an_engine_is_told() -> None:
    extension = MODELS["qwen3-coder-480b-a35b"].extension
    assert extension is not None
    assert (extension.method, extension.factor, extension.original) == ("yarn", 4.0, 262144)
    assert extension.rope_theta == 10_000_000


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-2507")])
def test_dual_chunk_attention_is_told_with_what_can_be_done_instead(name: str) -> None:
    extension = MODELS[name].extension
    assert extension is not None
    assert (extension.method, extension.factor) == ("dual-chunk", None)
    assert "removed it in 0.11" in extension.note
    assert "SGLang" in extension.note
    assert f"local/{name}@URL" in extension.note


def test_deepseek_gets_our_templates_for_tools_where_vllm_has_no_encoder() -> None:
    assert MODELS["deepseek-v3.1"].template_file == TEMPLATES / "deepseek-v3.1.jinja"
    assert MODELS["deepseek-r1-0528"].template_file == TEMPLATES / "deepseek-v3.jinja"
    assert MODELS["deepseek-v3.2"].template_file is None
    assert MODELS["deepseek-v3.2"].flags == ("--tokenizer-mode", "deepseek_v32")


def test_weights_are_named_and_the_first_ones_are_the_default() -> None:
    model = MODELS["qwen3-30b-a3b"]
    assert model.weights_called() == model.weights_called("bf16")
    assert model.weights_called("fp8").group == 128
    assert [model.weights_called(name).dtype for name in ("bf16", "fp8", "int4")] == [
        "bfloat16",
        "auto",
        "auto",
    ]
    with pytest.raises(
        UnknownLocalModel, match=r"local/qwen3-30b-a3b has no weights 'fp16'; .*bf16, fp8, int4"
    ):
        model.weights_called("fp16")


def test_a_repository_may_name_its_revision(tmp_path: Path) -> None:
    weights = {"precision": "bf16", "hub": "a/b@v1.0", "modelscope": "a/b", "gigabytes": 1}
    found = find_model("mine", entry(tmp_path, weights={"bf16": weights})).weights_called()
    assert found.hub is not None
    assert found.modelscope is not None
    assert (found.hub.repo, found.hub.revision, found.modelscope.revision) == ("a/b", "v1.0", None)


def test_an_unknown_model_is_answered_with_those_that_exist() -> None:
    with pytest.raises(
        UnknownLocalModel, match=r"no local model is called 'smolm2'; did you mean 'smollm2'\?"
    ):
        find_model("smolm2")


def test_models_of_ones_own_stand_beside_those_that_are_shipped(tmp_path: Path) -> None:
    found = load_catalog(entry(tmp_path))
    assert found["mine"].title == "SmolLM2-135M-Instruct"
    assert set(found) == {*NAMES, "mine"} == set(model_names(tmp_path))


def test_a_folder_that_is_not_there_holds_no_models(tmp_path: Path) -> None:
    assert load_catalog(tmp_path / "nowhere") == MODELS


def test_a_name_that_is_shipped_cannot_be_taken_again(tmp_path: Path) -> None:
    (tmp_path / "smollm2.yaml").write_text(SMOLLM2, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"smollm2\.yaml: .*rename the file"):
        find_model("qwen3-8b", tmp_path)


def test_a_template_of_ones_own_lies_beside_the_entry(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    own = tmp_path / "templates" / "mine.jinja"
    own.write_text("{{ messages }}", encoding="utf-8")
    assert find_model("mine", entry(tmp_path, chat_template="mine.jinja")).template_file == own


def test_a_folder_of_weights_is_looked_for_from_the_entry_on(tmp_path: Path) -> None:
    own = {"bf16": {"precision": "bf16", "folder": "checkpoints/mine", "gigabytes": 0.3, "known": "read"}}
    found = find_model("mine", entry(tmp_path, weights=own, default_weights=None))
    assert found.weights_called("bf16").folder == tmp_path / "checkpoints" / "mine"


def test_a_wrong_field_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SMOLLM2 + "tool_praser: hermes\n", encoding="utf-8")
    line = SMOLLM2.count("\n") + 1
    with pytest.raises(ScenarioError, match=rf"mine\.yaml:{line}: tool_praser: .*did you mean 'tool_parser'"):
        find_model("mine", tmp_path)


def test_every_wrong_field_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as failed:
        load_catalog(entry(tmp_path, context=-1, licence=None, sources=[], weights={"x": {"gigabytes": 1}}))
    for part in ("context: ", "licence: is needed", "weights.x.precision: is needed", "sources: "):
        assert part in str(failed.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"chat_template": "none.jinja"}, "chat_template: 'none.jinja' is no file of .*deepseek-v3.jinja"),
        ({"sampling": {}}, "sampling needs an entry called default"),
        ({"name": "other"}, "name: leave it out"),
        ({"weights": {}}, "weights: should have 1 or more|at least one set of weights"),
        ({"weights": {"bf16": {"precision": "bf16", "gigabytes": 1}}}, "weights.bf16: give one source"),
        (
            {"weights": {"a:b": {"precision": "bf16", "hub": "a/b", "gigabytes": 1}}},
            "weights 'a:b' cannot be named",
        ),
        (
            {"weights": {"bf16": {"precision": "bf16", "hub": "b", "gigabytes": 1}}},
            "weights.bf16.hub: 'b' is no repository; write OWNER/NAME",
        ),
        (
            {"parameters": 135_000_000},
            "the architecture has 134,515,008 parameters, and `parameters` says 135,000,000",
        ),
        (
            {"thinking": {"when": "switched"}},
            "thinking: `switch` and `default` are what `when: switched` needs",
        ),
        ({"thinking": {"when": "always", "default": "on"}}, "stand nowhere else"),
        (
            {"extension": {"method": "yarn", "context": 9000, "note": "x", "source": "x"}},
            "extension: yarn needs factor, original and rope_theta",
        ),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        find_model("mine", entry(tmp_path, **changes))


def test_a_file_whose_name_cannot_be_a_models_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "My Model.yaml").write_text(SMOLLM2, encoding="utf-8")
    with pytest.raises(ScenarioError, match="'My Model' cannot be a model's name; call the file by small"):
        load_catalog(tmp_path)


@pytest.mark.parametrize(("text", "message"), [("a: [", "is not YAML"), ("- a", "is a list; write fields")])
def test_a_file_that_is_not_an_entry_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"mine\.yaml.*{message}"):
        load_catalog(tmp_path)
