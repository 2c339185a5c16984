"""What was asked of a document, as a reader of one trial sees it: never its text, but the sentences that the
answer rests on, where they stand, what was expected, and what was made of the answer.
"""

from harness.report.lines import answer_line
from harness.report.plain_text import clip, visible
from scenarios.line import Line
from scenarios.reading import Layout, Reading, Rests
from scenarios.record import Record
from scenarios.scenario import Scenario
from scenarios.transcript import Transcript
from scoring.grade import Grade
from scoring.lines.gold import gold_line
from scoring.lines.judge import Short

_MARK = "ANSWER: "


class EvidenceView(Record):
    text: str
    part: int
    depth: float
    """In [0, 1] of what was read before the question; above 1 for what was not read yet."""


class DocumentView(Record):
    name: str
    task: str
    layout: Layout
    parts: int
    """Of the whole document."""
    after: int
    """Parts that were read before the question."""
    tokens: int
    """Of those parts."""
    tokenizer: str
    fact: str
    lag: int | None
    rests: Rests
    evidence: tuple[EvidenceView, ...]
    """None where the document does not give the answer."""
    expected: str
    given: str | None
    """As the model wrote it, behind its mark; None where there is no such line, or the whole reply counts."""
    whole_reply: bool
    """The reply as a whole is the answer."""
    outcome: str | None
    """None for a trial that was not graded."""
    value: float | None
    why: str


def document_view(
    scenario: Scenario, transcript: Transcript, grade: Grade, limit: int
) -> DocumentView | None:
    """None where no document is asked about; no text in it is much longer than `limit` characters."""
    reading, line = scenario.reading, scenario.segments[0].expect.line
    if reading is None or line is None:
        return None
    given, verdict = answer_line(scenario, transcript), grade.line
    return DocumentView(
        name=visible(reading.document.name),
        task=reading.cell.task,
        layout=reading.layout,
        parts=len(reading.document.tokens),
        after=reading.after,
        tokens=reading.tokens,
        tokenizer=visible(reading.document.tokenizer),
        fact=visible(reading.cell.fact),
        lag=reading.cell.lag,
        rests=reading.rests,
        evidence=tuple(_evidence(reading, limit)),
        expected=clip(_expected(line, scenario), limit)[0],
        given=None if given is None else clip(given, limit)[0],
        whole_reply=not isinstance(line, Short),
        outcome=None if verdict is None else verdict.outcome,
        value=None if verdict is None else verdict.value,
        why="" if verdict is None else clip(verdict.why, limit)[0],
    )


def _expected(line: Line, scenario: Scenario) -> str:
    return gold_line(line, scenario.language).removeprefix(_MARK)


def _evidence(reading: Reading, limit: int) -> list[EvidenceView]:
    whole = max(1, reading.tokens)
    return [
        EvidenceView(text=clip(one.text, limit)[0], part=one.part, depth=one.token / whole)
        for one in reading.evidence
    ]
