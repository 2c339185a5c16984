"""One task of BFCL by its id, such as `multi_turn_base_7` or `live_simple_3-1-0`.

The files of a category are read once in a process and kept.
"""

from collections.abc import Mapping
from functools import cache

from scenarios.bfcl.conversations import Conversation, conversations
from scenarios.bfcl.package import BfclPackage, NoBfcl
from scenarios.bfcl.record import CATEGORIES, SINGLE_TURN
from scenarios.bfcl.rows import Row, single_turn_rows


def category_of(task: str) -> str:
    """The category of a task's id. Raises `NoBfcl` when there is no such category."""
    category = task.rpartition("_")[0]
    if category not in CATEGORIES:
        raise NoBfcl(f"BFCL has no category for the task {task!r}")
    return category


@cache
def tasks_of(package: BfclPackage, category: str) -> Mapping[str, Row | Conversation]:
    """All tasks of a category by id, in its order. Raises `NoBfcl`."""
    rows = (
        single_turn_rows(package, category) if category in SINGLE_TURN else conversations(package, category)
    )
    return {one.id: one for one in rows}


def find_task(package: BfclPackage, task: str) -> Row | Conversation:
    """One task. Raises `NoBfcl` when there is none of this id."""
    found = tasks_of(package, category_of(task)).get(task)
    if found is None:
        raise NoBfcl(f"BFCL {package.version} has no task {task!r}")
    return found
