"""Other arguments that a tool would accept."""

from typing import Any

import pytest
from pydantic import JsonValue

from scoring.tool_schema import ToolSchema, shown_values
from tests.scoring.trials import schema

POOL: tuple[JsonValue, ...] = ("O-17", "R-201", "2026-03-14", 7)
PERIOD = schema(["start"], start={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})


def tool(required: list[str], **properties: Any) -> ToolSchema:
    return ToolSchema(root={**schema(required, **properties), "$defs": {"Period": PERIOD}}, pool=POOL)


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "string", "pattern": r"^R-\d+$"},
        {"type": "string", "enum": ["low", "high"]},
        {"type": "integer", "minimum": 3, "maximum": 4},
        {"type": "boolean"},
        {"anyOf": [{"type": "null"}, {"type": "number"}]},
        {"$ref": "#/$defs/Period"},
        {"type": "array", "items": {"$ref": "#/$defs/Period"}, "minItems": 2},
        {},
    ],
)
def test_what_a_tool_requires_is_filled_in_with_something_it_accepts(rule: dict[str, Any]) -> None:
    found = tool(["x"], x=rule)

    assert found.accepts(found.filled({}))


def test_only_arguments_that_the_tool_knows_and_accepts_are_kept() -> None:
    found = tool(["x"], x={"type": "string"}, y={"type": "integer"})

    assert found.filled({"x": "kept", "y": "seven", "z": 1}) == {"x": "kept"}


def test_a_changed_value_is_a_near_miss_first() -> None:
    found = tool([], x={"type": "string"})

    assert next(found.changed(("x",), "O-017")) == "O-024"
    assert next(found.changed(("x",), "2026-12-28T09:00")) == "2027-01-04T09:00"
    assert next(found.changed(("x",), 2.5)) == 9.5
    assert next(found.changed(("x",), True)) is False
    assert next(found.changed(("x",), ["a", "b"])) == ["a"]
    assert next(found.changed(("x",), {"n": 1})) == {"n": 8}


def test_another_member_of_an_enumeration_comes_before_anything_made_up() -> None:
    found = tool([], x={"anyOf": [{"enum": ["low", "high"]}, {"type": "null"}]})

    assert next(found.changed(("x",), "low")) == "high"


def test_nested_places_are_found_through_references_and_lists() -> None:
    found = tool([], when={"type": "array", "items": {"$ref": "#/$defs/Period"}})

    assert next(found.values(("when", 0, "start"))) == "2026-03-14"


def test_the_values_that_a_scenario_shows_are_each_listed_once() -> None:
    assert shown_values({"a": ["x", 1, True, None], "b": {"c": "x"}}, [1.5, "y"]) == ("x", 1, 1.5, "y")
