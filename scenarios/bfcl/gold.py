"""An answer that BFCL's key calls right, written as a model would write it: what the reference model says."""

from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.record import Function, KeyCall, Language, Parameter


def gold_arguments(wanted: KeyCall, function: Function, language: Language) -> dict[str, JsonValue]:
    """The first right value of every argument that may not be left out or is listed first."""
    arguments: dict[str, JsonValue] = {}
    for name, alternatives in wanted.arguments.items():
        parameter = function.parameters.get(name)
        if parameter is None or not alternatives or (name not in function.required and alternatives[0] == ""):
            continue
        value = next((one for one in alternatives if one != ""), alternatives[0])
        arguments[name] = written(value, parameter, language)
    return arguments


def written(value: Any, parameter: Parameter, language: Language) -> Any:
    """One alternative as an argument: objects without their lists of alternatives, Java as source text."""
    plain = _plain(value)
    if language == "java":
        return _java(plain, parameter.type, parameter.items)
    return _javascript(plain, parameter.type, parameter.items) if language == "javascript" else plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _chosen(one) for key, one in value.items() if not (isinstance(one, list) and one[:1] == [""])
        }
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _chosen(alternatives: Any) -> Any:
    return alternatives[0] if isinstance(alternatives, list) and alternatives else alternatives


def _java(value: Any, word: str, item: str | None) -> str:
    suffix = {"long": "L", "float": "f"}.get(word, "")
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value}{suffix}"
        case list() if word == "Array":
            return f"new Object[]{{{_joined(value, item, quoted=item is None)}}}"
        case list():
            return (
                f"new ArrayList<>(Arrays.asList({_joined(value, item, quoted=True)}))"
                if value
                else "new ArrayList<>()"
            )
        case dict():
            puts = " ".join(
                f'put("{key}", {_java_item(one, None, quoted=True)});' for key, one in value.items()
            )
            return f"new HashMap<>() {{{{ {puts} }}}}" if puts else "new HashMap<>()"
    return str(value)


def _joined(values: Sequence[Any], item: str | None, *, quoted: bool) -> str:
    return ", ".join(_java_item(value, item, quoted=quoted) for value in values)


def _java_item(value: Any, item: str | None, *, quoted: bool) -> str:
    if isinstance(value, str):
        return f'"{value}"' if quoted and item in (None, "String", "char") else value
    return _java(value, item or "", None)


def _javascript(value: Any, word: str, item: str | None) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value}n" if word == "Bigint" else str(value)
        case list():
            return f"[{', '.join(_javascript_item(one, item) for one in value)}]"
        case dict():
            return (
                "{" + ", ".join(f'"{key}": {_javascript_item(one, None)}' for key, one in value.items()) + "}"
            )
    text = str(value)
    return f'"{text}"' if word == "String" and text[:1] in "\"'" and text[:1] == text[-1:] else text


def _javascript_item(value: Any, item: str | None) -> str:
    if isinstance(value, str):
        return f'"{value}"' if item in (None, "String") else value
    return _javascript(value, item or "", None)
