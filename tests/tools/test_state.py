from collections.abc import MutableMapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from scenarios.matching import equal
from scenarios.transcript import Change
from tools.state import Draft, changes, copied

KEYS = st.sampled_from(["a", "b", "c/d", "e~f", ""])
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "1"]) | st.just(1.5)
STATES = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=3)),
    max_size=4,
)


@given(STATES, STATES)
def test_the_changes_applied_to_what_was_give_what_is(before: Any, after: Any) -> None:
    assert equal(applied(flat(before), changes(before, after)), flat(after))


@given(STATES)
def test_a_state_does_not_differ_from_its_copy(state: Any) -> None:
    assert changes(state, copied(state)) == ()
    assert changes(state, deepcopy(state)) == ()


@given(STATES, STATES)
def test_there_are_no_changes_exactly_when_states_are_equal(one: Any, two: Any) -> None:
    assert (changes(one, two) == ()) is equal(one, two)


@given(STATES, st.lists(st.tuples(KEYS, st.sampled_from(["set", "delete", "fill", "look"]), LEAVES)))
def test_a_draft_changes_like_the_state_itself_and_leaves_that_alone(state: Any, steps: Any) -> None:
    draft, twin, before = Draft(state), deepcopy(state), deepcopy(state)
    for key, what, value in steps:
        then = draft.snapshot()
        earlier = deepcopy(then)
        for each in (draft, twin):
            act(each, key, what, value)
        assert equal(then, earlier)

    assert equal(draft.snapshot(), twin)
    assert equal(dict(draft), twin)
    assert equal(state, before)


def test_what_nobody_touched_is_not_copied() -> None:
    state: dict[str, Any] = {"a": {"x": 1}, "b": {"x": 1}}
    draft = Draft(state)
    draft["a"]["x"] = 2

    assert draft.snapshot() == {"a": {"x": 2}, "b": {"x": 1}}
    assert draft.snapshot()["b"] is state["b"]


def test_a_snapshot_stays_as_it_was() -> None:
    draft = Draft({"a": {"x": 1}})
    draft["a"]["x"] = 2
    then = draft.snapshot()
    draft["a"]["x"] = 3

    assert then == {"a": {"x": 2}}


def test_a_copy_shares_nothing_that_can_change() -> None:
    state = {"a": {"b": [1, {"c": 2}]}}
    copy = copied(state)
    copy["a"]["b"][1]["c"] = 3
    copy["a"]["b"].append(4)
    assert state == {"a": {"b": [1, {"c": 2}]}}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": True}, [Change(path="/a", before=1, after=True, kind="changed")]),
        ({"a": 1}, {"a": "1"}, [Change(path="/a", before=1, after="1", kind="changed")]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": [1, 2]}, {"a": [1]}, [Change(path="/a/1", before=2, kind="removed")]),
        ({"a": {}}, {"a": {"b": 1}}, [Change(path="/a/b", after=1, kind="added")]),
        ({"a": None}, {"a": {"b": 1}}, [Change(path="/a", before=None, after={"b": 1}, kind="changed")]),
        ({}, {"a": None}, [Change(path="/a", after=None, kind="added")]),
        ({"x": {"~/": 0}}, {"x": {"~/": 1}}, [Change(path="/x/~0~1", before=0, after=1, kind="changed")]),
        (
            {},
            {"o": {"id": 1, "tags": [], "lines": [{"n": 2}]}},
            [
                Change(path="/o/id", after=1, kind="added"),
                Change(path="/o/tags", after=[], kind="added"),
                Change(path="/o/lines/0/n", after=2, kind="added"),
            ],
        ),
        (
            {"a": {"b": 1}},
            {"a": {}},
            [
                Change(path="/a/b", before=1, kind="removed"),
                Change(path="/a", after={}, kind="added"),
            ],
        ),
    ],
)
def test_changes_are_listed_by_leaf(before: Any, after: Any, expected: list[Change]) -> None:
    assert list(changes(before, after)) == expected


def flat(value: Any, path: str = "") -> dict[str, JsonValue]:
    """A state as its leaves by JSON pointer; an empty object or list is a leaf."""
    parts = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(parts, dict) or not parts:
        return {path: value}
    return {
        place: leaf
        for key, part in parts.items()
        for place, leaf in flat(part, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}").items()
    }


def applied(leaves: dict[str, JsonValue], made: tuple[Change, ...]) -> dict[str, JsonValue]:
    """The leaves after the changes, each taken by its word."""
    for change in made:
        if change.kind != "added":
            gone = flat(change.before, change.path)
            assert gone == {path: leaves.pop(path) for path in gone}
        if change.kind != "removed":
            leaves |= flat(change.after, change.path)
    # What was empty and has parts now is no leaf any more; so is the whole, when it was empty.
    return {
        p: v for p, v in leaves.items() if not (v in ({}, []) and any(q.startswith(f"{p}/") for q in leaves))
    }


def act(state: MutableMapping[str, Any], key: str, what: str, value: JsonValue) -> None:
    """What a tool may do to a collection: put one there, take it away, change it inside, or look."""
    if what == "set":
        state[key] = {"new": value}
    elif what == "delete":
        state.pop(key, None)
    elif what == "fill" and isinstance(found := state.get(key), dict):
        found["filled"] = value
    else:
        len(state)
