"""BFCL's leaderboard number as far as a run holds it: its parts, and what counted as zero.

A category counts with the trials that could be graded. The live ones weigh by the number of tasks that they
have, and not by how many of them were played, so that a slice of each is an estimate of the whole number.
"""

from collections.abc import Iterable

from harness.report.suite_figures import SuiteFigures
from scenarios.bfcl.record import CATEGORIES
from scenarios.record import Record
from scoring.bfcl.overall import GROUPS, TASKS, WEIGHTS, Played, board

_BY_SUITE = {f"bfcl-{category.replace('_', '-')}": category for category in CATEGORIES}


class BfclCategory(Record):
    category: str
    accuracy: float
    tasks: int
    """Different tasks that were graded."""
    of: int
    """Tasks that it has."""


class BfclGroup(Record):
    group: str
    weight: float
    """In the whole number."""
    accuracy: float
    """With what was not played as zero."""
    categories: tuple[BfclCategory, ...]
    """Those that were played."""
    missing: tuple[str, ...]
    """Those that count as zero."""


class BfclFigures(Record):
    overall: float
    """In [0, 1], with what was not played as zero."""
    most: float
    """What a model would have that gets everything right that was played."""
    groups: tuple[BfclGroup, ...]
    slices: bool
    """Of some category not every task was played: the number is an estimate."""


def bfcl_figures(suites: Iterable[SuiteFigures]) -> BfclFigures | None:
    """None where no category of BFCL's that counts was graded."""
    found = {
        category: BfclCategory(
            category=category,
            accuracy=suite.success.mean,
            tasks=sum(one.graded > 0 for one in suite.scenarios.values()),
            of=TASKS[category],
        )
        for suite in suites
        if (category := _BY_SUITE.get(suite.suite)) and suite.success.mean is not None
    }
    made = board({name: Played(accuracy=one.accuracy, tasks=one.of) for name, one in found.items()})
    groups = tuple(
        BfclGroup(
            group=name,
            weight=WEIGHTS[name],
            accuracy=made.groups[name],
            categories=tuple(found[one] for one in categories if one in found),
            missing=tuple(one for one in categories if one not in found),
        )
        for name, categories in GROUPS.items()
    )
    if not any(group.categories for group in groups):
        return None
    return BfclFigures(
        overall=made.overall,
        most=made.weight_played,
        groups=groups,
        slices=any(one.tasks < one.of for group in groups for one in group.categories),
    )
