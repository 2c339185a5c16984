"""Conversations without a fault on the suites that the rules for faults were not made on.

Each was worded once, as a model that plays the user and one that works at the desk would say it, around what
the user's hands did when the oracle played. Whatever the rules say of them is a wrong accusation.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from harness.exams.answer_key import prepare_exam
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.load import find_suite, load_suite
from scenarios.transcript import Transcript, UserAction
from scripts.fault_corpus.talks import Line, Talk, transcript_of
from tools.open_world import WorldHome

SUITES = ("mobile-phone", "parcel-locker", "home-energy")
ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)
_FILE = Path(__file__).with_name("clean.yaml")


async def clean_talks() -> list[tuple[Exam, Transcript]]:
    """Every one of them, and each scenario's own script beside it."""
    worded = yaml.safe_load(_FILE.read_text("utf-8"))
    with TemporaryDirectory(prefix="longspan-") as work:
        home = WorldHome(work=Path(work), logs=Path(work) / "logs")
        stage = Stage(home=home, now=lambda: "2026-03-14T12:00:00+00:00", clock=time.perf_counter)
        scenarios = [one for suite in SUITES for one in load_suite(find_suite(suite)).scenarios]
        exams = [await prepare_exam(scenario, home) for scenario in scenarios]
        played = [await play(exam, ReferenceModel(variant=ORACLE), 0, stage) for exam in exams]
    return [
        talk
        for exam, scripted in zip(exams, played, strict=True)
        for talk in ((exam, scripted), (exam, _worded(exam, scripted, worded[exam.scenario.name])))
    ]


def _worded(exam: Exam, scripted: Transcript, beats: Sequence[Mapping[str, Any]]) -> Transcript:
    did = [one for part in scripted.segments for one in part.messages if isinstance(one, UserAction)]
    return transcript_of(Talk(exam=exam, lines=tuple(_lines(beats, did))), "worded")


def _lines(beats: Sequence[Mapping[str, Any]], did: Sequence[UserAction]) -> Iterator[Line]:
    left = list(did)
    for beat in beats:
        if "act" in beat:
            yield Line(who="act", actions=tuple(left[: beat["act"]]))
            del left[: beat["act"]]
        else:
            yield Line(who="u", text=beat["u"]) if "u" in beat else Line(who="a", text=beat["a"])
    if left:
        raise ValueError(f"{len(left)} things that the user did are in no beat")
