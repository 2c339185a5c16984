"""Two runs made by hand, as folders: scenarios of a shop, solved or not as a test says."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.runs.record import RunRecord, UserRecord
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.theirs import Theirs
from scenarios.transcript import Transcript
from scenarios.user import SimulatedUser
from tests.harness.report.sample_run import bad, broken, exam, good, model

PLAYED = {"+": good, "-": bad, "x": broken}
"""Solved, failed, excluded."""

Outcomes = Mapping[str, str]
"""By scenario: a sign for each repeat; a blank is one that was not played."""


def run(
    folder: Path,
    played: Mapping[str, Outcomes],
    *,
    system: str = "You work for a shop.",
    user: str | None = None,
    talks: bool = False,
    user_record: UserRecord | None = None,
    theirs: Mapping[str, Any] | None = None,
    ms: Mapping[str, float] | None = None,
    **more: Any,
) -> RunFolder:
    """A run of the models that `played` names, with every exam and transcript in place."""
    names = list(dict.fromkeys(name for outcomes in played.values() for name in outcomes))
    exams = {name: _exam(name, system, talks=talks, theirs=theirs) for name in names}
    models = [model(label) for label in played]
    record = RunRecord(
        id=folder.name,
        created="2026-11-22T14:59:00Z",
        command="longspan run shop",
        models=tuple(models),
        suites=("shop",),
        scenarios={name: exams[name].digest for name in names},
        repeats=max(len(signs) for outcomes in played.values() for signs in outcomes.values()),
        seed=1,
    ).model_copy(update={"user": user_record, **more})
    made = RunFolder(folder)
    made.write_record(record)
    made.write_exams(exams.values())
    for variant in models:
        for name, signs in played[variant.label].items():
            for repeat, sign in enumerate(signs):
                if sign != " ":
                    trial = Trial(model=variant, scenario=name, repeat=repeat)
                    made.write_transcript(trial, _played(trial, sign, user, (ms or {}).get(variant.label)))
    return made


def _exam(name: str, system: str, *, talks: bool, theirs: Mapping[str, Any] | None) -> Exam:
    """With a simulated user where it `talks`; `theirs` makes it another benchmark's task."""
    suite, _, own = name.partition("/")
    made = exam(suite, own, system=system)
    if talks:
        spoken = made.scenario.segments[0].model_copy(update={"user": ()})
        user = SimulatedUser(goal="You want your last order refunded.")
        scenario = made.scenario.model_copy(update={"segments": (spoken,), "user": user})
        made = made.model_copy(update={"scenario": scenario})
    if theirs is not None:
        task = made.scenario.model_copy(update={"theirs": Theirs.model_validate(theirs)})
        made = made.model_copy(update={"scenario": task})
    return made.model_copy(update={"digest": hashlib.sha256(f"{name} {system}".encode()).hexdigest()})


def _played(trial: Trial, sign: str, user: str | None, ms: float | None) -> Transcript:
    found = PLAYED[sign]()
    exchanges = [one if ms is None else one.model_copy(update={"ms": ms}) for one in found.exchanges]
    return found.model_copy(
        update={
            "scenario": trial.scenario,
            "model": trial.model.label,
            "repeat": trial.repeat,
            "user": user,
            "exchanges": tuple(exchanges),
        }
    )


def scenarios(signs: Sequence[str], suite: str = "shop") -> dict[str, str]:
    """One scenario for each."""
    return {f"{suite}/s{n:02}": sign for n, sign in enumerate(signs)}
