"""All figures of consistency of one model, from its answers.

Accuracy stands beside every kind of agreement, because a model that always says the same nonsense agrees with
itself perfectly. A figure without an observation has no value and says why.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from scenarios.reading import FactKind, Layout
from scenarios.record import Record
from scoring.consistency.agreement import agreement, consistent_and_correct, kappa, strict_agreement
from scoring.consistency.figure import Figure, NothingObserved, Values, mean_of, none_of
from scoring.consistency.gathered import (
    conflicting_values,
    conflicts,
    figure_of,
    ledgers_self_checked,
    uptake,
)
from scoring.consistency.lags import (
    LagFigure,
    accuracy_by_lag,
    accuracy_by_lag_tokens,
    retention_by_lag,
)
from scoring.consistency.observation import Observation, in_order
from scoring.consistency.over_time import first_sway, harmful_flips, helpful_flips, pwc, pwc_share
from scoring.consistency.pairs import LayoutGap, layout_gaps, order_invariance, spread_over_orders
from scoring.consistency.reliability import over_repeats
from scoring.consistency.spans import Span, spans

_KINDS: tuple[FactKind, ...] = ("static", "update", "contradiction", "timeline", "ledger", "entity")
_TWICE = 2


class ConsistencyFigures(Record):
    """Of one model. A *fact* here is a fact in one reading as long as one value of it holds."""

    model: str
    layouts: tuple[Layout, ...]
    """Those that the answers come from; facts of all of them are averaged together."""
    observations: int
    unparsed: Figure
    """Share of the answers that were not in the form asked for."""

    accuracy: Figure
    """Of facts asked at least twice: the share of right answers, averaged over facts."""
    agreement: Figure
    """Cons: of the same facts, the share of pairs of answers that are equal."""
    strict_agreement: Figure
    """PC: the share of the same facts whose answers are all equal."""
    consistent_and_correct: Figure
    """CC, the headline: the share of the same facts whose answers are all right."""
    kappa: Figure
    """Agreement of right or wrong beyond chance, over the same facts."""

    accuracy_by_kind: dict[FactKind, Figure]
    """Share of right answers to each kind of fact; n are answers."""
    before_told: Figure
    """How often it is said, before a fact is told, that the document does not tell it."""

    accuracy_by_lag: tuple[LagFigure, ...]
    """By parts read since; n are answers to the first wording."""
    accuracy_by_lag_tokens: tuple[LagFigure, ...]
    retention: tuple[LagFigure, ...]
    """By parts read since: of what was answered right at lag 0, what still is."""
    harmful_flips: Figure
    """Of right answers that were asked again, how many became wrong; n are such answers."""
    helpful_flips: Figure
    """Of wrong answers that were asked again, how many became right."""
    swayed: Figure
    """Of facts that were once answered right and asked again, how many were later answered wrong."""
    first_sway: Figure
    """Of the facts that swayed, parts read until the first wrong answer after a right one."""
    pwc: Figure
    """Position-weighted consistency of facts asked at two or more times."""
    pwc_share: Figure
    """The same, of the largest possible."""

    wording_agreement: Figure
    """Cons over the wordings of a question at one time."""
    wording_strict_agreement: Figure
    """PC over the wordings of a question at one time."""

    update_uptake: Figure
    """Of answers after an update, how many give the new value alone."""
    update_stale: Figure
    """How many give the old value alone."""
    update_mixed: Figure
    """How many give both."""
    update_other: Figure
    """How many give something else, or nothing that could be read. The four add up to 1."""
    update_before: Figure
    """Of answers before it, how many give the first value."""
    contradiction_precision: Figure
    """Of the facts named as contradictory, how many are; n are documents asked for them, as in the next."""
    contradiction_recall: Figure
    """Of the contradictory facts, how many are named."""
    contradiction_f1: Figure
    contradiction_values_f1: Figure
    """Of the values that contradict each other, how well all are named and no others; n are answers."""
    timeline_exact: Figure
    """Share of the answers that are the true order."""
    timeline_tau: Figure
    """Kendall's tau-b, in [−1, 1]; 0 where no order could be read."""
    ledger_exact: Figure
    """Share of the answers that are the true sum."""
    ledger_nearness: Figure
    """max(0, 1 − relative error)."""
    ledger_self_check: Figure
    """Share of the ledgers whose answered entries add up to the answered sum, right or wrong."""

    order_invariance: Figure
    """Share of the facts that are answered alike in every order of the document's parts."""
    order_spread: Figure
    """Largest accuracy of an order − smallest."""
    layout_gaps: tuple[LayoutGap, ...]
    """segmented − concat, concat − single, recap − concat, carry − segmented, tools − single."""
    aptitude: Figure
    """A90 over repeats; n are facts, single questions included."""
    unreliability: Figure
    """P90 − P10 over repeats."""


