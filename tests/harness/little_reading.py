"""A little document, and exams that ask about it: what the tests of readings share."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.exams.answer_key import prepare_exam
from harness.trial.opening import InMemory, Openings
from harness.trial.play import Stage
from scenarios.documents.document import Document
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.line import Value
from scenarios.reading import Cell, DocumentRef, Evidence, Layout, Own, Reading
from scenarios.scenario import Expectation, Scenario, Segment, Server
from tests.harness.stage import stage
from tests.scenarios.documents.paper import Words
from tools.servers.reader import READER

PARTS = ("The key is red. It hangs by the door.", "Nobody took it. The lamp is green.", "The end came soon.")
DOCUMENT = Document(parts=PARTS, tokens=(8, 7, 4))
OWN = Own(files=("nowhere.md",), sizing="words")


@dataclass
class OneDocument(Shelf):
    """A shelf with one document on it, counted in words."""

    asked: int = 0
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def document(self, ref: DocumentRef) -> Document:
        self.asked += 1
        return DOCUMENT

    def tokenizer(self, name: str) -> Words:
        return Words()


def ref() -> DocumentRef:
    return DocumentRef(
        name="paper", digest=DOCUMENT.digest, source=OWN, tokens=DOCUMENT.tokens, tokenizer="words 1"
    )


def question(
    layout: Layout = "single", *, after: int = 3, name: str = "lamp", gold: str | None = "green"
) -> Scenario:
    """What colour is the lamp? It is told in the second part."""
    evidence = (Evidence(text="The lamp is green.", part=2, token=11),) if gold else ()
    return Scenario(
        suite="papers",
        id=f"paper--{name}--{layout}",
        title="A paper",
        servers={"reader": Server(builtin="reader")} if layout == "tools" else {},
        segments=(
            Segment(
                id=name,
                user=("What colour is the lamp? End with one line `ANSWER: <value>`.",),
                expect=Expectation(line=Value(gold=gold, decoys=("red",))),
            ),
        ),
        reading=Reading(document=ref(), layout=layout, after=after, evidence=evidence, cell=Cell(task="own")),
    )


async def asked(tmp_path: Path, layout: Layout = "single", *, after: int = 3, name: str = "lamp") -> Exam:
    return await prepare_exam(question(layout, after=after, name=name), stage(tmp_path, READER).home)


def reading_stage(tmp_path: Path, *, warm: bool = True) -> Stage:
    """A stage on which documents are read."""
    plain = stage(tmp_path, READER)
    openings = Openings(shelf=OneDocument(), store=InMemory(), warm=warm)
    return Stage(home=plain.home, now=plain.now, clock=plain.clock, openings=openings)
