"""What is particular to one kind of fact: updates, contradictions, orders of events, sums."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation

from scenarios.reading import FactKind
from scoring.consistency.figure import Figure, mean_of
from scoring.consistency.observation import Observation
from scoring.consistency.spans import Span, at_the_end

CONFLICTS = "names"
"""The entry under which it is asked which facts the document contradicts itself about."""


def self_check(parts: Sequence[str | None], total: str | None) -> float:
    """1[Σ parts answered = total answered]: a ledger's answers held to each other, without gold.

    An answer that is no number, or that could not be read, fails.

    >>> self_check(["1200", "800"], "2000"), self_check(["1200", "700"], "1900")   # wrong, and consistent
    (1.0, 1.0)
    >>> self_check(["1200", "800"], "2100"), self_check(["1200", None], "1200")
    (0.0, 0.0)
    """
    numbers = [_number(answer) for answer in (*parts, total)]
    found = [number for number in numbers if number is not None]
    return float(len(found) == len(numbers) and sum(found[:-1]) == found[-1])


def uptake(spans: Sequence[Span]) -> dict[str, Figure]:
    """Of the answers after an update: the new value alone, the old one, both, something else; and before it.

    Supersession counts the new value alone, so `uptake` is the score.
    """
    asked = [one for span in spans for one in span.probes if one.kind == "update"]
    after = [one for one in asked if one.replaced]
    shares = {"uptake": "right", "stale": "stale", "mixed": "mixed"}
    nothing = "no question after an update"
    found = {
        name: mean_of(((one.place, float(_said(one) == outcome)) for one in after), nothing)
        for name, outcome in shares.items()
    }
    other = ((one.place, float(_said(one) not in shares.values())) for one in after)
    before = ((one.place, float(one.right)) for one in asked if not one.replaced)
    return found | {
        "other": mean_of(other, nothing),
        "before": mean_of(before, "no question between a first value and the one that replaces it"),
    }


def conflicts(observations: Sequence[Observation]) -> dict[str, Figure]:
    """Precision, recall and F1 of the facts named as contradictory, out of as many that are not."""
    asked = [one for one in observations if one.kind == "contradiction" and one.entry == CONFLICTS]
    return {
        name: mean_of(
            ((one.place, one.figures.get(name, 0.0)) for one in asked),
            "it was not asked which facts the document contradicts itself about",
        )
        for name in ("precision", "recall", "f1")
    }


def conflicting_values(spans: Sequence[Span]) -> Figure:
    """F1 of the values named, of those that contradict each other."""
    return figure_of(spans, "contradiction", "f1", "no question on a contradiction")


def figure_of(spans: Sequence[Span], kind: FactKind, name: str, nothing: str) -> Figure:
    """One figure of the verdicts on facts of a kind; 0 where an answer could not be read."""
    asked = (one for span in spans for one in span.probes if one.kind == kind)
    return mean_of(((one.place, one.figures.get(name, 0.0)) for one in asked), nothing)


def ledgers_self_checked(observations: Sequence[Observation]) -> Figure:
    """Over ledgers, each in one reading, of whose answers at the end none is missing."""
    wanted: defaultdict[Hashable, set[str]] = defaultdict(set)
    found: defaultdict[Hashable, dict[str, Observation]] = defaultdict(dict)
    for one in at_the_end(observations):
        if one.kind == "ledger" and not one.wording:
            wanted[_ledger(one)].add(one.entry)
            found[_ledger(one), one.layout, one.permutation, one.repeat][one.entry] = one
    whole = [
        some for some in found.values() if "" in some and some.keys() == wanted[_ledger(some[""])] > {""}
    ]
    return mean_of(
        (
            (some[""].place, self_check([one.answer for one in some.values() if one.entry], some[""].answer))
            for some in whole
        ),
        "no ledger was asked for its sum and all its entries at the end",
    )


def _ledger(one: Observation) -> Hashable:
    return one.place, one.fact


def _number(answer: str | None) -> Decimal | None:
    try:
        number = Decimal(answer or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _said(one: Observation) -> str:
    """`right`, or how it was wrong; a right line of a trial that did not end by itself is neither."""
    return "right" if one.right else one.outcome.replace("right", "")
