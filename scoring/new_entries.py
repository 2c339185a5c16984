"""Entries that a world files under keys of its own, such as tickets: independent calls may come in any order.

Two tickets opened the other way round have each other's number, and everything else about them is right. So
where new entries carry the same set of keys as the gold ones, the keys are handed out again to fit best. Keys
that the model chose itself, such as the name of a file, are never exchanged: they stand in the arguments of
the call before they stand in any result.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from pydantic import JsonValue

from scenarios.exam import GoldCall
from scenarios.transcript import Change
from scoring.assignment import assign

Changes = Mapping[str, Change]
"""The changes of one server by pointer."""


def new_families(
    initial: JsonValue, changes: Iterable[Change], calls: Iterable[GoldCall]
) -> dict[str, frozenset[str]]:
    """By pointer to a collection: two or more keys under which the world files what the gold calls make."""
    found: dict[str, set[str]] = {}
    for change in changes:
        if change.kind == "added":
            collection, key = _entry(initial, change.path)
            if change.path != f"{collection}/{key}":
                found.setdefault(collection, set()).add(key)
    order = [text for call in calls for text in (_text(call.arguments), _text(call.result))]
    return {
        collection: frozenset(keys)
        for collection, keys in found.items()
        if len(keys) > 1
        and (
            isinstance(_at(initial, collection), list) or all(_first_in_a_result(key, order) for key in keys)
        )
    }


def exchanged(
    collection: str, keys: frozenset[str], changes: Changes, fit: Callable[[str, Changes], int]
) -> dict[str, str]:
    """Which key each new entry would have in the gold world; empty when the keys are not the same set.

    `fit` says how many leaves of the gold entry at a pointer are right in some changes.
    """
    prefix = collection + "/"
    present = {path[len(prefix) :].partition("/")[0] for path in changes if path.startswith(prefix)}
    if not keys <= present:
        return {}
    ordered = sorted(keys)
    entries = {key: _below(changes, prefix + key) for key in ordered}
    weights = [
        [
            fit(prefix + gold, moved(entries[own], collection, {own: gold})) + 0.5 * (own == gold)
            for own in ordered
        ]
        for gold in ordered
    ]
    return {ordered[own]: ordered[gold] for gold, own in assign(weights)}


def moved(changes: Changes, collection: str, keys: Mapping[str, str]) -> dict[str, Change]:
    """The changes with the entries of a collection under other keys, which values follow."""
    prefix = collection + "/"
    found: dict[str, Change] = {}
    for path, change in changes.items():
        own, slash, rest = path[len(prefix) :].partition("/") if path.startswith(prefix) else ("", "", "")
        place = f"{prefix}{keys[own]}{slash}{rest}" if own in keys else path
        found[place] = change.model_copy(update={"path": place, "after": renamed(change.after, keys)})
    return found


def _below(changes: Changes, pointer: str) -> Changes:
    return {path: change for path, change in changes.items() if under(path, pointer)}


def renamed(value: JsonValue, keys: Mapping[str, str]) -> JsonValue:
    """A value with every text that is one of the keys replaced."""
    if isinstance(value, str):
        return keys.get(value, value)
    if isinstance(value, list):
        return [renamed(item, keys) for item in value]
    if isinstance(value, dict):
        return {name: renamed(item, keys) for name, item in value.items()}
    return value


def under(path: str, root: str) -> bool:
    """Whether a pointer is `root` or lies below it."""
    return path == root or path.startswith(root + "/")


def _entry(initial: JsonValue, path: str) -> tuple[str, str]:
    """The deepest collection on the way to a leaf that was there at the start, and the key in it."""
    places = ["", *_prefixes(path)]
    for here, below in pairwise(places):
        if not _has(initial, below):
            return here, below[len(here) + 1 :]
    return path.rpartition("/")[0], path.rpartition("/")[2]


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")[1:]
    return ["/" + "/".join(parts[: n + 1]) for n in range(len(parts))]


def _has(value: JsonValue, path: str) -> bool:
    try:
        _at(value, path)
    except LookupError:
        return False
    return True


def _at(value: JsonValue, path: str) -> JsonValue:
    for part in path.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value[name]
        elif isinstance(value, list) and name.isdigit():
            value = value[int(name)]
        else:
            raise LookupError(path)
    return value


def _first_in_a_result(key: str, order: list[str]) -> bool:
    """Whether a key is seen in a result before it is seen in arguments; `order` has both in turn."""
    name = key.replace("~1", "/").replace("~0", "~")
    place = next((place for place, text in enumerate(order) if name in text), None)
    return place is None or place % 2 == 1


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
