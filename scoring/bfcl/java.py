"""Java values as BFCL reads them: source text in a string, and what it stands for.

What does not look like a value of its type stays the text that it is, and so has the wrong type for the
rule that comes after. Only the forms below are known: `new int[]{1, 2}`, `new ArrayList<>(Arrays.asList(…))`,
`new ArrayList<>() {{ add(…); }}` and `new HashMap<>() {{ put("key", …); }}`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, type] = MappingProxyType(
    {
        **dict.fromkeys(("byte", "short", "integer", "long"), int),
        **dict.fromkeys(("float", "double"), float),
        "boolean": bool,
        **dict.fromkeys(("char", "String", "any"), str),
        **dict.fromkeys(("Array", "ArrayList", "Queue", "Stack"), list),
        "Set": set,
        **dict.fromkeys(("HashMap", "Hashtable"), dict),
    }
)
_WHOLE = r"-?\d+"
_DECIMAL = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SUFFIXED = {"long": (_WHOLE, "lL", int), "float": (_DECIMAL, "fF", float)}
_PLAIN = {**dict.fromkeys(("byte", "short", "integer"), (_WHOLE, int)), "double": (_DECIMAL, float)}
_ARRAY = re.compile(r"new\s+\w+\[\]\s*\{(.*?)\}")
_NEW_LIST = r"new\s+ArrayList<\w*>"
_AS_LIST = re.compile(_NEW_LIST + r"\(Arrays\.asList\((.+?)\)\)")
_ADDING = re.compile(_NEW_LIST + r"\(\)\s*+\{\{(?:\s*+(.+?)|\s++)\}\}", re.DOTALL)
_EMPTY_LIST = re.compile(_NEW_LIST + r"\(\)")
_ADD = re.compile(r"add\((.+?)\)")
_NEW_MAP = r"new\s++HashMap<.*?>\s*+\(\)"
_PUTTING = re.compile(_NEW_MAP + r"\s*+\{\s*+\{?+([^}]*+)\}", re.DOTALL)
_EMPTY_MAP = re.compile(_NEW_MAP)
_PUT = re.compile(r"put\(\"(.*?)\",\s*(.*?)\)")


def converted(text: str, word: str, item: str | None = None) -> Any:
    """What a text stands for where `word` is wanted; the text itself where it cannot be that."""
    if word in _PLAIN:
        pattern, number = _PLAIN[word]
        return _number(number, text, text) if re.match(pattern + "$", text) else text
    if word in _SUFFIXED:
        pattern, letters, number = _SUFFIXED[word]
        bare = text.rstrip("\n")[:-1]
        return _number(number, bare, text) if re.match(f"{pattern}[{letters}]$", text) else text
    match word:
        case "boolean":
            return text == "true" if text in ("true", "false") else text
        case "Array":
            return _array(text, item)
        case "ArrayList":
            return _array_list(text, item)
        case "HashMap":
            return _hash_map(text)
        case _:
            return text


def _array(text: str, item: str | None) -> Any:
    found = _ARRAY.search(text)
    if found is None:
        return text
    parts = (part.strip() for part in found[1].split(","))
    return [converted(part, item) if item else _guessed(part) for part in parts if part]


def _array_list(text: str, item: str | None) -> Any:
    if found := _AS_LIST.search(text):
        return [_element(part.strip(), item) for part in found[1].split(",")]
    if found := _ADDING.search(text):
        return [_element(part.strip(), item) for part in _ADD.findall(found[1] or "")]
    return [] if _EMPTY_LIST.search(text) else text


def _element(text: str, item: str | None) -> Any:
    if item in ("char", "String"):
        return text[1:-1]
    return converted(text, item) if item else _guessed(text)


def _hash_map(text: str) -> Any:
    if found := _PUTTING.search(text):
        return {key: _guessed(value.strip()) for key, value in _PUT.findall(found[1])}
    return {} if _EMPTY_MAP.search(text) else text


def _guessed(text: str) -> Any:
    """A value whose type nobody said."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    for word in ("long", "float"):
        if (value := converted(text, word)) is not text:
            return value
    whole = _number(int, text, text)
    return _number(float, text, text) if whole is text else whole


def _number(kind: type[int] | type[float], text: str, otherwise: str) -> Any:
    try:
        return kind(text)
    except ValueError:  # no number, or one with thousands of digits
        return otherwise
