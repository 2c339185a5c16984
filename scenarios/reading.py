"""A question about a long document: which text, how much of it was read, and what the answer rests on.

A document is a row of parts. A question is asked after so many of them, in one of six layouts, which differ
only in what earlier text the model still sees. The text itself is not here: it is made again from its source,
or read from the run's own copy, and known by its digest.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from scenarios.language import Language
from scenarios.record import Kind, Record

Layout = Literal["single", "concat", "segmented", "recap", "carry", "tools"]
"""`single`: all parts as one text. `concat`: all of them in one turn, under headings. `segmented`: a turn
each, the model's own replies between them. `recap`: segmented, then all parts once more. `carry`: only the
current part and the model's own notes are in view. `tools`: the document is behind an MCP server that
searches and opens."""

WHOLE: frozenset[Layout] = frozenset({"single", "concat", "recap", "tools"})
"""Layouts in which questions are asked once the document is read to its end."""

FactKind = Literal["static", "update", "contradiction", "timeline", "ledger", "entity"]

Rests = Literal["all", "latest", "each", "whole"]
"""How an answer comes from its evidence: every sentence is needed; the latest one that was read holds; each
one gives an item of the answer. `whole`: everything that was read counts, and no sentence stands out."""


class Evidence(Record):
    """A place of the document that the answer rests on."""

    text: str
    """As it stands there, exactly once in the whole document."""
    part: Annotated[int, Field(ge=1)]
    token: Annotated[int, Field(ge=0)]
    """Tokens of the document before it, by the sizing tokenizer."""
    answer: JsonValue = None
    """What it says by itself: the value that holds from here on (`latest`), or one item (`each`)."""


class Cell(Record):
    """What a question is grouped by in tables and curves; None where it does not apply."""

    task: str
    """A task's name, or `own` for a document of one's own."""
    tokens: int | None = None
    """The length that was asked for."""
    document: int = 0
    """Which document of this task, language and length, from 0. Intervals are clustered by document."""
    depth: float | None = None
    """Where the evidence stands, in [0, 1] of the document."""
    fact: str = ""
    """What is asked about; questions about one fact are compared with each other."""
    fact_kind: FactKind | None = None
    lag: int | None = None
    """Parts read since the value that holds was told; −1 when it was not told yet."""
    lag_tokens: int | None = None
    wording: int = 0
    """Which paraphrase of the question."""
    permutation: int = 0
    """Which order of the document's parts."""
    entry: str = ""
    """What is asked beside the fact itself: an entry of a ledger, or `names` for which facts contradict
    themselves; empty for the fact."""
    variant: dict[str, JsonValue] = {}
    """What else a task varies: hops, keys, order, needles that stand alone."""


class Generated(Kind):
    """A document that a task makes; the same source gives the same bytes everywhere."""

    kind: Literal["generated"] = "generated"
    task: str
    language: Language
    tokens: int
    """At most so long, and at least 99 % of it."""
    parts: int
    number: int
    """Which document of its kind, from 0."""
    permutation: int = 0
    seed: int
    filler: str
    """`synthetic`, `python-docs`, or the folder of the user's own files."""
    sizing: str
    """The tokenizer's name."""
    options: dict[str, JsonValue] = {}
    """What the task was told, by the names of its options."""
    generator: int = 1
    """Raised when the same source would give other bytes than before."""


class Own(Kind):
    """A document of one's own: one file, files that are a part each, or a folder of source code."""

    kind: Literal["own"] = "own"
    files: tuple[str, ...]
    folder: str | None = None
    """For source code: the folder that the files' paths are told from, each above its file."""
    split: int | None = None
    """Longest part in tokens; None when each file is a part."""
    upto: int | None = None
    """Whole parts from the beginning, worth at most so many tokens; None for all of it."""
    sizing: str


class DocumentRef(Record):
    name: str
    """Unique in its suite."""
    digest: str
    """SHA-256 of the parts joined by form feeds, in UTF-8."""
    source: Annotated[Generated | Own, Field(discriminator="kind")]
    tokens: tuple[int, ...]
    """Of each part, by the sizing tokenizer."""
    tokenizer: str
    """What counted them: name, version and hash of its vocabulary."""


class Reading(Record):
    """How the document of a question is read, and how much of it."""

    document: DocumentRef
    layout: Layout
    after: Annotated[int, Field(ge=1)]
    """Parts that were read when the question comes."""
    evidence: tuple[Evidence, ...] = ()
    rests: Rests = "all"
    cell: Cell

    @property
    def tokens(self) -> int:
        """Of the parts that were read, by the sizing tokenizer."""
        return sum(self.document.tokens[: self.after])

    @property
    def key(self) -> str:
        """What questions share that are asked over one reading."""
        return f"{self.document.name}--{self.layout}"
