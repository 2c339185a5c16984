"""The text of a Word document: paragraphs, headings with their rank, items with their numbers, tables with
a line for each row, notes behind the paragraph that refers to them.

Changes that are tracked count as accepted. Heads and feet of pages, comments and hidden text are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scenarios.documents.document import CannotMake
from scenarios.documents.formats import MOST_CHARACTERS
from scenarios.documents.formats.word_numbers import Numbered, Numbers, numbered
from scenarios.documents.formats.word_package import Package, attribute, child, children, name_of

_LEAST_RANK = 6
_HEADING = re.compile(r"heading ([1-9])")
_MOST_BASES = 20
_WRAPPERS = frozenset(
    {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice"}
)
"""What stands around paragraphs, tables and rows without a meaning for the text."""
_SILENT = frozenset({"pPr", "rPr", "sdtPr", "del", "moveFrom", "Fallback", "rt", "instrText", "delText"})
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_CLOSE = ("、", "，", "。", "：", "）")
"""After these there is no space."""
_NO = frozenset({"0", "false", "off"})


def docx_text(data: bytes) -> str:
    """Raises `CannotMake`, with a message that goes on from the name of the file."""
    package = Package(data)
    try:
        return "\n\n".join(_Reader(package).blocks(package.body))
    except RecursionError as error:
        raise CannotMake("has elements within elements too deep to be read") from error


@dataclass(frozen=True, kw_only=True)
class _Style:
    based_on: str | None
    rank: int | None
    item: Numbered | None


class _Reader:
    def __init__(self, package: Package) -> None:
        self._styles = dict(_styles(package.part("styles")))
        lists = {name: style.item.list_id for name, style in self._styles.items() if style.item is not None}
        self._numbers = Numbers(package.part("numbering"), lists)
        self._notes = {
            (kind, attribute(note, "id")): note
            for kind in ("footnote", "endnote")
            for note in children(package.part(f"{kind}s"))
        }
        self._cited = 0
        self._characters = 0

    def blocks(self, parent: Element) -> Iterator[str]:
        """The paragraphs and tables in an element."""
        for one in _within(parent, {"p", "tbl"}):
            found = self._paragraph(one) if name_of(one) == "p" else self._table(one)
            for text in filter(None, found):
                self._characters += len(text)
                if self._characters > MOST_CHARACTERS:
                    raise CannotMake(f"has more than {MOST_CHARACTERS:,} characters; divide it")
                yield text

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        notes: list[Element] = []
        boxes: list[Element] = []
        text = _plain("".join(self._pieces(paragraph, notes, boxes)))
        if text:
            yield self._opening(child(paragraph, "pPr")) + text
        cited = self._cited - len(notes)
        for number, note in enumerate(notes, start=cited + 1):
            yield f"[{number}] " + " ".join(_plain("".join(self._pieces(note, None, []))).split("\n"))
        for box in boxes:
            yield from self.blocks(box)

    def _opening(self, properties: Element | None) -> str:
        """The rank of a heading and the number of an item, with a space behind them."""
        style = attribute(child(properties, "pStyle"), "val")
        rank, item = _rank(properties), numbered(properties)
        for name, found in self._bases(style):
            rank = found.rank if rank is None else rank
            if item is None and found.item is not None:
                style, item = name, found.item
        label = "" if item is None else self._numbers.label(item, style)
        between = "" if label.endswith(_CLOSE) else " "
        heading = "#" * min(rank, _LEAST_RANK) + " " if rank else ""
        return heading + label + between if label else heading

    def _bases(self, name: str | None) -> Iterator[tuple[str, _Style]]:
        """A style and those it is based on."""
        for _ in range(_MOST_BASES):
            found = self._styles.get(name or "")
            if name is None or found is None:
                return
            yield name, found
            name = found.based_on

    def _table(self, table: Element) -> Iterator[str]:
        rows = []
        for row in _within(table, {"tr"}):
            if child(row, "trPr", "del") is not None:
                continue
            cells = [" ".join(self.blocks(cell)).replace("\n", " ") for cell in _within(row, {"tc"})]
            rows.append(" | ".join(cells) if any(cells) else "")
        yield "\n".join(filter(None, rows))

    def _pieces(self, parent: Element, notes: list[Element] | None, boxes: list[Element]) -> Iterator[str]:
        """The text in a paragraph; its text boxes are put aside, and its notes where they are wanted."""
        for one in parent:
            name = name_of(one)
            if name == "t":
                yield one.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "txbxContent":
                boxes.append(one)
            elif name in {"footnoteReference", "endnoteReference"}:
                note = self._notes.get((name.removesuffix("Reference"), attribute(one, "id")))
                if note is not None and notes is not None:
                    notes.append(note)
                    self._cited += 1
                    yield f"[{self._cited}]"
            elif name not in _SILENT and not (name == "r" and _is_hidden(one)):
                yield from self._pieces(one, notes, boxes)


def _within(parent: Element, names: set[str]) -> Iterator[Element]:
    """The children of such names, also within wrappers."""
    for one in parent:
        name = name_of(one)
        if name in names:
            yield one
        elif name in _WRAPPERS:
            yield from _within(one, names)


def _plain(text: str) -> str:
    """A text without the spaces that only shape it."""
    lines = (re.sub(r"[ \t]+", " ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _is_hidden(run: Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in _NO


def _rank(properties: Element | None) -> int | None:
    """Of a heading, from 1; 0 where it is said to be none."""
    level = attribute(child(properties, "outlineLvl"), "val")
    if level is None or not level.isdecimal():
        return None
    return int(level) + 1 if int(level) < 9 else 0  # noqa: PLR2004 # 9 is the level of body text


def _styles(styles: Element | None) -> Iterator[tuple[str, _Style]]:
    for one in children(styles):
        identity = attribute(one, "styleId")
        if identity is None:
            continue
        name = (attribute(child(one, "name"), "val") or "").lower()
        heading = _HEADING.fullmatch(name)
        rank = int(heading[1]) if heading else 1 if name == "title" else _rank(child(one, "pPr"))
        yield (
            identity,
            _Style(
                based_on=attribute(child(one, "basedOn"), "val"),
                rank=rank,
                item=numbered(child(one, "pPr")),
            ),
        )
