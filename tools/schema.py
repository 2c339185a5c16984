"""JSON Schema validators: one for our own schemas, and one for what strangers write.

A stranger's schema is read in the draft that it names. Nothing that it refers to is ever fetched. Its
patterns are left to its server, which gets the call all the same: Python reads another language than the one
they are written in, and a careless pattern can keep it busy for ever with a text that a model chose.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend, validator_for
from referencing import Registry

Validator = Draft202012Validator
"""Or one of another draft, which has the same methods."""

_NO_FORMATS = FormatChecker(formats=())


def our_validator(schema: Mapping[str, Any]) -> Validator:
    return Draft202012Validator(schema)


def validator(schema: Mapping[str, Any]) -> Validator:
    """Raises `SchemaError` when it is none; whatever it refers to outside of itself is unresolvable."""
    named = schema.get("$schema")
    asked = {"$schema": named} if isinstance(named, str) else {}
    draft = cast("type[Validator]", validator_for(asked, default=Draft202012Validator))
    draft.check_schema(dict(schema), format_checker=_NO_FORMATS)
    return _patient(draft)(schema, registry=Registry())


@cache
def _patient(draft: type[Validator]) -> type[Validator]:
    """The draft without patterns, and without the rules that ask which properties a pattern has covered."""
    uncovered = draft.VALIDATORS["additionalProperties"]

    def additional(
        validator: Validator, rule: object, instance: object, schema: Mapping[str, Any]
    ) -> Iterator[ValidationError]:
        if "patternProperties" not in schema:
            yield from uncovered(validator, rule, instance, schema) or ()

    passed_over = dict.fromkeys(("pattern", "patternProperties", "unevaluatedProperties"), _passes)
    patient: type[Validator] = extend(  # type: ignore[no-untyped-call] # the stubs leave it untyped
        draft, {**passed_over, "additionalProperties": additional}
    )
    return patient


def _passes(*_: object) -> None:
    """Have nothing against it."""
