"""BFCL's leaderboard number, from the accuracy in each category.

Five groups are averaged and then weighted: the single turns written for the benchmark (10 %), those given by
users (10 %, by the number of tasks), the turns where nothing is to be called (10 %), conversations (30 %),
and the agentic tasks (40 %), which are not played here. BFCL counts what was not played as zero; so what is
missing is named beside the number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from scenarios.record import Record

_SIMPLE = ("simple_python", "simple_java", "simple_javascript")
_LIVE = ("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple")
_TURNS = ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context")
_WEB = ("web_search_base", "web_search_no_snippet")
_MEMORY = ("memory_kv", "memory_vector", "memory_rec_sum")
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"non_live": 0.1, "live": 0.1, "irrelevance": 0.1, "multi_turn": 0.3, "agentic": 0.4}
)
TASKS: Mapping[str, int] = MappingProxyType(
    {
        "simple_python": 400,
        "simple_java": 100,
        "simple_javascript": 50,
        **dict.fromkeys(("multiple", "parallel", "parallel_multiple", *_TURNS), 200),
        "irrelevance": 240,
        "live_simple": 258,
        "live_multiple": 1053,
        "live_parallel": 16,
        "live_parallel_multiple": 24,
        "live_irrelevance": 884,
        "live_relevance": 16,
    }
)
"""How many each category that is played here has, in version 4."""
LIVE_TASKS: Mapping[str, int] = MappingProxyType({name: TASKS[name] for name in _LIVE})
"""What an unplayed category weighs with; of a played one its own number counts."""
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "non_live": (*_SIMPLE, "multiple", "parallel", "parallel_multiple"),
        "live": _LIVE,
        "irrelevance": ("irrelevance", "live_irrelevance"),
        "multi_turn": _TURNS,
        "agentic": (*_WEB, *_MEMORY),
    }
)
SCORED = tuple(name for categories in GROUPS.values() for name in categories)
"""Every category that counts; `live_relevance` is shown and does not."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """One category."""

    accuracy: float
    tasks: int


class Board(Record):
    overall: float
    """In [0, 1], with what was not played as zero."""
    groups: dict[str, float]
    missing: tuple[str, ...]
    """Categories that count and were not played."""
    weight_played: float
    """The share of the number that the played categories decide, in [0, 1]."""


def board(played: Mapping[str, Played]) -> Board:
    """The number and its groups."""
    groups = _groups(played)
    perfect = {name: Played(accuracy=1.0, tasks=one.tasks) for name, one in played.items()}
    return Board(
        overall=_weighted(groups),
        groups=groups,
        missing=tuple(name for name in SCORED if name not in played),
        weight_played=_weighted(_groups(perfect)),
    )


def _groups(played: Mapping[str, Played]) -> dict[str, float]:
    def mean(*names: str) -> float:
        return _mean([played[name].accuracy if name in played else 0.0 for name in names])

    tasks = {name: played[name].tasks if name in played else LIVE_TASKS[name] for name in _LIVE}
    right = sum(played[name].accuracy * tasks[name] for name in _LIVE if name in played)
    single = (mean(*_SIMPLE), mean("multiple"), mean("parallel"), mean("parallel_multiple"))
    return {
        "non_live": _mean(single),
        "live": right / sum(tasks.values()),
        "irrelevance": mean("irrelevance", "live_irrelevance"),
        "multi_turn": mean(*_TURNS),
        "agentic": _mean((mean(*_WEB), mean(*_MEMORY))),
    }


def _weighted(groups: Mapping[str, float]) -> float:
    return sum(WEIGHTS[name] * value for name, value in groups.items())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
