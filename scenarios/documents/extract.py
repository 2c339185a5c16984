"""The text of a file: plain text, Markdown, source code, HTML, PDF and Word.

Headings, items and rows of tables keep their marks, as in Markdown, where the format knows of them. What
cannot be read is an error that names the file and says what to do; nothing is guessed.
"""

import codecs
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scenarios.documents.document import PART_BREAK, CannotMake
from scenarios.documents.formats import MOST_CHARACTERS
from scenarios.documents.formats.html import html_text
from scenarios.documents.formats.pdf import pdf_text
from scenarios.documents.formats.word import docx_text

MOST_BYTES = 64 * 2**20
"""Of one file."""
_HEAD = 8_192
"""Bytes that tell whether a file is text; git looks at as many."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_FORMATS = frozenset(
    {".doc", ".rtf", ".odt", ".pages", ".wps", ".epub", ".mobi", ".xls", ".xlsx", ".ods", ".ppt", ".pptx"}
)


def read_document(files: Sequence[Path], folder: str | None = None) -> tuple[str, ...]:
    """The text of each file, under its path in `folder` where there is one. Raises `CannotMake`."""
    if folder is None:
        return tuple(read_text(file) for file in files)
    return tuple(
        f"=== {file.relative_to(folder).as_posix()} ===\n{read_text(file).rstrip()}\n\n" for file in files
    )


def holds_text(file: Path) -> bool:
    """Whether a file of a folder is worth reading: not empty, and no picture, archive or program."""
    if file.suffix.lower() in _READERS or file.suffix.lower() in _OTHER_FORMATS:
        return True
    with file.open("rb") as data:
        head = data.read(_HEAD)
    return bool(head.strip()) and (b"\0" not in head or head.startswith(_UTF_16))


def read_text(file: Path) -> str:
    """The text of one file, with plain line ends and no form feeds. Raises `CannotMake`."""
    try:
        text = _READERS.get(file.suffix.lower(), _plain_text)(_bytes(file))
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace(PART_BREAK, "\n").removeprefix("\ufeff")
        _check_length(text)
    except CannotMake as error:
        raise CannotMake(f"{file.name} {error}") from error
    except OSError as error:
        raise CannotMake(f"cannot read {file.name}: {error}") from error
    return text


def _check_length(text: str) -> None:
    if not text.strip():
        raise CannotMake("has no text in it")
    if len(text) > MOST_CHARACTERS:
        most = f"{MOST_CHARACTERS:,}"
        raise CannotMake(f"has {len(text):,} characters, and at most {most} are read; divide it")


def _bytes(file: Path) -> bytes:
    if file.suffix.lower() in _OTHER_FORMATS:
        raise CannotMake(
            f"is in a format that is not read ({file.suffix}); save it as .docx, .pdf, .html, .md or .txt"
        )
    size = file.stat().st_size
    if size > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise CannotMake(f"has {size / 2**20:,.0f} MiB, and at most {most} MiB are read; divide it")
    return file.read_bytes()


def _plain_text(data: bytes) -> str:
    name = "utf-16" if data.startswith(_UTF_16) else "utf-8"
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise CannotMake(f"is not UTF-8 text: {error}; save it as UTF-8") from error
    if "\0" in text:
        raise CannotMake("is not text: it holds NUL characters")
    return text


_READERS: Mapping[str, Callable[[bytes], str]] = {
    ".pdf": pdf_text,
    ".docx": docx_text,
    ".html": html_text,
    ".htm": html_text,
    ".xhtml": html_text,
}
