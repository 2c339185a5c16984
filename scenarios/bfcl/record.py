"""What BFCL expects of a model, as data in a scenario: functions in its own dialect, and its own answers.

The words for types are those of BFCL (`dict`, `float`, `tuple`, `any`, and Java's or JavaScript's own), since
its rules read them; `scenarios.bfcl.schema` makes JSON Schema of them for the model.
"""

from typing import Literal

from pydantic import JsonValue

from scenarios.record import Record

Language = Literal["python", "java", "javascript"]
"""Of the functions; values for Java and JavaScript are written as source text in a string."""
Family = Literal["simple", "multiple", "parallel", "irrelevance", "relevance"]
"""Which rule judges a category: one call of one function, one call of several functions, several calls in
any order, no call, any call.
"""
SINGLE_TURN: tuple[str, ...] = (
    *("simple_python", "simple_java", "simple_javascript", "multiple", "parallel", "parallel_multiple"),
    "irrelevance",
    *("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple"),
    *("live_irrelevance", "live_relevance"),
)
MULTI_TURN: tuple[str, ...] = tuple(
    f"multi_turn_{name}" for name in ("base", "miss_func", "miss_param", "long_context")
)
CATEGORIES = SINGLE_TURN + MULTI_TURN
"""What is played here: the agentic ones need web search and embeddings."""


class Parameter(Record):
    type: str
    """A word of BFCL's dialect."""
    items: str | None = None
    """The type of what an array or tuple holds."""
    default: JsonValue = None
    """As the function documents it; None also where it documents none."""


class Function(Record):
    name: str
    """As BFCL has it, with its dots."""
    required: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = {}


Key = dict[str, list[JsonValue]]
"""By argument: every value that is right; an empty text among them says that it may be left out. Inside an
object each value is such a list again.
"""


class KeyCall(Record):
    """One call of a possible answer."""

    function: str
    arguments: Key = {}


class Criteria(Record):
    """What BFCL's rules need to know of one task: `criteria` of its scenario's `theirs`."""

    category: str
    server: str
    """Of the scenario: where its functions are."""
    names: dict[str, str] = {}
    """BFCL's name of each tool, by the name under which it is offered."""
    functions: tuple[Function, ...] = ()
    """Of a task with one turn."""
    key: tuple[KeyCall, ...] = ()
    """Of a task with one turn."""


_BY_NAME: tuple[Family, ...] = ("irrelevance", "relevance", "parallel", "multiple")
"""In this order, since a name may hold two of the words."""


def family_of(category: str) -> Family:
    """The rule that judges a single-turn category."""
    return next((family for family in _BY_NAME if family in category), "simple")


def language_of(category: str) -> Language:
    """The language that a category's functions are written in."""
    if "javascript" in category:
        return "javascript"
    return "java" if "java" in category else "python"
