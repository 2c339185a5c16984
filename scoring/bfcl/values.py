"""Whether a value is one of those that an answer allows, for the type that the function's schema says.

A type is met exactly: a text is no number, `true` no number, and `2.0` no integer, but a whole number is a
float. Where an answer's own values are of another type than the schema says, they stand for a variable and
are compared as they are.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from scenarios.bfcl.record import Language, Parameter
from scoring.bfcl import java, javascript
from scoring.bfcl.defects import Kept
from scoring.bfcl.words import same_text

_PYTHON: Mapping[str, type] = MappingProxyType(
    {
        "string": str,
        "integer": int,
        "float": float,
        "boolean": bool,
        "array": list,
        "tuple": list,
        "dict": dict,
        "any": str,
    }
)
_KINDS: Mapping[Language, Mapping[str, type]] = MappingProxyType(
    {"python": _PYTHON, "java": java.KINDS, "javascript": javascript.KINDS}
)
_HOLDERS = frozenset({"array", "tuple", "Array", "ArrayList"})
_TAKEN_APART = _HOLDERS | {"HashMap", "dict"}
_LONGEST_SOURCE = 2_000
"""Letters of a Java or JavaScript value that is taken apart, which may take their square; no right one has
more than 200.
"""


def fault(
    value: object, alternatives: Sequence[Any], parameter: Parameter, language: Language, kept: Kept
) -> str:
    """What is wrong with a value: nothing (empty), `wrong_type`, or `wrong_value`."""
    kinds = _KINDS[language]
    kind = kinds.get(parameter.type)
    if kind is None:
        return "wrong_type"
    if language != "python":
        if not isinstance(value, str):
            return "wrong_type"
        if len(value) > _LONGEST_SOURCE and parameter.type in _TAKEN_APART:
            return "wrong_value"
        convert = java.converted if language == "java" else javascript.converted
        value = convert(value, parameter.type, parameter.items if parameter.type in _HOLDERS else None)
    else:
        value = _as_declared(value, parameter.type)
    item = kinds.get(parameter.items or "") if parameter.type in _HOLDERS else None
    fits, variable = _fits(value, alternatives, kind, item, kept)
    if not fits:
        return "wrong_type"
    right = _is_one_of(value, alternatives, kept) if variable else _allowed(value, alternatives, item, kept)
    return "" if right else "wrong_value"


def same(given: object, wanted: object, kept: Kept) -> bool:
    """Equality of JSON values, or Python's where that defect is kept; texts by `same_text` in ours only."""
    if "true_is_one" in kept:
        return given == wanted
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    if isinstance(given, str) and isinstance(wanted, str):
        return same_text(given, wanted, kept)
    if isinstance(given, list | tuple) and isinstance(wanted, list | tuple):
        return len(given) == len(wanted) and all(
            same(one, other, kept) for one, other in zip(given, wanted, strict=True)
        )
    if isinstance(given, dict) and isinstance(wanted, dict):
        return given.keys() == wanted.keys() and all(same(given[key], wanted[key], kept) for key in given)
    return given == wanted


def _as_declared(value: object, word: str) -> object:
    if word == "tuple" and isinstance(value, tuple):
        return list(value)
    if word == "float" and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return value
    return value


def _fits(
    value: object, alternatives: Sequence[Any], kind: type, item: type | None, kept: Kept
) -> tuple[bool, bool]:
    """Whether the value's type is right, and whether it stands for a variable."""
    example = _example(alternatives)
    if type(value) is not kind:
        return example is not None and type(value) is example, True
    variable = example is not None and example is not kind
    if item is None or not isinstance(value, list):
        return True, variable
    return any(
        not isinstance(one, list) or all(_fits_within(each, one, item, kept) for each in value)
        for one in alternatives
    ), variable


def _fits_within(value: object, alternative: Sequence[Any], item: type, kept: Kept) -> bool:
    whole = type(value) is int and item is float and "whole_number_in_array" not in kept
    return type(value) is item or type(value) is _example(alternative) or whole


def _example(alternatives: Sequence[Any]) -> type | None:
    """The type that an answer's own values have."""
    return next((type(one) for one in alternatives if one != ""), None)


def _allowed(value: object, alternatives: Sequence[Any], item: type | None, kept: Kept) -> bool:
    match value:
        case dict():
            return any(_object(value, one, kept) for one in alternatives if one != "")
        case list() if item is dict:
            return any(_objects(value, one, kept) for one in alternatives)
        case list():
            return any(_list(value, one, kept) for one in alternatives)
        case str():
            return any(isinstance(one, str) and same_text(value, one, kept) for one in alternatives)
        case _:
            return _is_one_of(value, alternatives, kept)


def _is_one_of(value: object, alternatives: Sequence[Any], kept: Kept) -> bool:
    return any(same(value, one, kept) for one in alternatives)


def _list(value: list[Any], wanted: Sequence[Any], kept: Kept) -> bool:
    """Item by item; an empty text among the alternatives is an empty list."""
    return (
        isinstance(wanted, list | str)
        and len(value) == len(wanted)
        and all(_leaf(one, other, kept) for one, other in zip(value, wanted, strict=True))
    )


def _objects(value: list[Any], wanted: Sequence[Any], kept: Kept) -> bool:
    return len(value) == len(wanted) and all(
        other != "" and _object(one, other, kept) for one, other in zip(value, wanted, strict=True)
    )


def _object(value: object, wanted: object, kept: Kept) -> bool:
    """By key, each with alternatives of its own; a key may be missing where an empty text is one of them."""
    if not isinstance(value, dict) or not isinstance(wanted, dict):
        return False
    choices = {key: _choices(alternatives, kept) for key, alternatives in wanted.items()}
    return all(
        key in choices and any(_leaf(one, other, kept) for other in choices[key])
        for key, one in value.items()
    ) and all(key in value or "" in wanted[key] for key in wanted)


def _choices(alternatives: Any, kept: Kept) -> Sequence[Any]:
    if isinstance(alternatives, list) or "bare_alternative" in kept:
        return alternatives if isinstance(alternatives, list | str) else ()
    return (alternatives,)


def _leaf(given: object, wanted: object, kept: Kept) -> bool:
    if isinstance(given, str) and isinstance(wanted, str):
        return same_text(given, wanted, kept)
    return same(given, wanted, kept)
