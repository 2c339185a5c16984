"""The figures of a run: `report.json`, and all that the other reports show in tables.

Trials are read once and one at a time; only numbers are kept, so ten thousand of them stay small. A figure
that nobody knows is None and never 0. Both denominators stand everywhere: the trials that were played, and
those of them that could be graded. A trial that the cost cap left out was not played, and is neither.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.models.pricing import UNPRICED, Tariff, tariffs
from harness.plan.plan import ModelPlan, Plan
from harness.report.bfcl_figures import BfclFigures, bfcl_figures
from harness.report.document_figures import DocumentFigures, Gap, ReadingSums
from harness.report.hosting_figures import HostingFigures
from harness.report.interval import Interval, Metric
from harness.report.judge_figures import JudgeFigures
from harness.report.lines import failure_line
from harness.report.model_pairs import ModelPair, model_pairs
from harness.report.plain_text import one_line
from harness.report.questions import Questions, models_compared
from harness.report.reliability import Reliability
from harness.report.request_figures import (
    CostFigures,
    Percentiles,
    PriceSource,
    RequestSums,
    Tokens,
    added,
    cost_figures,
    each,
    merged,
    percentiles,
    price_source,
    total_tokens,
)
from harness.report.server_figures import ServerFigures, Watched
from harness.report.spent import Spent
from harness.report.suite_figures import Floors, SuiteFigures, SuiteSums, by_k, measured, reliable, success
from harness.report.thought import ThinkingPoint, ThinkingSeries, engaged, is_asked, kind_of, series
from harness.report.user_figures import UserFigures, UserSums
from harness.runs.record import FirstCall, ModelVariant, RunRecord
from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.record import Record
from scenarios.transcript import ReadingRecord, Transcript
from scoring.grade import Grade
from scoring.statistics.reliability import pass_at_k, pass_hat_k

EXCLUDED_LIMIT = 0.02
"""Where a larger share of the trials is excluded, the rest may be only those that were easy to run."""
_MESSAGES = 10
"""Different messages that are kept for a class of excluded trials."""
_MESSAGE = 300
"""Characters kept of each."""


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
    """By class of trial."""
    not_played: dict[str, int]
    """Trials that the cost cap left out, by what was said; in no other figure of trials."""
    ended: dict[str, int]
    """Every trial by its class, graded ones and those not played included."""
    exclusions: tuple[Exclusion, ...]
    success: Interval
    floor: float | None
    metrics: dict[str, Metric]
    pass_hat_k: dict[str, float]
    pass_at_k: dict[str, float]
    reliability: Reliability
    usage: Tokens
    """Of all requests, those that gave a document part by part included."""
    requests: int
    """Those that were answered."""
    doubtful: int
    """Requests with counts that do not fit together."""
    attempts: int
    """How often anything was sent."""
    failed_attempts: dict[str, int]
    """Those that brought no reply, by kind."""
    resent: int
    """Trials that were begun again, since a machine was lost in the middle of them."""
    conceded: dict[str, int]
    """Requests, by what was given up for them since the endpoint refuses it."""
    cost_usd: float | None
    """Of the requests whose cost is known; a lower bound where `cost.unknown` has any."""
    cost_per_trial_usd: float | None
    cost_per_success_usd: float | None
    """All cost over the graded trials that succeeded; None where none did."""
    cost: CostFigures
    prices: PriceSource | None
    """The price list of what was computed."""
    thinking: str | None
    """How it was set to think; None where nobody said."""
    thinking_judged: int | None
    """Graded trials that could show whether it did; None where it was not asked to think."""
    thinking_not_engaged: int | None
    """Those of them with neither a text nor a token of reasoning."""
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
    users: tuple[UserFigures, ...] = ()
    """Who played the simulated users."""
    bfcl: BfclFigures | None = None
    """BFCL's leaderboard number; None where no suite of it was graded."""
    server: ServerFigures | None = None
    """What its servers said of themselves; None where nobody looked."""


