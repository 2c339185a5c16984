"""The examples of every formula, and those of the page that explains them, say what they give."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from scoring import consistency

MODULES = [module.name for module in pkgutil.iter_modules(consistency.__path__)]
PAGE = Path(__file__).parents[3] / "docs" / "consistency.md"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"{consistency.__name__}.{name}"))

    assert not found.failed


def test_the_examples_of_the_page_hold() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")

    assert found.attempted > 30
    assert not found.failed


def test_every_formula_has_an_example() -> None:
    tested = {
        example.name.rpartition(".")[2]
        for name in MODULES
        for example in doctest.DocTestFinder().find(importlib.import_module(f"{consistency.__name__}.{name}"))
        if example.examples
    }

    assert tested >= {
        "agreement",
        "strict_agreement",
        "consistent_and_correct",
        "kappa",
        "harmful_flips",
        "helpful_flips",
        "first_sway",
        "pwc",
        "pwc_share",
        "lag_bin",
        "self_check",
        "order_spread",
        "aptitude",
        "unreliability",
    }
