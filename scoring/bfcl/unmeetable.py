"""Answers of BFCL's own that no call can meet: told from its data, and not by what our rules say of them."""

from scenarios.bfcl.record import Criteria, Function, KeyCall, Language, Parameter, family_of, language_of

_READ_AS_TEXT = "any"
"""What BFCL's reader of Java source takes for a text, whatever stands there."""


def why_unmeetable(criteria: Criteria) -> str | None:
    """Why a task of one turn cannot be solved as its answer says; None where it can, as far as is known."""
    if family_of(criteria.category) == "relevance":
        return "any call is right here, and BFCL gives none"
    functions = {one.name: one for one in criteria.functions}
    language = language_of(criteria.category)
    for wanted in criteria.key:
        function = functions.get(wanted.function)
        if function is None:
            return f"its answer calls {wanted.function}, which is not offered"
        if why := _unmeetable(wanted, function, language):
            return why
    return None


def _unmeetable(wanted: KeyCall, function: Function, language: Language) -> str | None:
    left_out = [name for name in function.required if name not in wanted.arguments]
    if left_out:
        return f"its answer leaves out {left_out[0]}, which {function.name} needs"
    for name, alternatives in wanted.arguments.items():
        parameter = function.parameters.get(name)
        if parameter is None and "" not in alternatives:
            return f"its answer wants {name}, which {function.name} does not have"
        if not alternatives:
            return f"its answer has no right value of {name}"
        if (
            parameter is not None
            and language == "java"
            and all(_unread(one, parameter) for one in alternatives)
        ):
            return f"its answer wants values other than texts in {name}, and BFCL reads only texts there"
    return None


def _unread(value: object, parameter: Parameter) -> bool:
    """Whether a list holds what is no text where the reader makes texts of all."""
    if parameter.items != _READ_AS_TEXT or not isinstance(value, list):
        return False
    return any(not isinstance(one, str) for one in value)
