"""The best one-to-one assignment: the largest total weight, each row and column used at most once.

Greedy pairing can spend a call on the wrong expectation and leave two unmet; this never does. It is the
Hungarian method by shortest augmenting paths (Jonker and Volgenant, Computing 38, 1987), in O(n²·m).
"""

from collections.abc import Sequence
from math import inf


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The (row, column) pairs of the heaviest assignment, by row; a weight of 0 or less is never paired.

    `weights` is rows x columns, in any shape.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) > len(weights[0]):
        turned = assign(list(zip(*weights, strict=True)))
        return sorted((row, column) for column, row in turned)
    costs = [[-max(weight, 0.0) for weight in row] for row in weights]
    return [(row, column) for row, column in _cheapest(costs) if weights[row][column] > 0]


def _cheapest(costs: list[list[float]]) -> list[tuple[int, int]]:
    """A full assignment of the rows at the least cost; there are at least as many columns as rows."""
    columns = len(costs[0])
    row_price = [0.0] * len(costs)
    column_price = [0.0] * (columns + 1)
    owner = [-1] * (columns + 1)
    for start in range(len(costs)):
        owner[columns] = start
        here = columns
        distance = [inf] * columns
        came_from = [columns] * columns
        done = [False] * (columns + 1)
        while owner[here] != -1:
            done[here] = True
            row = owner[here]
            for column in range(columns):
                reduced = costs[row][column] - row_price[row] - column_price[column]
                if not done[column] and reduced < distance[column]:
                    distance[column], came_from[column] = reduced, here
            nearest = min((c for c in range(columns) if not done[c]), key=distance.__getitem__)
            step = distance[nearest]
            for column in range(columns + 1):
                if done[column]:
                    row_price[owner[column]] += step
                    column_price[column] -= step
                elif column < columns:
                    distance[column] -= step
            here = nearest
        while here != columns:
            owner[here] = owner[came_from[here]]
            here = came_from[here]
    return sorted((row, column) for column, row in enumerate(owner[:columns]) if row != -1)
