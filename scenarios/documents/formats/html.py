"""The text of a web page: what is written in it, block by block, headings with their rank, items with their
marks, tables with a line for each row; a cell that spans several is told once, where it begins.

Scripts, styles and the title in the head are no text of the page; pictures have none.
"""

import codecs
import re
from html.parser import HTMLParser

from scenarios.documents.document import CannotMake

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
_STRETCH = 2**20
_LONGEST_MARKUP = 8 * 2**20
"""Characters; a picture or a script within the page may be long."""
_LONGEST_REST = 4096
"""Of markup that is open at the end: looking for its end again and again takes time without end."""
_SILENT = frozenset({"script", "style", "template", "noscript", "title"})
_HEADINGS = {f"h{rank}": "#" * rank + " " for rank in range(1, 7)}
_BLOCKS = frozenset(_HEADINGS) | frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
    }
    | {
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "main",
    }
    | {"nav", "optgroup", "option", "p", "pre", "section", "summary"}
)
_LISTS = frozenset({"ul", "ol", "menu"})
_TABLE = frozenset({"table", "tr", "td", "th", "thead", "tbody", "tfoot"})

_BREAK, _KEPT_SPACE = "\x1e", "\x1f"
"""Stand for line breaks and spaces that count; no page may hold these characters."""
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]"
_BROKEN = re.compile(rf"(?<={_WIDE})[ \t]*\r?\n[ \t\r\n]*(?={_WIDE})")
"""Where the source breaks a line of Chinese, there is no space."""


def html_text(data: bytes) -> str:
    """Raises `CannotMake`, with a message that goes on from the name of the file."""
    parser = _Page()
    try:
        text = _decoded(data)
        for at in range(0, len(text), _STRETCH):
            parser.feed(text[at : at + _STRETCH])
            _check_rest(parser, _LONGEST_MARKUP)
        _check_rest(parser, _LONGEST_REST)
        parser.close()
    except AssertionError as error:  # how html.parser refuses what is no markup at all
        raise CannotMake(f"is not HTML that can be read: {error}") from error
    return "\n\n".join(parser.paragraphs())


def _check_rest(parser: HTMLParser, most: int) -> None:
    """Refuses markup that has not ended so far."""
    if len(parser.rawdata) > most and "<" in parser.rawdata:
        raise CannotMake(f"has markup that never ends: {parser.rawdata[:40]!r}")


def _decoded(data: bytes) -> str:
    """By its byte order mark, by what the page says, or as UTF-8."""
    said = _CHARSET.search(data[:_HEAD_BYTES])
    name = "utf-8" if said is None else said[1].decode("ascii")
    if data.startswith(codecs.BOM_UTF8):
        name = "utf-8-sig"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    try:
        return data.decode("gb18030" if name.lower() in {"gb2312", "gbk"} else name)
    except (LookupError, UnicodeError) as error:
        raise CannotMake(f"is not text in the encoding {name}: {error}; save it as UTF-8") from error


class _Page(HTMLParser):
    """Collects the paragraphs of a page while it is read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[str] = []
        self._text: list[str] = []
        self._mark = ""
        """What the paragraph opens with: the rank of a heading, the mark of an item."""
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._cell: list[str] | None = None
        """The paragraphs of the cell that is open."""
        self._tables = 0
        self._lists: list[int | None] = []
        """The number of the next item of each list that is open; None where items have no numbers."""
        self._silent = 0
        self._kept = 0
        """How many elements are open in which line ends and spaces count."""

    def paragraphs(self) -> list[str]:
        self._end_table()
        return self._done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._text.append(_BREAK)
        elif tag in _TABLE:
            self._start_in_table(tag)
        elif tag in _LISTS:
            self._end_paragraph()
            self._lists.append(_first_number(dict(attrs).get("start")) if tag == "ol" else None)
        elif tag == "li":
            self._start_item()
        elif tag in _BLOCKS:
            self._end_paragraph()
            self._mark = _HEADINGS.get(tag, self._mark)
            self._kept += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _TABLE:
            self._end_in_table(tag)
        elif tag in _BLOCKS or tag in _LISTS or tag == "li":
            self._end_paragraph()
            self._mark = ""
            self._kept = max(0, self._kept - (tag == "pre"))
            if tag in _LISTS and self._lists:
                self._lists.pop()

    def handle_data(self, data: str) -> None:
        if self._kept:
            data = data.replace("\n", _BREAK).replace("\t", "    ").replace(" ", _KEPT_SPACE)
        if not self._silent:
            self._text.append(data)

    def _start_item(self) -> None:
        self._end_paragraph()
        number = self._lists[-1] if self._lists else None
        self._mark = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _start_in_table(self, tag: str) -> None:
        if tag == "table":  # one within a cell is told for itself, and what is around it before and after
            self._end_table()
            self._tables += 1
        elif tag in {"td", "th"}:
            self._end_cell()
            self._cell = []
        else:
            self._end_row()

    def _end_in_table(self, tag: str) -> None:
        if tag == "table":
            self._end_table()
            self._tables = max(0, self._tables - 1)
            self._cell = [] if self._tables else None
        elif tag in {"td", "th"}:
            self._end_cell()
        else:
            self._end_row()

    def _end_paragraph(self) -> None:
        text = _BROKEN.sub("", "".join(self._text))
        lines = (line.strip(" ").rstrip(_KEPT_SPACE) for line in _SPACE.sub(" ", text).split(_BREAK))
        text = "\n".join(filter(None, lines)).replace(_KEPT_SPACE, " ")
        self._text = []
        if not text:
            return
        text, self._mark = self._mark + text, ""
        if self._cell is None:
            self._done.append(text)
        else:
            self._cell.append(text.replace("\n", " "))

    def _end_cell(self) -> None:
        self._end_paragraph()
        if self._cell is not None:
            self._cells.append(" ".join(self._cell))
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if any(self._cells):
            self._rows.append(" | ".join(self._cells).rstrip())
        self._cells = []

    def _end_table(self) -> None:
        self._end_row()
        if self._rows:
            self._done.append("\n".join(self._rows))
        self._rows = []


def _first_number(start: str | None) -> int:
    return int(start) if start is not None and re.fullmatch(r"-?\d{1,9}", start) else 1
