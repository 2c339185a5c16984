"""Every two models on the scenarios and repeats that both played: who is better, and may it be chance?

The more models a table has, the likelier that some two of them differ by luck alone; so p is given for all
pairs together as well, by Holm's method. Questions on documents are compared by themselves
(`harness.report.questions`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from harness.report.interval import Interval
from harness.report.suite_figures import SuiteSums
from scenarios.record import Record
from scoring.statistics.contrast import PairedTrials, contrast, holm

_MOST = 12
"""Models; of more of them the pairs say little for all together, and `longspan compare` takes two."""

Won = Mapping[str, Mapping[int, float]]
"""By scenario and repeat: the success of a graded trial."""


class ModelPair(Record):
    first: str
    second: str
    gap: Interval
    """Success of the first minus that of the second."""
    scenarios: int
    trials: int
    """Pairs of trials."""
    p: float
    """Exact over scenarios."""
    p_holm: float
    """For all pairs of the report together."""


def model_pairs(models: Mapping[str, Iterable[SuiteSums]], seed: int) -> tuple[ModelPair, ...]:
    """None of them where there are too many models."""
    if len(models) > _MOST:
        return ()
    won = {name: dict(_won(parts)) for name, parts in models.items()}
    found = list(_pairs(won, seed))
    adjusted = holm([pair.p for pair in found])
    return tuple(pair.model_copy(update={"p_holm": p}) for pair, p in zip(found, adjusted, strict=True))


def _pairs(won: Mapping[str, Won], seed: int) -> Iterator[ModelPair]:
    for (first, one), (second, other) in combinations(won.items(), 2):
        both = list(_both(one, other))
        if not both:
            continue
        found = contrast(both, range(len(both)), seed=seed, shares=True)
        p = 1.0 if found.p is None else found.p
        yield ModelPair(
            first=first,
            second=second,
            gap=Interval(mean=found.gap, low=found.low, high=found.high),
            scenarios=found.scenarios,
            trials=found.trials,
            p=p,
            p_holm=p,
        )


def _both(one: Won, other: Won) -> Iterator[PairedTrials]:
    """The second side first, since a gap is the second minus the first."""
    for scenario, trials in one.items():
        theirs = other.get(scenario, {})
        if repeats := [repeat for repeat in trials if repeat in theirs]:
            yield PairedTrials([theirs[n] for n in repeats], [trials[n] for n in repeats])


def _won(parts: Iterable[SuiteSums]) -> Iterator[tuple[str, Mapping[int, float]]]:
    for part in parts:
        for scenario, success in part.success.items():
            if scenario not in part.documents:
                repeats: Sequence[int] = part.repeats[scenario]
                yield scenario, {n: float(won) for n, won in zip(repeats, success, strict=True)}
