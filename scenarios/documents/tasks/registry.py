"""The one list of all tasks: a task is one module and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from scenarios.documents.document import Task
from scenarios.documents.tasks.absent import ABSENT
from scenarios.documents.tasks.code import CODE
from scenarios.documents.tasks.counting import COUNTING
from scenarios.documents.tasks.graph import GRAPH
from scenarios.documents.tasks.hops import HOPS
from scenarios.documents.tasks.list_state import LIST_STATE
from scenarios.documents.tasks.multi_needle import MULTI_NEEDLE
from scenarios.documents.tasks.needle import NEEDLE
from scenarios.documents.tasks.no_overlap import NO_OVERLAP
from scenarios.documents.tasks.repeated_words import REPEATED_WORDS
from scenarios.documents.tasks.same_asks import SAME_ASKS
from scenarios.documents.tasks.segmented import SEGMENTED
from scenarios.documents.tasks.summary import SUMMARY
from scenarios.documents.tasks.variables import VARIABLES

_ALL: tuple[Task, ...] = (
    NEEDLE,
    MULTI_NEEDLE,
    VARIABLES,
    COUNTING,
    REPEATED_WORDS,
    ABSENT,
    SAME_ASKS,
    GRAPH,
    HOPS,
    NO_OVERLAP,
    LIST_STATE,
    CODE,
    SUMMARY,
    SEGMENTED,
)

TASKS: Mapping[str, Task] = MappingProxyType({task.name: task for task in _ALL})
"""By the names that suites use."""
