"""The figures of a comparison: what `longspan compare --json` answers."""

from collections import Counter
from typing import Literal

from harness.compare.comparable import LeftOut
from scenarios.record import Record
from scoring.statistics.contrast import Contrast, Discordant
from scoring.statistics.sample_size import Needed
from scoring.statistics.variance import Split

Verdict = Literal["better", "worse", "undecided", "nothing"]
"""Of the second side's success: `nothing` was compared."""


class Named(Record):
    """One side."""

    run: str
    model: str
    simulated: bool


class Measure(Contrast):
    """One measure of both sides, paired; success and score are shares, the others seconds and dollars of a
    trial.
    """

    p_holm: float | None = None
    """p that holds for all comparisons of this answer together."""


class Flip(Record):
    """A scenario on which the two did not succeed equally often; of the repeats that both played."""

    scenario: str
    repeats: int
    first: int
    second: int
    """Repeats that succeeded."""


class Planning(Record):
    """What it would take to see a difference in success, from the variance that was measured."""

    gaps: Split
    """Of the gaps of pairs of trials."""
    visible: float
    """The smallest difference that so many scenarios and repeats show in 8 of 10 runs."""
    needed: Needed | None = None
    """For the difference that was measured, where it is not decided; it supposes that it is the true one."""
    asked: Needed | None = None
    """For a difference that somebody asked about."""


class Gate(Record):
    margin: float
    met: bool
    """The interval of the gap lies above −margin: what is not decided does not pass."""


class Compared(Record):
    """The second side held against the first."""

    first: Named
    second: Named
    verdict: Verdict
    differences: tuple[str, ...]
    """How the two were asked differently."""
    left_out: tuple[LeftOut, ...]
    excluded: tuple[dict[str, int], dict[str, int]]
    """By side and class: trials of the compared scenarios that are in no pair, since they were not graded."""
    success: Measure
    success_of_all: Contrast | None
    """The same with excluded trials as failures; None where none was excluded."""
    score: Measure
    seconds: Measure
    cost_usd: Measure
    trials: Discordant
    """By trials instead of scenarios."""
    suites: dict[str, Measure]
    """Success by suite, where there are several."""
    flips: tuple[Flip, ...]
    planning: Planning | None
    """None for fewer than two scenarios, where no gap differs from another, and for documents."""
    gate: Gate | None = None


class Comparison(Record):
    schema_version: Literal[1] = 1
    simulated: bool
    comparisons: int
    """p-values that Holm's method is over."""
    compared: tuple[Compared, ...]

    @property
    def gates_met(self) -> bool:
        return all(one.gate is None or one.gate.met for one in self.compared)

    def as_json(self) -> dict[str, object]:
        fields = self.model_dump(mode="json")
        return {"schema": fields.pop("schema_version"), **fields}


def counted(classes: Counter[str]) -> dict[str, int]:
    return dict(classes.most_common())
