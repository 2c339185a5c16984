"""What can be asked about source files so that `ast` alone gives one certain answer.

- `defined`: the file that defines a function.
- `callers`: the functions that call it, at least one of them in another file.
- `constant`: the value of a constant that another file imports, directly or through files between them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scenarios.documents.tasks.code_index import Constant, Index, Place

Asked = Literal["defined", "callers", "constant"]

_LONGEST = 40
"""Lines from the `def` of a caller to its call."""
_MOST_CALLERS = 6
_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_./:-]{2,39}")
"""Texts that are easy to repeat."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Some lines of a file, from 1, the last one included."""

    path: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Question:
    asked: Asked
    name: str
    defined: Lines
    user: str
    """Another file that uses it; empty when there is none."""
    value: Constant | None = None
    callers: Mapping[str, Lines] = field(default_factory=dict)
    """The lines of each, from its `def` to its call."""


def questions(index: Index) -> Iterator[Question]:
    """All of them, in the order of the files."""
    for name in index.places:
        place = index.definition(name)
        if place is None:
            continue
        uses = index.uses(name)
        user = next((use.path for use in uses if use.path != place.path), "")
        defined = Lines(path=place.path, first=place.line, last=place.last)
        if place.how == "constant":
            if user and _repeatable(place.value):
                yield Question(asked="constant", name=name, defined=defined, user=user, value=place.value)
        elif uses:
            yield Question(asked="defined", name=name, defined=defined, user=user)
            if user and (callers := _callers(name, uses)):
                yield Question(asked="callers", name=name, defined=defined, user=user, callers=callers)


def _repeatable(value: Constant | None) -> bool:
    """Not so small that it is guessed, nor hard to write down."""
    if isinstance(value, str):
        return _TEXT.fullmatch(value) is not None
    return value is not None and abs(value) > 1


def _callers(name: str, uses: Sequence[Place]) -> dict[str, Lines]:
    """Each function that calls it; none when a use is no call, or one that no single function makes."""
    found: dict[str, Lines] = {}
    for use in sorted(uses, key=lambda use: (use.path, use.line)):
        if use.how != "called" or len(use.inside) != 1:
            return {}
        caller, line = use.inside[0]
        lines = Lines(path=use.path, first=line, last=use.last)
        known = found.setdefault(caller, lines)
        if (known.path, known.first) != (use.path, line) or caller == name or caller.startswith("__"):
            return {}
    short = all(lines.last - lines.first < _LONGEST for lines in found.values())
    return found if short and len(found) <= _MOST_CALLERS else {}
