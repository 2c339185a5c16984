"""The sentences of a filler with what each counts, so that a document is sized without counting it again.

A table is made once for a filler and a tokenizer, and kept on disk. What its sentences count adds up to the
count of a text, because each is counted as it stands in one: behind a full stop, with the space or the blank
line that comes between.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Counts, Stretch, Tokenizer
from scenarios.language import Language

_FORMAT = 1
_STOP = {"en": ".", "zh": "。"}
_GAP = {"en": " ", "zh": ""}
_HEAD = re.compile(r"\W*\w+")
"""What a vocabulary may count in another way at the beginning of a paragraph."""
_PLENTY = 2
"""The smallest pool is drawn from that holds so many times what is asked for."""
_RANK_BITS = np.uint64(40)


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A row of different sentences, always the same."""

    identity: str
    """Name, version and hash of its contents."""
    language: Language
    write: Callable[[int], list[str]]
    """The first so many of them."""
    pools: tuple[int, ...]
    """How many sentences there are, and before that smaller pools which suffice for shorter documents."""
    run: int
    """Sentences that stay together when the others are put in another order."""
    told: bool
    """Sentences of a run follow from each other, so that their order stays."""


@dataclass(frozen=True, kw_only=True)
class Table:
    sentences: list[str]
    counts: Counts
    openings: Counts


class TableFiller:
    """A filler that draws from a table of its sentences."""

    def __init__(self, prose: Prose, tokenizer: Tokenizer, cache: Path | None) -> None:
        self._prose = prose
        self._tokenizer = tokenizer
        self._cache = cache
        self._tables: dict[int, Table] = {}

    @property
    def identity(self) -> str:
        return self._prose.identity

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        table = self._table_for(tokens)
        order = _order(dice, len(table.sentences), self._prose)
        reached = np.cumsum(table.counts[order])
        needed = int(np.searchsorted(reached, tokens)) + 1 if tokens > 0 else 0
        if needed > len(order):
            raise CannotMake(
                f"the filler {self.identity} has {int(reached[-1]):,} tokens in {len(order):,} different "
                f"sentences by {self._tokenizer.identity}, and {tokens:,} are needed: "
                "ask for a shorter document or another filler (`synthetic` has over 1.2 million)"
            )
        chosen = order[:needed]
        sentences = table.sentences
        return Stretch(
            sentences=[sentences[n] for n in chosen.tolist()],
            counts=table.counts[chosen],
            openings=table.openings[chosen],
        )

    def _table_for(self, tokens: int) -> Table:
        for size in self._prose.pools[:-1]:
            table = self._table(size)
            if int(table.counts.sum()) >= _PLENTY * tokens:
                return table
        return self._table(self._prose.pools[-1])

    def _table(self, size: int) -> Table:
        if size not in self._tables:
            self._tables[size] = find_table(self._prose, size, self._tokenizer, self._cache)
        return self._tables[size]


def find_table(prose: Prose, size: int, tokenizer: Tokenizer, cache: Path | None) -> Table:
    """From the cache; one that is not there or cannot be read is made and put there."""
    if cache is None:
        return make_table(prose, size, tokenizer)
    key = f"{_FORMAT}\n{prose.identity}\n{prose.language}\n{size}\n{tokenizer.identity}"
    file = cache / f"filler-{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
        return _read(file, size)
    table = make_table(prose, size, tokenizer)
    with suppress(
        OSError
    ):  # a folder that cannot be written costs the next process the same work, and no more
        _write(file, table)
    return table


def make_table(prose: Prose, size: int, tokenizer: Tokenizer) -> Table:
    sentences = prose.write(size)
    stop, gap = _STOP[prose.language], _GAP[prose.language]
    heads = [found[0] if (found := _HEAD.match(sentence)) else sentence[:1] for sentence in sentences]
    distinct = list(dict.fromkeys(heads))
    inside = tokenizer.counts([f"{stop}{gap}{head}" for head in distinct])
    behind = tokenizer.counts([f"{stop}\n\n{head}" for head in distinct])
    extra = {head: b - a for head, a, b in zip(distinct, inside, behind, strict=True)}
    counts = np.array(tokenizer.counts([f"{stop}{gap}{sentence}" for sentence in sentences]), dtype=np.int64)
    counts -= tokenizer.counts([stop])[0]
    openings = counts + np.array([extra[head] for head in heads], dtype=np.int64)
    return Table(sentences=sentences, counts=counts, openings=openings)


def _order(dice: Dice, size: int, prose: Prose) -> Counts:
    """Runs in a random order; inside a run as told, or in a random order too."""
    runs = -(-size // prose.run)
    rank = np.empty(runs, dtype=np.uint64)
    rank[dice.order(runs)] = np.arange(runs, dtype=np.uint64)
    place = np.arange(size, dtype=np.uint64)
    inner = place if prose.told else dice.words(size) >> (np.uint64(64) - _RANK_BITS)
    return np.argsort((rank[place // np.uint64(prose.run)] << _RANK_BITS) | inner, kind="stable")


def _write(file: Path, table: Table) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer("\n".join(table.sentences).encode(), dtype=np.uint8)
    with NamedTemporaryFile(dir=file.parent, prefix=file.stem, suffix=".part", delete=False) as part:
        try:
            np.savez(part, text=text, counts=table.counts, openings=table.openings)
            part.close()
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _read(file: Path, size: int) -> Table:
    """What is damaged is told by the checksums that a zip file has. Raises `ValueError` and others."""
    with file.open("rb") as data, np.load(data, allow_pickle=False) as stored:
        sentences = stored["text"].tobytes().decode().split("\n")
        counts, openings = stored["counts"], stored["openings"]
    if not len(sentences) == len(counts) == len(openings) == size:
        raise ValueError(f"{file} does not hold {size} sentences")
    return Table(sentences=sentences, counts=counts, openings=openings)
