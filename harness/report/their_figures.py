"""Another benchmark's verdicts and ours side by side, over the graded trials of a suite of its tasks.

Success is decided by the benchmark's own rules, since that is what its published figures mean. The same
rules without their known defects, and ours, are said beside it and enter no figure of success.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.report.interval import Metric
from scenarios.record import Record
from scoring.grade import Grade

Mean = Callable[[Mapping[str, Sequence[float]]], Metric]
"""Of values by scenario."""


class OtherVerdict(Record):
    """A verdict that stands beside the benchmark's own."""

    success: Metric
    """Over the trials on which it is known."""
    differs: int
    """Trials that it decides otherwise than the benchmark's own rules."""
    theirs_alone: int
    """Those of them that are right by the benchmark's own rules alone."""


class TheirFigures(Record):
    """Beside the figures of a suite, whose `success` is by the benchmark's own rules."""

    benchmark: str
    corrected: OtherVerdict | None
    """By the benchmark's rules without their known defects; None where nobody says."""
    ours: OtherVerdict
    defects: dict[str, int]
    """By code: trials that the corrected rules decide otherwise on its account; one may have several."""


@dataclass
class _Verdicts:
    by_scenario: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    differs: int = 0
    theirs_alone: int = 0

    def add(self, scenario: str, *, right: bool, by_theirs: bool) -> None:
        self.by_scenario[scenario].append(float(right))
        self.differs += right != by_theirs
        self.theirs_alone += by_theirs and not right

    def figures(self, mean: Mean) -> OtherVerdict:
        success = mean(self.by_scenario)
        return OtherVerdict(success=success, differs=self.differs, theirs_alone=self.theirs_alone)


@dataclass
class TheirSums:
    """Takes in the graded trials of one model in one suite."""

    benchmark: str | None = None
    _corrected: _Verdicts = field(default_factory=_Verdicts)
    _ours: _Verdicts = field(default_factory=_Verdicts)
    _defects: Counter[str] = field(default_factory=Counter)

    def add(self, scenario: str, grade: Grade) -> None:
        verdict, ours = grade.theirs, grade.scores.get("ours")
        if verdict is None or verdict.success is None:
            return
        self.benchmark = verdict.benchmark
        if verdict.corrected is not None:
            self._corrected.add(scenario, right=verdict.corrected, by_theirs=verdict.success)
            if verdict.corrected != verdict.success:
                self._defects.update(verdict.defects.keys())
        if ours is not None and ours.value is not None:
            self._ours.add(scenario, right=bool(ours.value), by_theirs=verdict.success)

    def figures(self, mean: Mean) -> TheirFigures | None:
        """None where no trial was judged by rules of others; `mean` is that of values by scenario."""
        if self.benchmark is None:
            return None
        return TheirFigures(
            benchmark=self.benchmark,
            corrected=self._corrected.figures(mean) if self._corrected.by_scenario else None,
            ours=self._ours.figures(mean),
            defects=dict(self._defects.most_common()),
        )
