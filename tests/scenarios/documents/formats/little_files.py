"""Small PDFs and Word documents, written by hand: what the tests of formats share."""

import zlib
from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

Drawn = tuple[float, float, float, str]
"""Where a text is drawn, how large, and the text."""

SIZE = 10.0
PITCH = 12.0
LEFT = 72.0

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def lines(*texts: str, x: float = LEFT, y: float = 700, size: float = SIZE) -> list[Drawn]:
    """Lines one below the other; an empty text leaves a gap."""
    return [(x, y - n * PITCH, size, text) for n, text in enumerate(texts) if text]


def pdf(*pages: Sequence[Drawn], content: bytes = b"", objects: Sequence[bytes] = ()) -> bytes:
    """A PDF that draws texts; `content` stands on every page, and may name `objects` X0, X1 and so on."""
    letters = sorted({letter for page in pages for *_, text in page for letter in text})
    font, places = 4, 7 + len(objects)
    named = b" ".join(b"/X%d %d 0 R" % (n, 7 + n) for n in range(len(objects)))
    resources = b"<< /Font << /F1 %d 0 R >> /XObject << %s >> >>" % (font, named)
    kids = b" ".join(b"%d 0 R" % (places + 2 * n) for n in range(len(pages)))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] /Resources %s >>" % (len(pages), kids, resources),
        stream(b"", b"/Unused true"),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Little /Encoding /Identity-H /DescendantFonts [5 0 R] "
        b"/ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Little /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        stream(_letters(letters)),
        *objects,
    ]
    for n, page in enumerate(pages):
        drawn = b"\n".join(_drawn(one, letters) for one in page)
        parts.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>" % (places + 2 * n + 1)
        )
        parts.append(stream(drawn + content))
    return _pdf_file(parts)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), entries, packed)


def _letters(letters: Sequence[str]) -> bytes:
    """Which letter each code of the font draws."""
    told = "\n".join(f"<{n:04x}> <{ord(letter):04x}>" for n, letter in enumerate(letters))
    return (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> "
        f"endcodespacerange\n{len(letters)} beginbfchar\n{told}\nendbfchar endcmap end"
    ).encode()


def _drawn(one: Drawn, letters: Sequence[str]) -> bytes:
    x, y, size, text = one
    codes = "".join(f"{letters.index(letter):04x}" for letter in text)
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET".encode()


def _pdf_file(parts: Sequence[bytes]) -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for n, part in enumerate(parts, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (n, part))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table))
    return out.getvalue()


def word(body: str, **parts: str) -> bytes:
    """A Word document with this body, and with `styles`, `numbering`, `footnotes` as given."""
    files = {
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations({name: f"{name}.xml" for name in parts}),
        **{f"word/{name}.xml": f"<w:{name} {_W}>{xml}</w:{name}>" for name, xml in parts.items()},
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _relations(targets: dict[str, str]) -> str:
    told = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_RELATIONS}">{told}</Relationships>'
