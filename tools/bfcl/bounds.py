"""Calls of BFCL's mathematics that would keep our process busy for good, which nothing could stop.

BFCL would sit there too. No task asks for anything near these bounds, and what lies beyond them could not be
written out or would fill a model's window, so such a call is an error.
"""

import re
from collections.abc import Mapping
from typing import Any

from tools.powers import is_endless

MATHEMATICS = "MathAPI"
MOST_DIGITS = 10_000
_PRECISION: Mapping[str, str] = {
    "logarithm": "precision",
    "square_root": "precision",
    "round_number": "decimal_places",
}
_MOST_EXPONENT_DIGITS = 4


def too_much(tool: str, arguments: Mapping[str, Any]) -> str:
    """Why a call is not made; empty when it may be."""
    digits = arguments.get(_PRECISION.get(tool, ""))
    if isinstance(digits, int | float) and abs(digits) > MOST_DIGITS:
        return f"more than {MOST_DIGITS} digits"
    if tool == "power" and is_endless(arguments.get("base"), arguments.get("exponent")):
        return "the result is too large"
    if tool == "logarithm" and any(_is_huge(arguments.get(name)) for name in ("value", "base")):
        return "the number is too large"
    return ""


def _is_huge(number: object) -> bool:
    """A text that stands for a number with an exponent of many digits, which are all worked out."""
    if not isinstance(number, str):
        return False
    _, *exponents = re.split("[eE]", number)
    return any(sum(map(str.isdigit, one)) > _MOST_EXPONENT_DIGITS for one in exponents)
