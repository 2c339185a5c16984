"""Lengths as people write them: `4k` is 4 × 1,024 tokens and `1M` 1,048,576 of them."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([kKmM]?)")
_UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def parse_length(value: object) -> int:
    """A number of tokens. Raises `ValueError` for what is no length."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (match := _LENGTH.fullmatch(value.strip())):
        return round(float(match[1]) * _UNITS[match[2].lower()])
    raise ValueError(f"needs a length such as 4k, 1M or 4096; found {value!r}")


def spell_length(tokens: int) -> str:
    """The shortest way to write it: `4k`, `1M`, `4000`."""
    for unit, letter in ((1024 * 1024, "M"), (1024, "k")):
        if tokens and tokens % unit == 0:
            return f"{tokens // unit}{letter}"
    return str(tokens)


Length = Annotated[
    int,
    BeforeValidator(parse_length),
    Field(ge=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": r"^\d+(\.\d+)?\s*[kKmM]?$"},
            ]
        }
    ),
]
"""Tokens, as a number or as `4k`."""
