"""One answer about a fact, with all that tells which other answers it is compared with."""

from scenarios.line import Value
from scenarios.reading import FactKind, Layout, Reading
from scenarios.record import Record
from scenarios.scenario import Scenario
from scoring.grade import Grade


class Observation(Record):
    model: str
    suite: str
    document: str
    """Its name, the same in every order of its parts. Intervals are clustered by it."""
    layout: Layout
    repeat: int = 0
    fact: str
    """What is asked about; of a single question, the question's own id."""
    kind: FactKind | None = None
    """None for a single question, which only layouts and repeats are compared by."""
    after: int
    """Parts that were read."""
    lag: int | None = None
    """Parts read since the value that holds was told; −1 when it was not told yet."""
    lag_tokens: int | None = None
    wording: int = 0
    permutation: int = 0
    entry: str = ""
    """What is asked beside the fact itself: an entry of a ledger, or `names` for which facts contradict."""
    replaced: int = 0
    """Values of the fact that held before the one that holds."""
    answer: str | None = None
    """Equal for right answers to one question however worded, and for equal wrong ones. None when it could
    not be read, which agrees with nothing."""
    right: bool
    outcome: str
    """A code of `scoring.lines.verdict`, or how a trial ended that did not end by itself."""
    value: float
    figures: dict[str, float] = {}
    """Of the line's verdict."""

    @property
    def place(self) -> tuple[str, str]:
        """The document among those of all suites."""
        return self.suite, self.document

    @property
    def told(self) -> int | None:
        """The part in which the value that holds was told; None where nothing says so."""
        return None if self.lag is None or self.lag < 0 else self.after - self.lag


def observed(scenario: Scenario, grade: Grade) -> Observation | None:
    """What a graded trial says; None when it is excluded, or not about a document.

    A trial that did not end by itself is wrong (it is graded so), and its answer agrees with nothing.
    """
    reading, verdict = scenario.reading, grade.line
    if reading is None or verdict is None or not grade.graded:
        return None
    cell, line = reading.cell, scenario.segments[0].expect.line
    ended = grade.ended == "done"
    return Observation(
        model=grade.model,
        suite=scenario.suite,
        document=_told_name(reading),
        layout=reading.layout,
        repeat=grade.repeat,
        fact=cell.fact or scenario.segments[0].id,
        kind=cell.fact_kind,
        after=reading.after,
        lag=cell.lag,
        lag_tokens=cell.lag_tokens,
        wording=cell.wording,
        permutation=cell.permutation,
        entry=cell.entry,
        replaced=len(line.stale) if isinstance(line, Value) else 0,
        answer=verdict.answer if ended else None,
        right=bool(grade.success),
        outcome=verdict.outcome if ended else grade.ended,
        value=verdict.value if ended else 0.0,
        figures=verdict.figures if ended else {},
    )


def in_order(observations: list[Observation]) -> list[Observation]:
    """As they were asked, reading by reading, so that no figure hangs on the order in which they came."""
    return sorted(
        observations,
        key=lambda one: (
            one.suite,
            one.document,
            one.layout,
            one.permutation,
            one.repeat,
            one.fact,
            one.entry,
            one.after,
            one.wording,
        ),
    )


def _told_name(reading: Reading) -> str:
    """The document's name without that of its order."""
    number = reading.cell.permutation
    return reading.document.name.removesuffix(f"-o{number + 1}") if number else reading.document.name
