"""Prose of our own about towns, crafts, weather and trade: dull, even, and as long as one likes.

A sentence is a template with words drawn into its gaps; the earlier a word stands in its list, the oftener it
is drawn, as in a language. Sentences come in rounds in which every template has one turn, so that none makes
more than one in a few hundred sentences, however short the document. The prose holds no digit and no name of
a person or of a real place, so that what tasks plant in it has no double there.

How like a text it is, beside the sentences of Python's bundled documentation in random order, at lengths from
1,000 words and 4,000 bytes to all of that:

- English: 0.95 to 1.45 times as many different words; zlib's ratio 0.85 to 1.15 times as large.
- Chinese: 1.3 to 2 times as many different words by jieba, having few particles; zlib's ratio of the UTF-8
  bytes 0.95 to 1.4 times as large.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.fillers import english
from scenarios.documents.table import Prose
from scenarios.language import Language

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

VERSION = 1
"""Raised when the same lists and templates would give other sentences."""

_DATA = Path(__file__).parent / "data"
_ROUNDS = {"en": (24, 220), "zh": (24, 240)}
"""Turns of each template: about 150,000 tokens, and well over 1.2 million by any vocabulary known to us."""
_SLOT = re.compile(r"\[(\w+)(?:\.(\w+))?\]")
_EVEN = 16
"""The first word of a list is drawn about so many times as often as its last one."""


def synthetic_prose(language: Language) -> Prose:
    writer = Writer(
        language=language,
        lexicon=read_lexicon((_DATA / f"{language}-words.txt").read_text(encoding="utf-8")),
        templates=read_templates((_DATA / f"{language}-sentences.txt").read_text(encoding="utf-8")),
    )
    return Prose(
        identity=f"synthetic-{language} {VERSION} {writer.digest[:12]}",
        language=language,
        write=writer.write,
        pools=tuple(turns * len(writer.templates) for turns in _ROUNDS[language]),
        run=len(writer.templates),
        told=False,
    )


@dataclass(frozen=True, kw_only=True)
class Writer:
    language: Language
    lexicon: dict[str, list[str]]
    templates: list[str]

    @property
    def digest(self) -> str:
        lists = (f"{name} {' '.join(words)}" for name, words in self.lexicon.items())
        return hashlib.sha256("\n".join([*self.templates, *lists]).encode()).hexdigest()

    def write(self, count: int) -> list[str]:
        """In rounds: every template has a turn before one has its second."""
        turns = -(-count // len(self.templates))
        columns = [self.sentences(template, turns) for template in self.templates]
        return [sentence for turn in zip(*columns, strict=True) for sentence in turn][:count]

    def sentences(self, template: str, count: int) -> list[str]:
        """The first so many different ones of a template. Raises `ValueError` when it has too few words."""
        written: list[str] = []
        for tries in (count + 16, 2 * count, 8 * count):
            written = list(dict.fromkeys(self._filled(template, tries)))[:count]
            if len(written) == count:
                return written
        raise ValueError(f"`{template}` gives {len(written)} different sentences, and {count} are needed")

    def _filled(self, template: str, count: int) -> Iterator[str]:
        """Each gap has dice of its own, so that asking for more leaves the first ones as they are."""
        columns: list[list[str]] = []
        drawn: dict[str, list[Numbers]] = {}
        for n, slot in enumerate(_SLOT.finditer(template)):
            words = self.lexicon[slot[1]]
            earlier = drawn.setdefault(slot[1], [])
            dice = Dice(f"{self.language}/{VERSION}/{template}/{n}")
            numbers = _other_than(earlier, _draw(dice, count, len(words)), len(words))
            earlier.append(numbers)
            forms = [english.inflected(word, slot[2]) for word in words]
            columns.append([forms[number] for number in numbers.tolist()])
        pattern = _SLOT.sub("%s", template)
        finish = english.finished if self.language == "en" else str
        return (finish(pattern % words) for words in zip(*columns, strict=True))


def _draw(dice: Dice, count: int, size: int) -> Numbers:
    """Numbers in [0, size), by whole weights, so that every platform rounds alike."""
    weights = np.array([1_000_000 // (n + 1 + size // _EVEN) for n in range(size)], dtype=np.uint64)
    reached = np.cumsum(weights, dtype=np.uint64)
    at = (dice.words(count) >> np.uint64(32)) * reached[-1] >> np.uint64(32)
    numbers: Numbers = np.searchsorted(reached, at, side="right")
    return numbers


def _other_than(earlier: list[Numbers], numbers: Numbers, size: int) -> Numbers:
    """The next word of the list where the sentence has one already."""
    for _ in earlier:
        for column in earlier:
            numbers = np.where(numbers == column, (numbers + 1) % size, numbers)
    return numbers


def read_templates(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def read_lexicon(text: str) -> dict[str, list[str]]:
    """Lists under their names: `# name`, then words, `_` being a space within one.

    A line `a b × c d` stands for ac ad bc bd.
    """
    lists: dict[str, list[str]] = {}
    words: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            words = lists.setdefault(line[2:].strip(), [])
        elif "×" in line:
            fronts, ends = (half.split() for half in line.split("×"))
            words += [front + end for front in fronts for end in ends]
        else:
            words += [word.replace("_", " ") for word in line.split()]
    return lists
