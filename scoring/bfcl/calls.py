"""What a model called, read from tool calls or from a text, and nothing of it run.

A text is a list of calls in Python's syntax, as BFCL asks models for that have no tool calls of their own:
`[f(a=1), g.h(b="x")]`. It is parsed and only literals are read; sums of literals are the one thing that is
worked out.
"""

import ast
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from scenarios.transcript import ToolCall
from scoring.bfcl.defects import Kept

_SUMS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = MappingProxyType(
    {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
)
_MOST_BITS = 1023
_NO_NAME = "**"
"""What stands for the name of an argument that has none."""


@dataclass(frozen=True, kw_only=True)
class Call:
    function: str
    """As BFCL names it."""
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What a model did in one turn."""

    calls: tuple[Call, ...] = ()
    unreadable: str = ""
    """Why its calls cannot be read; then there are none."""
    tried: bool = False
    """Whether it tried to call anything at all."""
    cut_off: bool = False
    """Whether it was ended before it had done what it would."""


def read_tool_calls(calls: Iterable[ToolCall], names: Mapping[str, str]) -> Attempt:
    """Calls as the API hands them over; `names` gives BFCL's name by ours. An unreadable one spoils all."""
    found = []
    for call in calls:
        try:
            arguments = json.loads(call.arguments_json or "{}")
        except (ValueError, RecursionError) as error:
            return Attempt(tried=True, unreadable=f"{call.name!r}: {error}")
        if not isinstance(arguments, dict):
            return Attempt(tried=True, unreadable=f"{call.name!r}: arguments are no object")
        found.append(Call(function=names.get(call.name, call.name), arguments=arguments))
    return Attempt(calls=tuple(found), tried=bool(found))


def read_text(text: str, kept: Kept) -> Attempt:
    """Calls that stand in a text. Prose is an attempt that calls nothing and cannot be read."""
    whole = text.strip("`\n ")
    whole = whole if whole.startswith("[") else "[" + whole
    whole = whole if whole.endswith("]") else whole + "]"
    tried = re.search(r"\w\s*\(.*\)", text, re.DOTALL) is not None
    try:
        body = ast.parse(whole.strip().strip("'"), mode="eval").body
        calls = [body] if isinstance(body, ast.Call) else getattr(body, "elts", None)
        if calls is None or not all(isinstance(call, ast.Call) for call in calls):
            raise _Unreadable("something else than calls")
        found = tuple(Call(function=_name(call.func), arguments=_arguments(call, kept)) for call in calls)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        return Attempt(tried=tried, unreadable=" ".join(str(error).split()) or type(error).__name__)
    return Attempt(calls=found, tried=bool(found))


class _Unreadable(ValueError):
    pass


def _name(function: ast.expr) -> str:
    parts = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    if isinstance(function, ast.Name):
        parts.append(function.id)
    return ".".join(reversed(parts))


def _arguments(call: ast.Call, kept: Kept) -> dict[str, Any]:
    if call.args and "dropped_arguments" not in kept:
        raise _Unreadable("an argument without a name")
    return {keyword.arg or _NO_NAME: _value(keyword.value, kept) for keyword in call.keywords}


def _value(node: ast.expr | None, kept: Kept) -> Any:
    match node:
        case ast.List(elts=items):
            return [_value(item, kept) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item, kept) for item in items)
        case ast.Dict(keys=keys, values=values):
            return {_value(key, kept): _value(value, kept) for key, value in zip(keys, values, strict=True)}
        case ast.Call(func=function, keywords=[_, *_]):
            return {_name(function): _arguments(node, kept)}
        case ast.UnaryOp(op=sign, operand=ast.Constant(value=value)):
            return _signed(sign, value, kept)
        case ast.BinOp(left=left, op=adding, right=right) if type(adding) in _SUMS:
            return _sum(_SUMS[type(adding)], _value(left, kept), _value(right, kept))
    return _leaf(node)


def _leaf(node: ast.expr | None) -> Any:
    """A literal, or a name or an expression that stands for itself."""
    match node:
        case ast.Constant(value=value):
            return "..." if value is Ellipsis else value
        case ast.Name(id=name):
            return name
        case ast.Call():
            return ast.unparse(node)
        case ast.Subscript(value=holder, slice=place):
            return f"{ast.unparse(holder)}[{ast.unparse(place)}]"
    raise _Unreadable(f"{type(node).__name__} is no literal")


def _signed(sign: ast.unaryop, value: Any, kept: Kept) -> Any:
    if isinstance(sign, ast.USub) or "any_sign_is_minus" in kept:
        return -value
    if isinstance(sign, ast.UAdd):
        return +value
    raise _Unreadable(f"{type(sign).__name__} of a literal")


def _sum(work: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
    texts = isinstance(left, str) and isinstance(right, str) and work is operator.add
    if not numbers and not texts:
        raise _Unreadable("a sum of something else than literals")
    found = work(left, right)
    if isinstance(found, int) and found.bit_length() > _MOST_BITS:
        raise _Unreadable("a sum without end")
    return found