class Report(Record):
    """What `report.json` holds; programs may rely on it."""

    schema_version: Literal[1] = 1
    run: str
    simulated: bool
    valid: bool
    """False when more than 2 % of the trials are excluded."""
    data: dict[str, str]
    """By suite of another benchmark: the version of its data, and the beginning of its hash."""
    planned: int
    """Trials that were asked for; those not played yet are in no other figure."""
    trials: int
    """Those that were played."""
    excluded_trials: int
    not_played: int
    """Trials that the cost cap left out so far."""
    cost_usd: float | None
    cost: CostFigures
    spent: Spent | None
    """In all, earlier playings of trials included; None where no request was written down."""
    models: tuple[ModelFigures, ...]
    pairs: tuple[ModelPair, ...]
    """Every two models on what both played, questions about documents apart; none for too many models."""
    document_pairs: tuple[Gap, ...]
    """Every two models on the questions about documents that both answered."""
    judges: tuple[JudgeFigures, ...] = ()
    """Who was asked about what no rule can decide."""
    thinking: tuple[ThinkingSeries, ...]
    """The models that were asked at several settings of thinking."""
    hosting: HostingFigures | None = None
    """Self-hosted or hosted; None where only reference programs played."""

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

    def __init__(
        self, record: RunRecord, plan: Plan | None = None, watched: Mapping[str, Watched] | None = None
    ) -> None:
        """`watched` are the looks at models' servers, by label."""
        self._record = record
        self._watched = watched or {}
        self._plans = {one.model: one for one in plan.models} if plan is not None else {}
        prices = tariffs(record)
        self._models = {
            model.label: _ModelSums(model, prices.get(model.label, UNPRICED)) for model in record.models
        }
        for sums in self._models.values():
            users = sums.users
            users.prices, users.engines, users.hosting = prices, record.engines, record.hosting

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        self._models[trial.model.label].add(trial, exam, transcript, grade)
        if watched := self._watched.get(trial.model.label):
            watched.add(transcript.exchanges)
            if transcript.user == trial.model.label:  # the same servers play the user
                watched.add(transcript.user_exchanges)

    def add_reading(self, model: ModelVariant, reading: ReadingRecord) -> None:
        """Count the requests that gave a model a document part by part."""
        self._models[model.label].add_reading(reading)
        if watched := self._watched.get(model.label):
            watched.add(reading.exchanges)

    def report(self, floors: Floors, spent: Spent | None = None) -> Report:
        record, sums = self._record, self._models.values()
        trials = sum(one.played for one in sums)
        excluded = sum(found.total() for one in sums for found in one.excluded.values())
        cost = merged(one.requests.cost for one in sums)
        models = tuple(
            one.figures(floors, record, self._plans.get(label)).model_copy(
                update={"server": self._watched[label].figures() if label in self._watched else None}
            )
            for label, one in self._models.items()
        )
        return Report(
            run=record.id,
            simulated=record.simulated,
            valid=excluded <= EXCLUDED_LIMIT * trials,
            data=dict(record.data),
            planned=record.trials,
            trials=trials,
            excluded_trials=excluded,
            not_played=sum(one.not_played.total() for one in sums),
            cost_usd=cost.total,
            cost=cost_figures(cost),
            spent=spent,
            models=models,
            pairs=model_pairs({name: one.suites.values() for name, one in self._models.items()}, record.seed),
            document_pairs=models_compared(
                {name: one.questions for name, one in self._models.items()}, record.seed
            ),
            thinking=series(record.models, _thinking(record, models)),
        )


def _thinking(record: RunRecord, models: Iterable[ModelFigures]) -> dict[str, ThinkingPoint]:
    """What each model's setting brought and cost, by label."""
    return {
        figures.model: ThinkingPoint(
            model=figures.model,
            setting=figures.thinking or "default",
            kind=kind_of(variant),
            trials=figures.trials,
            graded=figures.graded,
            success=figures.success,
            cost_per_trial_usd=figures.cost_per_trial_usd,
            unpriced=figures.cost.unpriced,
            latency_ms=figures.latency_ms,
            reasoning_per_trial=_share(figures.usage.reasoning, figures.trials),
            judged=figures.thinking_judged,
            not_engaged=figures.thinking_not_engaged,
        )
        for variant, figures in zip(record.models, models, strict=True)
        if not variant.simulated
    }


def _share(total: int | None, count: int) -> float | None:
    return None if total is None or not count else total / count


