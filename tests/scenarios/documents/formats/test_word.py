"""A Word document's text is what a reader of it sees, with its numbers; a broken file says what is wrong."""

from io import BytesIO

import docx
import pytest

from scenarios.documents.document import CannotMake
from scenarios.documents.formats.word import docx_text
from tests.scenarios.documents.formats.little_files import paragraph, word, zipped

LEVELS = (
    '<w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/>{legal}<w:lvlText w:val="%1.%2"/></w:lvl>'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def item(text: str, level: int = 0, number: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def numbers(form: str = "decimal", text: str = "%1.", legal: str = "") -> str:
    return LEVELS.format(form=form, text=text, legal=legal)


def test_a_document_as_a_word_processor_makes_it() -> None:
    document = docx.Document()
    document.add_heading("A contract", level=0)
    document.add_heading("Price", level=1)
    document.add_paragraph("The pump costs 4,200 crowns.")
    document.add_heading("In parts", level=2)
    for text in ("hoses", "lamps"):
        document.add_paragraph(text, style="List Bullet")
    for text in ("order", "pay"):
        document.add_paragraph(text, style="List Number")
    table = document.add_table(rows=2, cols=3)
    for n, text in enumerate(("Part", "Pieces", "Price", "seal", "2", "14.50")):
        table.rows[n // 3].cells[n % 3].text = text
    document.sections[0].header.paragraphs[0].text = "Running head"
    out = BytesIO()
    document.save(out)
    assert docx_text(out.getvalue()).split("\n\n") == [
        "# A contract",
        "# Price",
        "The pump costs 4,200 crowns.",
        "## In parts",
        *("- hoses", "- lamps", "1. order", "2. pay"),
        "Part | Pieces | Price\nseal | 2 | 14.50",
    ]


def test_clauses_bear_the_numbers_that_word_gives_them() -> None:
    body = item("Term") + item("one year", 1) + item("renewed", 1) + item("Price") + item("fixed", 1)
    assert docx_text(word(body, numbering=numbers())).split("\n\n") == [
        *("1. Term", "1.1 one year", "1.2 renewed", "2. Price", "2.1 fixed")
    ]


@pytest.mark.parametrize(
    ("form", "text", "told"),
    [
        ("upperLetter", "(%1)", "(A) x|(B) x|(C) x"),
        ("lowerRoman", "%1)", "i) x|ii) x|iii) x"),
        ("chineseCounting", "第%1条", "第一条 x|第二条 x|第三条 x"),
        ("chineseCounting", "%1、", "一、x|二、x|三、x"),
        ("decimalZero", "%1", "01 x|02 x|03 x"),
        ("bullet", "\uf0b7", "- x|- x|- x"),
        ("none", "", "x|x|x"),
    ],
)
def test_numbers_are_written_as_the_list_says(form: str, text: str, told: str) -> None:
    assert docx_text(word(item("x") * 3, numbering=numbers(form, text))).split("\n\n") == told.split("|")


def test_chinese_chapters_number_their_clauses_in_digits() -> None:
    body = (item("章") + item("款", 1)) * 12
    found = docx_text(word(body, numbering=numbers("chineseCounting", "第%1章", "<w:isLgl/>"))).split("\n\n")
    assert found[18:] == ["第十章 章", "10.1 款", "第十一章 章", "11.1 款", "第十二章 章", "12.1 款"]


def test_a_list_that_starts_anew_starts_anew() -> None:
    body = item("a") + item("b") + item("c", number=2) + item("d", number=2)
    assert docx_text(word(body, numbering=numbers())).split("\n\n") == ["1. a", "2. b", "1. c", "2. d"]


def test_a_style_gives_its_paragraphs_rank_and_number() -> None:
    styles = (
        '<w:style w:styleId="H"><w:name w:val="heading 2"/><w:pPr>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Mine"><w:name w:val="mine"/><w:basedOn w:val="H"/></w:style>'
    )
    body = paragraph("Scope", '<w:pStyle w:val="Mine"/>') + paragraph(
        "Recitals", '<w:pStyle w:val="Mine"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    )
    assert docx_text(word(body, styles=styles, numbering=numbers())) == "## 1. Scope\n\n## Recitals"


def test_tracked_changes_count_as_accepted() -> None:
    body = (
        "<w:p><w:r><w:t>The price is </w:t></w:r><w:del><w:r><w:delText>400</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>500</w:t></w:r></w:ins><w:r><w:t xml:space='preserve'> crowns.</w:t></w:r></w:p>"
    )
    assert docx_text(word(body)) == "The price is 500 crowns."


def test_fields_links_and_content_controls_are_read() -> None:
    body = (
        f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{paragraph('Controlled.')}</w:sdtContent></w:sdt>"
        "<w:p><w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink>"
        "<w:r><w:tab/><w:instrText>DATE</w:instrText></w:r><w:r><w:t>3 May</w:t>"
        "<w:br/><w:t>below</w:t></w:r></w:p>"
    )
    assert docx_text(word(body)) == "Controlled.\n\na link 3 May\nbelow"


def test_a_note_stands_behind_the_paragraph_that_refers_to_it() -> None:
    body = (
        '<w:p><w:r><w:t>The price</w:t><w:footnoteReference w:id="2"/><w:t> is fixed.</w:t></w:r></w:p>'
        + paragraph("Next.")
    )
    notes = f'<w:footnote w:id="2">{paragraph(" Without tax.")}</w:footnote>'
    assert docx_text(word(body, footnotes=notes)) == "The price[1] is fixed.\n\n[1] Without tax.\n\nNext."


def test_hidden_text_is_not_read_and_a_text_box_once() -> None:
    box = f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>Seen.</w:t></w:r>"
        f"<w:r><AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent></w:r></w:p>"
    )
    assert docx_text(word(body)) == "Seen.\n\nIn a box."


def test_a_cell_that_spans_rows_is_told_once() -> None:
    def row(*cells: str, properties: str = "") -> str:
        told = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
        return f"<w:tr><w:trPr>{properties}</w:trPr>{told}</w:tr>"

    nested = f"<w:tbl>{row(paragraph('x'), paragraph('y'))}</w:tbl>"
    body = "<w:tbl>{}{}{}</w:tbl>".format(
        row("<w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + paragraph("pumps"), paragraph("A") * 2),
        row("<w:tcPr><w:vMerge/></w:tcPr><w:p/>", nested),
        row(paragraph("deleted"), properties="<w:del/>"),
    )
    assert docx_text(word(body)) == "pumps | A A\n | x | y"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not a Word document, which is a zip archive"),
        (b"PK\x03\x04 and no more", "is not a Word document, which is a zip archive"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "is encrypted, or in the old format .doc"),
        (zipped({"a.txt": "x"}), "there is no Word document in it"),
        (zipped({"_rels/.rels": "<Relationships/>"}), "there is no Word document in it"),
        (word("<w:p>").replace(b"PK\x01\x02", b"PK\x01\x03"), "is not a Word document"),
        (word("<w:p>"), "word/document.xml: mismatched tag"),
    ],
)
def test_what_is_no_word_document_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotMake, match=said):
        docx_text(data)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(word(paragraph("x")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 1)
    with pytest.raises(CannotMake, match="is damaged or encrypted"):
        docx_text(bytes(data))


def test_a_zip_that_unpacks_without_end_is_refused() -> None:
    data = word(paragraph("x" * 80 * 2**20))
    assert len(data) < 2**20
    with pytest.raises(CannotMake, match=r"unpacks word/document.xml to 80 MiB, and at most 64 MiB are read"):
        docx_text(data)


def test_entities_that_grow_without_end_are_refused() -> None:
    entities = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    data = zipped({"_rels/.rels": entities})
    with pytest.raises(CannotMake, match=r"declares a document type in _rels/\.rels"):
        docx_text(data)


def test_elements_within_elements_without_end_are_refused() -> None:
    for name in ("sdt", "hyperlink"):
        inner = f"<w:{name}>" * 50_000 + "<w:t>x</w:t>" + f"</w:{name}>" * 50_000
        with pytest.raises(CannotMake, match="elements within elements too deep"):
            docx_text(word(f"<w:p>{inner}</w:p>" if name == "hyperlink" else inner))


def test_too_many_tags_are_refused() -> None:
    with pytest.raises(CannotMake, match="has more than 8,000,000 XML tags"):
        docx_text(word("<w:p/>" * 8_000_001))
