"""BFCL's functions as tools: JSON Schema for its dialect, and names that the APIs take."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from pydantic import JsonValue

from scenarios.bfcl.record import Language
from scenarios.record import Record

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("integer", "byte", "short", "long", "Bigint"), "integer"),
        **dict.fromkeys(("number", "float", "double"), "number"),
        **dict.fromkeys(("boolean", "bool", "Boolean"), "boolean"),
        **dict.fromkeys(("array", "list", "tuple", "ArrayList", "Array", "Queue", "Stack", "Set"), "array"),
        **dict.fromkeys(("dict", "object", "HashMap", "Hashtable"), "object"),
    }
)
"""What is not among them, such as `any` and `char`, is a text, as BFCL tells models."""
_LONGEST_NAME = 56
"""Leaves room for the server's name before it."""
_SAID_OF = {"java": "Java", "javascript": "JavaScript"}


class Tool(Record):
    """One function as it is offered."""

    name: str
    """Legal, and unique in its task."""
    function: str
    """What BFCL calls it."""
    description: str
    input_schema: dict[str, JsonValue]


def tools_of(functions: Iterable[Mapping[str, Any]], language: Language = "python") -> tuple[Tool, ...]:
    """The functions of a task as tools, in their order; of two with one name the first."""
    found: dict[str, Tool] = {}
    taken: set[str] = set()
    for one in functions:
        if one["name"] in found:
            continue
        name = _legal(one["name"], taken)
        taken.add(name)
        schema = one["parameters"]
        said = "" if language == "python" else f" It is written in {_SAID_OF[language]}."
        found[one["name"]] = Tool(
            name=name,
            function=one["name"],
            description=one.get("description", "") + said,
            input_schema=_object(schema) if language == "python" else _as_source(schema, language),
        )
    return tuple(found.values())


def json_schema(schema: Mapping[str, Any]) -> dict[str, JsonValue]:
    """One value's schema, to any depth. What JSON Schema has no word for is left out."""
    kind = _WORDS.get(str(schema.get("type", "")), "string")
    made: dict[str, JsonValue] = {"type": kind}
    if text := schema.get("description"):
        made["description"] = str(text)
    if schema.get("default") is not None:
        made["default"] = schema["default"]
    if isinstance(schema.get("enum"), list):
        made["enum"] = schema["enum"]
    if kind == "array":
        items = schema.get("items")
        made["items"] = json_schema(items) if isinstance(items, dict) else {}
    if kind == "object" and isinstance(schema.get("properties"), dict):
        made |= _object(schema)
    return made


def _object(schema: Mapping[str, Any]) -> dict[str, JsonValue]:
    properties: dict[str, JsonValue] = {
        name: json_schema(one) for name, one in schema.get("properties", {}).items()
    }
    made: dict[str, JsonValue] = {"type": "object", "properties": properties}
    if required := [name for name in schema.get("required", ()) if name in properties]:
        made["required"] = cast("JsonValue", required)
    return made


def _as_source(schema: Mapping[str, Any], language: Language) -> dict[str, JsonValue]:
    """Every value is a text that holds source code; its type is said in words."""
    return _object(
        {**schema, "properties": {n: _source(p, language) for n, p in schema["properties"].items()}}
    )


def _source(schema: Mapping[str, Any], language: Language) -> dict[str, Any]:
    word = schema.get("type", "any")
    said = "of any type" if word == "any" else f"of the type {word}"
    items = schema.get("items")
    of = f" with elements of the type {items['type']}" if isinstance(items, dict) and "type" in items else ""
    text = f"{schema.get('description', '')} Write a {_SAID_OF[language]} value {said}{of}, as source text."
    return {"type": "string", "description": text.strip()}


def _legal(name: str, taken: set[str]) -> str:
    legal = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    if len(legal) > _LONGEST_NAME or legal in taken:
        mark = hashlib.sha256(name.encode()).hexdigest()[:8]
        legal = f"{legal[: _LONGEST_NAME - 9]}_{mark}"
    return legal
