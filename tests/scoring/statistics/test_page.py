"""The examples of the page about reliability say what they give."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"


def test_the_examples_of_the_page_hold() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")

    assert found.attempted > 15
    assert not found.failed
