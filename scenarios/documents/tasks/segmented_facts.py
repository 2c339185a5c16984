"""Draws the facts of a document of the task `segmented`, and says where each is told.

A fact is what `scenario.yaml` calls one (`scenarios.documents.own.TrackedFact`), so that what is asked about
it, and when, is decided in one place for generated documents and for one's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from typing import TypeVar

from scenarios.documents.compose import Planted, whole_depth
from scenarios.documents.dice import Dice
from scenarios.documents.document import Order
from scenarios.documents.own import Entry, Event, FactValue, TrackedFact
from scenarios.documents.tasks import values
from scenarios.documents.tasks.names import Names
from scenarios.documents.tasks.segmented_en import ENGLISH
from scenarios.documents.tasks.segmented_plots import Account, Chronicle, Form, Plot, Plots
from scenarios.documents.tasks.segmented_zh import CHINESE
from scenarios.language import Language
from scenarios.reading import FactKind

T = TypeVar("T")
Span = tuple[float, float]

PLOTS: Mapping[Language, Plots] = {"en": ENGLISH, "zh": CHINESE}
_DIGITS = 6
_CENTURY = 1801
_YEARS = 99

_ONCE: Sequence[Span] = ((1 / 8, 1 / 2),)
_EARLY_AND_LATE: Mapping[str, Sequence[Span]] = {
    "update": ((0, 1 / 4), (1 / 2, 5 / 8)),
    "contradiction": ((0, 3 / 8), (1 / 2, 3 / 4)),
    "entity": ((0, 1 / 4), (3 / 8, 1 / 2)),
}
_GATHERED_BY = 5 / 8
_LAST = (5 / 8, 3 / 4)


def spans(kind: FactKind, tellings: int = 2) -> Sequence[Span]:
    """Where in the document each sentence of a fact stands, as depths from and up to.

    All is told when three quarters are read, so that there are lags to ask after.
    """
    if kind == "static":
        return _ONCE
    if kind in _EARLY_AND_LATE:
        return _EARLY_AND_LATE[kind]
    step = _GATHERED_BY / max(1, tellings - 1)
    return (*((n * step, (n + 1) * step) for n in range(tellings - 1)), _LAST)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A fact of one document: its sentences, and the questions about it."""

    kind: FactKind
    name: str
    """What it is about."""
    planted: tuple[Planted, ...]
    fact: TrackedFact | None
    """None for one that is told twice alike: nobody asks what it says, only whether it is contradicted."""
    form: Form
    """Of its values; a timeline has dates, and none that is asked for."""
    values: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many facts of each kind, and how much the gathered ones gather."""

    static: int
    update: int
    contradiction: int
    timeline: int
    ledger: int
    entity: int
    events: int
    entries: int


class Teller:
    """Makes the facts of one document; no name and no value of it is used twice."""

    def __init__(self, order: Order, counts: Counts) -> None:
        self._order = order
        self._counts = counts
        self._plots = PLOTS[order.language]
        self._names = Names(order.language, order.dice("names"))
        self._places = order.dice("places")
        self._choice = order.dice("choice")
        many = counts.static + 2 * counts.update + 3 * counts.contradiction + counts.entity
        self._numbers = iter(values.numbers(order.dice("numbers"), many, _DIGITS))
        self._codes = iter(values.codes(order.dice("codes"), many))
        self._thousands = iter(values.numbers(order.dice("amounts"), counts.entries * counts.ledger, 3))

    def facts(self) -> list[Told]:
        """Every fact, a kind after the other."""
        counts, plots = self._counts, self._plots
        return [
            *(self._static(n, plot) for n, plot in self._drawn(plots.static, counts.static)),
            *(self._update(n, plot) for n, plot in self._drawn(plots.update, counts.update)),
            *self._contradictions(),
            *(self._timeline(n, plot) for n, plot in self._drawn(plots.timeline, counts.timeline)),
            *(self._ledger(n, plot) for n, plot in self._drawn(plots.ledger, counts.ledger)),
            *(self._entity(n, plot) for n, plot in self._drawn(plots.entity, counts.entity)),
        ]

    def _drawn(self, plots: Sequence[T], count: int) -> Iterator[tuple[int, T]]:
        """Plots in random order, each as often as the others."""
        return enumerate(islice(cycle(self._choice.shuffled(plots)), count), start=1)

    def _static(self, number: int, plot: Plot) -> Told:
        name, value = self._names.draw("town"), self._value(plot.form)
        told = self._planted("static", f"static-{number}", plot.told, name, [value])
        fact = TrackedFact(
            id=f"static-{number}",
            kind="static",
            ask=_asked(plot, name),
            answer=value,
            evidence=(told[0].text,),
        )
        return Told(kind="static", name=name, planted=told, fact=fact, form=plot.form, values=(value,))

    def _update(self, number: int, plot: Plot) -> Told:
        name = self._names.draw("town")
        return self._twice("update", f"update-{number}", plot, name, self._two(plot.form))

    def _contradictions(self) -> Iterator[Told]:
        """Those that contradict themselves, and as many that say the same twice."""
        for number, plot in self._drawn(self._plots.contradiction, self._counts.contradiction):
            name, other = (self._names.draw("town") for _ in range(2))
            yield self._twice("contradiction", f"contradiction-{number}", plot, name, self._two(plot.form))
            value = self._value(plot.form)
            alike = self._twice("contradiction", f"alike-{number}", plot, other, (value, value))
            yield replace(alike, fact=None, values=(value,))

    def _twice(self, kind: FactKind, name: str, plot: Plot, about: str, two: tuple[str, str]) -> Told:
        told = self._planted(kind, name, plot.told, about, two)
        fact = TrackedFact(
            id=name,
            kind=kind,
            ask=_asked(plot, about),
            values=tuple(
                FactValue(answer=value, evidence=(one.text,)) for value, one in zip(two, told, strict=True)
            ),
        )
        return Told(kind=kind, name=about, planted=told, fact=fact, form=plot.form, values=two)

    def _entity(self, number: int, plot: Plot) -> Told:
        person, name, value = self._names.draw("person"), self._names.draw("town"), self._value(plot.form)
        intro, use = plot.told
        told = self._sentences(
            "entity",
            f"entity-{number}",
            [
                (intro.format(name=name, person=person), (name, person)),
                (use.format(name=name, value=value), (name, value)),
            ],
        )
        fact = TrackedFact(
            id=f"entity-{number}",
            kind="entity",
            ask=tuple(wording.format(person=person) for wording in plot.asked),
            answer=value,
            evidence=tuple(one.text for one in told),
        )
        return Told(kind="entity", name=person, planted=told, fact=fact, form=plot.form, values=(value,))

    def _timeline(self, number: int, plot: Chronicle) -> Told:
        """Told in another order than it happened, and not backwards either, where there are enough events."""
        name = self._names.draw("town")
        events = self._choice.sample(plot.events, self._counts.events)
        dates = self._dates(len(events))
        order = _mixed(len(events), self._choice)
        sentences = [events[n][1].format(name=name, date=dates[n]) for n in order]
        told = self._sentences("timeline", f"timeline-{number}", [(text, (name,)) for text in sentences])
        listed = [event for event, _ in events]
        shown = self._choice.shuffled(listed)
        while shown == listed:
            shown = self._choice.shuffled(listed)
        fact = TrackedFact(
            id=f"timeline-{number}",
            kind="timeline",
            ask=tuple(wording.format(name=name, events=self._list(shown)) for wording in plot.asked),
            events=tuple(
                Event(id=event, evidence=(sentences[order.index(n)],)) for n, event in enumerate(listed)
            ),
        )
        return Told(kind="timeline", name=name, planted=told, fact=fact, form="number")

    def _ledger(self, number: int, plot: Account) -> Told:
        """Round amounts, since it is memory that is asked for and not arithmetic."""
        name = self._names.draw("firm")
        items = self._choice.sample(plot.items, self._counts.entries)
        amounts = [f"{next(self._thousands)}000" for _ in items]
        ways = list(islice(cycle(self._choice.shuffled(plot.told)), len(items)))
        told = self._sentences(
            "ledger",
            f"ledger-{number}",
            [
                (way.format(name=name, item=item, value=amount), (name, amount))
                for way, item, amount in zip(ways, items, amounts, strict=True)
            ],
        )
        fact = TrackedFact(
            id=f"ledger-{number}",
            kind="ledger",
            ask=tuple(wording.format(name=name, items=self._list(items)) for wording in plot.asked),
            entries=tuple(
                Entry(
                    id=item,
                    amount=float(amount),
                    ask=plot.entry.format(name=name, item=item),
                    evidence=(one.text,),
                )
                for item, amount, one in zip(items, amounts, told, strict=True)
            ),
        )
        return Told(kind="ledger", name=name, planted=told, fact=fact, form="number", values=tuple(amounts))

    def _planted(
        self, kind: FactKind, name: str, told: Sequence[str], about: str, said: Sequence[str]
    ) -> tuple[Planted, ...]:
        texts = (
            (sentence.format(name=about, value=value), (about, value))
            for sentence, value in zip(told, said, strict=True)
        )
        return self._sentences(kind, name, list(texts))

    def _sentences(
        self, kind: FactKind, name: str, texts: Sequence[tuple[str, tuple[str, ...]]]
    ) -> tuple[Planted, ...]:
        """Each somewhere in its span."""
        found = []
        for n, ((text, declared), (low, high)) in enumerate(
            zip(texts, spans(kind, len(texts)), strict=True), start=1
        ):
            depth = low + (high - low) * self._places.below(1000) / 1000
            part, inside = whole_depth(depth, self._order.parts)
            found.append(
                Planted(id=f"{name}-{n}", text=_begun(text), part=part, depth=inside, values=declared)
            )
        return tuple(found)

    def _value(self, form: Form) -> str:
        if form == "person":
            return self._names.draw("person")
        return next(self._numbers if form == "number" else self._codes)

    def _two(self, form: Form) -> tuple[str, str]:
        return self._value(form), self._value(form)

    def _dates(self, count: int) -> list[str]:
        """Different years, in order."""
        years = sorted(_CENTURY + year for year in self._choice.sample(range(_YEARS), count))
        return [
            self._plots.date.format(
                year=year, month=self._choice.choice(self._plots.months), day=self._choice.between(1, 28)
            )
            for year in years
        ]

    def _list(self, items: Sequence[str]) -> str:
        between, last = self._plots.listed
        return between.join(items[:-1]) + last + items[-1]


def conflicts_question(language: Language, names: Sequence[str]) -> str:
    between, _ = PLOTS[language].listed
    return PLOTS[language].conflicts.format(names=between.join(names))


def _asked(plot: Plot, name: str) -> tuple[str, ...]:
    return tuple(wording.format(name=name) for wording in plot.asked)


def _begun(sentence: str) -> str:
    """With a capital where an item of a list begins it."""
    return sentence[0].upper() + sentence[1:]


def _mixed(count: int, dice: Dice) -> list[int]:
    """Neither forward nor backward, where there are three or more."""
    straight = list(range(count))
    drawn: list[int] = dice.order(count).tolist()
    while count > 2 and drawn in (straight, straight[::-1]):  # noqa: PLR2004 # two have no third order
        drawn = dice.order(count).tolist()
    return drawn
