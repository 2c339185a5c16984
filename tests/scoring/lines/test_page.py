"""The examples of docs/lines.md say what they give."""

import doctest
from pathlib import Path


def test_the_examples_of_the_page_hold() -> None:
    page = Path(__file__).parents[3] / "docs" / "lines.md"

    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")

    assert found.attempted > 20
    assert not found.failed