def measure(observations: Iterable[Observation]) -> ConsistencyFigures:
    """The figures of one model. Raises `ValueError` when there are several: what one says is no evidence of
    another. For a layout or a suite alone, give its observations alone.
    """
    asked = in_order(list(observations))
    models = {one.model for one in asked}
    if len(models) != 1:
        raise ValueError(f"one model is measured at a time; there are {', '.join(sorted(models)) or 'none'}")
    facts = spans(asked)
    updates, named, repeats = uptake(facts), conflicts(asked), over_repeats(asked)
    return ConsistencyFigures(
        model=models.pop(),
        layouts=tuple(sorted({one.layout for one in asked})),
        observations=len(asked),
        unparsed=mean_of(((one.place, float(one.outcome == "unparsed")) for one in asked), ""),
        **_agreements(facts),
        accuracy_by_kind={kind: _accuracy(facts, kind) for kind in _KINDS},
        before_told=mean_of(
            ((one.place, float(one.right)) for one in asked if one.lag == -1),
            "nothing was asked before it was told",
        ),
        accuracy_by_lag=accuracy_by_lag(facts),
        accuracy_by_lag_tokens=accuracy_by_lag_tokens(facts),
        retention=retention_by_lag(facts),
        **_over_time(facts),
        update_uptake=updates["uptake"],
        update_stale=updates["stale"],
        update_mixed=updates["mixed"],
        update_other=updates["other"],
        update_before=updates["before"],
        contradiction_precision=named["precision"],
        contradiction_recall=named["recall"],
        contradiction_f1=named["f1"],
        contradiction_values_f1=conflicting_values(facts),
        timeline_exact=_accuracy(facts, "timeline"),
        timeline_tau=figure_of(facts, "timeline", "tau", "no question on a timeline"),
        ledger_exact=_accuracy(facts, "ledger"),
        ledger_nearness=figure_of(facts, "ledger", "closeness", "no question on a ledger"),
        ledger_self_check=ledgers_self_checked(asked),
        order_invariance=order_invariance(asked),
        order_spread=spread_over_orders(asked),
        layout_gaps=layout_gaps(asked),
        aptitude=repeats[0],
        unreliability=repeats[1],
    )


def figures_by_name(figures: ConsistencyFigures) -> dict[str, Figure]:
    """Every figure: `agreement`, `accuracy_by_kind.static`, `retention.3-4`, `layout_gaps.concat-single`."""
    found: dict[str, Figure] = {}
    for name in ConsistencyFigures.model_fields:
        match getattr(figures, name):
            case Figure() as figure:
                found[name] = figure
            case dict() as kinds:
                found |= {f"{name}.{kind}": figure for kind, figure in kinds.items()}
            case tuple() as rows:
                found |= {f"{name}.{_row(one)}": _figure(one) for one in rows if not isinstance(one, str)}
    return found


def require(figures: ConsistencyFigures, names: Iterable[str]) -> None:
    """Raises `NothingObserved` when a figure rests on nothing; `layout_gaps` means every one of them."""
    known = figures_by_name(figures)
    missing = []
    for name in names:
        if name not in ConsistencyFigures.model_fields and name not in known:
            raise ValueError(f"there is no figure {name!r}; there are {', '.join(known)}")
        meant = [one for one in known if one == name or one.startswith(f"{name}.")]
        missing += [f"{one} ({known[one].note})" for one in meant if not known[one].n]
        missing += [] if meant else [f"{name} (no observation)"]
    if missing:
        raise NothingObserved(f"{figures.model}: nothing was observed for {'; '.join(missing)}")


