"""BFCL's back ends themselves: the one module that imports code of its package.

They are plain classes whose public methods are the tools and whose public attributes are the state. A call is
an attribute and keyword arguments. Instances belong to one trial; BFCL itself keeps them by model and task.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from decimal import localcontext
from importlib import import_module
from itertools import count
from typing import Any

from pydantic import JsonValue

from scenarios.bfcl.conversations import MODULES
from scenarios.bfcl.package import MODULE, BfclPackage
from tools.bfcl.bounds import MATHEMATICS, too_much

_SOURCES = f"{MODULE}.eval_checker.multi_turn_eval.func_source_code"
_STATELESS = frozenset({MATHEMATICS})
_LONGEST_TEXT = 500
"""Letters of a text in a state; a longer one is shown by its hash."""
_MOST_PARTS = 100_000
"""Of a state; the largest that a task begins with has 1,400."""
_CIRCULAR = "a state within itself"
_TOO_LARGE = f"a state of more than {_MOST_PARTS} parts"


class BackEnds:
    """The back ends of one task, from its initial configuration on."""

    def __init__(
        self, package: BfclPackage, classes: Sequence[str], config: Mapping[str, Any], *, long_context: bool
    ) -> None:
        self._of: dict[str, Any] = {}
        self._digests: dict[str, str] = {}
        for name in classes:
            one = _class(package, name)()
            if name not in _STATELESS:
                one._load_scenario(deepcopy(config.get(name, {})), long_context=long_context)  # noqa: SLF001 # its own way to begin
            # What they begin with may be a constant of their module, which a call would change for good.
            self._of[name] = one = deepcopy(one)
            self._digests[name] = _digest_of(one)
        self._owners = {tool: name for name, one in self._of.items() for tool in _methods(one)}

    def call(self, tool: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """What a call gives back as BFCL writes it, and whether the method raised."""
        owner = self._owners.get(tool)
        if owner is None:
            return f"Error during execution: name '{tool}' is not defined", True
        if self._digests[owner] == _TOO_LARGE:  # a folder copied into itself again and again doubles
            return f"Error during execution: {_TOO_LARGE}", True
        if owner == MATHEMATICS and (why := too_much(tool, arguments)):
            return f"Error during execution: {why}", True
        try:
            given = deepcopy(dict(arguments))  # the back ends keep what they are given, and change it
            with localcontext():  # one of them sets the precision of all decimals
                return _written(getattr(self._of[owner], tool)(**given)), False
        except Exception as error:  # the boundary to code that is not ours; BFCL gives the model its message
            return f"Error during execution: {error}", True
        finally:
            self._digests[owner] = _digest_of(self._of[owner])

    def digests(self) -> dict[str, str]:
        """A hash of each back end's state: equal exactly when BFCL finds two states equal. One that has no
        end is equal to none that gold leaves.
        """
        return dict(self._digests)

    def state(self) -> dict[str, JsonValue]:
        """The public attributes by back end, with long texts by their hash."""
        return {
            name: self._digests[name] if self._digests[name] in (_CIRCULAR, _TOO_LARGE) else _shown(one)
            for name, one in self._of.items()
        }


class _TooLarge(Exception):
    """A state has more parts than anybody reads."""


def state_of(one: Any) -> Any:
    """The public attributes of an object as JSON in which equal means equal to Python. Raises
    `RecursionError` where one holds itself.
    """
    parts = count(1)
    return {name: _plain(value, parts) for name, value in vars(one).items() if not name.startswith("_")}


def _plain(value: Any, parts: Iterator[int]) -> Any:
    """A value spelt so that two are written alike exactly when Python calls them equal."""
    if next(parts) > _MOST_PARTS:
        raise _TooLarge
    match value:
        case bool() | int():
            return int(value)
        case float():
            return int(value) if value.is_integer() else value
        case str() | None:
            return value
        case dict():
            return {
                "dict": sorted(([_plain(k, parts), _plain(v, parts)] for k, v in value.items()), key=_spelt)
            }
        case list():
            return [_plain(item, parts) for item in value]
        case tuple():
            return {"tuple": [_plain(item, parts) for item in value]}
        case set() | frozenset():
            return {"set": sorted((_plain(item, parts) for item in value), key=_spelt)}
    if type(value).__module__.startswith(_SOURCES):  # a file or a folder, which knows its parent
        attributes = {name: one for name, one in vars(value).items() if not name.startswith("_")}
        attributes.pop("parent", None)
        return {type(value).__name__: _plain(attributes, parts)}
    return repr(value)


def _spelt(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _digest(value: Any) -> str:
    return hashlib.sha256(_spelt(value).encode()).hexdigest()[:16]


def _digest_of(one: Any) -> str:
    try:
        return _digest(state_of(one))
    except RecursionError:
        return _CIRCULAR
    except _TooLarge:
        return _TOO_LARGE


def _shown(one: Any) -> JsonValue:
    return _shortened(state_of(one))


def _shortened(value: Any) -> JsonValue:
    """The state for people: objects as objects, and long texts by their hash."""
    match value:
        case {"dict": [*pairs]}:
            return {str(key): _shortened(one) for key, one in pairs}
        case dict():
            return {key: _shortened(one) for key, one in value.items()}
        case list():
            return [_shortened(one) for one in value]
        case str() if len(value) > _LONGEST_TEXT:
            return f"{value[:40]}… ({len(value)} letters, {_digest(value)})"
    found: JsonValue = value
    return found


def _written(value: Any) -> str:
    if isinstance(value, dict):
        try:
            return json.dumps(value)
        except (TypeError, ValueError):
            return str(value)
    return str(value)


def _methods(one: Any) -> Iterator[str]:
    return (
        name for name in dir(type(one)) if not name.startswith("_") and callable(getattr(type(one), name))
    )


def _class(package: BfclPackage, name: str) -> Any:
    with _importable(package):
        return getattr(import_module(f"{_SOURCES}.{MODULES[name]}"), name)


@contextmanager
def _importable(package: BfclPackage) -> Iterator[None]:
    """Have the package found by `import` while the block lasts, after everything of ours."""
    folder = str(package.root.parent)
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
