"""The XML files in a .docx, read without trusting them.

Only those that hold text are unpacked, each up to a stated size; a document type declaration, by which
XML is made to grow without end, is refused: Word writes none.
"""

import posixpath
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

from scenarios.documents.document import CannotMake

_MOST_XML = 64 * 2**20
_MOST_TAGS = 8_000_000
"""A million tokens, cut into the runs that an editor leaves, come to two or three million."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def name_of(element: Element) -> str:
    """The name without its namespace: there are two sets of them for the same elements."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name without the namespace."""
    if element is None:
        return None
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def children(element: Element | None) -> Iterator[Element]:
    """None has none."""
    return iter(()) if element is None else iter(element)


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of a name, and its first child of the next name, and so on."""
    for name in names:
        element = next((one for one in children(element) if name_of(one) == name), None)
    return element


class Package:
    """Raises `CannotMake`, with messages that go on from the name of the file."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLD_OFFICE):
            raise CannotMake("is encrypted, or in the old format .doc; save it as .docx without a password")
        try:
            self._zip = ZipFile(BytesIO(data))
        except BadZipFile as error:
            raise CannotMake(f"is not a Word document, which is a zip archive: {error}") from error
        main = dict(self._relations("")).get("officeDocument")
        body = None if main is None else child(self._xml(main), "body")
        if main is None or body is None:
            raise CannotMake("is a zip archive, but there is no Word document in it")
        self.body = body
        """What holds the text."""
        self._parts = dict(self._relations(main))

    def part(self, kind: str) -> Element | None:
        """What a document may have beside its text: `styles`, `numbering`, `footnotes`, `endnotes`."""
        return self._xml(self._parts[kind]) if kind in self._parts else None

    def _relations(self, name: str) -> Iterator[tuple[str, str]]:
        folder, base = posixpath.split(name)
        for relation in children(self._xml(posixpath.join(folder, "_rels", f"{base}.rels"))):
            kind = (attribute(relation, "Type") or "").rpartition("/")[2]
            target = posixpath.join("/", folder, attribute(relation, "Target") or "")
            yield kind, posixpath.normpath(target).lstrip("/")

    def _xml(self, name: str) -> Element | None:
        try:
            info = self._zip.getinfo(name)
            if info.file_size > _MOST_XML:
                size, most = info.file_size / 2**20, _MOST_XML // 2**20
                raise CannotMake(
                    f"unpacks {name} to {size:,.0f} MiB, and at most {most} MiB are read; divide it"
                )
            data = self._zip.read(info)
        except KeyError:
            return None
        except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
            raise CannotMake(f"is damaged or encrypted: {name}: {error}; save it again") from error
        return _parsed(name, data)


def _parsed(name: str, data: bytes) -> Element:
    if b"<!DOCTYPE" in data or b"\0" in data:
        raise CannotMake(f"declares a document type in {name}, as no Word document does; save it again")
    if data.count(b"<") > _MOST_TAGS:
        raise CannotMake(f"has more than {_MOST_TAGS:,} XML tags in {name}; divide it")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 # what makes it unsafe is refused above
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise CannotMake(f"is not a Word document that can be read: {name}: {error}") from error
