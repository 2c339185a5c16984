"""The heaviest one-to-one assignment."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scoring.assignment import assign

WEIGHTS = st.integers(1, 6).flatmap(
    lambda columns: st.lists(
        st.lists(
            st.sampled_from([0.0, 1.0, 1.25, 1.5, 2.0]) | st.floats(0, 2), min_size=columns, max_size=columns
        ),
        min_size=1,
        max_size=6,
    )
)


def total(weights: list[list[float]], pairs: list[tuple[int, int]]) -> float:
    return sum(weights[row][column] for row, column in pairs)


def greedy(weights: list[list[float]]) -> float:
    """Take the heaviest pair that is still free, again and again."""
    cells = sorted(((w, r, c) for r, row in enumerate(weights) for c, w in enumerate(row)), reverse=True)
    rows: set[int] = set()
    columns: set[int] = set()
    found = 0.0
    for weight, row, column in cells:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            found += weight
    return found


@given(WEIGHTS)
def test_the_total_is_scipys(weights: list[list[float]]) -> None:
    rows, columns = linear_sum_assignment(np.array(weights), maximize=True)

    assert np.isclose(total(weights, assign(weights)), np.array(weights)[rows, columns].sum())


@given(WEIGHTS)
def test_no_row_and_no_column_is_used_twice(weights: list[list[float]]) -> None:
    pairs = assign(weights)

    assert len({row for row, _ in pairs}) == len(pairs) == len({column for _, column in pairs})


@given(WEIGHTS)
def test_the_best_assignment_is_never_worse_than_a_greedy_one(weights: list[list[float]]) -> None:
    assert total(weights, assign(weights)) >= greedy(weights) - 1e-9


def test_greedy_pairing_would_lose_a_pair_here() -> None:
    weights = [[2.0, 1.9], [1.9, 0.0]]

    assert assign(weights) == [(0, 1), (1, 0)]
    assert greedy(weights) == 2.0


def test_what_weighs_nothing_is_not_paired() -> None:
    assert assign([[0.0, 1.0], [0.0, 0.0]]) == [(0, 1)]


def test_nothing_to_assign_is_no_pair() -> None:
    assert assign([]) == assign([[]]) == []
