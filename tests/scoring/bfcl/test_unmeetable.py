"""Answers of BFCL's that no call can meet, by what its data says."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scenarios.bfcl.record import Criteria, Function, KeyCall, Parameter
from scoring.bfcl.unmeetable import why_unmeetable
from tests.scoring.bfcl.tasks import BOOK, FIND

PARTS = Function(name="make", parameters={"parts": Parameter(type="ArrayList", items="any")})


def why(
    key: Mapping[str, Sequence[Any]], *functions: Function, category: str = "simple_python", calls: str = ""
) -> str | None:
    """Of a task whose answer calls the first function, or one that is named."""
    offered = functions or (BOOK, FIND)
    wanted = KeyCall(function=calls or offered[0].name, arguments={k: list(v) for k, v in key.items()})
    return why_unmeetable(Criteria(category=category, server="bfcl", functions=offered, key=(wanted,)))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ({"city": ["Bern"], "days": ["", 3]}, None),
        ({"city": ["Bern"], "pets": ["", 1]}, None),
        ({"city": ["Bern"], "pets": [1]}, "its answer wants pets, which trips.book does not have"),
        ({"days": [3]}, "its answer leaves out city, which trips.book needs"),
        ({"city": ["Bern"], "days": []}, "its answer has no right value of days"),
    ],
)
def test_an_answer_is_held_against_its_function(key: dict[str, list[Any]], reason: str | None) -> None:
    assert why(key) == reason


def test_a_list_of_anything_holds_only_texts_in_java() -> None:
    told = "its answer wants values other than texts in parts, and BFCL reads only texts there"

    assert why({"parts": [["wheel", 2]]}, PARTS, category="simple_java") == told
    assert why({"parts": [["wheel", "2"]]}, PARTS, category="simple_java") is None
    assert why({"parts": [["wheel", 2], ["wheel"]]}, PARTS, category="simple_java") is None
    assert why({"parts": [["wheel", 2]]}, PARTS) is None


def test_an_answer_that_calls_what_is_not_offered_cannot_be_met() -> None:
    assert (
        why({"city": ["Bern"]}, FIND, calls="trips.book")
        == "its answer calls trips.book, which is not offered"
    )


def test_where_any_call_is_right_there_is_no_answer() -> None:
    none, some = (Criteria(category=name, server="bfcl") for name in ("irrelevance", "live_relevance"))

    assert why_unmeetable(some) == "any call is right here, and BFCL gives none"
    assert why_unmeetable(none) is None
