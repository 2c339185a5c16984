"""What questions cost each other by sharing a document."""

import doctest

import numpy as np
import pytest

from scoring import coexistence as module
from scoring.coexistence import Placed, coexistence


def placed(values: list[float], *, cell: str = "4k", name: str = "alone", each: int = 1) -> list[Placed]:
    """The values, `each` of them on one document."""
    return [
        Placed(value=value, cell=cell, document=f"{name}-{cell}-{n // each}")
        for n, value in enumerate(values)
    ]


def test_the_example_of_the_documentation_is_true() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_cells_count_as_often_as_they_were_asked_alone() -> None:
    """Alone mostly short, in company mostly long: the lengths' own difference is no bias."""
    alone = placed([1.0] * 8, cell="4k") + placed([0.5] * 2, cell="64k")
    company = placed([1.0] * 10, cell="4k", name="with") + placed([0.5] * 90, cell="64k", name="with")
    assert coexistence(alone, company).bias == 0.0


def test_a_cell_that_was_asked_one_way_only_is_left_out() -> None:
    alone = placed([1.0, 1.0]) + placed([0.0, 0.0], cell="1M")
    company = placed([0.5, 0.5], name="with") + placed([0.1] * 4, cell="8k", name="with")
    found = coexistence(alone, company)
    assert (found.bias, found.cells, found.n_alone, found.n_company) == (0.5, 1, 2, 2)


def test_the_interval_holds_the_bias_that_was_put_in() -> None:
    random = np.random.default_rng(3)
    alone = placed((random.random(40) < 0.9).astype(float).tolist())
    company = placed((random.random(200) < 0.6).astype(float).tolist(), name="with", each=10)
    found = coexistence(alone, company, seed=1)
    assert found.low is not None
    assert found.high is not None
    assert 0.0 < found.low < 0.3 < found.high < 0.6
    assert (found.documents_alone, found.documents_company) == (40, 20)


def test_the_same_seed_gives_the_same_interval() -> None:
    alone, company = placed([1.0, 0.0, 1.0]), placed([0.0, 1.0, 0.0, 1.0], name="with")
    assert coexistence(alone, company, seed=4) == coexistence(alone, company, seed=4)


@pytest.mark.parametrize(
    ("alone", "company", "why"),
    [
        ([], placed([1.0]), "nothing was asked alone"),
        (placed([1.0], cell="4k"), placed([1.0], cell="8k"), "no cell was asked both alone and in company"),
    ],
)
def test_where_there_is_nothing_to_compare_it_says_so(
    alone: list[Placed], company: list[Placed], why: str
) -> None:
    found = coexistence(alone, company)
    assert (found.bias, found.low, found.note) == (None, None, why)


def test_few_documents_that_agree_leave_room_for_a_bias() -> None:
    found = coexistence(placed([1.0] * 4), placed([1.0] * 20, name="with", each=10))
    assert found.bias == 0
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.2
    assert found.high > 0.1
