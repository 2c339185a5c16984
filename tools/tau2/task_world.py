"""One task of tau2 as a world: both sides' tools over one environment, and an account of what changed.

Of databases that are megabytes only the records are looked at that somebody reached for. The changes are
listed by leaf and spelt as tau2's hash of a database would see them, so that two runs from one beginning have
equal changes exactly when their databases have equal hashes. Whether the task's assertions hold in the end is
listed beside them, as leaves under `/assertions`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from scenarios.transcript import Change
from tools.state import changes, spelt_alike
from tools.tau2 import domains
from tools.tau2.calculations import never_ends
from tools.tau2.tables import Table
from tools.world import Refused, Spelt

DATABASES = ("db", "user_db")
"""What the agent's database and the user's are called in paths."""
_CALCULATOR = "calculate"


class TaskWorld:
    """An environment in a task's initial state, from then on."""

    def __init__(self, domain: domains.Domain, task: Mapping[str, JsonValue], *, solo: bool = False) -> None:
        self._domain = domain
        self._task = task
        self._environment = domain.environment(solo=solo)
        domains.begin(self._environment, task.get("initial_state"))
        self._begun = _begun(self._environment)

    def call(self, requestor: str, tool: str, arguments: dict[str, Any]) -> Spelt:
        """One call, answered as tau2 answers it. Raises `Refused` for what tau2 calls an error, and in its
        words where it would never come to say so.
        """
        if tool == _CALCULATOR and never_ends(arguments.get("expression")):
            raise Refused("Error: int too large to convert to float")
        text, is_error = domains.answer(self._environment, requestor, tool, arguments)
        if is_error:
            raise Refused(text)
        return Spelt(text=text, value=_parsed(text))

    def snapshot(self) -> JsonValue:
        """The records that were reached for, as they are now."""
        self._environment.sync_tools()
        return _now_and_then(self._environment, self._begun)[1]

    def changes(self) -> tuple[Change, ...]:
        """What changed, and for every assertion of the task whether it holds, or what it raised."""
        self._environment.sync_tools()
        found = _changed(self._environment, self._begun)
        for place, assertion in enumerate(_list(_criteria(self._task).get("env_assertions"))):
            holds = domains.holds(self._environment, assertion)
            found += (Change(path=f"/assertions/{place}", after=holds, kind="added"),)
        return found

    def reference(self) -> tuple[Change, ...]:
        """What tau2's evaluator would find changed by the reference actions."""
        environment = self._domain.environment()
        domains.begin(environment, self._task.get("initial_state"))
        begun = _begun(environment)
        for action in _list(_criteria(self._task).get("actions")):
            if isinstance(action, dict):
                requestor = str(action.get("requestor") or "assistant")
                arguments = action.get("arguments")
                given = arguments if isinstance(arguments, dict) else {}
                domains.run_unsynced(environment, requestor, str(action.get("name")), dict(given))
        return _changed(environment, begun)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One field of a database as it began."""

    records: Mapping[str, JsonValue] | None
    """Of a shared table: the records that were reached for by then."""
    whole: JsonValue = None


_Begun = Mapping[tuple[str, str], _Part]


def _fields(environment: Any) -> Mapping[tuple[str, str], Any]:
    found = zip(DATABASES, domains.databases_of(environment), strict=False)
    return {(name, part): getattr(db, part) for name, db in found for part in type(db).model_fields}


def _begun(environment: Any) -> _Begun:
    found = {}
    for place, value in _fields(environment).items():
        if isinstance(value, Table):
            records = {key: domains.dumped(dict.get(value, key)) for key in value.reached if key in value}
            found[place] = _Part(records=records)
        else:
            found[place] = _Part(records=None, whole=domains.dumped(value))
    return found


def _changed(environment: Any, begun: _Begun) -> tuple[Change, ...]:
    before, after = _now_and_then(environment, begun)
    return changes(before, after, spelt_alike)


def _now_and_then(environment: Any, begun: _Begun) -> tuple[JsonValue, JsonValue]:
    """The parts that may have changed: as they began, and as they are."""
    before: dict[str, JsonValue] = {}
    after: dict[str, JsonValue] = {}
    for place, value in _fields(environment).items():
        database, name = place
        was = begun[place]
        if isinstance(value, Table) and was.records is not None:
            old, new = _records(value, was.records)
        else:
            old, new = was.whole, domains.dumped(value)
        for all_of, part in ((before, old), (after, new)):
            fields = all_of.setdefault(database, {})
            if isinstance(fields, dict):
                fields[name] = part
    return before, after


def _records(table: Table, begun: Mapping[str, JsonValue]) -> tuple[JsonValue, JsonValue]:
    old: dict[str, JsonValue] = {}
    new: dict[str, JsonValue] = {}
    for key in sorted(table.reached):
        if key in begun:
            old[key] = begun[key]
        elif key in table.shared:
            old[key] = domains.dumped(table.shared[key])
        if key in table:
            new[key] = domains.dumped(dict.get(table, key))
    return old, new


def _criteria(task: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    found = task.get("evaluation_criteria")
    return found if isinstance(found, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _parsed(text: str) -> JsonValue:
    """What a text says as JSON; the text itself where it is none."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
