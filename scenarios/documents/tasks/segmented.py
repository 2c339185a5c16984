"""T9, segmented reading: facts that are kept, replaced, contradicted and gathered while a document goes on.

A document tells facts of six kinds. *static*: said once. *update*: a value, and later explicitly another one
that replaces it. *contradiction*: two values of which neither replaces the other, beside as many facts that
are told twice alike. *timeline*: dated events, told in an order in which they did not happen. *ledger*:
amounts that add up. *entity*: who holds an office, and elsewhere what is said of whoever holds it. Each is
asked about right after it was told, after ever longer lags and at the end, there in three wordings; a static
fact, an update and an entity also once before, when nothing is known yet. Each entry of a ledger is asked for
at the end, and once which of the places that are told of twice the document contradicts itself about.

The questions are those of a document of one's own with the same facts (`scenarios.documents.own_probes`), so
that both are measured alike (`scoring.consistency`). `most_questions` says how many there can be: with the
options as they are and 8 parts, 59.

In another order of the parts (`order.permutation`) only what does not hang on the order is asked, once, at
the end: static, timeline, ledger, entity. `order.independent` plants one fact alone, another one for each
document number, and asks it once, at the end.
"""

from dataclasses import replace
from itertools import product
from typing import Annotated, Self

from pydantic import Field, model_validator

from scenarios.documents.compose import Composed, compose, rearranged, whole_depth
from scenarios.documents.document import CannotMake, Document, Order, Probe, Task
from scenarios.documents.own import DocumentFile, OwnScenario
from scenarios.documents.own_probes import OwnReader
from scenarios.documents.schedule import lags
from scenarios.documents.tasks.segmented_facts import Counts, Teller, Told, conflicts_question, spans
from scenarios.documents.wording import answer_form
from scenarios.line import Names, Value
from scenarios.reading import Cell, FactKind
from scenarios.record import Record

Many = Annotated[int, Field(ge=0, le=16)]
_WORDINGS = 3


