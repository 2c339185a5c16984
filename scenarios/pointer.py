"""JSON pointers (RFC 6901): naming a leaf of a state."""

from pydantic import JsonValue


def parts(pointer: str) -> list[str]:
    """`/a~1b/0` is `["a/b", "0"]`."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def value_at(value: JsonValue, pointer: str) -> JsonValue:
    """What stands at a pointer. Raises `LookupError` when nothing does."""
    for part in parts(pointer):
        if isinstance(value, dict):
            value = value[part]
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)]
        else:
            raise LookupError(f"nothing at {pointer!r}")
    return value
