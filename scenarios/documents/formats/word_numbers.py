"""The numbers that Word puts before paragraphs: they are drawn, and cited, but are in no text."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scenarios.documents.formats.word_package import attribute, child, children, name_of

_BULLET = "-"
_PLACE = re.compile(r"%([1-9])")
_ROMAN: tuple[tuple[int, str], ...] = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
)
_ROMAN += ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CHINESE = "零一二三四五六七八九"
_LONGEST = 80
_MOST_LINKS = 20
_MOST_LEVELS = 18
"""Nine, and nine that replace them."""
_MOST_LETTERS = 26
_MOST_WRITTEN = 9_999
"""Beyond it, and below one, numbers are written in digits."""


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """That a paragraph or a style is an item of a list."""

    list_id: str
    level: int | None
    """None: the level that names the paragraph's style."""


def numbered(properties: Element | None) -> Numbered | None:
    """What paragraph properties say of a list; its id is "0" where they take a list away."""
    found = child(properties, "numPr")
    list_id = attribute(child(found, "numId"), "val")
    if list_id is None:
        return None
    level = attribute(child(found, "ilvl"), "val")
    return Numbered(list_id=list_id, level=None if level is None else _whole(level))


@dataclass(frozen=True, kw_only=True)
class _Level:
    start: int
    form: str
    text: str
    style: str | None
    legal: bool
    """All numbers in digits."""


@dataclass(frozen=True, kw_only=True)
class _List:
    kind: str
    """Lists of one kind go on counting where another of them ended."""
    levels: Mapping[int, _Level]
    restarts: Mapping[int, int]
    """Where the list begins anew, by level."""


class Numbers:
    """Counts the items of a document's lists, in the order in which they are asked for."""

    def __init__(self, numbering: Element | None, style_lists: Mapping[str, str]) -> None:
        kinds = {attribute(one, "abstractNumId"): one for one in _named(numbering, "abstractNum")}
        of = {attribute(one, "numId"): one for one in _named(numbering, "num")}
        self._lists: dict[str, _List] = {}
        for name, element in of.items():
            kind = _kind(name, of, kinds, style_lists)
            if name is not None and kind is not None:
                self._lists[name] = _list(kind, element, kinds[kind])
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, item: Numbered, style: str | None) -> str:
        """What stands before the next item of a list; empty where there is nothing."""
        found = self._lists.get(item.list_id)
        if found is None:
            return ""
        levels, level = found.levels, item.level
        if level is None:
            level = next((n for n, one in levels.items() if style and one.style == style), 0)
        if level not in levels:
            return ""
        counts = self._count(item.list_id, found, level)
        if levels[level].form == "bullet":
            return _BULLET

        def written(place: re.Match[str]) -> str:
            of = int(place[1]) - 1
            if of not in levels:
                return ""
            number = counts.get(of, levels[of].start)
            return str(number) if levels[level].legal else _written(number, levels[of].form)

        return _PLACE.sub(written, levels[level].text).strip()

    def _count(self, name: str, of: _List, level: int) -> dict[int, int]:
        counts = self._counts.setdefault(of.kind, {})
        if level in of.restarts and (name, level) not in self._restarted:
            self._restarted.add((name, level))
            counts[level] = of.restarts[level] - 1
        counts[level] = counts.get(level, of.levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        return counts


def _named(parent: Element | None, name: str) -> Iterator[Element]:
    return (one for one in children(parent) if name_of(one) == name)


def _kind(
    name: str | None,
    lists: Mapping[str | None, Element],
    kinds: Mapping[str | None, Element],
    style_lists: Mapping[str, str],
) -> str | None:
    """The definition that a list follows, by way of a style where it says so."""
    for _ in range(_MOST_LINKS):
        kind = attribute(child(lists.get(name), "abstractNumId"), "val")
        link = attribute(child(kinds.get(kind), "numStyleLink"), "val")
        if kind not in kinds or link is None:
            return kind if kind in kinds else None
        name = style_lists.get(link)
    return None


def _list(kind: str, element: Element, definition: Element) -> _List:
    found = list(_named(definition, "lvl"))
    restarts = {}
    for override in _named(element, "lvlOverride"):
        found += list(_named(override, "lvl"))[:1]
        start = attribute(child(override, "startOverride"), "val")
        if start is not None:
            restarts[_whole(attribute(override, "ilvl"))] = _whole(start)
    levels = {_whole(attribute(one, "ilvl")): _level(one) for one in found[:_MOST_LEVELS]}
    return _List(kind=kind, levels=levels, restarts=restarts)


def _level(level: Element) -> _Level:
    return _Level(
        start=_whole(attribute(child(level, "start"), "val"), 1),
        form=attribute(child(level, "numFmt"), "val") or "decimal",
        text=(attribute(child(level, "lvlText"), "val") or "")[:_LONGEST],
        style=attribute(child(level, "pStyle"), "val"),
        legal=child(level, "isLgl") is not None,
    )


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,6}", text) else otherwise


def _written(number: int, form: str) -> str:
    write = _FORMS.get(form, str)
    return write(number) if 0 < number <= _MOST_WRITTEN else str(number)


def _letters(number: int) -> str:
    """From a to z, then aa, bb and so on, as Word counts."""
    times, letter = divmod(number - 1, _MOST_LETTERS)
    return chr(ord("a") + letter) * min(times + 1, _MOST_LETTERS)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _chinese(number: int) -> str:
    text = ""
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += _CHINESE[digit] + sign
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text.removeprefix("一") if text.startswith("一十") else text


_FORMS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "none": lambda _: "",
}
