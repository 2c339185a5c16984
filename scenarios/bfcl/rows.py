"""BFCL's rows as records: the functions in its dialect, the turns, and the possible answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.package import BfclPackage
from scenarios.bfcl.record import Function, KeyCall, Parameter
from scenarios.record import Record


class Row(Record):
    """One task of a single-turn category."""

    id: str
    messages: tuple[dict[str, str], ...]
    """Of its one turn: `role` and `content`; some begin with a system message, some hold an earlier talk."""
    functions: tuple[dict[str, JsonValue], ...]
    """As BFCL writes them."""
    key: tuple[KeyCall, ...] = ()
    """Empty where nothing is to be called, or anything."""


def data_files(category: str) -> tuple[str, ...]:
    """The files of a category, under the package's `data`."""
    name = f"BFCL_v4_{category}.json"
    return (name,) if "relevance" in category else (name, f"possible_answer/{name}")


def single_turn_rows(package: BfclPackage, category: str) -> Iterator[Row]:
    """Every task of a category, in its order. Raises `NoBfcl` when the data is not there."""
    questions, *answers = data_files(category)
    keys = {row["id"]: row["ground_truth"] for name in answers for row in package.rows(name)}
    for row in package.rows(questions):
        yield Row(
            id=row["id"],
            messages=tuple(row["question"][0]),
            functions=tuple(row["function"]),
            key=key_of(keys.get(row["id"], ())),
        )


def key_of(ground_truth: Sequence[Mapping[str, Any]]) -> tuple[KeyCall, ...]:
    """A possible answer as records."""
    return tuple(
        KeyCall(function=name, arguments=arguments)
        for call in ground_truth
        for name, arguments in call.items()
    )


def functions_of(raw: Sequence[Mapping[str, Any]]) -> dict[str, Function]:
    """What the rules need of the functions, by name; of two with one name the first."""
    found: dict[str, Function] = {}
    for one in raw:
        schema = one["parameters"]
        function = Function(
            name=one["name"],
            required=tuple(schema.get("required", ())),
            parameters={name: _parameter(each) for name, each in schema["properties"].items()},
        )
        found.setdefault(function.name, function)
    return found


def _parameter(schema: Mapping[str, Any]) -> Parameter:
    items = schema.get("items")
    return Parameter(
        type=schema.get("type", ""),
        items=items.get("type") if isinstance(items, dict) else None,
        default=schema.get("default"),
    )
