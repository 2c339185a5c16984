"""Lines out of pieces of text that are drawn at places: what stands on one height, from left to right.

Where a piece ends is not known, only where it begins; how wide a text is, is estimated from its letters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

_NARROW = frozenset("ijltfrI.,:;'!|()[]{} \u00ad-")
_BROAD = frozenset("mwMW@%—…")
_SAME_HEIGHT = 0.5
"""Of a letter's height: a raised figure still stands on the line."""
_CELL_GAP = 0.75
"""In letters' heights: wider than a space between words is ever stretched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Text that is drawn in one go. Heights grow upwards, and all are in the page's units."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Text of a line up to a wide gap."""

    text: str
    x: float
    right: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    cells: tuple[Cell, ...]
    y: float
    size: float
    """Of most of its letters."""

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    @property
    def x(self) -> float:
        return self.cells[0].x

    @property
    def right(self) -> float:
        return self.cells[-1].right


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """The lines of a page in the order in which they are drawn, which is the order in which columns are
    read.
    """
    rows: list[list[Piece]] = []
    for piece in pieces:
        if rows and _goes_on(rows[-1][-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_line(row) for row in rows]


def width(text: str) -> float:
    """About how wide a text is, in heights of its letters."""
    return sum(map(_letter_width, text))


def is_wide(letter: str) -> bool:
    """Whether a letter is one of those that are written without spaces: Chinese, Japanese, their signs."""
    return east_asian_width(letter) in "WF" or letter in "“”‘’—…·"


def _letter_width(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.3
    if letter in _BROAD:
        return 0.85
    return 0.62 if letter.isupper() else 0.5


def _right(piece: Piece) -> float:
    return piece.x + width(piece.text.strip()) * piece.size


def _goes_on(left: Piece, right: Piece) -> bool:
    near = _SAME_HEIGHT * max(left.size, right.size)
    return abs(left.y - right.y) < near and right.x > left.x


def _line(row: Sequence[Piece]) -> Line:
    cells = [[row[0]]]
    for left, right in pairwise(row):
        gap = right.x - _right(left)
        unsure = 0.04 * (_right(left) - left.x)
        if gap > _CELL_GAP * max(left.size, right.size) + unsure:
            cells.append([])
        cells[-1].append(right)
    main = max(row, key=lambda piece: len(piece.text))
    return Line(cells=tuple(map(_cell, cells)), y=main.y, size=main.size)


def _cell(pieces: Sequence[Piece]) -> Cell:
    text = " ".join("".join(piece.text for piece in pieces).split())
    # what is drawn is seen: a soft hyphen within a line is a hyphen
    text = text[:-1].replace("\u00ad", "-") + text[-1:]
    return Cell(text=text, x=pieces[0].x, right=_right(pieces[-1]))
