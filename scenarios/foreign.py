"""Text and JSON from strangers, made fit to be written down and read back.

Models, endpoints and servers send what no file can hold (half a character) or no reader takes again (a
thousand levels, numbers without end). What is fit is decided here and nowhere else.
"""

import math

MOST_LEVELS = 64
"""How deep JSON may nest; our readers take 200, and what it stands in needs some of them."""
_MOST_BITS = 1023
"""A larger whole number has no float beside it to be compared with."""
_NO_NUMBER = "a number too large to calculate with"


def whole_text(text: str) -> str:
    """The text as UTF-8 can write it: two halves of a character become one, a lone half becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def flaw(value: object) -> str:
    """What keeps JSON from being kept and read back; empty when nothing does."""
    parts = [value]
    for _ in range(MOST_LEVELS + 1):
        inside: list[object] = []
        for part in parts:
            if isinstance(part, dict):
                inside += part.keys()
                inside += part.values()
            elif isinstance(part, list):
                inside += part
            elif found := _leaf_flaw(part):
                return found
        if not inside:
            return ""
        parts = inside
    return f"nested deeper than {MOST_LEVELS} levels"


def _leaf_flaw(leaf: object) -> str:
    match leaf:
        case str() if not leaf.isascii() and whole_text(leaf) != leaf:
            return "half a character (a lone surrogate) in a text"
        case float() if not math.isfinite(leaf):
            return _NO_NUMBER
        case int() if leaf.bit_length() > _MOST_BITS:
            return _NO_NUMBER
    return ""
