from pathlib import Path

import pytest
import yaml

from local_models.catalog import (
    CATALOG,
    CatalogError,
    LocalModel,
    UnknownLocalModel,
    find_model,
    load_catalog,
)

SMOLLM2 = (CATALOG / "smollm2.yaml").read_text(encoding="utf-8")


def entry(folder: Path, **changes: object) -> Path:
    """A catalog with one file, which differs from that of SmolLM2 in `changes`; None takes a field out."""
    fields = {**yaml.safe_load(SMOLLM2), **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    (folder / "mine.yaml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    return folder


def test_every_entry_of_the_catalog_is_found_by_its_name() -> None:
    models = load_catalog()
    assert "smollm2" in models
    assert all(find_model(name) == model for name, model in models.items())


def test_the_parameters_of_smollm2_follow_from_its_numbers() -> None:
    shape = find_model("smollm2").architecture
    inner = 1536
    attention = 2 * shape.hidden * shape.head_dim * (shape.heads + shape.kv_heads)
    layer = attention + 3 * shape.hidden * inner + 2 * shape.hidden
    assert shape.parameters == shape.vocabulary * shape.hidden + shape.layers * layer + shape.hidden


def test_a_thinking_mixture_of_experts_with_latent_attention_fits_the_schema(tmp_path: Path) -> None:
    folder = entry(
        tmp_path,
        weights={"hub": {"repo": "a/b", "revision": "0123abc"}, "gigabytes": 700},
        architecture={
            "class_name": "DeepseekV3ForCausalLM",
            "parameters": 671_026_419_200,
            "active_parameters": 37_000_000_000,
            "layers": 61,
            "hidden": 7168,
            "heads": 128,
            "kv_heads": 128,
            "head_dim": 128,
            "vocabulary": 129_280,
            "latent_attention": {"kv_lora_rank": 512, "rope_head_dim": 64},
            "experts": {"count": 256, "active": 8, "intermediate": 2048},
        },
        dtype="fp8",
        reasoning_parser="deepseek_v3",
        thinking_switch="thinking",
        sampling={
            "default": {"temperature": 0.3, "source": "x"},
            "thinking": {"temperature": 0.6, "source": "x"},
        },
        flags=["--enable-expert-parallel"],
    )
    model = find_model("mine", folder)
    assert isinstance(model, LocalModel)
    assert model.sampling["thinking"].temperature == 0.6


def test_an_unknown_model_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(UnknownLocalModel, match=r"no local model is called 'smolm2'; there are: .*smollm2"):
        find_model("smolm2")


def test_a_misspelled_field_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"mine\.yaml: tool_praser: Extra inputs"):
        find_model("mine", entry(tmp_path, tool_praser="hermes"))


def test_every_wrong_field_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as failed:
        load_catalog(entry(tmp_path, context=-1, licence=None, weights={"gigabytes": 1}))
    for part in ("context: ", "licence: ", "weights: Value error, give exactly one of hub, package"):
        assert part in str(failed.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"chat_template": "none.jinja"},
            "no chat template 'none.jinja' in templates/; there are: smollm2.jinja",
        ),
        ({"sampling": {}}, "sampling needs an entry called default"),
        ({"name": "other"}, "name: leave it out"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(CatalogError, match=message):
        find_model("mine", entry(tmp_path, **changes))


@pytest.mark.parametrize(("text", "message"), [("a: [", "not YAML"), ("- a", "found a list")])
def test_a_file_that_is_not_an_entry_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=rf"mine\.yaml: .*{message}"):
        load_catalog(tmp_path)
