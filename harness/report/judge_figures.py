"""What judging took, and what the judges said: requests, tokens and money apart from those of the models."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.models.pricing import UNPRICED, CostSums, Tariff, summed
from harness.report.request_figures import Tokens, added, total_tokens
from scenarios.judgement import Judgement
from scenarios.record import Record


class JudgeFigures(Record):
    """Of one judge; it is in no figure of the models under test."""

    model: str
    """Its label."""
    prompts: tuple[int, ...]
    """The versions of what it was asked with."""
    trials: int
    """Those that it was asked about."""
    verdicts: int
    met: int
    """Verdicts that say that the assertion holds."""
    failed: dict[str, int]
    """Trials that it gave no usable verdicts on, by why."""
    requests: int
    repaired: int
    """Trials that took more than one answered request."""
    usage: Tokens
    cost_usd: float | None
    unpriced: int
    """Requests whose cost nobody knows."""


@dataclass
class _Sums:
    prompts: set[int] = field(default_factory=set)
    trials: int = 0
    verdicts: int = 0
    met: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    repaired: int = 0
    usage: Tokens = field(default_factory=Tokens)
    cost: CostSums = field(default_factory=CostSums)

    def add(self, found: Judgement, tariff: Tariff) -> None:
        self.prompts.add(found.prompt)
        self.trials += 1
        self.verdicts += len(found.verdicts)
        self.met += sum(one.met for one in found.verdicts)
        if found.failure is not None:
            self.failed[found.failure.kind] += 1
        self.requests += len(found.exchanges)
        self.repaired += len(found.exchanges) > 1
        self.usage = added(self.usage, total_tokens(found.exchanges))
        self.cost.merge(summed(found.exchanges, tariff))


def judge_figures(judgements: Iterable[Judgement], prices: Mapping[str, Tariff]) -> tuple[JudgeFigures, ...]:
    """One for each judge that was ever asked in a run; `prices` by label."""
    by_judge: defaultdict[str, _Sums] = defaultdict(_Sums)
    for found in judgements:
        by_judge[found.judge].add(found, prices.get(found.judge, UNPRICED))
    return tuple(
        JudgeFigures(
            model=name,
            prompts=tuple(sorted(sums.prompts)),
            trials=sums.trials,
            verdicts=sums.verdicts,
            met=sums.met,
            failed=dict(sums.failed.most_common()),
            requests=sums.requests,
            repaired=sums.repaired,
            usage=sums.usage,
            cost_usd=sums.cost.total,
            unpriced=sum(sums.cost.untold.values()),
        )
        for name, sums in by_judge.items()
    )
