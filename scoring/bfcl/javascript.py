"""JavaScript values as BFCL reads them: source text in a string, and what it stands for.

What does not look like a value of its type stays the text that it is. Arrays are known to two levels, objects
on one line; what is deeper is split at the wrong comma, as BFCL splits it.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, type] = MappingProxyType(
    {
        "String": str,
        "integer": int,
        "float": float,
        "Bigint": int,
        "Boolean": bool,
        "dict": dict,
        "array": list,
        "any": str,
    }
)
_OPENING = re.compile(r"(?P<literal>\[)|\bnew\s+Array\(")
_INNER = re.compile(r"\[(.*?)\]")
_LIST = re.compile(r"\[(?P<literal>.*?)\]|\bnew\s+Array\((?P<made>.*?)\)")
_OBJECT = re.compile(r"\{(.*?)\}")
_PAIR = re.compile(r"([^:]+):\s*(.*?)(?:,\s*(?=[^,]+:)|$)")
_NUMBERS = {"integer": r"-?\d+$", "Bigint": r"-?\d+n$", "float": r"-?\d+(\.\d+)?$"}


def converted(text: str, word: str, item: str | None = None) -> Any:
    """What a text stands for where `word` is wanted; the text itself where it cannot be that.

    Raises `KeyError` for a word that BFCL does not know.
    """
    KINDS[word]
    if word in _NUMBERS:
        if not re.match(_NUMBERS[word], text):
            return text
        bare = text.rstrip("\n").removesuffix("n")
        return _number(float if word == "float" else int, bare, text)
    match word:
        case "String":
            return text[1:-1] if _quoted(text) else text
        case "Boolean":
            return text == "true" if text in ("true", "false") else text
        case "array":
            return _array(text.strip(), item)
        case "dict":
            return _object(text.strip())
        case _:
            return text


def _array(text: str, item: str | None) -> Any:
    if table := _table(text):
        rows = _INNER.findall(table)
        rows[0] = rows[0].strip().removeprefix("[")
        return [[_guessed(part) for part in row.strip().split(",")] for row in rows]
    found = _LIST.match(text)
    if found is None:
        return text
    inside = (found["literal"] if found["literal"] is not None else found["made"]).strip()
    parts = [part.strip() for part in inside.split(",")] if inside else []
    try:
        return [converted(part, item) if item else _guessed(part) for part in parts]
    except KeyError:
        return text


def _table(text: str) -> str:
    """The array of arrays that a text begins with; empty where it begins with none.

    What a row holds is anything on its line, so one row may reach over many: it ends at the first bracket
    from which the rest can be read. That is worked out from the back, place by place, since a regular
    expression would try every way to part the rows.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return ""
    closing = "]" if opening["literal"] else ")"
    padded = text + "\n"
    solid = [len(text)] * (len(text) + 2)  # by place: where the next thing stands that is no space
    ends = [0] * (len(text) + 2)  # by place within a row: where the whole table ends; 0 where it does not
    for place in range(len(text) - 1, -1, -1):
        letter = text[place]
        solid[place] = solid[place + 1] if letter.isspace() else place
        ends[place] = 0 if letter == "\n" else ends[place + 1]
        if letter == "]":
            behind = solid[place + 1]
            if padded[behind] == closing:
                ends[place] = behind + 1
            elif padded[behind] == "," and padded[solid[behind + 1]] == "[":
                ends[place] = ends[solid[behind + 1] + 1] or ends[place]
    first = solid[opening.end()]
    return text[: ends[first + 1]] if padded[first] == "[" else ""


def _object(text: str) -> Any:
    if text == "{}":
        return {}
    found = _OBJECT.match(text)
    if found is None:
        return text
    return {key.strip().strip("'\""): _member(value.strip()) for key, value in _PAIR.findall(found[1])}


def _member(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return _array(text, None)
    if text.startswith("{") and text.endswith("}"):
        return _object(text)
    return _guessed(text.strip("'\""))


def _guessed(text: str) -> Any:
    """A value whose type nobody said."""
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    if _quoted(text):
        return text[1:-1]
    whole = _number(int, text, text)
    return _number(float, text, text) if whole is text else whole


def _number(kind: type[int] | type[float], text: str, otherwise: str) -> Any:
    try:
        return kind(text)
    except ValueError:  # no number, or one with thousands of digits
        return otherwise


def _quoted(text: str) -> bool:
    return any(text.startswith(quote) and text.endswith(quote) for quote in "\"'")
