"""Prose of our own about towns, crafts, weather and trade: dull, even, and as long as one likes.

A sentence is a template with words drawn into its gaps; the words of a list are drawn the oftener the earlier
they stand, as in a language. Sentences come in rounds in which every template has one turn, so that a template
makes no more than one in a few hundred sentences of a document of any length. The prose holds no digit, no
name of a person or of a real place, so that what tasks plant in it stands out from nothing and meets no double.

How like a text it is, measured beside Python's bundled documentation (its sentences in random order) at the same
length, from 1,000 words or 4,000 bytes to its whole (tests hold it to this):

- English: distinct words 0.95 to 1.45 times as many, zlib's ratio 0.85 to 1.15 times as large;
- Chinese: distinct words (by jieba) 1.1 to 1.9 times as many, since it has few particles; zlib's ratio of the
  UTF-8 bytes 1.0 to 1.4 times as large.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.table import Prose
from scenarios.language import Language

VERSION = 1
"""Raised when the same lists and templates would give other sentences."""

_DATA = Path(__file__).parent / "data"
_ROUNDS = {"en": (24, 220), "zh": (24, 240)}
"""Turns of each template: about 150,000 tokens, and well over 1.2 million by any vocabulary known to us."""
_SLOT = re.compile(r"\[(\w+)(?:\.(\w+))?\]")
_EVEN = 16
"""The first word of a list of n words is drawn about n / 16 times as often as its last one, and not oftener."""


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
        """Each word has dice of its own, so that asking for more sentences leaves the first ones as they are."""
        columns: list[list[str]] = []
        drawn: dict[str, list[Any]] = {}
        for n, slot in enumerate(_SLOT.finditer(template)):
            words = self.lexicon[slot[1]]
            earlier = drawn.setdefault(slot[1], [])
            numbers = _avoiding(earlier, _drawn(Dice(f"{self.language}/{VERSION}/{template}/{n}"), count, len(words)))
            earlier.append(numbers)
            forms = [inflected(word, slot[2]) for word in words]
            columns.append([forms[number % len(forms)] for number in numbers.tolist()])
        pattern = _SLOT.sub("%s", template)
        finish = _finished_english if self.language == "en" else str
        return (finish(pattern % words) for words in zip(*columns, strict=True))
