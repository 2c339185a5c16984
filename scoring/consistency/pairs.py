"""The same questions in another order of the parts, or in another layout.

Only what is asked once the whole document is read is compared, so that both sides know the same.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from statistics import fmean

from scenarios.reading import Layout
from scenarios.record import Record
from scoring.consistency.agreement import strict_agreement
from scoring.consistency.figure import Figure, mean_of, none_of
from scoring.consistency.observation import Observation
from scoring.consistency.spans import at_the_end
from scoring.statistics.pairs import paired

LAYOUTS: tuple[tuple[Layout, Layout], ...] = (
    ("segmented", "concat"),
    ("concat", "single"),
    ("recap", "concat"),
    ("carry", "segmented"),
    ("tools", "single"),
)
"""Which layout is held against which."""


class LayoutGap(Record):
    """acc(layout) − acc(against) on the same questions: what a way of reading costs or brings."""

    layout: Layout
    against: Layout
    gap: Figure
    """Its n are pairs."""
    layout_only: int
    """Questions that only the first got right."""
    against_only: int
    p: float | None
    """Two-sided, by McNemar's exact test; None without pairs."""


def layout_gaps(observations: Sequence[Observation]) -> tuple[LayoutGap, ...]:
    """Of every pair in `LAYOUTS`, on questions that both were asked once the document was read."""
    found: defaultdict[Hashable, dict[Layout, Observation]] = defaultdict(dict)
    for one in at_the_end(observations):
        question = (*one.place, one.fact, one.entry, one.wording, one.permutation, one.repeat)
        found[question][one.layout] = one
    return tuple(
        _gap(layout, against, [some for some in found.values() if {layout, against} <= some.keys()])
        for layout, against in LAYOUTS
    )


def _gap(layout: Layout, against: Layout, pairs: Sequence[Mapping[Layout, Observation]]) -> LayoutGap:
    found = paired(
        [(some[layout].right, some[against].right) for some in pairs], [some[layout].place for some in pairs]
    )
    nothing = "" if pairs else f"no question was asked in both {layout} and {against}"
    return LayoutGap(
        layout=layout,
        against=against,
        gap=Figure(
            value=found.gap,
            low=found.low,
            high=found.high,
            n=found.n,
            documents=found.clusters,
            note=nothing,
        ),
        layout_only=round(found.first_only),
        against_only=round(found.second_only),
        p=found.p,
    )


def order_spread(right: Mapping[int, Sequence[bool]]) -> float:
    """Δ = max_p acc_p − min_p acc_p over the orders p, each with the same questions.

    >>> order_spread({0: [True, True, False, True], 1: [True, False, False, True]})
    0.25
    """
    accuracies = [fmean(answers) for answers in right.values()]
    return max(accuracies) - min(accuracies)


_NO_ORDERS = "no fact was asked in two orders of its document's parts"


def order_invariance(observations: Sequence[Observation]) -> Figure:
    """Inv = 1[all a_p equal] over the orders p of a document's parts: does the answer hang on the order?"""
    return mean_of(
        (
            (some[0].place, strict_agreement([one.answer for one in some.values()]) or 0.0)
            for some in _swapped(observations)
        ),
        _NO_ORDERS,
    )


def spread_over_orders(observations: Sequence[Observation]) -> Figure:
    """Δ over all facts that were asked in every order; its n are facts."""
    facts = _swapped(observations)
    if not facts:
        return none_of(_NO_ORDERS)
    orders = set.intersection(*({*some} for some in facts))
    return Figure(
        value=order_spread({order: [some[order].right for some in facts] for order in orders}),
        n=len(facts),
        documents=len({some[0].place for some in facts}),
        note="a range has no interval of this kind; it is above 0 by chance alone where there are few facts",
    )


def _swapped(observations: Sequence[Observation]) -> list[dict[int, Observation]]:
    """By order, the answers on each fact that was asked in every order in which its document was read."""
    found: defaultdict[Hashable, dict[int, Observation]] = defaultdict(dict)
    orders: defaultdict[Hashable, set[int]] = defaultdict(set)
    for one in at_the_end(observations):
        if one.kind is not None and not (one.entry or one.wording):
            reading = (*one.place, one.layout, one.repeat)
            orders[reading].add(one.permutation)
            found[reading, one.fact][one.permutation] = one
    return [
        some
        for some in found.values()
        if len(some) > 1
        and 0 in some
        and some.keys() == orders[*some[0].place, some[0].layout, some[0].repeat]
    ]
