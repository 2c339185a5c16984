"""Takes in the trials of a run, and tells what those of each model cost where it runs.

What is drawn again for intervals are scenarios, or documents with all that is asked of them, as everywhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.bench.record import Bench
from harness.models.local_names import is_local
from harness.models.pricing import UNPRICED, Tariff, summed, tariffs
from harness.report.busy_time import Stretch, charged_seconds
from harness.report.figures import ModelFigures, Report
from harness.report.hosting_compare import break_even, cost_points, frontier, time_points
from harness.report.hosting_differences import differences
from harness.report.hosting_figures import HostingFigures, HostingRow, Saturation, Unsaturated, Untold
from harness.report.hosting_saturation import Throughput, best, of_bench, of_windows
from harness.report.moments import seconds_of
from harness.report.server_figures import Watched
from harness.report.suite_figures import document_of
from harness.runs.record import ModelVariant, RunRecord
from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.transcript import Exchange, ReadingRecord, Transcript
from scoring.grade import Grade
from scoring.ratio import Amount, Figure, amount, ratio

_USD, _TRIALS, _SOLVED, _MS, _INPUT, _OUTPUT, _SECONDS = range(7)
_HOUR = 3600.0
_DIGITS = 12
"""Behind the point; what a sum of floats has behind these is noise."""


@dataclass(kw_only=True)
class HostingSums:
    """All models of a run but reference programs, which run nowhere."""

    record: RunRecord
    _models: dict[str, "_Sums"] = field(init=False)

    def __post_init__(self) -> None:
        prices = tariffs(self.record)
        self._models = {
            model.label: _Sums(variant=model, tariff=prices.get(model.label, UNPRICED))
            for model in self.record.models
            if not model.simulated
        }

    def add(self, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        if sums := self._models.get(trial.model.label):
            sums.add(exam, transcript, grade)

    def add_reading(self, model: ModelVariant, reading: ReadingRecord) -> None:
        if sums := self._models.get(model.label):
            sums.add_reading(reading)

    def figures(
        self, report: Report, watched: Mapping[str, Watched], benches: Sequence[Bench] = ()
    ) -> HostingFigures | None:
        """None where no model was asked anything."""
        rows = tuple(
            self._models[model.model].row(model, self.record, watched.get(model.model), benches)
            for model in report.models
            if model.model in self._models and model.requests
        )
        if not rows:
            return None
        assumed = any(
            model.prices is not None and model.prices.known == "assumption"
            for model in report.models
            if model.model in self._models
        )
        has_own = any(row.hour_usd is not None for row in rows)
        return HostingFigures(
            illustrative=has_own
            and (assumed or any(row.hosting is not None and row.hosting.illustrative for row in rows)),
            rows=rows,
            break_even=tuple(break_even(rows)),
            cost_frontier=frontier(cost_points(rows)),
            time_frontier=frontier(time_points(rows)),
            differences=tuple(differences(self.record, rows)),
        )


@dataclass(kw_only=True)
class _Sums:
    """What is kept of one model's trials, by scenario or document."""

    variant: ModelVariant
    tariff: Tariff
    clusters: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(lambda: [0.0] * (_SECONDS + 1))
    )
    stretches: list[Stretch] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    """The cluster of each stretch."""
    trial_seconds: float = 0.0
    readings: dict[str, str] = field(default_factory=dict)
    """Clusters by the names of the documents that they are."""
    times_known: bool = True
    tokens_known: bool = True

    def add(self, exam: Exam, transcript: Transcript, grade: Grade) -> None:
        cluster = document_of(exam) or exam.scenario.name
        if exam.scenario.reading is not None:
            self.readings[f"{exam.scenario.suite}/{exam.scenario.reading.document.name}"] = cluster
        sums = self.clusters[cluster]
        sums[_TRIALS] += grade.ended != "budget"
        sums[_SOLVED] += grade.graded and bool(grade.success)
        self._count(sums, transcript.exchanges)
        self._flew(cluster, transcript.started, transcript.seconds)
        self.trial_seconds += transcript.seconds

    def add_reading(self, reading: ReadingRecord) -> None:
        """What gave a document part by part is charged to the questions on it."""
        name = f"{reading.suite}/{reading.document}"
        cluster = self.readings.get(name, name)
        self._count(self.clusters[cluster], reading.exchanges)
        for exchange in reading.exchanges:
            self._flew(cluster, exchange.sent, exchange.ms / 1e3)

    def row(
        self, model: ModelFigures, record: RunRecord, watched: Watched | None, benches: Sequence[Bench]
    ) -> HostingRow:
        own, hosting = is_local(self.variant), record.hosting.get(self.variant.label)
        hour_usd = hosting.hour_usd if own and hosting else None
        busy = self._charge()
        if own:
            for sums in self.clusters.values():
                sums[_USD] = sums[_SECONDS] * (hour_usd or 0.0) / _HOUR
        untold = self._untold(own, hour_usd, record, model)
        trials, usd = self._total(_TRIALS), round(self._total(_USD), _DIGITS)
        each = self._tokens_of_a_trial(trials)
        throughput = self._throughput(each, busy, model, watched, benches) if own else None
        priced = untold is None
        return HostingRow(
            model=self.variant.label,
            where="own" if own else "hosted",
            hosting=hosting if own else None,
            hour_usd=hour_usd,
            trials=int(trials),
            solved=int(self._total(_SOLVED)),
            success=model.success,
            busy_seconds=busy,
            in_flight=self.trial_seconds / busy if busy else None,
            trials_per_hour=_HOUR * trials / busy if busy else None,
            usd=usd if priced else None,
            cost_per_trial=self._amount((_USD, _TRIALS), ratio, record.seed) if priced else Amount(),
            cost_per_solved=self._amount((_USD, _SOLVED), ratio, record.seed) if priced else Amount(),
            untold=untold,
            unpriced=0 if own else model.cost.unpriced,
            seconds_per_trial=self._amount((_MS, _TRIALS), ratio, record.seed).scaled(1e-3),
            input_per_trial=each[0] if each else None,
            output_per_trial=each[1] if each else None,
            cached_share=_cached(model),
            saturation=self._saturation(throughput, hour_usd, each, record.seed),
            unsaturated=_unsaturated(hour_usd, trials, each, throughput) if own else None,
        )

    def _count(self, sums: list[float], exchanges: Sequence[Exchange]) -> None:
        sums[_USD] += summed(exchanges, self.tariff).total or 0.0
        for exchange in exchanges:
            sums[_MS] += exchange.ms
            sums[_INPUT] += exchange.usage.input or 0
            sums[_OUTPUT] += exchange.usage.output or 0
            self.tokens_known &= exchange.usage.input is not None and exchange.usage.output is not None

    def _flew(self, cluster: str, started: str, seconds: float) -> None:
        start = seconds_of(started)
        if start is None:
            self.times_known = False
            return
        self.stretches.append((start, start + seconds))
        self.owners.append(cluster)

    def _charge(self) -> float | None:
        """Charge each cluster its part of the busy time, and tell how long that is."""
        if not self.times_known:
            return None
        for sums in self.clusters.values():
            sums[_SECONDS] = 0.0
        charged = charged_seconds(self.stretches)
        for cluster, seconds in zip(self.owners, charged, strict=True):
            self.clusters[cluster][_SECONDS] += seconds
        return sum(charged)

    def _untold(
        self, own: bool, hour_usd: float | None, record: RunRecord, model: ModelFigures
    ) -> Untold | None:
        if not self._total(_TRIALS):
            return "no_trials"
        if not own:
            return "no_price" if model.cost_usd is None else None
        if not self.times_known:
            return "no_times"
        hosting = record.hosting.get(self.variant.label)
        if hosting is None or hosting.gpu_hour is None:
            return "no_gpu_hour"
        return "no_gpus" if hour_usd is None else None

    def _total(self, column: int) -> float:
        return sum(sums[column] for sums in self.clusters.values())

    def _amount(self, columns: Sequence[int], figure: Figure, seed: int) -> Amount:
        """A figure of these columns' sums."""
        rows = [[sums[column] for column in columns] for sums in self.clusters.values()]
        return amount(rows, figure, seed=seed)

    def _tokens_of_a_trial(self, trials: float) -> tuple[float, float] | None:
        if not self.tokens_known or not trials:
            return None
        return self._total(_INPUT) / trials, self._total(_OUTPUT) / trials

    def _throughput(
        self,
        each: tuple[float, float] | None,
        busy: float | None,
        model: ModelFigures,
        watched: Watched | None,
        benches: Sequence[Bench],
    ) -> Throughput | None:
        """The best that anybody saw; the run itself is no bench, and only keeps one from telling less."""
        if each is None:
            return None
        hits = model.server.hit_rate if model.server else None
        seen = [
            *(one for bench in benches if bench.model.label == self.variant.label for one in of_bench(bench)),
            *of_windows(watched.windows() if watched else (), hits),
        ]
        if seen and busy:
            rates = (self._total(_INPUT) / busy, self._total(_OUTPUT) / busy)
            own = Throughput(source="run", input=rates[0], output=rates[1], cached_share=_cached(model))
            seen += [own] if min(rates) > 0 else []
        return best(seen, *each)

    def _saturation(
        self,
        found: Throughput | None,
        hour_usd: float | None,
        each: tuple[float, float] | None,
        seed: int,
    ) -> Saturation | None:
        if found is None or hour_usd is None or each is None:
            return None
        figure = found.cost(hour_usd)
        return Saturation(
            source=found.source,
            detail=found.detail,
            input_per_second=found.input,
            output_per_second=found.output,
            cached_share=found.cached_share,
            trials_per_hour=found.trials_per_hour(*each),
            cost_per_trial=self._amount((_INPUT, _OUTPUT, _TRIALS), figure, seed),
            cost_per_solved=self._amount((_INPUT, _OUTPUT, _SOLVED), figure, seed),
        )


def _cached(model: ModelFigures) -> float | None:
    """Of the prompts' tokens, as the replies reported them."""
    usage = model.usage
    return usage.cached / usage.input if usage.cached is not None and usage.input else None


def _unsaturated(
    hour_usd: float | None, trials: float, each: tuple[float, float] | None, found: object
) -> Unsaturated | None:
    if hour_usd is None:
        return "no_hour"
    if not trials:
        return "no_trials"
    if each is None:
        return "no_usage"
    return "no_throughput" if found is None else None
