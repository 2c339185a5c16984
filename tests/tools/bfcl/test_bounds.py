"""What BFCL's mathematics is not asked for."""

from typing import Any

import pytest

from tools.bfcl.bounds import too_much


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("power", {"base": 9, "exponent": 9**9}),
        ("logarithm", {"value": 2, "base": 10, "precision": 10**9}),
        ("logarithm", {"value": 2, "base": 10, "precision": 1e9}),
        ("logarithm", {"value": "1e999999999", "base": 10, "precision": 5}),
        ("logarithm", {"value": 2, "base": "1E 99_999_999", "precision": 5}),
        ("square_root", {"number": 2, "precision": 10**9}),
        ("round_number", {"number": 5, "decimal_places": -(10**9)}),
    ],
)
def test_what_would_not_end_is_too_much(tool: str, arguments: dict[str, Any]) -> None:
    assert too_much(tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("power", {"base": 10, "exponent": 4000}),
        ("power", {"base": "9", "exponent": None}),
        ("logarithm", {"value": 1e300, "base": "10", "precision": 10_000}),
        ("logarithm", {"value": "1e300", "base": 10, "precision": "many"}),
        ("logarithm", {}),
        ("add", {"a": 10**300, "b": 10**300}),
    ],
)
def test_everything_else_is_made(tool: str, arguments: dict[str, Any]) -> None:
    assert not too_much(tool, arguments)
