"""The documents of a run: how they are made, and those that are in hand.

A document is a pure function of its source, so it may be let go at any time and made again; only as many
characters are kept as fit a budget, so that a million-token document does not pile upon another.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from scenarios.documents.document import CannotMake, Document, Filler, Order, Tokenizer
from scenarios.documents.extract import read_document
from scenarios.documents.fillers.find import find_filler
from scenarios.documents.own_parts import split_parts
from scenarios.documents.tasks.registry import TASKS
from scenarios.documents.tokenizers import find_tokenizer
from scenarios.language import Language
from scenarios.reading import DocumentRef, Generated, Layout, Own

DEFAULT_SIZING = "o200k_base"
_IN_HAND = 12_000_000
"""Characters; a million tokens are four to five million of them."""


@dataclass(frozen=True, kw_only=True)
class DocumentSettings:
    """What a run says of all its documents; empty or None where the suites decide."""

    sizing: str = DEFAULT_SIZING
    layouts: tuple[Layout, ...] = ()
    tokens: tuple[int, ...] = ()
    filler: str | None = None
    seed: int = 0
    cache: Path | None = None
    """Where tables of fillers are kept."""


class Shelf:
    def __init__(self, settings: DocumentSettings | None = None) -> None:
        self.settings = settings or DocumentSettings()
        self._tokenizers: dict[str, Tokenizer] = {}
        self._fillers: dict[tuple[str, Language, str], Filler] = {}
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def tokenizer(self, name: str) -> Tokenizer:
        if name not in self._tokenizers:
            self._tokenizers[name] = find_tokenizer(name)
        return self._tokenizers[name]

    def document(self, ref: DocumentRef) -> Document:
        """The document that a reading names, without its questions. Raises `CannotMake` when it is another
        one than it was: a file or the Python that it is made from has changed.
        """
        found = self._documents.get(ref.digest)
        if found is None:
            source = ref.source
            found = self.make(source) if isinstance(source, Generated) else self.read(source)
            if found.digest != ref.digest:
                message = "its text is not what it was when the run began; start another run with --new"
                raise CannotMake(f"{ref.name}: {message}")
            self._keep(ref.digest, found)
        self._documents.move_to_end(ref.digest)
        return found

    def make(self, source: Generated) -> Document:
        """A generated document with its questions. Raises `CannotMake`."""
        task = TASKS[source.task]
        tokenizer = self.tokenizer(source.sizing)
        order = Order(
            language=source.language,
            tokens=source.tokens,
            parts=source.parts,
            number=source.number,
            permutation=source.permutation,
            seed=source.seed,
            options={key: value for key, value in source.options.items() if key != "independent"},
            filler=self._filler(source.filler, source.language, source.sizing),
            tokenizer=tokenizer,
            independent=bool(source.options.get("independent")),
        )
        return task.make(order)

    def read(self, source: Own) -> Document:
        """A document of one's own, in its parts. Raises `CannotMake`."""
        tokenizer = self.tokenizer(source.sizing)
        texts = read_document([Path(file) for file in source.files], source.folder)
        parts = texts
        if source.split is not None:
            parts = split_parts("".join(texts), source.split, tokenizer)
        if source.upto is not None:
            parts = _beginning(parts, tokenizer, source.upto)
        return Document(parts=tuple(parts), tokens=tuple(tokenizer.counts(parts)))

    def _filler(self, name: str, language: Language, sizing: str) -> Filler:
        key = name, language, sizing
        if key not in self._fillers:
            tokenizer = self.tokenizer(sizing)
            self._fillers[key] = find_filler(name, language, tokenizer, self.settings.cache)
        return self._fillers[key]

    def _keep(self, digest: str, document: Document) -> None:
        self._documents[digest] = document.without_probes()
        while len(self._documents) > 1 and sum(map(_size, self._documents.values())) > _IN_HAND:
            self._documents.popitem(last=False)


def _beginning(parts: tuple[str, ...], tokenizer: Tokenizer, most: int) -> tuple[str, ...]:
    """Whole parts from the beginning, worth at most so many tokens."""
    kept: list[str] = []
    room = most
    for part, count in zip(parts, tokenizer.counts(parts), strict=True):
        if count > room:
            break
        kept.append(part)
        room -= count
    if not kept:
        first = tokenizer.counts(parts[:1])[0]
        raise CannotMake(
            f"its first part has {first:,} tokens, more than the {most:,} of `upto`; split it finer"
        )
    return tuple(kept)


def _size(document: Document) -> int:
    return sum(map(len, document.parts))
