"""What is left to play, cut into shards: so many trials that one process of some machine plays together.

A shard keeps the order of play. What shares a reading stays in one shard, since a document that is given part
by part is given once for all its questions, and a prefix that is to be found in a cache has to be written
there first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from scenarios.exam import Exam

_MOST = 512
"""Trials of a shard; what has no end of its own is not worth more than a few seconds of starting it."""
_FULL = 4
"""A shard has so many trials for each that it plays at a time, or it would mostly wait for its last ones."""
_ROUNDS = 4
"""Each lane gets so many shards, so that none waits long for the slowest."""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Trials of one model, each known by its place here."""

    number: int
    """Of the run; 1 is the first."""
    model: ModelVariant
    cells: tuple[tuple[str, int], ...]
    """Scenario and repeat, in the order of play."""

    def trial(self, place: int) -> Trial:
        scenario, repeat = self.cells[place]
        return Trial(model=self.model, scenario=scenario, repeat=repeat)

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(scenario for scenario, _ in self.cells))


def lane_widths(concurrency: int, slots: int, trials: int) -> tuple[int, ...]:
    """How many trials at a time each lane plays, a lane being a process that is kept busy: as many lanes as
    there are slots for, which all together play no more at a time than `concurrency`.
    """
    lanes = max(1, min(concurrency, slots, trials))
    least, more = divmod(concurrency, lanes)
    return tuple(least + (lane < more) for lane in range(lanes))


def cut(todo: Sequence[Trial], exams: Mapping[str, Exam], widths: Sequence[int], first: int) -> list[Shard]:
    """The trials as shards, numbered from `first`; all are of one model."""
    size = shard_size(len(todo), widths)
    shards: list[Shard] = []
    open_cells: list[tuple[str, int]] = []
    for group in together(todo, exams):
        if open_cells and len(open_cells) + len(group) > size:
            shards.append(_shard(todo, open_cells, first + len(shards)))
            open_cells = []
        open_cells += group
    if open_cells:
        shards.append(_shard(todo, open_cells, first + len(shards)))
    return shards


def shard_size(trials: int, widths: Sequence[int]) -> int:
    """Trials that a shard should have: enough to keep a lane busy, and no more than leaves some for each."""
    lanes = len(widths)
    wanted = max(_FULL * max(widths), ceil(trials / (_ROUNDS * lanes)))
    return max(1, min(wanted, ceil(trials / lanes), _MOST))


def together(todo: Sequence[Trial], exams: Mapping[str, Exam]) -> list[list[tuple[str, int]]]:
    """The cells of trials that share a reading, wherever they stand in the order of play, and all others
    alone; in the order of the first of each.
    """
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for trial in todo:
        cell = trial.scenario, trial.repeat
        groups.setdefault(_group(trial, exams[trial.scenario]), []).append(cell)
    return list(groups.values())


def _group(trial: Trial, exam: Exam) -> tuple[str, ...]:
    reading = exam.scenario.reading
    if reading is None or reading.layout == "tools":  # each of these begins by itself
        return trial.scenario, str(trial.repeat)
    return exam.scenario.suite, reading.key, str(trial.repeat), "reading"


def _shard(todo: Sequence[Trial], cells: Sequence[tuple[str, int]], number: int) -> Shard:
    return Shard(number=number, model=todo[0].model, cells=tuple(cells))
