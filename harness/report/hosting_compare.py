"""Rows held against each other: from which volume own machines pay, and which rows no other beats."""

from collections.abc import Iterator, Mapping, Sequence

from harness.report.hosting_figures import BreakEven, HostingRow, Unit, Verdict
from scoring.ratio import Amount

Point = tuple[float, float]
"""What is to be large, and what is to be small."""


def break_even(rows: Sequence[HostingRow]) -> Iterator[BreakEven]:
    """Every row of ours with a price beside every hosted row with one, by trial and by success."""
    for own in rows:
        for hosted in rows:
            if own.hour_usd is not None and hosted.where == "hosted" and hosted.untold is None:
                yield _break_even(own, own.hour_usd, hosted, "trial")
                yield _break_even(own, own.hour_usd, hosted, "solved")


def frontier(points: Mapping[str, Point]) -> tuple[str, ...]:
    """Those that no other beats: none is at least as good in both and better in one. The smallest of what is
    to be small first; equals are all in it, by name.
    """
    kept: list[str] = []
    best = (float("-inf"), float("inf"))
    for name, (large, small) in sorted(points.items(), key=lambda one: (one[1][1], -one[1][0], one[0])):
        if large > best[0] or (large, small) == best:
            kept.append(name)
            best = (large, small)
    return tuple(kept)


def cost_points(rows: Sequence[HostingRow]) -> dict[str, Point]:
    """Rows whose cost is known in full."""
    return {
        row.model: (row.success.mean, row.cost_per_trial.mean)
        for row in rows
        if row.success.mean is not None and row.cost_per_trial.mean is not None and not row.unpriced
    }


def time_points(rows: Sequence[HostingRow]) -> dict[str, Point]:
    return {
        row.model: (row.success.mean, row.seconds_per_trial.mean)
        for row in rows
        if row.success.mean is not None and row.seconds_per_trial.mean is not None
    }


def _break_even(own: HostingRow, hour_usd: float, hosted: HostingRow, unit: Unit) -> BreakEven:
    cost = hosted.cost_per_trial if unit == "trial" else hosted.cost_per_solved
    needed = cost.inverted(hour_usd)
    share = 1.0 if unit == "trial" else own.solved / own.trials if own.trials else 0.0
    measured = None if own.trials_per_hour is None else own.trials_per_hour * share
    saturated = None if own.saturation is None else own.saturation.trials_per_hour * share
    return BreakEven(
        own=own.model,
        hosted=hosted.model,
        unit=unit,
        per_hour=needed,
        at_most=hosted.unpriced > 0,
        measured_per_hour=measured,
        measured=_verdict(measured, needed, at_most=hosted.unpriced > 0),
        saturated_per_hour=saturated,
        saturated=_verdict(saturated, needed, at_most=hosted.unpriced > 0),
    )


def _verdict(rate: float | None, needed: Amount, *, at_most: bool) -> Verdict | None:
    """Whether a rate is above what is needed; of an upper bound, staying below it says nothing."""
    if rate is None or needed.mean is None:
        return None
    low = needed.mean if needed.low is None else needed.low
    high = needed.mean if needed.high is None else needed.high
    if rate >= high:
        return "yes"
    return "no" if rate < low and not at_most else "unsure"
