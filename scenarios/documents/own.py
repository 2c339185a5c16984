"""A scenario.yaml with `document:`: a document of one's own, questions on it, and facts that must stay the
same.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from scenarios.documents.length import Length
from scenarios.fields import Id
from scenarios.language import Language
from scenarios.line import Gold
from scenarios.reading import FactKind
from scenarios.record import Record
from scenarios.scenario import Limits

_SEVERAL = 2
_NEEDS: Mapping[FactKind, str] = {
    "update": "values",
    "contradiction": "values",
    "timeline": "events",
    "ledger": "entries",
}
"""Where a fact's evidence is, by its kind; beside `answer` for the kinds that are not here."""


class DocumentFile(Record):
    """Where the text is: one file, files that are a part each, or a folder of source code."""

    file: str | None = None
    """.txt, .md, .html, .pdf, .docx or source code beside the scenario."""
    parts: tuple[str, ...] = ()
    """Files that are one part each."""
    folder: str | None = None
    """A folder whose text files are read in the order of their paths, each under its path."""
    split: Length | None = None
    """Longest part, in tokens; parts end where paragraphs do. Without it a file is one part."""
    upto: Length | None = None
    """Only so much of the beginning is read; questions whose evidence comes later are left out."""

    @model_validator(mode="before")
    @classmethod
    def _a_mapping(cls, value: Any) -> Any:
        if not isinstance(value, dict | DocumentFile):
            why = f"needs file, parts or folder, such as {{file: contract.pdf}}; found {value!r}"
            raise ValueError(why)  # noqa: TRY004 # pydantic turns it into a finding, and no other
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("file", "parts", "folder") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of file, parts, folder; found {', '.join(given) or 'none'}")
        return self


class Wanted(Record):
    """What a good reply holds: an answer, or a summary."""

    answer: Gold | None = None
    """null: the document does not say."""
    summary: str | None = None
    """A file beside the scenario with a reference summary."""
    points: tuple[Gold, ...] = ()
    """Facts that a good summary states."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if ("answer" in self.model_fields_set) == (self.summary is not None or bool(self.points)):
            raise ValueError("needs either `answer` or `summary` with `points`")
        return self


class Question(Record):
    """One question about the document."""

    id: Id
    reading: str | None = None
    """A file that is read first: the next part of a document that is told so, segment by segment."""
    user: str = ""
    after: Annotated[int, Field(ge=1)] | Literal["all"] | None = None
    """Asked after so many parts; at the end in layouts that show the whole document at once. If not said:
    after what was read until here, and at the end of a `document:`."""
    evidence: tuple[str, ...] = ()
    """What the answer rests on, word for word; each occurs once in the document."""
    expect: Wanted | None = None

    @model_validator(mode="after")
    def _asks_or_reads(self) -> Self:
        if bool(self.user) != (self.expect is not None):
            raise ValueError("a question needs both `user` and `expect`")
        if not self.user and self.reading is None:
            raise ValueError("needs a question (`user` and `expect`), or `reading`")
        return self


class FactValue(Record):
    answer: Gold
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]


class Event(Record):
    id: str
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]


class Entry(Record):
    id: str
    amount: float
    ask: str
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]


class TrackedFact(Record):
    """Something that is asked about again and again while the document goes on."""

    id: Id
    kind: FactKind
    ask: Annotated[tuple[str, ...], Field(min_length=1)]
    """The question in several wordings; all of them are asked at the end."""
    answer: Gold | None = None
    """`static` and `entity`."""
    evidence: tuple[str, ...] = ()
    values: tuple[FactValue, ...] = ()
    """`update`: in the order in which they are told; `contradiction`: all of them."""
    events: tuple[Event, ...] = ()
    """`timeline`: in the order in which they happened."""
    entries: tuple[Entry, ...] = ()
    """`ledger`: what adds up."""

    @model_validator(mode="after")
    def _what_its_kind_needs(self) -> Self:
        field_name = _NEEDS.get(self.kind, "answer")
        found = getattr(self, field_name)
        if found is None or (field_name != "answer" and len(found) < _SEVERAL):
            wanted = "`answer` and `evidence`" if field_name == "answer" else f"two or more `{field_name}`"
            raise ValueError(f"a fact of kind {self.kind} needs {wanted}")
        if field_name == "answer" and not self.evidence:
            raise ValueError(f"a fact of kind {self.kind} needs `answer` and `evidence`")
        return self

    @model_validator(mode="after")
    def _nothing_else(self) -> Self:
        needs = _NEEDS.get(self.kind)
        takes = {"id", "kind", "ask", *([needs] if needs else ["answer", "evidence"])}
        if others := sorted(self.model_fields_set - takes):
            raise ValueError(f"a fact of kind {self.kind} has no `{others[0]}`")
        names = Counter([*(one.id for one in self.events), *(one.id for one in self.entries)])
        if twice := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"two of its `{needs}` are called {twice[0]!r}; ids are unique")
        untold = [event.id for event in self.events if any(event.id not in asked for asked in self.ask)]
        if untold:
            raise ValueError(
                f"the answer is a row of ids, so each wording of `ask` tells them: {untold[0]!r}"
            )
        return self


class OwnScenario(Record):
    """The typed form of a scenario.yaml that has `document:`."""

    title: str
    tags: tuple[str, ...] = ()
    language: Language = "en"
    system: str = ""
    document: DocumentFile | None = None
    segments: tuple[Question, ...] = ()
    facts: tuple[TrackedFact, ...] = ()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if bool(self.document) == bool(self.readings):
            raise ValueError("needs either `document`, or `reading` in its segments")
        return self

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(segment.reading for segment in self.segments if segment.reading is not None)

    @property
    def text(self) -> DocumentFile:
        """Where the document is."""
        return self.document or DocumentFile(parts=self.readings)

    def read_until(self, number: int) -> int:
        """Parts that are read by the end of a segment that tells its reading; 0 where none does."""
        return sum(segment.reading is not None for segment in self.segments[: number + 1])