class Options(Record):
    static: Many = 2
    """Facts that are said once and stay."""
    update: Many = 1
    """Facts whose value is replaced."""
    contradiction: Many = 2
    """Facts that the document contradicts itself about; as many more are told twice alike."""
    timeline: Many = 1
    """Rows of dated events."""
    ledger: Many = 1
    """Sums."""
    entity: Many = 1
    """Facts that need who holds an office, and what its holder does."""
    events: Annotated[int, Field(ge=3, le=6)] = 4
    """Of a timeline."""
    entries: Annotated[int, Field(ge=2, le=6)] = 3
    """Of a ledger."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.static, self.update, self.contradiction, self.timeline, self.ledger, self.entity)):
            raise ValueError("needs at least one fact of some kind")
        return self


_ANY_ORDER: frozenset[FactKind] = frozenset({"static", "timeline", "ledger", "entity"})
"""Kinds whose gold does not hang on the order of the parts."""


def most_questions(options: Options, parts: int) -> int:
    """How many questions a document of so many parts has at most, in its told order.

    >>> most_questions(Options(), 8)
    59
    """
    kinds: dict[FactKind, int] = {
        "static": options.static,
        "update": options.update,
        "contradiction": options.contradiction,
        "timeline": options.timeline,
        "ledger": options.ledger,
        "entity": options.entity,
    }
    tellings: dict[FactKind, int] = {"timeline": options.events, "ledger": options.entries}
    asked = sum(count * _most(kind, tellings.get(kind, 2), parts) for kind, count in kinds.items() if count)
    return asked + bool(options.contradiction)


def _most(kind: FactKind, tellings: int, parts: int) -> int:
    """Questions on one fact, wherever in its spans it is told."""
    reach = [
        range(whole_depth(low, parts)[0], whole_depth(high - 1e-9, parts)[0] + 1)
        for low, high in spans(kind, tellings)
    ]
    return max(_questions(kind, told, parts) for told in product(*reach))


def _questions(kind: FactKind, told: tuple[int, ...], parts: int) -> int:
    """Questions on a fact that is told in these parts."""
    before = int(told[0] > 1 and kind in {"static", "update", "entity"})
    until_replaced = len(list(lags(told[0], told[-1] - 1))) if kind == "update" else 0
    entries = len(told) if kind == "ledger" else 0
    return before + until_replaced + len(list(lags(told[-1], parts))) + _WORDINGS - 1 + entries


def _make(order: Order) -> Document:
    options = Options.model_validate(order.options)
    facts = Teller(order, Counts(**options.model_dump())).facts()
    if order.independent:
        asked = [told for told in facts if told.fact is not None]
        facts = [asked[order.number % len(asked)]]
    composed = rearranged(compose(order, [one for told in facts for one in told.planted]), order)
    document = _asked_about(composed, facts, order)
    _check_sums(document, facts)
    return document


def _asked_about(composed: Composed, facts: list[Told], order: Order) -> Document:
    """The document with the questions that one's own would have, in this task's cells."""
    reader = OwnReader(
        scenario=OwnScenario(
            title="",
            language=order.language,
            document=DocumentFile(file="-"),
            facts=tuple(
                told.fact
                for told in facts
                if told.fact is not None and (not order.permutation or told.kind in _ANY_ORDER)
            ),
        ),
        name="",
        parts=composed.parts,
        tokenizer=order.tokenizer,
        summaries={},
    )
    document = reader.document()
    if reader.problems:
        raise CannotMake("; ".join(map(str, reader.problems)))
    by_id = {told.fact.id: told for told in facts if told.fact is not None}
    probes = [
        _in_its_cell(probe, by_id[probe.cell.fact], facts, order)
        for probe in document.probes
        if _is_asked(probe, by_id[probe.cell.fact], order)
    ]
    if not (order.permutation or order.independent):
        probes += _conflicts(document, facts, order)
    return replace(document, probes=tuple(probes))


def _is_asked(probe: Probe, told: Told, order: Order) -> bool:
    once = not (probe.only_at or probe.cell.wording or probe.cell.entry)
    if order.permutation:
        return once and told.kind in _ANY_ORDER
    return once or not order.independent


def _in_its_cell(probe: Probe, told: Told, facts: list[Told], order: Order) -> Probe:
    """With what this document is, and with values of the same form that a good answer keeps apart."""
    line = probe.line
    if isinstance(line, Value):
        others = (
            one for other in facts if other is not told and other.form == told.form for one in other.values
        )
        line = line.model_copy(update={"decoys": tuple(dict.fromkeys(others))})
    return replace(probe, line=line, cell=_cell(probe.cell, order))


def _cell(cell: Cell, order: Order) -> Cell:
    return cell.model_copy(
        update={
            "task": "segmented",
            "tokens": order.tokens,
            "document": order.number,
            "permutation": order.permutation,
            "variant": {"alone": order.independent},
        }
    )


def _conflicts(document: Document, facts: list[Told], order: Order) -> list[Probe]:
    """Which of what is told twice does not agree, asked once all is read."""
    twice = [told for told in facts if told.kind == "contradiction"]
    if not twice:
        return []
    names = order.dice("conflicts").shuffled([told.name for told in twice])
    evidence = {place.text: place for probe in document.probes for place in probe.evidence}
    clashing = [told for told in twice if told.fact is not None]
    between = "" if order.language == "zh" else " "
    question = conflicts_question(order.language, names)
    cell = Cell(task="segmented", fact="conflicts", fact_kind="contradiction", entry="names")
    return [
        Probe(
            id=f"conflicts-p{order.parts}",
            question=f"{question}{between}{answer_form('list', order.language)}",
            line=Names(gold=tuple(told.name for told in clashing)),
            evidence=tuple(
                evidence[one.text].model_copy(update={"answer": None})
                for told in clashing
                for one in told.planted
            ),
            after=order.parts,
            cell=_cell(cell, order),
        )
    ]


def _check_sums(document: Document, facts: list[Told]) -> None:
    """A sum that stands in the document need not be worked out."""
    for told in facts:
        total = str(sum(map(int, told.values))) if told.kind == "ledger" else None
        if total is not None and any(total in part for part in document.parts):
            raise CannotMake(f"the sum of {told.name}, {total}, stands in the document; try another seed")


SEGMENTED = Task(
    name="segmented",
    title="Facts that are kept, replaced, contradicted and gathered while a document goes on",
    options=Options,
    make=_make,
)
