"""Lines out of pieces of text that are drawn at places: what stands on one height, from left to right.

Where a piece ends is not known, only where it begins; how wide a text is, is estimated from its letters.
"""

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from unicodedata import east_asian_width

_WIDTHS = {
    letter: size
    for size, letters in {
        0.28: "ijlI.,:;'!| ",
        0.35: 'tfr()[]{}"-\u00ad‘’',
        0.45: "acesz“”",
        0.8: "mwMW@%—…",
    }.items()
    for letter in letters
}
_UPPER = 0.64
_OTHER = 0.52
SHARED_SIGNS = "“”‘’—…·"
"""Signs that Chinese and other languages share, as wide as the font has them."""
_SAME_HEIGHT = 0.5
"""Of a letter's height: a raised figure still stands on the line."""
_CELL_GAP = 0.75
"""In letters' heights: wider than a space between words is ever stretched."""
_SPACE_GAP = 0.17
"""As wide as the space of the narrowest fonts."""
_WORD_GAP = 0.4
"""Behind letters whose width is less certain; what reads the PDF puts most of these spaces itself."""
_SAME_PLACE = 0.01
_BOLD_ASIDE = 0.1
_UNSURE = 0.04
"""Of a piece's width, which is an estimate."""
_ALIGNED = 2.0
"""Points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Text that is drawn in one go. Heights grow upwards, and all are in the page's units."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    pieces: tuple[Piece, ...]
    cells: tuple[tuple[Piece, ...], ...]
    """The pieces, parted where a gap is wide."""
    text: str
    y: float
    size: float
    """Of most of its letters."""

    @property
    def x(self) -> float:
        return self.pieces[0].x

    @property
    def right(self) -> float:
        return right_of(self.pieces)


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """The lines of a page in the order in which they are drawn, which is the order in which columns are
    read.
    """
    rows: list[list[Piece]] = []
    before: Piece | None = None
    for piece in pieces:
        if before is None or not _goes_on(before, piece):
            rows.append([piece])
        elif not _is_bold_by_two(before, piece):
            # in another font the pen goes on where it is, and the place told is the one where it began
            is_placed = abs(piece.x - before.x) > _SAME_PLACE
            rows[-1].append(piece if is_placed else replace(piece, x=right_of(rows[-1])))
        before = piece
    return [_line(row) for row in rows]


def width(text: str) -> float:
    """About how wide a text is, in heights of its letters."""
    return sum(map(_letter_width, text))


def is_wide(letter: str) -> bool:
    """Whether a letter is one of those that are written without spaces: Chinese, Japanese, their signs."""
    return east_asian_width(letter) in "WF"


def _letter_width(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    return _WIDTHS.get(letter) or (_UPPER if letter.isupper() else _OTHER)


def right_of(pieces: Sequence[Piece]) -> float:
    """About where the last of some pieces ends."""
    last = pieces[-1]
    return last.x + width(last.text.strip()) * last.size


def text_of(pieces: Sequence[Piece]) -> str:
    """Pieces of one line as a text."""
    parts = [pieces[0].text]
    for left, right in pairwise(pieces):
        parts += [" ", right.text] if _is_apart(left, right) else [right.text]
    text = " ".join("".join(parts).split())
    # what is drawn is seen: a soft hyphen within a line is a hyphen
    return text[:-1].replace("\u00ad", "-") + text[-1:]


def cells_of(row: Sequence[Piece], columns: Iterable[float] = ()) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of a line, parted where a gap is wide and where one of `columns` begins."""
    starts = sorted(columns)
    cells = [[row[0]]]
    for left, right in pairwise(row):
        at_column = bisect(starts, right.x + _ALIGNED) > bisect(starts, right.x - _ALIGNED)
        if at_column or _gap(left, right) > _CELL_GAP:
            cells.append([])
        cells[-1].append(right)
    return tuple(map(tuple, cells))


def columns_of(rows: Sequence[Sequence[Piece]]) -> list[float]:
    """Where the columns of a table begin: behind a wide gap in one row, or behind a gap in two."""
    wide: list[float] = []
    narrow: list[float] = []
    for row in rows:
        for left, right in pairwise(row):
            gap = _gap(left, right)
            if gap > _CELL_GAP:
                wide.append(right.x)
            elif gap > _SPACE_GAP:
                narrow.append(right.x)
    narrow.sort()
    return wide + [one for one, other in pairwise(narrow) if other - one < _ALIGNED]


def _is_apart(left: Piece, right: Piece) -> bool:
    """Whether there is a space between two pieces that is not in their text."""
    if left.text[-1] in SHARED_SIGNS or right.text[0] in SHARED_SIGNS:
        return False
    return _gap(left, right) > (_SPACE_GAP if is_wide(left.text[-1]) else _WORD_GAP)


def _gap(left: Piece, right: Piece) -> float:
    """How far two pieces are surely apart, in heights of a letter."""
    end = right_of([left])
    return (right.x - end - _UNSURE * (end - left.x)) / max(left.size, right.size)


def _goes_on(left: Piece, right: Piece) -> bool:
    near = _SAME_HEIGHT * max(left.size, right.size)
    return abs(left.y - right.y) < near and right.x > left.x - _SAME_PLACE


def _is_bold_by_two(one: Piece, other: Piece) -> bool:
    """Whether a text is drawn over itself a little aside, to look bold."""
    aside = abs(one.x - other.x) + abs(one.y - other.y)
    return one.text == other.text and _SAME_PLACE < aside < _BOLD_ASIDE * one.size


def _line(row: Sequence[Piece]) -> Line:
    main = max(row, key=lambda piece: len(piece.text))
    return Line(pieces=tuple(row), cells=cells_of(row), text=text_of(row), y=main.y, size=main.size)
