"""Low, likely and high figures of one model, from the requests that it would be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.plan.cache import ASSUMED, Outcome, Totals, outcomes, total
from harness.plan.cost import DETOURS, Dollars, dollars
from harness.plan.registry import NO_CACHE, CacheRule, Entry
from harness.plan.request import PlannedRequest, scaled

WORDY = 3.0
"""The high estimate takes replies so many times as long, within their limits."""
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Estimate:
    entry: Entry
    sampling: Iterable[str]
    """Fields that every request carries beside what it always does."""
    margin: float
    """How far off the counts of tokens may be."""
    requests: Sequence[PlannedRequest]
    workers: int

    @property
    def is_cached(self) -> bool:
        """Whether the requests carry what the provider wants to see before it caches."""
        return self.entry.cache.needs is None or self.entry.cache.needs in self.sampling

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
        low = total(self._outcomes(self.entry.cache, 1 - self.margin)).seconds
        return low, total(self._outcomes(self.rule)).seconds

    def dollars(self) -> Dollars:
        """By the token where it has prices, by the hour where that is known."""
        prices, rule = self.entry.prices, self.rule
        low = self._outcomes(self.entry.cache, 1 - self.margin)
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

    def _outcomes(self, rule: CacheRule, factor: float = 1.0, wordy: float = 1.0) -> Sequence[Outcome]:
        entry = self.entry
        asked = (
            scaled(one, factor, wordy=wordy, thinking=entry.thinking, most=entry.most_output)
            for one in self.requests
        )
        return list(outcomes(asked, rule, pace=entry.pace or ASSUMED, workers=self.workers))


def _in_order(low: float, likely: float, high: float) -> Dollars:
    """Margins and surcharges may cross; the bounds never do."""
    return Dollars(low=min(low, likely), likely=likely, high=max(likely, high))