def _row(one: LagFigure | LayoutGap) -> str:
    if isinstance(one, LayoutGap):
        return f"{one.layout}-{one.against}"
    return str(one.first) if one.first == one.last else f"{one.first}-{one.last}"


def _figure(one: LagFigure | LayoutGap) -> Figure:
    return one.gap if isinstance(one, LayoutGap) else one.figure


def _agreements(facts: Sequence[Span]) -> dict[str, Figure]:
    """Over all questions on a fact: at all times, in all wordings."""
    several = [fact for fact in facts if len(fact.probes) >= _TWICE]
    worded = [fact for fact in facts if len(fact.in_other_words) >= _TWICE]
    twice, reworded = "no fact was asked twice", "no fact was asked in two wordings at one time"
    return {
        "accuracy": mean_of(
            ((fact.place, fmean(one.right for one in fact.probes)) for fact in several), twice
        ),
        "agreement": mean_of(_of_answers(several, agreement), twice),
        "strict_agreement": mean_of(_of_answers(several, strict_agreement), twice),
        "consistent_and_correct": mean_of(
            (
                (fact.place, consistent_and_correct([one.right for one in fact.probes]) or 0.0)
                for fact in several
            ),
            twice,
        ),
        "kappa": _beyond_chance(several, twice),
        "wording_agreement": mean_of(_of_answers(map(_at_last, worded), agreement), reworded),
        "wording_strict_agreement": mean_of(_of_answers(map(_at_last, worded), strict_agreement), reworded),
    }


def _at_last(fact: Span) -> Span:
    return Span(fact.in_other_words)


def _of_answers(facts: Iterable[Span], formula: Callable[[Sequence[str | None]], float | None]) -> Values:
    return ((fact.place, formula([one.answer for one in fact.probes]) or 0.0) for fact in facts)


def _beyond_chance(facts: Sequence[Span], nothing: str) -> Figure:
    found = kappa([[one.right for one in fact.probes] for fact in facts])
    if found is None:
        return none_of(
            nothing if not facts else "every answer was right, or none was: nothing to tell from chance"
        )
    places = {fact.place for fact in facts}
    return Figure(value=found, n=len(facts), documents=len(places), note="no interval is given for it")


def _accuracy(facts: Sequence[Span], kind: FactKind) -> Figure:
    asked = ((one.place, float(one.right)) for fact in facts for one in fact.probes if one.kind == kind)
    return mean_of(asked, f"no question on a fact of kind {kind}")


def _over_time(facts: Sequence[Span]) -> dict[str, Figure]:
    """Of facts asked at two times or more, in their first wording."""
    rows = [(fact.place, fact.over_time) for fact in facts if len(fact.over_time) >= _TWICE]
    right = [(place, [one.right for one in row]) for place, row in rows]
    nothing = "no fact was asked at two times"
    known = [(place, answers) for place, answers in right if any(answers[:-1])]
    swayed = [
        (place, row[when].lag or 0)
        for place, row in rows
        if (when := first_sway([one.right for one in row])) is not None
    ]
    return {
        "harmful_flips": mean_of(_flips(right, harmful_flips), f"{nothing} and right at the earlier"),
        "helpful_flips": mean_of(_flips(right, helpful_flips), f"{nothing} and wrong at the earlier"),
        "swayed": mean_of(
            ((place, float(first_sway(answers) is not None)) for place, answers in known),
            f"{nothing} and right at the earlier",
        ),
        "first_sway": mean_of(((place, float(lag)) for place, lag in swayed), "no right answer was given up"),
        "pwc": mean_of(((place, pwc(answers)) for place, answers in right), nothing),
        "pwc_share": mean_of(((place, pwc_share(answers)) for place, answers in right), nothing),
    }


def _flips(
    rows: Iterable[tuple[tuple[str, str], list[bool]]],
    formula: Callable[[Sequence[bool]], tuple[int, int]],
) -> Values:
    """Each chance to flip, and whether it was taken."""
    for place, answers in rows:
        flips, chances = formula(answers)
        yield from ((place, 1.0) for _ in range(flips))
        yield from ((place, 0.0) for _ in range(chances - flips))
