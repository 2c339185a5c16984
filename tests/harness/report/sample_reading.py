"""Questions on documents made by hand, graded for real: which parcel is in which hall?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.report.figures import Report, collect
from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from scenarios.exam import AnswerKey, Exam
from scenarios.language import Language
from scenarios.line import Line, Value
from scenarios.reading import Cell, DocumentRef, Evidence, Generated, Layout, Reading
from scenarios.scenario import Expectation, Scenario, Segment
from scenarios.transcript import (
    AssistantMessage,
    Exchange,
    SegmentRecord,
    Transcript,
    TrialClass,
    Usage,
    UserMessage,
)
from scoring.grade import grade
from tests.harness.report.sample_run import Graded, model, record

RIGHT, WRONG, ABSTAINED, UNREADABLE = "ANSWER: 4711", "ANSWER: 99", "ANSWER: not stated", "I cannot say."
ASKED = "Which number has the parcel? End with one line `ANSWER: <value>`."
TOLD = "The number of the parcel is 4711."


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One question and what was replied to it, in each repeat."""

    replies: tuple[str, ...] = (RIGHT,)
    name: str = "parcel"
    suite: str = "halls"
    task: str = "needle"
    language: Language = "en"
    tokens: int | None = 4096
    number: int = 0
    depth: float | None = 0.5
    layout: Layout = "single"
    parts: tuple[int, ...] = (2000, 2090)
    after: int | None = None
    alone: bool = False
    line: Line = field(default_factory=lambda: Value(gold="4711"))
    ended: TrialClass = "done"
    cell: dict[str, Any] = field(default_factory=dict)
    """What else the cell says."""

    @property
    def exam(self) -> Exam:
        order = int(self.cell.get("permutation", 0))
        document = f"{self.task}-{self.language}-{self.tokens}-{self.number + 1}"
        document += (f"-o{order + 1}" if order else "") + ("-alone" if self.alone else "")
        stated = not (isinstance(self.line, Value) and self.line.gold is None)
        cell = {"task": self.task, "tokens": self.tokens, "document": self.number, "depth": self.depth}
        reading = Reading(
            document=DocumentRef(
                name=document,
                digest="0" * 64,
                source=Generated(
                    task=self.task,
                    language=self.language,
                    tokens=self.tokens or sum(self.parts),
                    parts=len(self.parts),
                    number=self.number,
                    seed=0,
                    filler="synthetic",
                    sizing="words",
                ),
                tokens=self.parts,
                tokenizer="words 1",
            ),
            layout=self.layout,
            after=self.after or len(self.parts),
            evidence=(Evidence(text=TOLD, part=1, token=1023),) if stated else (),
            cell=Cell.model_validate(cell | self.cell),
        )
        segment = Segment(id=self.name, user=(ASKED,), expect=Expectation(line=self.line))
        return Exam(
            scenario=Scenario(
                suite=self.suite,
                id=f"{document}--{self.name}--{self.layout}",
                title="A hall full of parcels",
                language=self.language,
                segments=(segment,),
                reading=reading,
            ),
            key=AnswerKey(),
            digest=f"{document}/{self.name}/{self.layout}",
        )


def played(*probes: Probe, of: ModelVariant | None = None) -> Iterator[Graded]:
    """Every repeat of every question, graded."""
    variant = of or model()
    for probe in probes:
        asked = probe.exam
        for repeat, reply in enumerate(probe.replies):
            transcript = Transcript(
                scenario=asked.scenario.name,
                model=variant.label,
                repeat=repeat,
                ended=probe.ended,
                segments=(
                    SegmentRecord(
                        segment=probe.name, messages=(UserMessage(text=ASKED), AssistantMessage(text=reply))
                    ),
                ),
                exchanges=(Exchange(usage=Usage(input=4100, cached=4000, output=9), ms=50.0, ttft_ms=40.0),),
                started="2026-11-22T15:00:00Z",
            )
            trial = Trial(model=variant, scenario=asked.scenario.name, repeat=repeat)
            yield trial, asked, transcript, grade(asked, transcript)


def grid(
    right: Iterable[tuple[int, int]] = (), *, depths: int = 10, documents: int = 3, **more: Any
) -> list[Probe]:
    """Questions at 4k and 16k; right are those of the (tokens, tenth) that are named."""
    good = set(right)
    return [
        Probe(
            name=f"parcel-{tenth}",
            tokens=tokens,
            number=number,
            depth=tenth / (depths - 1),
            replies=(RIGHT if (tokens, min(9, tenth * 10 // depths)) in good else WRONG,),
            **more,
        )
        for tokens in (4096, 16384)
        for number in range(documents)
        for tenth in range(depths)
    ]


EDGE = [(4096, tenth) for tenth in range(10)] + [(16384, tenth) for tenth in range(7, 10)]
"""All that a reader gets right who remembers the last third of the longer documents."""


def reported(*probes: Probe, models: Iterable[ModelVariant] = ()) -> Report:
    """The report of every model, each giving the same replies."""
    variants = tuple(models) or (model(),)
    names = list(dict.fromkeys(probe.exam.scenario.name for probe in probes))
    repeats = max((len(probe.replies) for probe in probes), default=1)
    asked = record(*variants, scenarios=names, repeats=repeats)
    return collect(asked, [one for variant in variants for one in played(*probes, of=variant)], {})
