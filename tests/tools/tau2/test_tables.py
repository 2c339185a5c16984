"""Tables that are shared until somebody reaches for a record."""

from typing import Any

import pytest

from tools.tau2.tables import Table

SHARED: dict[str, Any] = {"a": {"seats": [1, 2]}, "b": {"seats": [3]}}


def test_a_record_that_is_reached_for_is_ones_own() -> None:
    table = Table(SHARED)

    table["a"]["seats"].append(9)

    assert table["a"] == {"seats": [1, 2, 9]}
    assert SHARED["a"] == {"seats": [1, 2]}
    assert table.reached == {"a"}


def test_looking_whether_a_record_is_there_reaches_for_nothing() -> None:
    table = Table(SHARED)

    assert ("a" in table, "z" in table, len(table), list(table)) == (True, False, 2, ["a", "b"])
    assert [record["seats"] for record in table.values()] == [[1, 2], [3]]
    assert table.reached == set()


def test_a_record_that_was_walked_over_is_shared_and_one_that_was_reached_for_is_not() -> None:
    table = Table(SHARED)
    table["a"]["seats"].append(9)

    walked = dict(table.items())

    assert walked["a"]["seats"] == [1, 2, 9]
    assert walked["b"] is SHARED["b"]


def test_new_records_and_those_that_are_gone_are_noted() -> None:
    table = Table(SHARED)

    table["c"] = {"seats": []}
    del table["b"]
    popped = table.pop("a")
    popped["seats"].clear()

    assert table == {"c": {"seats": []}}
    assert table.reached == {"a", "b", "c"}
    assert SHARED == {"a": {"seats": [1, 2]}, "b": {"seats": [3]}}


def test_what_is_not_there_is_not_made_up() -> None:
    table = Table(SHARED)

    assert (table.get("z"), table.get("z", 1), table.pop("z", 2)) == (None, 1, 2)
    with pytest.raises(KeyError):
        table["z"]
    with pytest.raises(KeyError):
        del table["z"]
    assert table.reached == set()


def test_every_way_to_put_a_record_in_is_noted() -> None:
    table = Table(SHARED)

    table.update({"c": 1}, d=2)

    assert (table.setdefault("e", 3), table.setdefault("c", 4)) == (3, 1)
    assert table.reached == {"c", "d", "e"}
