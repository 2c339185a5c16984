"""The figures of a run: `report.json`, and all that the other reports show in tables.

Trials are read once and one at a time; only numbers are kept, so ten thousand of them stay small. A figure
that nobody knows is None and never 0. Both denominators stand everywhere: the trials that were played, and
those of them that could be graded.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.plan.plan import ModelPlan, Plan
from harness.report.document_figures import DocumentFigures, Gap, ReadingSums
from harness.report.interval import Interval, Metric
from harness.report.lines import failure_line
from harness.report.plain_text import one_line
from harness.report.questions import Questions, models_compared
from harness.report.rows import total_usage
from harness.report.suite_figures import Floors, SuiteFigures, SuiteSums, by_k, measured, success
from harness.run_record import FirstCall, ModelVariant, RunRecord
from harness.store import Trial
from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import Exchange, ReadingRecord, Transcript, Usage
from scoring.grade import Grade
from scoring.statistics import pass_at_k, pass_hat_k, percentile

EXCLUDED_LIMIT = 0.02
"""Where a larger share of the trials is excluded, the rest may be only those that were easy to run."""
_MESSAGES = 10
"""Different messages that are kept for a class of excluded trials."""
_MESSAGE = 300
"""Characters kept of each."""


class Percentiles(Record):
    p50: float | None
    p95: float | None


class Exclusion(Record):
    """The excluded trials of one model that ended in the same way."""

    ended: str
    """The class."""
    trials: int
    messages: dict[str, int]
    """How often each message was given, the first few of them."""


class ModelFigures(Record):
    model: str
    simulated: bool
    """A reference model, which is no model."""
    first_call: FirstCall
    """`required`: the first call of a turn was forced, and every table says so."""
    trials: int
    graded: int
    excluded: dict[str, int]
    """By class of trial. `budget` was not played, and counts in no share of excluded trials."""
    ended: dict[str, int]
    """Every trial by its class, graded ones included."""
    exclusions: tuple[Exclusion, ...]
    success: Interval
    floor: float | None
    metrics: dict[str, Metric]
    pass_hat_k: dict[str, float]
    pass_at_k: dict[str, float]
    usage: Usage
    """Of all requests, those that gave a document part by part included."""
    requests: int
    cost_usd: float | None = None
    cost_per_success_usd: float | None = None
    latency_ms: Percentiles
    """Of single requests, as the two that follow."""
    ttft_ms: Percentiles
    tpot_ms: Percentiles
    suites: tuple[SuiteFigures, ...]
    diagnosis: dict[str, int]
    """How often each code was found."""
    root_causes: dict[str, int]
    """Failed trials by what went wrong first."""
    documents: DocumentFigures | None
    """None where nothing was asked about a document."""
    skipped: dict[str, int]
    """Questions that were not asked, since they do not fit the model's window: how many, by why."""
    plan: ModelPlan | None
    """What was planned before anything was sent; None where nobody made a plan."""


class Report(Record):
    """What `report.json` holds; programs may rely on it."""

    schema_version: Literal[1] = 1
    run: str
    simulated: bool
    valid: bool
    """False when more than 2 % of the trials are excluded."""
    planned: int
    """Trials that were asked for; those not played yet are in no other figure."""
    trials: int
    excluded_trials: int
    models: tuple[ModelFigures, ...]
    document_pairs: tuple[Gap, ...]
    """Every two models on the questions about documents that both answered."""

    def as_json(self) -> dict[str, object]:
        fields = self.model_dump(mode="json")
        return {"schema": fields.pop("schema_version"), **fields}


def collect(
    record: RunRecord,
    trials: Iterable[tuple[Trial, Exam, Transcript, Grade]],
    floors: Floors,
    plan: Plan | None = None,
) -> Report:
    """The figures of all trials of a run, in one pass. A suite without a floor has not had it measured."""
    figures = Figures(record, plan)
    for trial, exam, transcript, grade in trials:
        figures.add(trial, exam, transcript, grade)
    return figures.report(floors)


class Figures:
    """Takes trials in, one at a time, and gives the report of those it has seen."""

    def __init__(self, record: RunRecord, plan: Plan | None = None) -> None:
        self._record = record
        self._plans = {one.model: one for one in plan.models} if plan is not None else {}
        self._models = {model.label: _ModelSums() for model in record.models}

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        self._models.setdefault(trial.model.label, _ModelSums()).add(trial, exam, transcript, grade)

    def add_reading(self, model: ModelVariant, reading: ReadingRecord) -> None:
        """Count the requests that gave a model a document part by part."""
        self._models[model.label].add_reading(reading)

    def report(self, floors: Floors) -> Report:
        record, sums = self._record, self._models.values()
        trials = sum(sum(one.ended.values()) for one in sums)
        excluded = sum(
            found.total() for one in sums for name, found in one.excluded.items() if name != "budget"
        )
        return Report(
            run=record.id,
            simulated=record.simulated,
            valid=excluded <= EXCLUDED_LIMIT * trials,
            planned=record.trials,
            trials=trials,
            excluded_trials=excluded,
            models=tuple(
                self._models[model.label].figures(model, floors, record, self._plans.get(model.label))
                for model in record.models
            ),
            document_pairs=tuple(
                models_compared({name: one.questions for name, one in self._models.items()}, record.seed)
            ),
        )


