"""YAML as its 1.2 core schema reads it, with the line of every value kept for error messages.

Only `true` and `false` are booleans; `off`, `12:30` and `2026-03-14` stay the text that the author wrote;
every key is text; a key written twice is an error. Nothing but plain data is ever built.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import JsonValue

from scenarios.foreign import MOST_LEVELS, flaw
from scenarios.problem import Problem, ScenarioError

Place = tuple[str | int, ...]
"""Keys and list positions from the top of the file."""

_MOST_VALUES = 500_000
"""Aliases multiply what a small file holds; beyond this many values a file is refused."""
_MOST_BRACKETS = 5000
"""A file with more may nest so deeply that the parser, which calls itself, runs out of stack and crashes."""


_TOO_DEEP = f"nests deeper than {MOST_LEVELS} levels"


class _Loader(yaml.CSafeLoader):
    """PyYAML's scanner and parser with the implicit types of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _starts)


@dataclass
class YamlFile:
    """A file's value and where each part of it stands."""

    path: Path
    value: JsonValue
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path) -> YamlFile:
    """Read a file. Raises `ScenarioError` when it is missing, not UTF-8, not YAML, or builds too much."""
    try:
        text = path.read_text("utf-8")
        if sum(map(text.count, ("[", "{", "- ", "? "))) > _MOST_BRACKETS and _nests_too_deeply(text):
            raise ScenarioError([Problem(file=path, message=_TOO_DEEP)])
        node = yaml.compose(text, Loader=_Loader)
    except FileNotFoundError:
        raise ScenarioError([Problem(file=path, message="there is no such file")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(file=path, message=f"cannot be read as UTF-8 text: {error}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        raise ScenarioError([Problem(file=path, line=line, message=f"is not YAML: {said}")]) from error
    build = _Build(path)
    value = build.value(node, ()) if node is not None else None
    if build.problems:
        raise ScenarioError(build.problems)
    return YamlFile(path, value, build.lines)


def _nests_too_deeply(text: str) -> bool:
    """Whether collections stand in each other too deeply, found without building any."""
    level = 0
    for event in yaml.parse(text, Loader=_Loader):
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if level > MOST_LEVELS:
            return True
    return False


@dataclass
class _Build:
    path: Path
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def value(self, node: yaml.Node, place: Place) -> JsonValue:
        self.values += 1
        if self.values > _MOST_VALUES:
            message = f"builds more than {_MOST_VALUES:,} values; write it without so many aliases"
            raise ScenarioError([Problem(file=self.path, message=message)])
        if len(place) > MOST_LEVELS:  # also when an alias stands in itself
            raise ScenarioError([Problem(file=self.path, line=node.start_mark.line + 1, message=_TOO_DEEP)])
        self.lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, n)) for n, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, JsonValue]]:
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                self._problem(line, (*place, name), f"is written twice, first on line {seen[name]}; keep one")
                continue
            seen[name] = line
            yield name, self.value(value, (*place, name))
            self.lines[(*place, name)] = line

    def _scalar(self, node: yaml.Node, place: Place) -> JsonValue:
        text: str = node.value
        match node.tag.rpartition(":")[2]:
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float" as kind:
                return self._number(kind, text, node, place)
        self._problem(node.start_mark.line + 1, place, f"has the type {node.tag}; only plain data is read")
        return None

    def _number(self, kind: str, text: str, node: yaml.Node, place: Place) -> JsonValue:
        try:
            whole = int(text, 0) if text.startswith(("0o", "0x")) else int(text) if kind == "int" else None
            number = float(text) if whole is None else whole
            wrong = flaw(number)
        except ValueError:
            number, wrong = None, "no number that can be read"
        if wrong:
            self._problem(node.start_mark.line + 1, place, f"is {wrong}; found {text[:40]!r}")
        return number

    def _problem(self, line: int, place: Place, message: str) -> None:
        where = ".".join(map(str, place))
        self.problems.append(Problem(file=self.path, line=line, field=where, message=message))
