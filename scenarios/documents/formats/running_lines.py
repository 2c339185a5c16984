"""Running heads, feet and page numbers, which are no part of the text.

A line is taken for one only where it is clearly that: it stands at the edge of its page, apart from the rest,
and the same line stands at the same height on three pages or more; a number in it may count the pages.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from scenarios.documents.formats.lines import Line

_MOST_AT_AN_EDGE = 3
_APART = 1.6
"""In heights of a letter, from line to line; lines of one paragraph are closer."""
_LEAST_PAGES = 3
_COUNTED_PART = 3
"""A line with a number that counts the pages stands on one page of so many at least: chapters count too."""
_ROUNDS = 2
"""Behind a running head there may stand another."""
_MOST_NUMBERS = 3
_NUMBER = re.compile(r"\d{1,6}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Guise:
    """What a line may look like on other pages: each of its numbers stays, or counts the pages."""

    text: str
    y: int
    stays: tuple[int | None, ...]
    counts: tuple[int, ...]
    """The numbers that count the pages, less the number of the page."""


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The lines of each page that are its text."""
    kept = [list(page) for page in pages]
    for _ in range(_ROUNDS):
        kept = _without_the_outermost(kept)
    return kept if any(kept) else [list(page) for page in pages]


def _without_the_outermost(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    edges = [list(_edge_lines(page)) for page in pages]
    seen = Counter(guise for n, edge in enumerate(edges) for guise in _guises_of(edge, n))
    least = max(_LEAST_PAGES, len(pages) / _COUNTED_PART)
    known = {guise for guise, count in seen.items() if count >= (least if guise.counts else _LEAST_PAGES)}
    kept = []
    for n, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        running = {id(line) for line in edge if not known.isdisjoint(_guises(line, n))}
        kept.append([line for line in page if id(line) not in running])
    return kept


def _edge_lines(page: Sequence[Line]) -> Iterator[Line]:
    """The lines above the first gap from the top, and below the first gap from the bottom."""
    heights = sorted({round(line.y): line for line in page}.items(), reverse=True)
    for ordered in (heights, heights[::-1]):
        for n, ((upper, line), (lower, _)) in enumerate(pairwise(ordered[: _MOST_AT_AN_EDGE + 1]), start=1):
            if abs(upper - lower) > _APART * line.size:
                border = {height for height, _ in ordered[:n]}
                yield from (line for line in page if round(line.y) in border)
                break


def _guises_of(lines: Sequence[Line], page: int) -> set[_Guise]:
    """Each once, so that a page counts once."""
    return {guise for line in lines for guise in _guises(line, page)}


def _guises(line: Line, page: int) -> Iterator[_Guise]:
    numbers = [int(number) for number in _NUMBER.findall(line.text)]
    text = _NUMBER.sub("0", line.text)
    free = min(len(numbers), _MOST_NUMBERS)
    for choice in product((False, True), repeat=free):
        counting = (*choice, *[False] * (len(numbers) - free))
        yield _Guise(
            text=text,
            y=round(line.y),
            stays=tuple(None if counts else n for n, counts in zip(numbers, counting, strict=True)),
            counts=tuple(n - page for n, counts in zip(numbers, counting, strict=True) if counts),
        )
