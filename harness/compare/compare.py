"""Makes the figures of a comparison: every pair of sides, on the scenarios and repeats that both played."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from harness.compare.comparable import comparable, differences
from harness.compare.figures import (
    Compared,
    Comparison,
    Flip,
    Gate,
    Measure,
    Named,
    Planning,
    Verdict,
    counted,
)
from harness.compare.played import Cell, Outcome, Side
from scoring.statistics.contrast import Contrast, PairedTrials, contrast, discordant, holm
from scoring.statistics.sample_size import needed, visible_difference
from scoring.statistics.variance import split

DECIDED = 0.05
"""A p by Holm below this, with an interval without 0, decides."""
Value = Callable[[Outcome], float | None]


def compare(
    pairs: Sequence[tuple[Side, Side]],
    *,
    seed: int,
    even_so: bool = False,
    margin: float | None = None,
    detect: float | None = None,
) -> Comparison:
    """The second of every pair held against the first; `even_so` compares what differs in contents or user
    too, `margin` is how much less success passes the gate, and `detect` a difference in success that somebody
    wants to see.
    """
    found = [_compared(first, second, seed, even_so=even_so) for first, second in pairs]
    adjusted = iter(holm([one.p for each in found for one in _measures(each) if one.p is not None]))
    found = [_with_holm(each, adjusted) for each in found]
    return Comparison(
        simulated=any(one.first.simulated or one.second.simulated for one in found),
        comparisons=sum(one.p is not None for each in found for one in _measures(each)),
        compared=tuple(_decided(each, margin, detect) for each in found),
    )


def _compared(first: Side, second: Side, seed: int, *, even_so: bool) -> Compared:
    scenarios, left_out = comparable(first, second, even_so=even_so)
    pairs = _Pairs(first, second, scenarios, seed)
    success = pairs.measure(lambda one: one.success, shares=True)
    excluded = pairs.excluded
    suites = list(dict.fromkeys(map(_suite, pairs.kept)))
    of_all = pairs.measure(lambda one: one.success or 0.0, shares=True) if any(excluded) else None
    return Compared(
        first=_named(first),
        second=_named(second),
        verdict="nothing",
        differences=differences(first, second),
        left_out=left_out,
        excluded=(counted(excluded[0]), counted(excluded[1])),
        success=success,
        success_of_all=None
        if of_all is None
        else Contrast.model_validate(of_all.model_dump(exclude={"p_holm"})),
        score=pairs.measure(lambda one: one.score, shares=True),
        seconds=pairs.measure(lambda one: one.seconds),
        cost_usd=pairs.measure(lambda one: one.cost_usd),
        trials=discordant(list(pairs.paired(lambda one: one.success).values())),
        suites={
            suite: pairs.measure(lambda one: one.success, shares=True, suite=suite)
            for suite in suites
            if len(suites) > 1
        },
        flips=tuple(pairs.flips()),
        planning=pairs.planning(success.gap),
    )


class _Pairs:
    """The trials of both sides, paired by scenario and repeat."""

    def __init__(self, first: Side, second: Side, scenarios: Iterable[str], seed: int) -> None:
        self._first, self._second, self._seed = first, second, seed
        wanted = frozenset(scenarios)
        self._cells: defaultdict[str, list[Cell]] = defaultdict(list)
        for cell in sorted(first.trials.keys() & second.trials.keys()):
            if cell.scenario in wanted:
                self._cells[cell.scenario].append(cell)

    @property
    def kept(self) -> list[str]:
        return list(self._cells)

    @property
    def excluded(self) -> tuple[Counter[str], Counter[str]]:
        """By side: how the trials ended that were played and could not be graded."""
        one, other = (
            Counter(side.trials[cell].ended for cells in self._cells.values() for cell in cells
                    if not side.trials[cell].graded)
            for side in (self._first, self._second)
        )  # fmt: skip
        return Counter[str](one), Counter[str](other)

    def paired(self, value: Value, suite: str | None = None) -> dict[str, PairedTrials]:
        """By scenario: the values of the repeats at which both sides have one."""
        found: dict[str, PairedTrials] = {}
        for scenario, cells in self._cells.items():
            if suite is not None and _suite(scenario) != suite:
                continue
            both = [(value(self._first.trials[cell]), value(self._second.trials[cell])) for cell in cells]
            known = [(one, other) for one, other in both if one is not None and other is not None]
            if known:
                found[scenario] = PairedTrials([one for one, _ in known], [other for _, other in known])
        return found

    def measure(self, value: Value, *, shares: bool = False, suite: str | None = None) -> Measure:
        found = self.paired(value, suite)
        clusters = [self._first.cluster(name) for name in found]
        figures = contrast(list(found.values()), clusters, seed=self._seed, shares=shares)
        return Measure.model_validate(figures.model_dump())

    def flips(self) -> list[Flip]:
        """The largest differences first."""
        found = [
            Flip(
                scenario=name,
                repeats=len(trials.first),
                first=round(sum(trials.first)),
                second=round(sum(trials.second)),
            )
            for name, trials in self.paired(lambda one: one.success).items()
            if sum(trials.first) != sum(trials.second)
        ]
        return sorted(found, key=lambda one: (-abs(one.second - one.first) / one.repeats, one.scenario))

    def planning(self, gap: float | None) -> Planning | None:
        found = self.paired(lambda one: one.success)
        parts = split([trials.gaps for trials in found.values()])
        on_documents = any(self._first.cluster(name) != name for name in found)
        if parts is None or not parts.of_means or on_documents:
            return None
        return Planning(gaps=parts, visible=visible_difference(parts), needed=needed(parts, abs(gap or 0.0)))


def _measures(compared: Compared) -> list[Measure]:
    """Everything that has a p of its own in this answer."""
    suites = compared.suites.values()
    return [compared.success, compared.score, compared.seconds, compared.cost_usd, *suites]


def _with_holm(compared: Compared, adjusted: Iterable[float]) -> Compared:
    ps = iter(adjusted)

    def with_p(measure: Measure) -> Measure:
        return measure if measure.p is None else measure.model_copy(update={"p_holm": next(ps)})

    names = ("success", "score", "seconds", "cost_usd")
    told: dict[str, object] = {name: with_p(getattr(compared, name)) for name in names}
    told["suites"] = {name: with_p(measure) for name, measure in compared.suites.items()}
    return compared.model_copy(update=told)


def _decided(compared: Compared, margin: float | None, detect: float | None) -> Compared:
    success, planning = compared.success, compared.planning
    verdict = _verdict(success)
    if planning is not None and verdict != "undecided":
        planning = planning.model_copy(update={"needed": None})
    if planning is not None and detect:
        planning = planning.model_copy(update={"asked": needed(planning.gaps, detect)})
    gate = None
    if margin is not None:
        gate = Gate(margin=margin, met=success.low is not None and success.low >= -margin)
    return compared.model_copy(update={"verdict": verdict, "planning": planning, "gate": gate})


def _verdict(success: Measure) -> Verdict:
    if success.gap is None:
        return "nothing"
    beyond = success.low is not None and success.high is not None and (success.low > 0 or success.high < 0)
    if success.p_holm is None or success.p_holm >= DECIDED or not beyond:
        return "undecided"
    return "better" if success.gap > 0 else "worse"


def _named(side: Side) -> Named:
    return Named(run=side.run, model=side.model.label, simulated=side.model.simulated)


def _suite(scenario: str) -> str:
    return scenario.partition("/")[0]
