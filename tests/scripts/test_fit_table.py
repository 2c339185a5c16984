"""The table in the documentation says what the code says."""

from local_models.catalog import load_catalog
from scripts.fit_table import DOCUMENT, KINDS, rewritten, table


def test_the_table_of_the_documentation_is_not_stale() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rewritten(text) == text, "run scripts/fit-table"


def test_every_model_of_the_catalog_and_every_set_of_its_weights_is_in_the_table() -> None:
    lines = table().splitlines()
    assert len(KINDS) == 8
    for model in load_catalog().values():
        rows = [
            line.split(" | ") for line in lines if model.name in line.split(" | ")[0].strip("| ").split(", ")
        ]
        assert {row[1] for row in rows} == set(model.weights)
