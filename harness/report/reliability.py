"""How far a model can be relied on: one of k tries, all of k tries, and where the scatter comes from.

Two denominators stand beside each other where trials were excluded. Of the graded trials the figures are the
model's own. Of all trials that were played, an excluded one counts as a failure; so a scenario whose every
trial crashed does not disappear.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean

from harness.report.interval import Interval
from scenarios.record import Record
from scoring.statistics.clusters import clustered, over_scenarios
from scoring.statistics.reliability import Chance, pass_at_curve, pass_hat_curve
from scoring.statistics.variance import Split, split

TWICE = 2


class Tries(Record):
    """Chances by k, up to the most trials of a scenario."""

    success: Interval
    pass_hat: tuple[Chance, ...]
    """That all of k tries succeed."""
    pass_at: tuple[Chance, ...]
    """That at least one does."""


class Error(Record):
    """Half the 95 % interval of success, as shares; None where nobody can tell."""

    now: float | None
    twice_repeats: float | None
    twice_scenarios: float | None
    endless_repeats: float | None
    """What no number of repeats goes below."""
    again: float | None
    """Of the success on these very scenarios, were they played again: luck alone."""


class Reliability(Record):
    graded: Tries
    of_all: Tries | None
    """With excluded trials as failures; None where none was excluded."""
    variance: Split | None
    """Of success; None for fewer than two scenarios, and where documents are asked about."""
    error: Error | None
    """None where no scenario differs from another, too: then only the interval says how sure that is."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is known of one scenario."""

    played: int
    graded: Sequence[bool]
    """The success of each graded trial."""
    cluster: Hashable | None = None
    """The document that it asks about."""


def reliability(scenarios: Sequence[Counted], seed: int) -> Reliability:
    on_documents = any(one.cluster is not None for one in scenarios)
    known = [one for one in scenarios if one.graded]
    crashed = any(one.played > len(one.graded) for one in scenarios)
    of_all = [(one.played, sum(one.graded), one.cluster) for one in scenarios]
    parts = None if on_documents else split([[float(won) for won in one.graded] for one in known])
    return Reliability(
        graded=_tries([(len(one.graded), sum(one.graded), one.cluster) for one in known], seed),
        of_all=_tries(of_all, seed) if crashed else None,
        variance=parts,
        error=_error(parts) if parts is not None and parts.of_means else None,
    )


def _tries(counts: Sequence[tuple[int, int, Hashable | None]], seed: int) -> Tries:
    """`counts` are trials, successes and the document of each scenario."""
    trials = [(n, successes) for n, successes, _ in counts]
    clusters = [cluster for _, _, cluster in counts]
    on_documents = any(cluster is not None for cluster in clusters)
    places = [at if one is None else one for at, one in enumerate(clusters)] if on_documents else None
    shares = [successes / n for n, successes in trials]
    found = over_scenarios(shares, seed) if places is None else clustered(shares, places, seed)
    mean = fmean(shares) if shares else None
    return Tries(
        success=Interval(mean=mean, low=found.low, high=found.high),
        pass_hat=pass_hat_curve(trials, seed, places),
        pass_at=pass_at_curve(trials, seed, places),
    )


def _error(parts: Split) -> Error:
    return Error(
        now=parts.half_width(),
        twice_repeats=parts.half_width(repeats=TWICE),
        twice_scenarios=parts.half_width(scenarios=TWICE),
        endless_repeats=parts.half_width(repeats=float("inf")),
        again=parts.again,
    )
