"""Whether one call is the one that an answer wants: its function, its arguments, and nothing beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.bfcl.record import Function, KeyCall, Language, Parameter
from scoring.bfcl.calls import Call
from scoring.bfcl.defects import Kept
from scoring.bfcl.values import fault, same

_LONGEST_SHOWN = 200
"""Letters of what a model wrote, in a reason."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """The first thing that is wrong with a call."""

    code: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What every call of a task is judged by."""

    functions: Mapping[str, Function]
    """What was offered, by BFCL's name."""
    language: Language
    kept: Kept


def check_call(call: Call, wanted: KeyCall, rules: Rules) -> Wrong | None:
    """What is wrong with a call, or None.

    An argument that the answer does not name must not be given; one that it names must be, unless an empty
    text is among its alternatives. Where a function is offered twice, the first one counts.
    """
    function = rules.functions.get(wanted.function)
    if function is None:
        return Wrong(code="wrong_key", why=f"the answer calls {wanted.function}, which was never offered")
    if call.function != function.name:
        return Wrong(code="wrong_function", why=f"{_shown(call.function)} where {function.name} is wanted")
    for name in function.required:
        if name not in call.arguments:
            return Wrong(code="missing_argument", why=f"{function.name} needs {name}")
    for name, value in call.arguments.items():
        if wrong := _check_argument(name, value, wanted, function.parameters.get(name), rules):
            return wrong
    for name, alternatives in wanted.arguments.items():
        if name not in call.arguments and "" not in alternatives:
            return Wrong(code="missing_argument", why=f"{function.name} is wanted with {name}")
    return None


def _check_argument(
    name: str, value: object, wanted: KeyCall, parameter: Parameter | None, rules: Rules
) -> Wrong | None:
    if parameter is None:
        return Wrong(code="unexpected_argument", why=f"{wanted.function} has no {name!r}")
    alternatives = wanted.arguments.get(name)
    if alternatives is None:
        if "default_refused" not in rules.kept and _is_default(value, parameter, rules.kept):
            return None
        return Wrong(code="unexpected_argument", why=f"{name} = {_shown(value)} is not wanted")
    found = fault(value, alternatives, parameter, rules.language, rules.kept)
    why = f"{name} = {_shown(value)}; right is one of {alternatives}"
    return Wrong(code=found, why=why) if found else None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _is_default(value: object, parameter: Parameter, kept: Kept) -> bool:
    return parameter.default is not None and same(value, parameter.default, kept)