@dataclass
class _ModelSums:
    suites: defaultdict[str, SuiteSums] = field(default_factory=lambda: defaultdict(SuiteSums))
    ended: Counter[str] = field(default_factory=Counter)
    excluded: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By class: messages."""
    diagnosis: Counter[str] = field(default_factory=Counter)
    root_causes: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    requests: int = 0
    latency: "array[float]" = field(default_factory=lambda: array("d"))
    ttft: "array[float]" = field(default_factory=lambda: array("d"))
    tpot: "array[float]" = field(default_factory=lambda: array("d"))
    questions: Questions = field(default_factory=Questions)
    readings: ReadingSums = field(default_factory=ReadingSums)

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        self.suites[trial.scenario.partition("/")[0]].add(trial, exam, grade)
        self.questions.add(exam, grade)
        self.ended[grade.ended] += 1
        if not grade.graded:
            said = one_line(failure_line(transcript), _MESSAGE)
            messages = self.excluded[grade.ended]
            messages[said if said in messages or len(messages) < _MESSAGES else "…"] += 1
        self.diagnosis.update(grade.codes)
        if grade.root_cause is not None:
            self.root_causes[grade.root_cause] += 1
        self._add_requests(transcript.exchanges)

    def add_reading(self, reading: ReadingRecord) -> None:
        self._add_requests(reading.exchanges)
        self.readings = ReadingSums(
            readings=self.readings.readings + 1,
            requests=self.readings.requests + len(reading.exchanges),
            usage=_added(self.readings.usage, total_usage(reading.exchanges)),
            cut=self.readings.cut + len(reading.cut),
        )

    def _add_requests(self, exchanges: Sequence[Exchange]) -> None:
        self.usage = _added(self.usage, total_usage(exchanges))
        self.requests += len(exchanges)
        for exchange in exchanges:
            self.latency.append(exchange.ms)
            self.ttft.extend([] if exchange.ttft_ms is None else [exchange.ttft_ms])
            self.tpot.extend([] if exchange.tpot_ms is None else [exchange.tpot_ms])

    def figures(
        self, model: ModelVariant, floors: Floors, record: RunRecord, plan: ModelPlan | None
    ) -> ModelFigures:
        seed = record.seed
        parts = list(self.suites.values())
        excluded = {name: found.total() for name, found in self.excluded.items()}
        return ModelFigures(
            model=model.label,
            simulated=model.simulated,
            first_call=model.first_call,
            trials=sum(self.ended.values()),
            graded=sum(self.ended.values()) - sum(excluded.values()),
            excluded=excluded,
            ended=dict(self.ended),
            exclusions=tuple(
                Exclusion(ended=name, trials=found.total(), messages=dict(found.most_common()))
                for name, found in self.excluded.items()
            ),
            success=success(parts, seed),
            floor=self._floor(floors),
            metrics=measured(parts, seed),
            pass_hat_k=by_k(parts, pass_hat_k),
            pass_at_k=by_k(parts, pass_at_k),
            usage=self.usage,
            requests=self.requests,
            latency_ms=_percentiles(self.latency),
            ttft_ms=_percentiles(self.ttft),
            tpot_ms=_percentiles(self.tpot),
            suites=tuple(part.figures(suite, floors, seed) for suite, part in self.suites.items()),
            diagnosis=dict(self.diagnosis.most_common()),
            root_causes=dict(self.root_causes.most_common()),
            documents=self.questions.figures(self.readings, seed),
            skipped=dict(Counter(record.skipped.get(model.label, {}).values())),
            plan=plan,
        )

    def _floor(self, floors: Floors) -> float | None:
        """The suites' floors as their successes are put together: every scenario counts the same."""
        counts = {suite: len(part.success) for suite, part in self.suites.items() if part.success}
        if not counts or any(suite not in floors for suite in counts):
            return None
        return sum(floors[suite] * count for suite, count in counts.items()) / sum(counts.values())


def _percentiles(values: Sequence[float]) -> Percentiles:
    return Percentiles(p50=percentile(values, 50), p95=percentile(values, 95))


def _added(one: Usage, other: Usage) -> Usage:
    """The sum; None only where neither side knows."""

    def both(a: int | None, b: int | None) -> int | None:
        return b if a is None else a if b is None else a + b

    return Usage(
        input=both(one.input, other.input),
        cached=both(one.cached, other.cached),
        output=both(one.output, other.output),
        reasoning=both(one.reasoning, other.reasoning),
    )
