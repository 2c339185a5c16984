"""The text of a file: plain text, Markdown, source code, HTML, PDF and Word.

PDF and Word need the extra `documents`. What cannot be read is an error that names the file; nothing is
guessed and nothing is left out silently.
"""

from collections.abc import Sequence
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

from scenarios.documents.document import PART_BREAK, CannotMake

_NEEDS = "pip install 'longspan[documents]'"


def read_document(files: Sequence[Path], folder: str | None = None) -> tuple[str, ...]:
    """The text of each file, under its path in `folder` where there is one. Raises `CannotMake`."""
    if folder is None:
        return tuple(read_text(file) for file in files)
    return tuple(
        f"=== {file.relative_to(folder).as_posix()} ===\n{read_text(file).rstrip()}\n\n" for file in files
    )


def read_text(file: Path) -> str:
    """The text of one file, with plain line ends and no form feeds. Raises `CannotMake`."""
    readers = {".pdf": _pdf, ".docx": _docx, ".html": _html, ".htm": _html}
    try:
        text = readers.get(file.suffix.lower(), _plain)(file)
    except OSError as error:
        raise CannotMake(f"cannot read {file.name}: {error}") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(PART_BREAK, "\n").removeprefix("\ufeff")
    if not text.strip():
        raise CannotMake(f"{file.name} has no text in it; a scanned document needs OCR first")
    return text


def _plain(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise CannotMake(f"{file.name} is not UTF-8 text: {error}; convert it first") from error


def _pdf(file: Path) -> str:
    pypdf = _needed("pypdf", "PDF", file)
    try:
        reader = pypdf.PdfReader(file)
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = [] if locked else [page.extract_text().strip() for page in reader.pages]
    except Exception as error:  # a foreign parser on a foreign file: whatever it raises, the file is at fault
        raise CannotMake(f"{file.name} is not a PDF that can be read: {error}") from error
    if locked:
        raise CannotMake(f"{file.name} is encrypted; save it without a password")
    return "\n\n".join(pages)


def _docx(file: Path) -> str:
    docx = _needed("docx", "Word", file)
    try:
        texts = [_block(block) for block in docx.Document(str(file)).iter_inner_content()]
    except Exception as error:  # as above
        raise CannotMake(f"{file.name} is not a Word document that can be read: {error}") from error
    return "\n\n".join(text for text in texts if text.strip())


def _block(block: Any) -> str:
    """A paragraph, or a table with a line for each row."""
    if not hasattr(block, "rows"):
        return str(block.text)
    return "\n".join(" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows)


def _needed(module: str, what: str, file: Path) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise CannotMake(f"{file.name}: reading {what} files needs {module}; {_NEEDS}") from error


def _html(file: Path) -> str:
    parser = _Text()
    parser.feed(_plain(file))
    parser.close()
    paragraphs = (" ".join(paragraph.split()) for paragraph in "".join(parser.pieces).split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


class _Text(HTMLParser):
    """The readable text of a page: no scripts, no styles, a blank line where a block ends."""

    _BLOCKS = frozenset(
        {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer"}
        | {
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
        }
        | {"form", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"}
    )
    _SILENT = frozenset({"script", "style", "template", "noscript"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 # a hook
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.pieces.append("\n\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BLOCKS:
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)
