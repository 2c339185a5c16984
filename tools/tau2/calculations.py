"""Whether an expression that a model gives to `calculate` would keep our process busy for good.

tau2 runs it by `eval` over digits, brackets and `+-*/.`, which has powers too: `9**9**9` is days of work. It
is worked out here first, as Python would and in the same order, up to a power that is too large.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tools.powers import is_endless

_WORK: Mapping[type[ast.AST], Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Pow: operator.pow,
        ast.UAdd: operator.pos,
        ast.USub: operator.neg,
    }
)


class _Endless(Exception):
    """A power is too large, or stands where nobody can tell."""


def never_ends(expression: object) -> bool:
    """Whether to keep the expression from tau2. What is no expression is tau2's to answer."""
    if not isinstance(expression, str) or "**" not in expression:
        return False
    try:
        _value(ast.parse(expression.strip(), mode="eval").body)
    except (_Endless, RecursionError):
        return True
    except (ValueError, TypeError, ArithmeticError, SyntaxError, MemoryError):
        return False  # as it will be there
    return False


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=sign, operand=one) if type(sign) in _WORK:
            return _WORK[type(sign)](_value(one))
        case ast.BinOp(left=left, op=work, right=right) if type(work) in _WORK:
            sides = (_value(left), _value(right))
            if isinstance(work, ast.Pow) and is_endless(*sides):
                raise _Endless
            return _WORK[type(work)](*sides)
    raise _Endless
