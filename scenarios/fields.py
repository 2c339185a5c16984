"""Kinds of fields that scenarios and their users have in common."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from scenarios import matchers

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100)]
"""Also part of a file's name, which may have 255 letters in all."""
ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*__[A-Za-z0-9_-]+$")]
"""`server__tool`: the one spelling of a tool's name, everywhere."""

Argument = Annotated[
    JsonValue, AfterValidator(matchers.checked_argument), WithJsonSchema({"$comment": "Argument"})
]
"""A matcher for an argument or a leaf of a state."""
Fact = Annotated[JsonValue, AfterValidator(matchers.checked_fact), WithJsonSchema({"$comment": "Fact"})]
"""A matcher for what a reply states."""

Side = Literal["agent", "user"]
"""Whose a tool is: the model's under test, or the simulated user's."""


def as_list(value: Any) -> Any:
    """One thing as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)
