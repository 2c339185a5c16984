"""The text of a PDF: what is drawn on its pages, put back into paragraphs.

A PDF draws pieces of text at places. pypdf says which and where; lines and paragraphs are made of them here.
What a form field holds, and what is only a picture, is not read.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from math import hypot
from typing import Any
from unicodedata import category, normalize

from scenarios.documents.document import CannotMake
from scenarios.documents.formats import MOST_CHARACTERS
from scenarios.documents.formats.lines import Piece, lines_of
from scenarios.documents.formats.paragraphs import paragraphs_of
from scenarios.documents.formats.running_lines import without_running_lines

_MOST_PAGES = 5_000
_PIECE_CHARACTERS = 8
"""What a piece takes beside its text, so that a file of single letters does not fill the memory."""
_SIZES = (0.5, 1_000.0)
_FARTHEST = 1_000_000.0
"""Points; the largest page has 14,400."""
_MOST_SECONDS = 600
"""A file of some kilobytes can order drawings without end."""
_FOREIGN_PART = 20
"""One character of so many may be one that is no letter; fonts without a table of letters give far more."""
_PICTURES_PART = 4
"""One page of so many may be a picture alone, such as a cover."""

_LOOK_ALIKE = str.maketrans(
    "\u2ec5\u2ec6\u2ec9\u2ecb\u2ed1\u2ed3\u2ed4\u2ed8\u2ed9\u2eda\u2edb\u2edc\u2edd\u2ee2\u2ee3\u2ee4\u2ee5\u2ee6\u2ee7\u2ee8"
    "\u2ee9\u2eea\u2eec\u2eee\u2ef0\u2ef3\u2e9f\u2ea0\u2f3e\uf0b7\uf0a7",
    "见角贝车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟母民户••",
)
"""Fonts draw a word and the radical of its shape alike, and some programs then write down the radical; the
last two are the bullets of Word's font Symbol.
"""

Clock = Callable[[], float]


def pdf_text(data: bytes, clock: Clock = time.monotonic) -> str:
    """Raises `CannotMake`, with a message that goes on from the name of the file."""
    try:
        pypdf = import_module("pypdf")
    except ImportError as error:
        raise CannotMake("is a PDF, and pypdf is not there: pip install 'longspan[documents]'") from error
    _keep_quiet(logging.getLogger("pypdf"))
    try:
        pages = list(_pages(pypdf.PdfReader(BytesIO(data)), clock))
    except CannotMake:
        raise
    except Exception as error:  # a foreign parser on a foreign file: whatever it raises, the file is at fault
        raise CannotMake(f"is not a PDF that can be read: {error}") from error
    _check_pictures(pages)
    lines = [lines_of(page.pieces) for page in pages]
    text = "\n\n".join(paragraphs_of(without_running_lines(lines)))
    _check_letters(text)
    return text


def _keep_quiet(logger: logging.Logger) -> None:
    """What a parser finds odd goes to whoever listens, and not to stderr beside our one line."""
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


@dataclass(frozen=True, kw_only=True)
class _Page:
    pieces: Sequence[Piece]
    is_picture: bool
    """Something is drawn on it, and nothing of that is text."""


def _pages(reader: Any, clock: Clock) -> Iterator[_Page]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise CannotMake("is encrypted; save it without a password")
    count = len(reader.pages)
    if count > _MOST_PAGES:
        raise CannotMake(f"has {count:,} pages, and at most {_MOST_PAGES:,} are read; divide it")
    pen = _Pen(clock=clock, until=clock() + _MOST_SECONDS)
    for page in reader.pages:
        pen.pieces = []
        page.extract_text(visitor_operand_before=pen.check, visitor_text=pen.draw)
        yield _Page(pieces=pen.pieces, is_picture=not pen.pieces and _has_picture(page))


@dataclass(kw_only=True)
class _Pen:
    """Notes what is drawn, and stops a file that draws without end."""

    clock: Clock
    until: float
    pieces: list[Piece] = field(default_factory=list)
    characters: int = 0

    def check(self, *_: object) -> None:
        if self.clock() > self.until:
            raise CannotMake(f"takes more than {_MOST_SECONDS} s to read; print it to a new PDF")

    def draw(self, text: str, outer: Sequence[float], inner: Sequence[float], _: object, size: float) -> None:
        text = _plain_letters(text).strip("\n")
        if not text.strip():
            return
        piece = _placed(text, outer, inner, size)
        if not abs(piece.x) + abs(piece.y) < _FARTHEST:  # nobody sees it
            return
        self.characters += len(text) + _PIECE_CHARACTERS
        if self.characters > MOST_CHARACTERS:
            raise CannotMake(f"has more than {MOST_CHARACTERS:,} characters; divide it")
        self.pieces.append(piece)


def _placed(text: str, outer: Sequence[float], inner: Sequence[float], size: float) -> Piece:
    """Where a piece stands when the page is turned so that the piece reads from left to right."""
    a, b = inner[0] * outer[0] + inner[1] * outer[2], inner[0] * outer[1] + inner[1] * outer[3]
    c, d = inner[2] * outer[0] + inner[3] * outer[2], inner[2] * outer[1] + inner[3] * outer[3]
    x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
    y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
    length = hypot(a, b) or 1.0
    cos, sin = a / length, b / length
    height = min(max(abs(size) * hypot(c, d), _SIZES[0]), _SIZES[1])
    return Piece(text=text, x=x * cos + y * sin, y=y * cos - x * sin, size=height)


def _plain_letters(text: str) -> str:
    """Ligatures as letters, and signs that only look like words as the words."""
    return "".join(
        normalize("NFKC", one) if "\u2f00" <= one <= "\u2fdf" or "\ufb00" <= one <= "\ufb06" else one
        for one in text.translate(_LOOK_ALIKE)
    )


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = None if resources is None else resources.get_object().get("/XObject")
    return bool(objects is not None and objects.get_object())


def _check_pictures(pages: Sequence[_Page]) -> None:
    pictures = sum(page.is_picture for page in pages)
    bare = sum(not page.pieces for page in pages)
    if pictures * _PICTURES_PART > len(pages) or bare == len(pages):
        raise CannotMake(
            f"has no text on {bare:,} of its {len(pages):,} pages, as a scan has none; "
            "recognise its text first, for example with ocrmypdf"
        )


def _check_letters(text: str) -> None:
    foreign = sum(category(one) in {"Cc", "Cn", "Co"} or one == "\ufffd" for one in text if one != "\n")
    if foreign * _FOREIGN_PART > len(text):
        raise CannotMake(
            f"has fonts that do not say which letters they draw: {foreign:,} of {len(text):,} are unknown; "
            "recognise its text anew, for example with ocrmypdf --force-ocr"
        )
