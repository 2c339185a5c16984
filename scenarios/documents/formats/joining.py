"""How lines become one text again: with a space, without one, or without the hyphen that divides a word."""

import re
from collections.abc import Iterable, Sequence

from scenarios.documents.formats.lines import SHARED_SIGNS, is_wide

_HYPHENS = "-\u00ad\u2010"
_SYLLABLE = 3
_NO_SPACE_BEHIND = "/–—"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CLOSE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
_APART = re.compile(r"[\u4e00-\u9fff] [A-Za-z0-9]|[A-Za-z0-9] [\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]+")


class Joiner:
    """Joins the lines of one document; how that writes its words decides what is not certain."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        close = apart = 0
        divided = False
        for line in lines:
            whole = line.partition(" ")[2] if divided else line
            divided = line.endswith(tuple(_HYPHENS))
            whole = whole.rpartition(" ")[0] if divided else whole
            self._words.update(_WORD.findall(whole.lower()))
            close += len(_CLOSE.findall(line))
            apart += len(_APART.findall(line))
        self._between = " " if apart > close else ""
        """Between Chinese and other letters."""

    def join(self, lines: Sequence[str]) -> str:
        text = [lines[0]]
        for line in lines[1:]:
            if text[-1].endswith(tuple(_HYPHENS)):
                text[-1] = text[-1][:-1] + self._hyphen(text[-1][:-1], line)
            else:
                text.append(self._space(text[-1], line))
            text.append(line)
        return "".join(text)

    def _hyphen(self, left: str, right: str) -> str:
        """What stays of a hyphen between two lines: it, or nothing."""
        last, first = _letters(left[::-1])[::-1], _letters(right)
        if not last or not first:
            return "-"
        if (last + first).lower() in self._words:
            return ""
        if not right[0].islower():
            return "-"
        if f"{last}-{first}".lower() in self._words:
            return "-"
        is_word = first.lower() in self._words  # then it is more likely that two words were joined
        return "-" if is_word and (len(first) > _SYLLABLE or last.lower() in self._words) else ""

    def _space(self, left: str, right: str) -> str:
        wide = is_wide(_letter(left[::-1])), is_wide(_letter(right))
        if all(wide):
            return ""
        if any(wide):
            return self._between if left[-1].isalnum() and right[0].isalnum() else ""
        return "" if left[-1] in _NO_SPACE_BEHIND and not left[:-1].endswith(" ") else " "


def _letters(text: str) -> str:
    """The letters that a text begins with."""
    found = _LETTERS.match(text)
    return found[0] if found else ""


def _letter(text: str) -> str:
    """The first letter that tells of its language."""
    return next((one for one in text if one not in SHARED_SIGNS), " ")
