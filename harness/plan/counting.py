"""Tokens as a model counts them: by its own public tokenizer, or by a stated factor.

Documents were counted when they were made, by the study's sizing tokenizer, and are not counted again: a
stretch of the first document of each kind says how many of the model's tokens go to one of those.
"""

from dataclasses import dataclass, field
from math import ceil

from harness.registry.entry import Entry
from scenarios.documents.document import Tokenizer
from scenarios.documents.shelf import Shelf
from scenarios.documents.tokenizers import NoTokenizer
from scenarios.language import Language
from scenarios.reading import DocumentRef, Generated

MESSAGE = 4
"""Tokens that a chat template puts around a message, taken for every model."""
SURE = 0.01
"""How far off a count by the model's own tokenizer may be, for what its template adds."""
UNSURE = 0.25
"""How far off a count by letters may be."""
_STRETCH = 20_000
"""Characters by which two tokenizers are compared."""
_BYTES = 4


def by_letters(text: str) -> int:
    """Tokens without any tokenizer: one for four bytes of UTF-8."""
    return ceil(len(text.encode()) / _BYTES)


@dataclass(kw_only=True)
class Counting:
    shelf: Shelf
    sizing: Tokenizer | None
    """What sized the documents; None where none is installed."""
    own: Tokenizer | None
    """The model's own; None where it is not public, or not installed."""
    factor: float
    """The model's tokens for each of the sizing tokenizer's, where it has none of its own."""
    margin: float
    """How far off all counts may be."""
    _texts: dict[str, int] = field(default_factory=dict)
    _ratios: dict[tuple[str, Language], float] = field(default_factory=dict)

    def message(self, text: str) -> int:
        return self.text(text) + MESSAGE

    def text(self, text: str) -> int:
        if text not in self._texts:
            self._texts[text] = self._counted(text)
        return self._texts[text]

    def part(self, ref: DocumentRef, part: int, language: Language) -> int:
        """Of one part of a document, counted from 1."""
        return round(ref.tokens[part - 1] * self.ratio(ref, language))

    def ratio(self, ref: DocumentRef, language: Language) -> float:
        """The model's tokens for each token that the document was sized by."""
        if self.own is None or self.sizing is None or self.own.identity == ref.tokenizer:
            return self.factor
        kind = ref.source.task if isinstance(ref.source, Generated) else ref.name
        if (kind, language) not in self._ratios:
            text = "\n".join(self.shelf.document(ref).parts)[:_STRETCH]
            counted = self.own.counts([text])[0] / max(1, self.sizing.counts([text])[0])
            self._ratios[kind, language] = counted
        return self._ratios[kind, language]

    def _counted(self, text: str) -> int:
        if self.own is not None:
            return self.own.counts([text])[0]
        if self.sizing is not None:
            return ceil(self.sizing.counts([text])[0] * self.factor)
        return ceil(by_letters(text) * self.factor)

    @property
    def by(self) -> str:
        """What counts, in words."""
        if self.own is not None:
            return self.own.identity.partition(" ")[0]
        counter = "letters" if self.sizing is None else self.sizing.identity.partition(" ")[0]
        return counter if self.factor == 1.0 else f"{counter} × {self.factor:g}"


def counting(entry: Entry | None, shelf: Shelf, tokenizer: str | None = None) -> Counting:
    """How a model's tokens are counted; `tokenizer` is a better one than its entry names."""
    name = tokenizer or (None if entry is None else entry.tokenizer)
    own = _tokenizer(name, shelf)
    sizing = _tokenizer(shelf.settings.sizing, shelf)
    if own is not None:
        return Counting(shelf=shelf, sizing=sizing, own=own, factor=1.0, margin=SURE)
    margin = entry.margin if entry is not None else Entry().margin
    return Counting(
        shelf=shelf,
        sizing=sizing,
        own=None,
        factor=1.0 if entry is None else entry.factor,
        margin=margin if sizing is not None else max(margin, UNSURE),
    )


def _tokenizer(name: str | None, shelf: Shelf) -> Tokenizer | None:
    try:
        return None if name is None else shelf.tokenizer(name)
    except NoTokenizer:
        return None
