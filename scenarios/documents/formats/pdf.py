"""The text of a PDF: what is drawn on its pages, put back into paragraphs.

A PDF draws pieces of text at places. pypdf says which and where; `reflow` makes lines and paragraphs of
them. What a form field holds and what is only a picture is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from math import hypot
from typing import Any

from scenarios.documents.document import CannotMake
from scenarios.documents.formats.reflow import Piece, reflow

_MOST_PAGES = 5_000
_MOST_CHARACTERS = 20_000_000
"""About five million tokens."""
_MOST_OPERATIONS = 50_000_000
"""Drawing operations in all; a few thousand of them fill a page."""


def pdf_text(data: bytes) -> str:
    """Raises `CannotMake`, with a message that goes on from the name of the file."""
    try:
        pypdf = import_module("pypdf")
    except ImportError as error:
        raise CannotMake("is a PDF, and reading it needs pypdf: pip install 'longspan[documents]'") from error
    try:
        pages = list(_pages(pypdf.PdfReader(BytesIO(data))))
    except CannotMake:
        raise
    except Exception as error:  # a foreign parser on a foreign file: whatever it raises, the file is at fault
        raise CannotMake(f"is not a PDF that can be read: {error}") from error
    text = reflow([page.pieces for page in pages])
    pictures = sum(page.is_picture for page in pages)
    if not text or pictures * 4 > len(pages):
        raise CannotMake(
            f"has no text on {pictures or len(pages):,} of its {len(pages):,} pages, as a scan has none; "
            "run OCR on it first (such as `ocrmypdf`)"
        )
    _check_letters(text)
    return text


@dataclass(frozen=True, kw_only=True)
class _Page:
    pieces: list[Piece]
    is_picture: bool
    """Something is drawn on it, and nothing of that is text."""


def _pages(reader: Any) -> Iterator[_Page]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise CannotMake("is encrypted; save it without a password")
    count = len(reader.pages)
    if count > _MOST_PAGES:
        raise CannotMake(f"has {count:,} pages, and {_MOST_PAGES:,} is the most that is read; divide it")
    pen = _Pen()
    for page in reader.pages:
        pen.pieces = []
        page.extract_text(visitor_operand_before=pen.count, visitor_text=pen.draw)
        yield _Page(pieces=pen.pieces, is_picture=not pen.pieces and _has_objects(page))


@dataclass
class _Pen:
    """Notes each piece of text that is drawn, and stops a file that draws without end."""

    pieces: list[Piece] | None = None
    characters: int = 0
    operations: int = 0

    def count(self, *_: object) -> None:
        self.operations += 1
        if self.operations > _MOST_OPERATIONS:
            raise _TooMuch(f"takes more than {_MOST_OPERATIONS:,} drawing operations; divide it")
