"""Low, likely and high figures of one model, from the requests that it would be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.clients.cache_marks import NEED
from harness.plan.cache import ASSUMED, Outcome, Totals, outcomes, total
from harness.plan.cost import DETOURS, Dollars, dollars
from harness.plan.request import PlannedRequest, scaled
from harness.registry.cache_rule import NO_CACHE, CacheRule
from harness.registry.entry import Entry
from harness.registry.provider import Quirks

WORDY = 3.0
"""The high estimate takes replies so many times as long, within their limits."""
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What requests carry of all that caches may want to see."""

    always: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    """What those carry that say which beginning they share: the questions on a document."""


def carried(sampling: Iterable[str], quirks: Quirks) -> Carried:
    """As the client of an endpoint with such quirks writes requests."""
    marks = {NEED} if quirks.cache_marks else set[str]()
    keys = {quirks.cache_key, quirks.cache_key_header} - {None}
    return Carried(always=frozenset({*sampling, *quirks.adds, *marks}), shared=frozenset(filter(None, keys)))


@dataclass(frozen=True, kw_only=True)
class Estimate:
    entry: Entry
    carried: Carried
    margin: float
    """How far off the counts of tokens may be."""
    requests: Sequence[PlannedRequest]
    workers: int

    @property
    def is_cached(self) -> bool:
        """Whether requests carry what the provider wants to see before it caches."""
        return self._carries(of_shared=True)

    @property
    def is_cached_in_part(self) -> bool:
        """Whether only some of them do."""
        some = {one.shared for one in self.requests}
        return self.is_cached and False in some and not self._carries(of_shared=False)

    @property
    def rule(self) -> CacheRule:
        """The rule that these requests meet."""
        return self.entry.cache if self.is_cached else NO_CACHE

    @property
    def is_estimated(self) -> bool:
        """Whether some of the requests may be others."""
        return any(one.estimated for one in self.requests)

    def totals(self) -> Totals:
        """With every hit that the rule promises."""
        return total(self._outcomes(self.rule))

    def seconds(self) -> tuple[float, float] | None:
        """(low, likely); None where nobody knows how fast the model is."""
        if self.entry.pace is None:
            return None
        low = total(self._outcomes(self.entry.cache, 1 - self.margin, hopes=True)).seconds
        return low, total(self._outcomes(self.rule)).seconds

    def dollars(self) -> Dollars:
        """By the token where it has prices, by the hour where that is known."""
        prices, rule = self.entry.prices, self.rule
        low = self._outcomes(self.entry.cache, 1 - self.margin, hopes=True)
        likely = self._outcomes(rule)
        high = self._outcomes(rule, 1 + self.margin, wordy=WORDY)
        if prices is not None:
            return _in_order(
                dollars(low, prices),
                dollars(likely, prices, missed=rule.missed),
                dollars(high, prices, missed=1.0, detours=DETOURS),
            )
        hour = self.entry.hour_usd
        if hour is None or self.entry.pace is None:
            return Dollars()
        cold = self._outcomes(NO_CACHE, 1 + self.margin, wordy=WORDY)
        return _in_order(*(total(found).seconds / _HOUR * hour for found in (low, likely, cold)))

    def _carries(self, *, of_shared: bool) -> bool:
        needs, told = self.entry.cache.needs, self.carried
        return needs is None or needs in told.always or (of_shared and needs in told.shared)

    def _outcomes(
        self, rule: CacheRule, factor: float = 1.0, *, wordy: float = 1.0, hopes: bool = False
    ) -> Sequence[Outcome]:
        """What the requests would use by a rule; `hopes`: even those that do not carry what it needs."""
        entry = self.entry
        asked = (
            scaled(
                replace(one, kept=hopes or self._carries(of_shared=one.shared)),
                factor,
                wordy=wordy,
                thinking=entry.thinking.likely if entry.thinking else 0,
                most=entry.most_output,
            )
            for one in self.requests
        )
        return list(outcomes(asked, rule, pace=entry.pace or ASSUMED, workers=self.workers))


def _in_order(low: float, likely: float, high: float) -> Dollars:
    """Margins and surcharges may cross; the bounds never do."""
    return Dollars(low=min(low, likely), likely=likely, high=max(likely, high))
