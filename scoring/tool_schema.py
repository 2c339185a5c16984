"""Other arguments that a tool would accept: what mutants are made of.

Values are looked for among those that the scenario itself shows (its ids, names and dates), so that a mutant
errs as a model would; what is found is checked against the tool's whole schema.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from scenarios.matching import equal

Path = tuple[str | int, ...]
"""Where in the arguments."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHIFTS = (7, -7, 1, -1)
_PLAIN = ("other", "other-1", "2026-03-02", "12:00", "someone@example.com", "/other.txt")
_DEPTH = 4


@dataclass(frozen=True, kw_only=True)
class ToolSchema:
    root: Mapping[str, Any]
    pool: tuple[JsonValue, ...]
    """Values that the scenario shows."""

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.root)

    @cached_property
    def _validators(self) -> dict[Path, list[Draft202012Validator]]:
        """Of each place that was asked about, for every alternative; made once, since making one is dear."""
        return {}

    def accepts(self, arguments: Mapping[str, JsonValue]) -> bool:
        return self._validator.is_valid(arguments)

    @property
    def required(self) -> Sequence[str]:
        names: Sequence[str] = self.root.get("required", ())
        return names

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.root.get("properties", {})
        return found

    def filled(self, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The arguments that the tool knows, and any value for those that it requires."""
        known = {name: value for name, value in arguments.items() if name in self.properties}
        missing = [name for name in self.required if name not in known]
        kept = {name: value for name, value in known.items() if self._fits((name,), value)}
        missing += [name for name in known if name not in kept and name in self.required]
        return kept | {name: value for name in missing for value in islice(self.values((name,)), 1)}

    def values(self, path: Path) -> Iterator[JsonValue]:
        """Values that fit at a place, the likeliest first."""
        return (value for value in self._guesses(self._at(path), 0) if self._fits(path, value))

    def changed(self, path: Path, value: JsonValue) -> Iterator[JsonValue]:
        """Other values for a place; whether the tool accepts them is for the caller to check."""
        members = [member for option in self._at(path) for member in option.get("enum", ())]
        found = [*members, *_changed(value), *self.pool, *_PLAIN]
        return (other for other in found if not equal(other, value))

    def _fits(self, path: Path, value: JsonValue) -> bool:
        validators = self._validators.get(path)
        if validators is None:
            defs = {"$defs": self.root.get("$defs", {})}
            validators = [Draft202012Validator({**option, **defs}) for option in self._at(path)]
            self._validators[path] = validators
        return not validators or any(validator.is_valid(value) for validator in validators)

    def _at(self, path: Path) -> list[Mapping[str, Any]]:
        """What the schema says of a place: every alternative; empty where it says nothing."""
        here = list(self._alternatives(self.root))
        for part in path:
            inner = [
                option.get("items", {})
                if isinstance(part, int)
                else option.get("properties", {}).get(part, option.get("additionalProperties", {}))
                for option in here
            ]
            here = [found for one in inner if isinstance(one, dict) for found in self._alternatives(one)]
        return here

    def _alternatives(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if str(schema.get("$ref", "")).startswith("#/$defs/"):
            yield from self._alternatives(self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        elif "anyOf" in schema or "oneOf" in schema:
            for option in schema.get("anyOf", schema.get("oneOf", [])):
                yield from self._alternatives(option)
        else:
            yield schema

    def _guesses(self, options: Sequence[Mapping[str, Any]], depth: int) -> Iterator[JsonValue]:
        for option in options:
            if "default" in option:
                yield option["default"]
            yield from option.get("enum", ())
            kind = option.get("type")
            if kind == "object" and depth < _DEPTH:
                yield self._object(option, depth)
            elif kind == "array" and depth < _DEPTH:
                items = self._first(list(self._alternatives(option.get("items", {}))), depth)
                yield [items] * max(1, option.get("minItems", 0))
            elif kind in {"integer", "number"}:
                yield from (option.get("minimum", 1), option.get("maximum", 1), 1)
        yield from self.pool
        yield from (*_PLAIN, True, None)

    def _object(self, option: Mapping[str, Any], depth: int) -> dict[str, JsonValue]:
        properties = option.get("properties", {})
        return {
            name: self._first(list(self._alternatives(properties.get(name, {}))), depth)
            for name in option.get("required", ())
        }

    def _first(self, options: Sequence[Mapping[str, Any]], depth: int) -> JsonValue:
        validators = [Draft202012Validator({**o, "$defs": self.root.get("$defs", {})}) for o in options]
        guesses = self._guesses(options, depth + 1)
        return next((g for g in guesses if any(v.is_valid(g) for v in validators)), None)


def shown_values(*sources: JsonValue) -> tuple[JsonValue, ...]:
    """Every text and number in some JSON, each once, in order."""
    found: dict[tuple[str, JsonValue], JsonValue] = {}
    for value in _leaves(list(sources)):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found.setdefault((type(value).__name__, value), value)
    return tuple(found.values())


def _leaves(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _changed(value: JsonValue) -> Iterator[JsonValue]:
    """Near misses of a value, of the same type."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + shift for shift in (*_SHIFTS, 1000))
    elif isinstance(value, str):
        yield from _changed_text(value)
    elif isinstance(value, list):
        yield from (value[:place] + value[place + 1 :] for place in reversed(range(len(value))))
        yield from ([other, *value[1:]] for other in _changed(value[0]) if value)
    elif isinstance(value, dict):
        yield from ({**value, name: other} for name, part in value.items() for other in _changed(part))


def _changed_text(text: str) -> Iterator[str]:
    """A day later or earlier, a number beside it, a word more."""
    day = _DAY.search(text)
    numbers = list(re.finditer(r"\d+", text))
    for shift in _SHIFTS:
        if day is not None and (moved := _moved(day[0], shift)):
            yield text[: day.start()] + moved + text[day.end() :]
        elif numbers and int(numbers[-1][0]) + shift >= 0:
            last = numbers[-1]
            yield f"{text[: last.start()]}{int(last[0]) + shift:0{len(last[0])}d}{text[last.end() :]}"
    yield text + "x"
    yield "x" + text


def _moved(day: str, days: int) -> str | None:
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return None
