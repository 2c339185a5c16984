"""The questions of a document of one's own.

Where a sentence stands is found by looking for it, so that the same file works however the parts are cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scenarios.documents.document import Document, Probe, Tokenizer
from scenarios.documents.own import Entry, OwnScenario, Question, TrackedFact, Wanted
from scenarios.documents.own_parts import find_quote
from scenarios.documents.schedule import lags
from scenarios.documents.wording import AnswerForm, answer_form
from scenarios.language import Language
from scenarios.line import Conflict, Line, Number, Summary, Value
from scenarios.line import Sequence as OrderedItems
from scenarios.reading import Cell, Evidence, FactKind, Rests

_ANSWER_TOKENS = 512
_SUMMARY_TOKENS = 1024
_CENT = 0.005


class Misplaced(Exception):
    """A quote that is not in the document, or more than once; the message says which."""

    def __init__(self, place: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


@dataclass(kw_only=True)
class OwnReader:
    """Makes the questions of a scenario's document."""

    scenario: OwnScenario
    name: str
    parts: tuple[str, ...]
    tokenizer: Tokenizer
    summaries: dict[str, str]
    """Reference summaries by the names of their files."""
    left_out: tuple[str, ...] = ()
    """Parts that `upto` cut off; what rests on them is not asked."""
    problems: list[Misplaced] = field(default_factory=list)

    def document(self) -> Document:
        """The document with every question whose evidence is in it; what was misplaced is in `problems`."""
        self._counts = tuple(self.tokenizer.counts(self.parts))
        probes = [
            probe
            for n, question in enumerate(self.scenario.segments)
            for probe in self._question(n, question)
        ]
        probes += [probe for n, fact in enumerate(self.scenario.facts) for probe in self._fact(n, fact)]
        probes.sort(key=lambda probe: probe.after)
        return Document(parts=self.parts, tokens=self._counts, probes=tuple(probes))

    @property
    def _language(self) -> Language:
        return self.scenario.language

    @property
    def _end(self) -> int:
        return len(self.parts)

    def _question(self, number: int, question: Question) -> Iterator[Probe]:
        found = self._evidence(question.evidence, ("segments", number, "evidence"))
        if found is None or question.expect is None:
            return
        wished = question.after or self.scenario.read_until(number) or "all"
        after = self._end if wished == "all" else wished
        if after > self._end and not self.left_out:
            parts = f"{self._end} part" + "s" * (self._end > 1)
            why = f"asks after {after} parts, and the document has {parts}; say `all`, or split it finer"
            self.problems.append(Misplaced(("segments", number, "after"), why))
        after = min(after, self._end)
        after = max([after, *(one.part for one in found)])
        line, asked = self._wanted(question, question.expect)
        is_summary = isinstance(line, Summary)
        yield Probe(
            id=question.id,
            question=asked,
            line=line,
            evidence=found,
            after=after,
            cell=self._cell(found, fact="", kind=None, after=after),
            output_tokens=_SUMMARY_TOKENS if is_summary else _ANSWER_TOKENS,
        )

    def _wanted(self, question: Question, expect: Wanted) -> tuple[Line, str]:
        if expect.summary is not None or expect.points:
            reference = self.summaries.get(expect.summary or "", "")
            return Summary(reference=reference, points=expect.points), question.user
        return Value(gold=expect.answer), self._ask(question.user, "value")

    def _ask(self, question: str, form: AnswerForm) -> str:
        between = "" if self._language == "zh" else " "
        return f"{question}{between}{answer_form(form, self._language)}"

    def _fact(self, number: int, fact: TrackedFact) -> Iterator[Probe]:
        place = ("facts", number)
        match fact.kind:
            case "static" | "entity":
                evidence = self._evidence(fact.evidence, (*place, "evidence"))
                if evidence is not None:
                    yield from self._stated(fact, evidence)
            case "update" | "contradiction":
                told = [
                    self._evidence(value.evidence, (*place, "values", n, "evidence"))
                    for n, value in enumerate(fact.values)
                ]
                known = [one for one in told if one is not None]
                if fact.kind == "update" and len(known) == len(told):
                    self._check_order(known, (*place, "values"))
                if len(known) == len(told):
                    yield from (self._updated if fact.kind == "update" else self._contradicted)(fact, known)
            case "timeline" | "ledger":
                yield from self._gathered(fact, place)

    def _stated(self, fact: TrackedFact, evidence: Sequence[Evidence]) -> Iterator[Probe]:
        told = max(one.part for one in evidence)
        line = Value(gold=fact.answer)
        yield from self._before(fact, min(one.part for one in evidence))
        for after in lags(told, self._end):
            yield from self._asked(fact, line, evidence, after=after, told=told)

    def _updated(self, fact: TrackedFact, told: Sequence[Sequence[Evidence]]) -> Iterator[Probe]:
        values = [value.answer for value in fact.values]
        starts = [max(one.part for one in evidence) for evidence in told]
        every = tuple(
            one.model_copy(update={"answer": value})
            for evidence, value in zip(told, values, strict=True)
            for one in evidence
        )
        yield from self._before(fact, starts[0])
        for n, start in enumerate(starts):
            until = starts[n + 1] - 1 if n + 1 < len(starts) else self._end
            line = Value(gold=values[n], stale=tuple(old for old in values[:n] if old != values[n]))
            known = tuple(one for one in every if one.part <= until)
            for after in lags(start, until):
                yield from self._asked(fact, line, known, after=after, told=start, rests="latest")

    def _check_order(self, told: Sequence[Sequence[Evidence]], place: tuple[str | int, ...]) -> None:
        """What a document says first cannot replace what it says later."""
        ends = [max((one.part, one.token) for one in evidence) for evidence in told]
        for n, (before, after) in enumerate(pairwise(ends), start=1):
            if after < before:
                self.problems.append(
                    Misplaced(
                        (*place, n),
                        f"is told in part {after[0]}, before the value above it (part {before[0]}); "
                        "list values in the order in which they are told",
                    )
                )

    def _contradicted(self, fact: TrackedFact, told: Sequence[Sequence[Evidence]]) -> Iterator[Probe]:
        values = [value.answer for value in fact.values]
        every = tuple(
            evidence[0].model_copy(update={"answer": value})
            for evidence, value in zip(told, values, strict=True)
        )
        last = max(one.part for one in every)
        for after in lags(last, self._end):
            yield from self._asked(
                fact, Conflict(golds=tuple(values)), every, after=after, told=last, rests="each"
            )

    def _gathered(self, fact: TrackedFact, place: tuple[str | int, ...]) -> Iterator[Probe]:
        """What is told in several places: an order of events, or amounts that add up."""
        name = "events" if fact.events else "entries"
        quotes = [event.evidence for event in fact.events] or [entry.evidence for entry in fact.entries]
        found = [self._evidence(some, (*place, name, n, "evidence")) for n, some in enumerate(quotes)]
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            return
        evidence = tuple(one for some in known for one in some)
        last = max(one.part for one in evidence)
        line: Line = (
            OrderedItems(gold=tuple(event.id for event in fact.events))
            if fact.events
            else Number(gold=round(sum(entry.amount for entry in fact.entries), 6), within=_CENT)
        )
        form: AnswerForm = "order" if fact.events else "number"
        for after in lags(last, self._end):
            yield from self._asked(fact, line, evidence, after=after, told=last, form=form)
        for n, (entry, where) in enumerate(zip(fact.entries, known, strict=False), start=1):
            yield self._entry(fact, n, entry, where)

    def _entry(self, fact: TrackedFact, number: int, entry: Entry, evidence: Sequence[Evidence]) -> Probe:
        """One of the amounts, asked at the end beside their sum."""
        cell = self._cell(evidence, fact=fact.id, kind="ledger", after=self._end)
        return self._probe(
            f"{fact.id}-e{number}-p{self._end}",
            self._ask(entry.ask, "number"),
            Number(gold=entry.amount, within=_CENT),
            evidence,
            cell=cell.model_copy(update={"entry": entry.id}),
            after=self._end,
        )

    def _before(self, fact: TrackedFact, told: int) -> Iterator[Probe]:
        """Asked once before it is told: nothing is known yet."""
        if told > 1:
            yield from self._asked(fact, Value(gold=None), (), after=told - 1, told=told)

    def _asked(
        self,
        fact: TrackedFact,
        line: Line,
        evidence: Sequence[Evidence],
        *,
        after: int,
        told: int,
        rests: Rests = "all",
        form: AnswerForm = "value",
    ) -> Iterator[Probe]:
        """The fact's question after so many parts; at the end in every wording."""
        wordings = fact.ask if after == self._end and evidence else fact.ask[:1]
        for n, question in enumerate(wordings):
            cell = self._cell(evidence, fact=fact.id, kind=fact.kind, after=after)
            lag = after - told if evidence else -1
            tokens = sum(self._counts[told:after])
            yield self._probe(
                f"{fact.id}-p{after}" + (f"-w{n + 1}" if n else ""),
                self._ask(question, form),
                line,
                evidence,
                cell=cell.model_copy(
                    update={"wording": n, "lag": lag, "lag_tokens": tokens if evidence else None}
                ),
                after=after,
                rests=rests,
            )

    def _probe(
        self,
        name: str,
        question: str,
        line: Line,
        evidence: Sequence[Evidence],
        *,
        cell: Cell,
        after: int,
        rests: Rests = "all",
    ) -> Probe:
        return Probe(
            id=name,
            question=question,
            line=line,
            evidence=tuple(evidence),
            rests=rests,
            after=after,
            only_at=after < self._end,
            cell=cell,
        )

    def _cell(self, evidence: Sequence[Evidence], *, fact: str, kind: FactKind | None, after: int) -> Cell:
        depth = evidence[0].token / max(1, sum(self._counts[:after])) if len(evidence) == 1 else None
        return Cell(task="own", depth=depth, fact=fact, fact_kind=kind)

    def _evidence(self, quotes: Sequence[str], place: tuple[str | int, ...]) -> tuple[Evidence, ...] | None:
        """Where the quotes stand; None when one is not there, which is a problem unless `upto` cut it off."""
        found: list[Evidence] = []
        for n, quote in enumerate(quotes):
            places = list(find_quote(quote, self.parts))
            if len(places) != 1:
                if why := self._misplaced(quote, len(places)):
                    self.problems.append(Misplaced((*place, n), f"{quote[:80]!r} {why}"))
                return None
            part, start, text = places[0]
            before = sum(self._counts[: part - 1]) + self.tokenizer.counts([self.parts[part - 1][:start]])[0]
            found.append(Evidence(text=text, part=part, token=before))
        return tuple(found)

    def _misplaced(self, quote: str, times: int) -> str:
        """What is wrong with a quote that is not in one part once; empty when `upto` cut it off."""
        if times:
            return f"is in the document {times} times; quote what stands there once"
        if _is_in(quote, self.parts):
            return "is divided between two parts; quote less of it, or change `split`"
        if self.left_out and _is_in(quote, (*self.parts, *self.left_out)):
            return ""
        return "is not in the document; quote what stands there once"


def _is_in(quote: str, parts: Sequence[str]) -> bool:
    """Whether a quote stands in the text that parts make together."""
    return any(find_quote(quote, ["".join(parts)]))
