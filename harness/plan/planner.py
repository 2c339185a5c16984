"""Plan a run before anything is sent.

The very requests of the run are lined up, in their order and as many at a time, and led past each model's
cache rule. Documents are planned exactly but for what the model will say; tool work is estimated from the
oracle's turns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.environment import CATALOG
from harness.models.local_names import is_local, local_quirks, window_tokens
from harness.plan.cost import DETOURS, Dollars
from harness.plan.counting import Counting, counting
from harness.plan.estimate import Estimate, carried
from harness.plan.fit import fits
from harness.plan.plan import ModelPlan, Plan, PlanTokens, Skipped, summed
from harness.plan.readings import Readings
from harness.plan.request import PlannedRequest
from harness.plan.talks import Oracle, talk_requests
from harness.registry.cache_rule import CacheRule
from harness.registry.entry import Entry, Registry
from harness.registry.knowledge import COMPATIBLE
from harness.registry.provider import Provider, Quirks
from harness.registry.rates import Prices
from harness.runs.record import ModelVariant
from harness.runs.store import Trial
from local_models.catalog import LocalModel, find_model
from local_models.install import installed
from scenarios.documents.shelf import Shelf
from scenarios.exam import Exam
from scenarios.scenario import Scenario

UNKNOWN = Entry(cache=CacheRule(kind="block", block=16))
"""What is taken of a model that the registry does not have: a cache as vLLM's, and no price."""
SIMULATED = UNKNOWN.model_copy(update={"margin": 0.0})
"""Reference models count as documents are sized."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a run is asked for."""

    repeats: int = 1
    concurrency: int = 8
    window: int | None = None
    """Tokens of every model's window, instead of what registry and catalog say."""
    order: Callable[[list[Trial]], list[Trial]] = list
    warm: bool = True
    """The first question on a document goes ahead alone."""


