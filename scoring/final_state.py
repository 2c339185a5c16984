"""Is the world as it must be, and is everything else as it was?

Expected and actual changes are compared leaf by leaf. Precision falls with every leaf that changed and should
not have (a side effect) or became something else; recall falls with every leaf that should have changed. The
score is F1. It does not apply where nothing has to change and nothing did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from scenarios.matching import Lookup, compare, describe
from scenarios.transcript import Change
from scoring.evidence import Evidence
from scoring.expected_state import ExpectedLeaf, ExpectedState
from scoring.new_entries import Changes, exchanged, moved, renamed, under
from scoring.score import Score

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class LeafCheck:
    """One leaf that changed or had to."""

    server: str
    path: str
    outcome: Literal["right", "wrong", "missing", "side_effect"]
    wanted: str
    given: JsonValue = None

    @property
    def words(self) -> str:
        place = f"{self.server}{self.path}"
        if self.outcome == "side_effect":
            return f"{place} changed to {self.given!r}, unasked"
        if self.outcome == "missing":
            return f"{place} did not become {self.wanted}"
        return f"{place} became {self.given!r}, not {self.wanted}"


def check_leaves(evidence: Evidence) -> list[LeafCheck]:
    """Every leaf that changed or had to, server by server."""
    actual = evidence.transcript.changes
    states = evidence.prepared.states
    found: list[LeafCheck] = []
    for server in [*states, *(name for name in actual if name not in states)]:
        expected = states.get(server, _NOTHING)
        changes = {c.path: c for c in actual.get(server, ()) if expected.counts(c.path)}
        if expected.leaves or changes:
            found += _check_server(server, expected, changes, evidence.lookup)
    return found


def score_state(checks: list[LeafCheck]) -> Score:
    if not checks:
        return Score(value=None, reason="nothing has to change and nothing did")
    right = sum(check.outcome == "right" for check in checks)
    expected = sum(check.outcome != "side_effect" for check in checks)
    changed = sum(check.outcome != "missing" for check in checks)
    faults = [check for check in checks if check.outcome != "right"]
    details: dict[str, float] = {"side_effects": sum(c.outcome == "side_effect" for c in checks)}
    if changed:
        details["precision"] = right / changed
    if expected:
        details["recall"] = right / expected
    reason = f"{right} of {expected} leaves became what they must, {changed} changed"
    if faults:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        reason += "; " + "; ".join(check.words for check in faults[:_SHOWN]) + more
    return Score(value=2 * right / (expected + changed), reason=reason, details=details)


_NOTHING = ExpectedState(leaves=(), ignored=(), families={})


def _check_server(server: str, expected: ExpectedState, changes: Changes, lookup: Lookup) -> list[LeafCheck]:
    plain = list(_checks(server, expected.leaves, changes, lookup))
    if not expected.families or all(check.outcome == "right" for check in plain):
        return plain
    keys: dict[str, str] = {}
    for collection, names in expected.families.items():
        own = exchanged(collection, names, changes, lambda at, now: _fit(at, expected, now, lookup))
        if own:
            changes = moved(changes, collection, own)
            keys |= own
    again = list(_checks(server, expected.leaves, changes, lambda ref: renamed(lookup(ref), keys)))
    return max(plain, again, key=lambda checks: sum(check.outcome == "right" for check in checks))


def _fit(pointer: str, expected: ExpectedState, changes: Changes, lookup: Lookup) -> int:
    leaves = [leaf for leaf in expected.leaves if under(leaf.path, pointer)]
    return sum(check.outcome == "right" for check in _checks("", leaves, changes, lookup))


def _checks(
    server: str, leaves: tuple[ExpectedLeaf, ...] | list[ExpectedLeaf], changes: Changes, lookup: Lookup
) -> Iterator[LeafCheck]:
    left = dict(changes)
    for leaf in leaves:
        change = left.pop(leaf.path, None)
        if change is None and leaf.overlay:
            change = _whole(leaf.path, left)
        wanted = "removed" if leaf.removed else describe(leaf.wanted, lookup)
        if change is None:
            yield LeafCheck(server=server, path=leaf.path, outcome="missing", wanted=wanted)
            continue
        outcome: Literal["right", "wrong"] = "right" if _fits(leaf, change, lookup) else "wrong"
        yield LeafCheck(server=server, path=leaf.path, outcome=outcome, wanted=wanted, given=change.after)
    for path, change in left.items():
        yield LeafCheck(
            server=server, path=path, outcome="side_effect", wanted="unchanged", given=change.after
        )


def _fits(leaf: ExpectedLeaf, change: Change, lookup: Lookup) -> bool:
    if leaf.removed:
        return change.kind == "removed" or (leaf.overlay and change.after is None)
    return change.kind != "removed" and not compare(leaf.wanted, change.after, lookup)


def _whole(pointer: str, left: dict[str, Change]) -> Change | None:
    """What changed below a pointer as one change, taken out of `left`."""
    below = {path: left.pop(path) for path in list(left) if under(path, pointer)}
    if not below:
        return None
    tree: dict[str, JsonValue] = {}
    for path, change in below.items():
        if change.kind != "removed":
            _plant(tree, path[len(pointer) + 1 :].split("/"), change.after)
    kind: Literal["removed", "changed"] = "changed" if tree else "removed"
    return Change(path=pointer, after=_lists(tree) if tree else None, kind=kind)


def _plant(tree: dict[str, JsonValue], parts: list[str], value: JsonValue) -> None:
    for part in parts[:-1]:
        branch = tree.setdefault(part.replace("~1", "/").replace("~0", "~"), {})
        if not isinstance(branch, dict):
            return
        tree = branch
    tree[parts[-1].replace("~1", "/").replace("~0", "~")] = value


def _lists(value: JsonValue) -> JsonValue:
    """Objects whose keys are 0, 1, 2 … as the lists they are."""
    if not isinstance(value, dict):
        return value
    parts: Mapping[str, JsonValue] = {name: _lists(part) for name, part in value.items()}
    if parts and set(parts) == {str(n) for n in range(len(parts))}:
        return [parts[str(n)] for n in range(len(parts))]
    return dict(parts)
