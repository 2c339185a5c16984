"""The figures of one suite, and means over several: what is kept of its trials, and what comes of it.

Every scenario counts the same, however often it was played. What is asked of one document hangs together, and
is drawn again as a whole.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from harness.models.pricing import CostSums
from harness.report.interval import Interval, Metric
from harness.report.reliability import Counted, Reliability, reliability
from harness.report.request_figures import CostFigures, cost_figures, each
from harness.report.their_figures import TheirFigures, TheirSums
from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.record import Record
from scoring.grade import Grade
from scoring.statistics.clusters import Clustered, clustered, over_scenarios
from scoring.statistics.reliability import pass_at_k, pass_hat_k

Floors = Mapping[str, float]
"""By suite: the success of a silent model or of a polite refuser, whichever is larger."""


class ScenarioFigures(Record):
    document: str | None = None
    """What is asked about and how it is read, such as `needle-en-4k-1--single`."""
    trials: int
    graded: int
    succeeded: int


class SuiteFigures(Record):
    suite: str
    trials: int
    """Those that were played."""
    n: int
    """Graded trials."""
    documents: int
    """Different documents that were asked about; where there are any, intervals are clustered by them."""
    success: Interval
    floor: float | None
    metrics: dict[str, Metric]
    pass_hat_k: dict[str, float]
    pass_at_k: dict[str, float]
    reliability: Reliability
    cost_usd: float | None
    """Of the requests whose cost is known; a lower bound where `cost.unknown` has any."""
    cost_per_success_usd: float | None
    cost: CostFigures
    scenarios: dict[str, ScenarioFigures]
    theirs: TheirFigures | None = None
    """Where success is by another benchmark's own rules: what stands beside it."""


@dataclass
class SuiteSums:
    """What is kept of the trials of one model in one suite."""

    trials: Counter[str] = field(default_factory=Counter)
    """By scenario."""
    success: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    """By scenario."""
    repeats: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By scenario: of each graded trial, in the order of `success`."""
    metrics: "defaultdict[str, defaultdict[str, array[float]]]" = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: array("d")))
    )
    """By metric and scenario."""
    documents: dict[str, str] = field(default_factory=dict)
    """By scenario, those that are about one."""
    readings: dict[str, str] = field(default_factory=dict)
    """By scenario: the document, in its order, and the layout."""
    theirs: TheirSums = field(default_factory=TheirSums)

    def add(self, trial: Trial, exam: Exam, grade: Grade) -> None:
        self.trials[trial.scenario] += 1
        if (document := document_of(exam)) and (reading := exam.scenario.reading):
            self.documents[trial.scenario] = document
            self.readings[trial.scenario] = reading.key
        if grade.graded:
            self.success[trial.scenario].append(bool(grade.success))
            self.repeats[trial.scenario].append(trial.repeat)
            self.theirs.add(trial.scenario, grade)
            for name, value in _metrics(grade):
                self.metrics[name][trial.scenario].append(value)

    @property
    def succeeded(self) -> int:
        """Graded trials that did."""
        return sum(sum(found) for found in self.success.values())

    def figures(self, suite: str, floors: Floors, seed: int, cost: CostSums) -> SuiteFigures:
        return SuiteFigures(
            suite=suite,
            trials=self.trials.total(),
            n=sum(map(len, self.success.values())),
            documents=len(set(self.documents.values())),
            success=success([self], seed),
            floor=floors.get(suite),
            metrics=measured([self], seed),
            pass_hat_k=by_k([self], pass_hat_k),
            pass_at_k=by_k([self], pass_at_k),
            reliability=reliable([self], seed),
            cost_usd=cost.total,
            cost_per_success_usd=each(cost, self.succeeded),
            cost=cost_figures(cost),
            scenarios={
                name: ScenarioFigures(
                    document=self.readings.get(name),
                    trials=trials,
                    graded=len(self.success.get(name, ())),
                    succeeded=sum(self.success.get(name, ())),
                )
                for name, trials in self.trials.items()
            },
            theirs=self.theirs.figures(lambda values: _metric([self], [values], seed)),
        )


def document_of(exam: Exam) -> str | None:
    """The document that is asked about, in whatever order its parts are shown; None where none is."""
    reading = exam.scenario.reading
    if reading is None:
        return None
    other_order = f"-o{reading.cell.permutation + 1}" if reading.cell.permutation else ""
    return f"{exam.scenario.suite}/{reading.document.name.removesuffix(other_order)}"


def success(parts: Sequence[SuiteSums], seed: int) -> Interval:
    found = _mean(parts, [part.success for part in parts], seed)
    return Interval(mean=found.mean, low=found.low, high=found.high)


def measured(parts: Sequence[SuiteSums], seed: int) -> dict[str, Metric]:
    names = dict.fromkeys(name for part in parts for name in part.metrics)
    return {name: _metric(parts, [part.metrics.get(name, {}) for part in parts], seed) for name in names}


def _metric(parts: Sequence[SuiteSums], values: Sequence[Mapping[str, Sequence[float]]], seed: int) -> Metric:
    found = _mean(parts, values, seed)
    return Metric(mean=found.mean, low=found.low, high=found.high, n=found.n)


def _mean(
    parts: Sequence[SuiteSums], values: Sequence[Mapping[str, Sequence[float]]], seed: int
) -> Clustered:
    """Over scenarios, or over documents where there are any."""
    documents = {name: document for part in parts for name, document in part.documents.items()}
    known = {name: found for part in values for name, found in part.items() if len(found)}
    means = [fmean(some) for some in known.values()]
    if documents:
        found = clustered(means, [documents.get(name, name) for name in known], seed)
    else:
        found = over_scenarios(means, seed)
    return found.model_copy(update={"n": sum(map(len, known.values()))})


def by_k(
    parts: Sequence[SuiteSums], chance: Callable[[Sequence[tuple[int, int]], int], float | None]
) -> dict[str, float]:
    """The chance for every k up to the most repeats of a scenario that were graded."""
    counts = [(len(found), sum(found)) for part in parts for found in part.success.values()]
    chances = {str(k): chance(counts, k) for k in range(1, max((n for n, _ in counts), default=0) + 1)}
    return {k: value for k, value in chances.items() if value is not None}


def reliable(parts: Sequence[SuiteSums], seed: int) -> Reliability:
    """Of all scenarios that were played, those without a graded trial included."""
    return reliability(
        [
            Counted(played=played, graded=part.success.get(name, ()), cluster=part.documents.get(name))
            for part in parts
            for name, played in part.trials.items()
        ],
        seed,
    )


def _metrics(grade: Grade) -> Iterator[tuple[str, float]]:
    """Every score that applies, and its details as `SCORE.DETAIL`."""
    if grade.score is not None:
        yield "score", grade.score
    for name, score in grade.scores.items():
        if score.value is not None:
            yield name, score.value
        for detail, value in score.details.items():
            yield f"{name}.{detail}", value
