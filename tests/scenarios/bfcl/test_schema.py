"""BFCL's dialect as JSON Schema, and names that the APIs take."""

import re

from jsonschema import Draft202012Validator

from scenarios.bfcl.schema import json_schema, tools_of
from tests.bfcl_package import function


def test_the_words_of_the_dialect_become_json_schema_to_any_depth() -> None:
    made = json_schema(
        {
            "type": "dict",
            "properties": {
                "rows": {"type": "array", "items": {"type": "tuple", "items": {"type": "float"}}},
                "note": {"type": "any", "default": "x"},
                "kind": {"type": "string", "enum": ["a", "b"]},
            },
            "required": ["rows", "gone"],
        }
    )
    Draft202012Validator.check_schema(made)
    assert made["required"] == ["rows"]
    valid = Draft202012Validator(made).is_valid
    assert valid({"rows": [[1.5, 2]], "note": "n"})
    assert not valid({"rows": [["1"]]})
    assert not valid({"rows": [], "kind": "c"})


def test_java_values_are_texts_whose_type_is_told() -> None:
    (tool,) = tools_of(
        [function("Sorter.sort", ("list",), list={"type": "ArrayList", "items": {"type": "String"}})], "java"
    )
    (schema,) = tool.input_schema["properties"].values()  # type: ignore[union-attr]  # an object
    assert schema["type"] == "string"  # type: ignore[index,call-overload]  # an object
    assert "ArrayList with elements of the type String" in str(schema)
    assert tool.description.endswith("It is written in Java.")


def test_every_name_is_legal_and_unique_and_the_first_of_two_functions_counts() -> None:
    names = ["a.b", "a_b", "a.b", "größe", "x" * 90, "x" * 91]
    tools = tools_of([function(name) for name in names])
    assert [tool.function for tool in tools] == ["a.b", "a_b", "größe", "x" * 90, "x" * 91]
    assert len({tool.name for tool in tools}) == len(tools)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,56}", tool.name) for tool in tools)
