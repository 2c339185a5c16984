"""How well the faults of simulated users are found: planted ones of every kind, and conversations without.

    python -m scripts.user_faults [--half dev|held-out] [--missed]

The corpus is made anew each time, the same from the same seed (`scripts/fault_corpus`). A kind counts as
found in a conversation when the rules name it there, wherever it is.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import get_args

from harness.exams.answer_key import prepare_exam
from harness.exams.reference import ReferenceModel
from harness.runs.record import ModelVariant
from harness.trial.play import Stage, play
from scenarios.exam import Exam
from scenarios.load import find_suite, load_suite
from scenarios.record import Record
from scenarios.transcript import Transcript, UserAction
from scoring.user_faults.detect import find_faults
from scoring.user_faults.fault import FaultOfUser
from scripts.fault_corpus.plants import CLEAN, FAULTS
from scripts.fault_corpus.talks import Half, Talk, Wordings, clean_talk, transcript_of
from tools.open_world import WorldHome

_SUITE = "home-network"
_ORACLE = ModelVariant(label="reference/oracle", wire="reference", model="oracle", simulated=True)
EACH = 40
"""Conversations with each kind of fault, in each half."""
CLEAN_ONES = 160
_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Case:
    exam: Exam
    transcript: Transcript
    planted: FaultOfUser | None
    how: str
    """The name of the plant."""


class Measured(Record):
    """How well one kind is found; `any` stands for a fault of whatever kind."""

    kind: str
    planted: int
    found: int
    """Of the planted ones."""
    named: int
    """Conversations in which the rules name the kind, rightly or not."""
    precision: float | None
    recall: float | None


async def corpus(half: Half, seed: int = 0) -> list[Case]:
    """Every conversation of a half."""
    with TemporaryDirectory(prefix="longspan-") as work:
        stage = Stage(
            home=WorldHome(work=Path(work), logs=Path(work) / "logs"),
            now=lambda: "2026-03-14T12:00:00+00:00",
            clock=time.perf_counter,
        )
        scenarios = load_suite(find_suite(_SUITE)).scenarios
        exams = [await prepare_exam(scenario, stage.home) for scenario in scenarios]
        did = {exam.scenario.id: await _did(exam, stage) for exam in exams}
    words = {language: Wordings.read(language, half) for language in ("en", "zh")}
    return list(_cases(exams, did, words, half, seed))


def measure(cases: Sequence[Case]) -> list[Measured]:
    found = [{fault.kind for fault in find_faults(case.exam, case.transcript)} for case in cases]
    kinds: list[FaultOfUser] = list(get_args(FaultOfUser))
    rows = [
        _measured(kind, [case.planted == kind for case in cases], [kind in one for one in found])
        for kind in kinds
    ]
    anything = _measured("any", [case.planted is not None for case in cases], [bool(one) for one in found])
    return [*rows, anything]


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision and recall of the rules for faults of users.")
    parser.add_argument("--half", choices=get_args(Half), default="held-out")
    parser.add_argument("--missed", action="store_true", help="name what was missed and what was blamed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cases = asyncio.run(corpus(arguments.half, arguments.seed))
    rows = measure(cases)
    if arguments.json:
        print(json.dumps([row.model_dump() for row in rows], indent=1))
        return
    clean = sum(case.planted is None for case in cases)
    print(f"{len(cases)} conversations ({arguments.half}), {clean} of them clean\n")
    print(f"{'kind':14} {'planted':>8} {'found':>6} {'named':>6} {'precision':>10} {'recall':>7}")
    for row in rows:
        print(
            f"{row.kind:14} {row.planted:8} {row.found:6} {row.named:6} "
            f"{_figure(row.precision):>10} {_figure(row.recall):>7}"
        )
    if arguments.missed:
        _tell_missed(cases)


def _measured(kind: str, planted: Sequence[bool], named: Sequence[bool]) -> Measured:
    right = sum(a and b for a, b in zip(planted, named, strict=True))
    return Measured(
        kind=kind,
        planted=sum(planted),
        found=right,
        named=sum(named),
        precision=right / sum(named) if any(named) else None,
        recall=right / sum(planted) if any(planted) else None,
    )


async def _did(exam: Exam, stage: Stage) -> list[UserAction]:
    """What the user did in a conversation that went well."""
    transcript = await play(exam, ReferenceModel(variant=_ORACLE), 0, stage)
    messages = [message for record in transcript.segments for message in record.messages]
    return [message for message in messages if isinstance(message, UserAction)]


def _cases(
    exams: Sequence[Exam],
    did: Mapping[str, Sequence[UserAction]],
    words: Mapping[str, Wordings],
    half: Half,
    seed: int,
) -> Iterator[Case]:
    def made(planted: FaultOfUser | None, number: int) -> Case:
        """The next of its kind; a plant that has no place in a scenario gives way to another."""
        dice = Random(f"{seed} {half} {planted} {number}")  # noqa: S311 # reproducible, not secret
        for _ in range(_TRIES):
            exam = dice.choice(list(exams))
            wording = replace(words[exam.scenario.language], dice=dice)
            plant = dice.choice(CLEAN if planted is None else FAULTS[planted])
            talk: Talk | None = plant(clean_talk(exam, did[exam.scenario.id], wording), wording)
            if talk is not None:
                name = f"{planted or 'clean'}-{number}"
                how = getattr(plant, "__name__", "")
                return Case(exam=exam, transcript=transcript_of(talk, name), planted=planted, how=how)
        raise RuntimeError(f"{planted} has no place anywhere")

    for kind in get_args(FaultOfUser):
        yield from (made(kind, number) for number in range(EACH))
    yield from (made(None, number) for number in range(CLEAN_ONES))


def _tell_missed(cases: Sequence[Case]) -> None:
    ways: Counter[str] = Counter()
    for case in cases:
        faults = find_faults(case.exam, case.transcript)
        kinds = {fault.kind for fault in faults}
        if kinds == ({case.planted} if case.planted else set()):
            continue
        ways[f"{case.planted} by {case.how}"] += 1
        print(f"\n{case.exam.scenario.id}: {case.planted} by {case.how}; found {sorted(kinds) or 'nothing'}")
        for fault in faults:
            print(f"   {fault.kind} at {fault.turn}: {fault.why}")
        for record in case.transcript.segments:
            for message in record.messages:
                text = getattr(message, "text", "") or getattr(message, "results", "")
                print(f"   {message.role}: {str(text)[:160]}")
    print("\n", ways.most_common())


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
