"""Prose of our own about towns, crafts, weather and trade: dull, even, and as long as one likes."""

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
_DATA = Path(__file__).parent / "data"
_SLOT = re.compile(r"\[(\w+)(?:\.(\w+))?\]")
_ARTICLE = re.compile(r"\b([Aa])(?= [aeioAEIO]| u[^ns]| un[^i])")
_POOLS = {"en": (8_192, 90_000), "zh": (8_192, 90_000)}

Drawn = "np.ndarray[Any, np.dtype[np.int64]]"


def synthetic_prose(language: Language) -> Prose:
    lexicon = _read_words((_DATA / f"{language}-words.txt").read_text(encoding="utf-8"))
    templates = _read_lines((_DATA / f"{language}-sentences.txt").read_text(encoding="utf-8"))
    text = "\n".join([str(VERSION), *templates, *(f"{name} {words}" for name, words in lexicon.items())])
    writer = _Writer(language=language, lexicon=lexicon, templates=templates)
    return Prose(
        identity=f"synthetic-{language} {VERSION} {hashlib.sha256(text.encode()).hexdigest()[:12]}",
        language=language,
        write=writer.write,
        pools=_POOLS[language],
        run=len(templates),
        told=False,
    )


@dataclass(frozen=True, kw_only=True)
class _Writer:
    language: Language
    lexicon: dict[str, list[str]]
    templates: list[str]

    def write(self, count: int) -> list[str]:
        """In rounds: every template has a turn before one has its second."""
        turns = -(-count // len(self.templates))
        columns = [self._of_template(template, turns) for template in self.templates]
        rows = [sentence for row in zip(*columns, strict=True) for sentence in row]
        return rows[:count]

    def _of_template(self, template: str, turns: int) -> list[str]:
        for tries in (turns + 16, 2 * turns, 8 * turns):
            written = list(dict.fromkeys(self._filled(template, tries)))
            if len(written) >= turns:
                return written[:turns]
        raise ValueError(f"`{template}` gives {len(written)} different sentences, and {turns} are needed")

    def _filled(self, template: str, count: int) -> Iterator[str]:
        """The same sentences in the same order however many are asked for."""
        drawn: list[tuple[str, Any]] = []
        columns = []
        for n, slot in enumerate(_SLOT.finditer(template)):
            words = self.lexicon[slot[1]]
            dice = Dice(f"{self.language}/{VERSION}/{template}/{n}")
            picked = _draw(dice, count, len(words))
            picked = _without([column for name, column in drawn if name == slot[1]], picked, len(words))
            drawn.append((slot[1], picked))
            forms = [inflected(word, slot[2]) for word in words]
            columns.append([forms[word] for word in picked.tolist()])
        pattern = _SLOT.sub("%s", template.replace("%", "%%"))
        return (_finished(pattern % words, self.language) for words in zip(*columns, strict=True))


def _without(earlier: list[Any], picked: Any, size: int) -> Any:
    """The next word where one stands in the sentence already."""
    for _ in earlier:
        for column in earlier:
            picked = np.where(picked == column, (picked + 1) % size, picked)
    return picked


def _draw(dice: Dice, count: int, size: int) -> Any:
    """Numbers in [0, size), the first ones oftener, as words in a language."""
    weights = np.array([1_000_000 // (n + 1 + size // 16) for n in range(size)], dtype=np.uint64)
    reached = np.cumsum(weights, dtype=np.uint64)
    at = (dice.words(count) >> np.uint64(32)) * reached[-1] >> np.uint64(32)
    return np.searchsorted(reached, at, side="right")


def _finished(sentence: str, language: Language) -> str:
    if language == "zh":
        return sentence
    sentence = _ARTICLE.sub(r"\1n", sentence)
    return sentence[0].upper() + sentence[1:]


def inflected(word: str, form: str | None) -> str:
    """English: `s` for several of a thing, `ed` and `ing` for what was and is done."""
    forms = word.split("/")
    if form is None:
        return forms[0]
    if form == "s":
        return forms[1] if len(forms) > 1 else _plural(forms[0])
    if form == "ed":
        return forms[1] if len(forms) > 1 else _past(forms[0])
    return forms[2] if len(forms) > 2 else _going(forms[0])


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _past(word: str) -> str:
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ied"
    return word + "ed"


def _going(word: str) -> str:
    if word.endswith("e") and not word.endswith(("ee", "ye", "oe")):
        return word[:-1] + "ing"
    return word + "ing"


def _read_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _read_words(text: str) -> dict[str, list[str]]:
    """Lists under their names: `# name`, then words; `_` stands for a space within one."""
    lists: dict[str, list[str]] = {}
    words: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            words = lists.setdefault(line[2:].strip(), [])
        else:
            words += [word.replace("_", " ") for word in line.split()]
    return lists
