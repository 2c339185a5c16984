"""docs/local-models.md, which shows the catalog as it is."""

from pathlib import Path

import pytest

from local_models.architecture import Architecture
from local_models.catalog import (
    Extension,
    LocalModel,
    Published,
    Sampling,
    Source,
    Thinks,
    Weights,
    find_model,
    load_catalog,
)
from local_models.config_json import SUPPORTED

PAGE = (Path(__file__).parents[2] / "docs" / "local-models.md").read_text(encoding="utf-8")
MODELS = load_catalog()
RECORDS = (LocalModel, Weights, Architecture, Published, Extension, Thinks, Sampling, Source)
FIELDS = sorted({field for record in RECORDS for field in record.model_fields} - {"name"})


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_row(name: str) -> None:
    model = MODELS[name]
    stretched = "–" if model.extension is None else f"{model.extension.context:,} ({model.extension.method})"
    cells = (
        f"{model.context:,}",
        stretched,
        ", ".join(model.weights),
        model.tool_parser or "–",
        model.thinking.when,
    )
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert [row.split(" | ")[2:] for row in rows] == [[*cells[:-1], f"{cells[-1]} |"]]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_named(field: str) -> None:
    assert f"`{field}`" in PAGE


def test_every_type_that_has_a_formula_is_named() -> None:
    assert ", ".join(SUPPORTED) in PAGE


def test_the_example_is_good(tmp_path: Path) -> None:
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "my-qwen.yaml").write_text(example, encoding="utf-8")
    model = find_model("my-qwen", tmp_path)
    assert model.weights_called().folder == Path("/models/my-qwen")
    assert model.thinking.default == "on"
