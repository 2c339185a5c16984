"""What a model gets for nothing: the success rate of silence and of a polite refusal, by suite.

Measured beside every run in the same worlds and kept in its folder, so that a number is never read without
its floor.
"""

import json
from collections.abc import Mapping, Sequence

from harness.exams.grading import Grader
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder
from harness.trial.play import Stage, play
from scenarios.exam import Exam

_FLOORS = ("idle", "refuser")


async def measure_floors(exams: Sequence[Exam], stage: Stage) -> dict[str, float]:
    """The larger success rate of the two, by suite."""
    grader = Grader()
    rates: dict[str, list[float]] = {}
    for name in _FLOORS:
        model = ReferenceModel(variant=ModelVariant(label=name, wire="reference", model=name, simulated=True))
        right: dict[str, list[bool]] = {}
        for exam in exams:
            grade = grader.grade(exam, await play(exam, model, 0, stage))
            if grade.graded:  # a server that broke says nothing about silence
                right.setdefault(exam.scenario.suite, []).append(grade.success is True)
        for suite, found in right.items():
            rates.setdefault(suite, []).append(sum(found) / len(found))
    return {suite: max(found) for suite, found in rates.items()}


def write_floors(folder: RunFolder, floors: Mapping[str, float]) -> None:
    folder.files.write("floors.json", json.dumps(floors).encode())


def read_floors(folder: RunFolder) -> dict[str, float]:
    """The floors of a run; none where they were not measured."""
    try:
        floors: dict[str, float] = json.loads(folder.files.read("floors.json"))
    except FileNotFoundError:
        return {}
    return floors
