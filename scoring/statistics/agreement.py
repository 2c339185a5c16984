"""How well a judge's yes and no agree with those of people: agreement, Cohen's kappa, both kinds of error.

Two who say yes to most of what they are shown agree mostly by chance. Kappa is the agreement beyond that, as
a share of what was left to reach. Verdicts on one conversation stand and fall together, so intervals are over
conversations and not over verdicts.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from math import sqrt
from typing import NamedTuple

from scenarios.record import Record
from scoring.statistics.clusters import Clustered, clustered
from scoring.statistics.contrast import student
from scoring.statistics.proportions import wilson


class Labelled(NamedTuple):
    """One verdict beside its label."""

    judged: bool
    label: bool
    cluster: Hashable
    """The conversation that it is on."""


class Rate(Record):
    """A share of verdicts, with Wilson's 95 % interval as if they were independent."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class Kappa(Record):
    value: float | None
    """None where both always say the same one thing: there is no agreement beyond chance to be reached."""
    low: float | None = None
    high: float | None = None
    """95 %, over conversations."""
    note: str = ""
    """Why there is no value, or no interval."""


class Agreement(Record):
    n: int
    conversations: int
    both_met: int
    false_positives: int
    """Met by the judge, not by the label."""
    false_negatives: int
    """Not met by the judge, met by the label."""
    both_unmet: int
    agreement: Clustered
    kappa: Kappa
    false_positive_rate: Rate
    """Of the verdicts that the label says are not met."""
    false_negative_rate: Rate
    """Of the verdicts that the label says are met."""


def agreement(verdicts: Sequence[Labelled], seed: int = 0) -> Agreement:
    """The figures of a labelled sample."""
    cells = Counter((one.judged, one.label) for one in verdicts)
    met, false_positives = cells[True, True], cells[True, False]
    false_negatives, unmet = cells[False, True], cells[False, False]
    alike = [float(one.judged == one.label) for one in verdicts]
    return Agreement(
        n=len(verdicts),
        conversations=len({one.cluster for one in verdicts}),
        both_met=met,
        false_positives=false_positives,
        false_negatives=false_negatives,
        both_unmet=unmet,
        agreement=clustered(alike, [one.cluster for one in verdicts], seed),
        kappa=cohens_kappa(verdicts),
        false_positive_rate=_rate(false_positives, false_positives + unmet),
        false_negative_rate=_rate(false_negatives, false_negatives + met),
    )


def cohens_kappa(verdicts: Sequence[Labelled]) -> Kappa:
    """κ = (pₒ − pₑ) / (1 − pₑ) (Cohen, Educational and Psychological Measurement 20, 1960), with an interval
    by the delta method.

    Each verdict moves κ by ((a − pₒ)(1 − pₑ) − (1 − pₒ) dpₑ) / (1 − pₑ)², where a is 1 for agreement and dpₑ
    is what it does to the agreement by chance. The sums over conversations give the variance, with Student's
    t for so many of them. With one verdict a conversation it is the large-sample variance of Fleiss, Cohen
    and Everitt (Psychological Bulletin 72, 1969), times G / (G − 1).
    """
    n = len(verdicts)
    if not n:
        return Kappa(value=None, note="no verdicts")
    observed = sum(one.judged == one.label for one in verdicts) / n
    judged, label = sum(one.judged for one in verdicts) / n, sum(one.label for one in verdicts) / n
    chance = judged * label + (1 - judged) * (1 - label)
    if chance == 1:
        return Kappa(value=None, note="judge and labels say the same one thing of everything")
    value = (observed - chance) / (1 - chance)
    sums: defaultdict[Hashable, float] = defaultdict(float)
    for one in verdicts:
        by_chance = (one.judged - judged) * (2 * label - 1) + (one.label - label) * (2 * judged - 1)
        differs = (one.judged == one.label) - observed
        sums[one.cluster] += (differs * (1 - chance) - (1 - observed) * by_chance) / (1 - chance) ** 2
    groups = len(sums)
    if groups == 1:
        return Kappa(value=value, note="one conversation: there is no interval")
    if observed == 1:
        return Kappa(
            value=value, note="no disagreement was seen: the interval of the agreement says how much"
        )
    if {judged, label} & {0.0, 1.0}:
        return Kappa(value=value, note="one of the two says the same of everything: kappa is 0 in any case")
    if observed == 0:
        return Kappa(value=value, note="no agreement was seen: the interval of the agreement says how little")
    half = student(groups - 1) * sqrt(groups / (groups - 1) * sum(s * s for s in sums.values())) / n
    return Kappa(value=value, low=max(-1.0, value - half), high=min(1.0, value + half))


def _rate(count: int, of: int) -> Rate:
    if not of:
        return Rate(count=0, of=0, share=None, low=None, high=None)
    low, high = wilson(count, of)
    return Rate(count=count, of=of, share=count / of, low=low, high=high)
