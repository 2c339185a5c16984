"""Pydantic's findings in the words of the people who write the files."""

import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenarios.problem import Problem, ScenarioError, choices
from scenarios.record import Record
from scenarios.yaml_file import YamlFile

R = TypeVar("R", bound=Record)


def read_record(kind: type[R], file: YamlFile) -> R:
    """A file's value as a record. Raises `ScenarioError` with every problem."""
    try:
        return kind.model_validate(file.value)
    except ValidationError as error:
        raise ScenarioError(list(record_problems(kind, error, file))) from error


def record_problems(kind: type[BaseModel], error: ValidationError, file: YamlFile) -> Iterator[Problem]:
    """One problem for each finding, with its line, what was found and what is allowed.

    A place is passed over when something inside it is wrong: that is the reason, and is said.
    """
    places = [tuple(part for part in detail["loc"] if part != "[key]") for detail in error.errors()]
    for detail, place in zip(error.errors(), places, strict=True):
        if any(len(other) > len(place) and other[: len(place)] == place for other in places):
            continue
        parent = _at(kind, place[:-1])
        allowed = parent.model_fields if parent is not None else {}
        match detail["type"]:
            case "extra_forbidden":
                message = f"is not a field here; {choices(str(place[-1]), allowed)}"
            case "missing":
                message = f"is needed; {_about(allowed, str(place[-1]))}"
            case "value_error":
                message = str(detail["msg"]).removeprefix("Value error, ")
            case _:
                message = f"{_wanted(detail)}; found {_short(detail['input'])}"
        yield Problem(file=file.path, line=file.line(place), field=".".join(map(str, place)), message=message)


def _wanted(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "tuple_type":
            return "should be a list"
        case "too_short":
            return f"should have {detail['ctx']['min_length']} or more"
        case "string_pattern_mismatch" if "__" in detail["ctx"]["pattern"]:
            return "should be SERVER__TOOL, such as shop__refund"
        case "string_pattern_mismatch":
            return "should have only letters, digits, - and _"
    return str(detail["msg"]).replace("Input should", "should", 1)


def _at(kind: Any, place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The record type at a place inside another; None where there is no record."""
    kind = _bare(kind)
    if not place:
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        named = kind.model_fields.get(str(place[0]))
        return _at(named.annotation, place[1:]) if named is not None else None
    inner = [part for part in get_args(kind) if part is not Ellipsis]
    return _at(inner[-1], place[1:]) if inner else None


def _bare(kind: Any) -> Any:
    """The type without `Annotated` and `None`."""
    while get_origin(kind) in {Annotated, Union, types.UnionType}:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
            continue
        options = [option for option in get_args(kind) if option is not type(None)]
        if len(options) != 1:
            return None
        kind = options[0]
    return kind


def _about(allowed: Mapping[str, Any], name: str) -> str:
    known = allowed.get(name)
    return (known.description if known is not None and known.description else "") or "add it"


def _short(value: object) -> str:
    return textwrap.shorten(repr(value), 80, placeholder=" …")
