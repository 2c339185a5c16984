"""Reliability as people read it, the same in every report that is text."""

from collections.abc import Iterator, Sequence

from harness.report.figures import ModelFigures
from harness.report.reliability import Error, Tries
from harness.report.wording import UNKNOWN, label, percent, whole
from scoring.statistics.reliability import Chance

OF_ALL = "  of all played"
"""The second row of a model, in which excluded trials count as failures."""
_SHOWN = 4
"""Numbers of tries that a narrow table shows; the others are in the wider ones."""


def has_reliability(models: Sequence[ModelFigures]) -> bool:
    """Whether there is more to say than the results do: repeats, or excluded trials."""
    return most_tries(models) > 1 or any(model.reliability.of_all is not None for model in models)


def most_tries(models: Sequence[ModelFigures]) -> int:
    return max((len(tries.pass_hat) for model in models for _, tries in rows(model)), default=1)


def rows(model: ModelFigures) -> Iterator[tuple[str, Tries]]:
    """Of one model: by its graded trials, and by all of them where some were excluded."""
    found = model.reliability
    yield label(model), found.graded
    if found.of_all is not None:
        yield OF_ALL, found.of_all


def some_ks(most: int) -> list[int]:
    """A few numbers of tries from 1 to the most: doubling, and the last."""
    ks = [k for k in (1, 2, 3, 4) if k <= most] if most <= _SHOWN else [1, 2, most // 2, most]
    return list(dict.fromkeys(ks))


def chance(found: Chance | None) -> str:
    """`61.3 [49–72]`."""
    if found is None:
        return UNKNOWN
    mean = f"{100 * found.mean:.1f}"
    if found.low is None or found.high is None:
        return mean
    return f"{mean} [{100 * found.low:.0f}–{100 * found.high:.0f}]"


def of_k(chances: Sequence[Chance], k: int) -> Chance | None:
    return next((one for one in chances if one.k == k), None)


def scatter(models: Sequence[ModelFigures]) -> Iterator[str]:
    """Where a model's scatter comes from, and what more of either would bring."""
    for model in models:
        found = model.reliability
        if found.variance is None or found.error is None or found.error.now is None:
            continue
        parts = found.variance
        if parts.within is None:
            yield f"{label(model)}: {_half(found.error.now)} points; {_without_repeats(found.error)}"
            continue
        share = parts.share_between
        said = "nothing varies" if share is None else f"{percent(share)} of the scatter is between scenarios"
        yield f"{label(model)}: {said}; {_brings(found.error)}"


def fewer(models: Sequence[ModelFigures]) -> Iterator[str]:
    """Where not every scenario was graded so often: such a figure is of other scenarios than its neighbour,
    and need not even rise or fall as it must.
    """
    for model in models:
        chances = model.reliability.graded.pass_hat
        for one in chances:
            if one.scenarios < (most := chances[0].scenarios):
                told = f"k = {one.k} is over {one.scenarios} of {most} scenarios"
                yield f"{label(model)}: {told}, those with so many graded trials"


def lost(model: ModelFigures) -> str:
    """What success is by either denominator; empty where both are one."""
    found = model.reliability
    if found.of_all is None:
        return ""
    return (
        f"{label(model)}: success {percent(found.graded.success.mean)} of the graded trials, "
        f"{percent(found.of_all.success.mean)} of all that were played, with the "
        f"{whole(sum(model.excluded.values()))} excluded ones as failures"
    )


def half(value: float | None) -> str:
    return UNKNOWN if value is None else _half(value)


def _brings(error: Error) -> str:
    return (
        f"success {half(error.now)} points; twice the repeats {half(error.twice_repeats)}, twice the "
        f"scenarios {half(error.twice_scenarios)}; the same scenarios again {half(error.again)}"
    )


def _without_repeats(error: Error) -> str:
    return (
        f"twice the scenarios {half(error.twice_scenarios)}; what repeats would bring nobody can tell from "
        "one (--repeats 2 or more)"
    )


def _half(value: float) -> str:
    return f"±{100 * value:.1f}"