@dataclass(kw_only=True)
class Planner:
    registry: Registry
    prices: Mapping[str, Prices] | None = None
    """What the models cost where they are asked, by label, in dollars; None: what the registry says."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """The rows of the quirk table, which say what requests carry for a cache beside their sampling."""
    shelf: Shelf
    home: Path
    """Where models of ours are installed, with their tokenizers."""
    oracle: Oracle
    asked: Asked = field(default_factory=Asked)
    _counts: dict[str, Counting] = field(default_factory=dict)

    async def plan_for(self, exams: Mapping[str, Exam], variants: Sequence[ModelVariant]) -> Plan:
        """What the run would send to each of the models."""
        return summed([await self.model_plan(exams, variant) for variant in variants])

    async def model_plan(self, exams: Mapping[str, Exam], variant: ModelVariant) -> ModelPlan:
        name, entry = self._priced(variant)
        skipped = self.skipped(exams, variant)
        left_out = {scenario for one in skipped for scenario in one.scenarios}
        asked = {scenario: exam for scenario, exam in exams.items() if scenario not in left_out}
        counts = self.counting(variant)
        requests = await self._requests(asked, variant, counts)
        estimate = Estimate(
            entry=entry,
            carried=carried(variant.sampling, self._quirks(variant)),
            margin=counts.margin,
            requests=requests,
            workers=self.asked.concurrency,
        )
        found, seconds = estimate.totals(), estimate.seconds()
        charged = entry.prices is not None and entry.prices.write is not None
        return ModelPlan(
            model=variant.label,
            entry=name,
            trials=len(asked) * self.asked.repeats,
            requests=found.requests,
            tokens=PlanTokens(
                input=found.input, cached=found.cached, uncached=found.uncached, output=found.output
            ),
            written=found.written if charged else 0,
            cost_usd=Dollars(low=0, likely=0, high=0) if variant.simulated else estimate.dollars(),
            seconds=None if seconds is None else round(seconds[1], 1),
            seconds_low=None if seconds is None else round(seconds[0], 1),
            counted_by=counts.by,
            margin=counts.margin,
            largest=max((one.input + one.most for one in requests), default=0),
            prices_as_of=None if entry.prices is None else entry.prices.as_of.isoformat(),
            skipped=skipped,
            notes=tuple(_notes(name, entry, variant, estimate)),
        )

    def knows(self, variant: ModelVariant) -> bool:
        """Whether the registry has the model."""
        return self.entry(variant)[0] is not None

    def entry(self, variant: ModelVariant) -> tuple[str | None, Entry]:
        """What the registry has of a model, behind its name there."""
        if variant.simulated:
            return None, SIMULATED
        asked = variant.label if is_local(variant) else variant.model
        return self.registry.find(asked) or (None, UNKNOWN)

    def _priced(self, variant: ModelVariant) -> tuple[str | None, Entry]:
        name, entry = self.entry(variant)
        if self.prices is None or variant.simulated:
            return name, entry
        return name, entry.model_copy(update={"prices": self.prices.get(variant.label)})

    def _quirks(self, variant: ModelVariant) -> Quirks:
        """How its endpoint is spoken to."""
        row = self.providers.get(variant.provider or COMPATIBLE)
        if row is None or variant.wire == "reference" or variant.wire not in row.wires:
            return Quirks()
        quirks = row.wires[variant.wire].quirks
        return local_quirks(quirks, self._local(variant), variant) if is_local(variant) else quirks

    def _local(self, variant: ModelVariant) -> LocalModel:
        """The catalog's entry of a model of ours."""
        return find_model(variant.model, self.home / CATALOG)

    def _installed_tokenizer(self, variant: ModelVariant) -> str | None:
        """The tokenizer of a model of ours, where it is installed."""
        if not is_local(variant):
            return None
        weights = variant.serving.weights if variant.serving is not None else None
        model = self._local(variant)
        ready = installed(model, self.home, None, weights) or installed(
            model, self.home, "transformers", weights
        )
        return None if ready is None else str(ready.weights)

    def counting(self, variant: ModelVariant) -> Counting:
        if variant.label not in self._counts:
            tokenizer = self._installed_tokenizer(variant)
            self._counts[variant.label] = counting(self.entry(variant)[1], self.shelf, tokenizer)
        return self._counts[variant.label]

    def skipped(self, exams: Mapping[str, Exam], variant: ModelVariant) -> tuple[Skipped, ...]:
        """What does not fit the model's window, by document and layout."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for name, exam in exams.items():
            reading = exam.scenario.reading
            if reading is not None and (why := self._misfit(exam.scenario, variant)):
                document = f"{exam.scenario.suite}/{reading.document.name}"
                found.setdefault((document, reading.layout), []).append((name, why))
        return tuple(
            Skipped(
                document=document, layout=layout, scenarios=tuple(name for name, _ in some), why=some[-1][1]
            )
            for (document, layout), some in found.items()
        )

    def _misfit(self, scenario: Scenario, variant: ModelVariant) -> str | None:
        window = self._window(scenario, variant)
        if window is None or scenario.reading is None:
            return None
        counts = self.counting(variant)
        ratio = counts.ratio(scenario.reading.document, scenario.language)
        return fits(scenario, window, ratio * (1 + counts.margin), self._thinking(scenario, variant))

    def _thinking(self, scenario: Scenario, variant: ModelVariant) -> int:
        """Tokens that requests leave for thinking, beside the answer."""
        answer = scenario.limits.output_tokens
        return max(0, self._quirks(variant).limit(answer, variant.thinking) - answer)

    def _window(self, scenario: Scenario, variant: ModelVariant) -> int | None:
        """Tokens of prompt and answer that the model takes; None when nobody says."""
        entry = self.entry(variant)[1]
        if self.asked.window is not None or variant.simulated:
            return self.asked.window
        if is_local(variant):
            return window_tokens(self._local(variant), variant)
        if entry.context is None or entry.most_input is None:
            return entry.context
        room = scenario.limits.output_tokens + self._thinking(scenario, variant)
        return min(entry.context, entry.most_input + room)

    async def _requests(
        self, exams: Mapping[str, Exam], variant: ModelVariant, counts: Counting
    ) -> list[PlannedRequest]:
        """Every request of the run, trial by trial in the order of play."""
        readings = Readings(counting=counts, warm=self.asked.warm)
        trials = [
            Trial(model=variant, scenario=name, repeat=repeat)
            for repeat in range(self.asked.repeats)
            for name in exams
        ]
        requests: list[PlannedRequest] = []
        for talk, trial in enumerate(self.asked.order(trials)):
            exam = exams[trial.scenario]
            if exam.scenario.reading is not None:
                requests += readings.requests(exam, exam.scenario.reading, trial.repeat, talk)
                continue
            said = await self.oracle.said(exam)
            requests += talk_requests(exam, said, counts, repeat=trial.repeat, talk=talk)
        return requests


def _notes(name: str | None, entry: Entry, variant: ModelVariant, estimate: Estimate) -> Iterator[str]:
    if variant.simulated:
        yield "a reference model is asked in process: nothing is sent, and nothing costs"
    elif name is None:
        yield (
            "not in the registry: its price is not known, and its cache is taken to be vLLM's; describe it "
            "with --registry FILE"
        )
    if not estimate.is_cached:
        yield (
            f"its cache needs {entry.cache.needs}, which the requests do not carry: only the low estimate "
            "counts on it"
        )
    if estimate.is_cached_in_part:
        yield (
            f"its cache needs {entry.cache.needs}, which only questions on a document carry: the other "
            "requests are planned without a cache, but in the low estimate"
        )
    if estimate.is_estimated:
        yield (
            "tool work is estimated: the oracle's turns, or a search and a stretch of a document behind "
            f"tools; high takes {DETOURS:g} times as many"
        )
    yield from entry.notes