@dataclass
class _ModelSums:
    model: ModelVariant
    tariff: Tariff
    suites: defaultdict[str, SuiteSums] = field(default_factory=lambda: defaultdict(SuiteSums))
    ended: Counter[str] = field(default_factory=Counter)
    excluded: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By class: messages."""
    not_played: Counter[str] = field(default_factory=Counter)
    """By message."""
    resent: int = 0
    diagnosis: Counter[str] = field(default_factory=Counter)
    root_causes: Counter[str] = field(default_factory=Counter)
    requests: RequestSums = field(default_factory=RequestSums)
    thought: Counter[bool] = field(default_factory=Counter)
    """Trials that can tell, by whether the model thought."""
    questions: Questions = field(default_factory=Questions)
    readings: ReadingSums = field(default_factory=ReadingSums)
    users: UserSums = field(default_factory=UserSums)

    @property
    def played(self) -> int:
        return sum(self.ended.values()) - self.not_played.total()

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        suite = trial.scenario.partition("/")[0]
        self.ended[grade.ended] += 1
        self.requests.add(suite, transcript.exchanges, self.tariff)
        self.requests.add_failed(transcript.failed)
        self.users.add(exam, transcript)
        self.resent += transcript.resent is not None
        if grade.ended == "budget":
            self._keep(self.not_played, transcript)
            return
        self.suites[suite].add(trial, exam, grade)
        self.questions.add(exam, grade)
        if not grade.graded:
            self._keep(self.excluded[grade.ended], transcript)
        self.diagnosis.update(grade.codes)
        if grade.root_cause is not None and not grade.success:
            self.root_causes[grade.root_cause] += 1
        if (thought := engaged(self.model, transcript)) is not None:
            self.thought[thought] += 1

    def add_reading(self, reading: ReadingRecord) -> None:
        self.requests.add(reading.suite, reading.exchanges, self.tariff)
        self.readings = ReadingSums(
            readings=self.readings.readings + 1,
            requests=self.readings.requests + len(reading.exchanges),
            usage=added(self.readings.usage, total_tokens(reading.exchanges)),
            cut=self.readings.cut + len(reading.cut),
        )

    def _keep(self, messages: Counter[str], transcript: Transcript) -> None:
        """Count what was said, the first few different ones by their words."""
        said = one_line(failure_line(transcript), _MESSAGE)
        messages[said if said in messages or len(messages) < _MESSAGES else "…"] += 1

    def figures(self, floors: Floors, record: RunRecord, plan: ModelPlan | None) -> ModelFigures:
        seed, model, asked, cost = record.seed, self.model, self.requests, self.requests.cost
        parts = list(self.suites.values())
        excluded = {name: found.total() for name, found in self.excluded.items()}
        suites = tuple(
            part.figures(suite, floors, seed, asked.costs[suite]) for suite, part in self.suites.items()
        )
        return ModelFigures(
            model=model.label,
            simulated=model.simulated,
            first_call=model.first_call,
            trials=self.played,
            graded=self.played - sum(excluded.values()),
            excluded=excluded,
            not_played=dict(self.not_played.most_common()),
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
            reliability=reliable(parts, seed),
            usage=asked.tokens,
            requests=asked.requests,
            doubtful=asked.doubtful,
            attempts=asked.attempts,
            failed_attempts=dict(asked.failed.most_common()),
            resent=self.resent,
            conceded=dict(asked.conceded.most_common()),
            cost_usd=cost.total,
            cost_per_trial_usd=each(cost, self.played),
            cost_per_success_usd=each(cost, sum(part.succeeded for part in parts)),
            cost=cost_figures(cost),
            prices=price_source(self.tariff),
            thinking=model.thinking,
            thinking_judged=self.thought.total() if is_asked(model) else None,
            thinking_not_engaged=self.thought[False] if is_asked(model) else None,
            latency_ms=percentiles(asked.latency),
            ttft_ms=percentiles(asked.ttft),
            tpot_ms=percentiles(asked.tpot),
            suites=suites,
            diagnosis=dict(self.diagnosis.most_common()),
            root_causes=dict(self.root_causes.most_common()),
            documents=self.questions.figures(self.readings, seed),
            skipped=dict(Counter(record.skipped.get(model.label, {}).values())),
            plan=plan,
            users=self.users.figures(),
            bfcl=bfcl_figures(suites),
        )

    def _floor(self, floors: Floors) -> float | None:
        """The suites' floors as their successes are put together: every scenario counts the same."""
        counts = {suite: len(part.success) for suite, part in self.suites.items() if part.success}
        if not counts or any(suite not in floors for suite in counts):
            return None
        return sum(floors[suite] * count for suite, count in counts.items()) / sum(counts.values())
