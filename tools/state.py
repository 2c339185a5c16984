"""The state of a world as JSON: how to draft changes to one, and how two differ, leaf by leaf.

A path is a JSON pointer (RFC 6901). Objects are compared key by key and lists index by index. What came or
went is listed by its leaves (an empty object or list is one); a value that turned into one of another kind,
such as null into an object, is one change.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from pydantic import JsonValue

from scenarios.matching import equal
from scenarios.transcript import Change

_NESTED = frozenset({dict, list})

Same = Callable[[JsonValue, JsonValue], bool]


def copied(value: Any) -> Any:
    """The same JSON in objects and lists of its own; leaves cannot change and are shared."""
    if type(value) is dict:
        return {key: copied(part) if type(part) in _NESTED else part for key, part in value.items()}
    if type(value) is list:
        return [copied(part) if type(part) in _NESTED else part for part in value]
    return value


class Draft(MutableMapping[str, Any]):
    """A state that may be changed while the one it was made from stays as it is.

    A collection is copied when it is first asked for, since most trials touch two or three.
    """

    def __init__(self, original: Mapping[str, Any]) -> None:
        self._parts = dict(original)
        self._shared = set(original)

    def __getitem__(self, key: str) -> Any:
        if key in self._shared:
            self[key] = copied(self._parts[key])
        return self._parts[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._shared.discard(key)
        self._parts[key] = value

    def __delitem__(self, key: str) -> None:
        self._shared.discard(key)
        del self._parts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def snapshot(self) -> dict[str, Any]:
        """The present state, for keeps: what is changed from now on is copied anew.

        Collections that nobody touched are the original's own.
        """
        self._shared = set(self._parts)
        return dict(self._parts)


def changes(before: JsonValue, after: JsonValue, same: Same = equal) -> tuple[Change, ...]:
    """Every leaf that was added, removed or changed.

    Types count (`true` is not `1`, `"1"` is not `1`), but `1.0` is `1`, unless `same` says otherwise. An
    object or list that lost all its parts is, beside them, listed as added empty; one that was empty and has
    parts now is listed by its parts.
    """
    return tuple(_differences("", before, after, same))


def spelt_alike(one: JsonValue, other: JsonValue) -> bool:
    """Whether two leaves are written alike: `1.0` is not `1`."""
    return type(one) is type(other) and one == other


def _differences(path: str, before: JsonValue, after: JsonValue, same: Same) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _part_differences(path, before, after, same)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _part_differences(path, _numbered(before), _numbered(after), same)
    elif not same(before, after):
        yield Change(path=path, before=before, after=after, kind="changed")
        return
    if before and after in ({}, []):
        yield Change(path=path, after=after, kind="added")


def _part_differences(
    path: str, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], same: Same
) -> Iterator[Change]:
    for key, old in before.items():
        if key not in after:
            for place, leaf in _leaves(_below(path, key), old):
                yield Change(path=place, before=leaf, kind="removed")
        # Copies share their leaves, so most of what did not change is the very same object.
        elif old is not (new := after[key]):
            yield from _differences(_below(path, key), old, new, same)
    for key, new in after.items():
        if key not in before:
            for place, leaf in _leaves(_below(path, key), new):
                yield Change(path=place, after=leaf, kind="added")


def _leaves(path: str, value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    parts = _numbered(value) if isinstance(value, list) else value
    if not isinstance(parts, dict) or not parts:
        yield path, value
        return
    for key, part in parts.items():
        yield from _leaves(_below(path, key), part)


def _numbered(value: list[JsonValue]) -> dict[str, JsonValue]:
    return {str(place): part for place, part in enumerate(value)}


def _below(path: str, key: str) -> str:
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
