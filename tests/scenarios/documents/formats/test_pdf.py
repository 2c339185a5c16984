"""A PDF's text is what is drawn on its pages, in paragraphs; a file that cannot be read says why."""

from collections.abc import Iterator
from io import BytesIO
from itertools import count

import pytest
from pypdf import PdfWriter

from scenarios.documents.document import CannotMake
from scenarios.documents.formats.pdf import pdf_text
from tests.scenarios.documents.formats.little_files import LEFT, PITCH, SIZE, Drawn, lines, pdf, stream

IMAGE = stream(
    b"\0", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
)
FULL = "a line that is as long as a full line of this text is and one word"


def test_lines_that_stand_together_are_a_paragraph() -> None:
    page = lines("The pump was bought in May", "and stands in hall 3.", "", "Its keeper is Ada.")
    assert pdf_text(pdf(page)) == "The pump was bought in May and stands in hall 3.\n\nIts keeper is Ada."


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    page = lines("水泵于2026年5月购入，", "放在三号厅，", "保管人为Ada", "Brandt。")
    assert pdf_text(pdf(page)) == "水泵于2026年5月购入，放在三号厅，保管人为Ada Brandt。"


def test_an_indented_line_begins_a_paragraph() -> None:
    first, rest = LEFT + 2 * SIZE, LEFT
    texts = [
        (first, FULL),
        (rest, FULL),
        (rest, f"{FULL[:-1]}."),
        (first, FULL),
        (rest, FULL),
        (rest, "end."),
    ]
    page = [(x, 700 - n * PITCH, SIZE, text) for n, (x, text) in enumerate(texts)]
    assert [len(one.split()) for one in pdf_text(pdf(page)).split("\n\n")] == [51, 35]


def test_a_number_in_the_margin_begins_a_paragraph() -> None:
    texts = [("1.1", FULL), ("", FULL), ("", f"{FULL[:-1]}."), ("1.2", FULL), ("", FULL), ("1.3", "An end.")]
    page: list[Drawn] = []
    for n, (number, text) in enumerate(texts):
        y = 700 - n * PITCH
        page += [(LEFT, y, SIZE, number)] if number else []
        page.append((LEFT + 3 * SIZE, y, SIZE, text))
    found = pdf_text(pdf(page)).split("\n\n")
    assert [one.split()[0] for one in found] == ["1.1", "1.2", "1.3"]


def test_a_heading_stands_for_itself() -> None:
    page = [(LEFT, 720.0, 16.0, "Chapter one"), *lines("The pump is old.", y=704)]
    assert pdf_text(pdf(page)) == "Chapter one\n\nThe pump is old."


def test_a_sentence_goes_on_over_the_page() -> None:
    first, second = lines(FULL, FULL), lines("and it ends here.")
    assert pdf_text(pdf(first, second)) == f"{FULL} {FULL} and it ends here."


def test_columns_are_read_one_after_the_other() -> None:
    page = [*lines("the left column has", "two lines"), *lines("the right column", "has two.", x=320)]
    assert pdf_text(pdf(page)) == "the left column has two lines the right column has two."


def test_a_table_has_a_line_for_each_row() -> None:
    rows = [("Part", "Pieces", "Price"), ("seal", "2", "14.50"), ("long valve name", "12", "7")]
    page = [
        (LEFT + column * 120, 700 - n * 20, SIZE, text)
        for n, row in enumerate(rows)
        for column, text in enumerate(row)
    ]
    told = "Part | Pieces | Price\nseal | 2 | 14.50\nlong valve name | 12 | 7"
    assert pdf_text(pdf([*lines("A table follows.", y=740), *page])) == f"A table follows.\n\n{told}"


def _book(pages: int, head: str, foot: str) -> Iterator[list[Drawn]]:
    for n in range(1, pages + 1):
        yield [
            (LEFT, 800, 8, head.format(n=n)),
            *lines(f"Body of page {n * 7}.", "It goes on."),
            (300, 40, 8, foot.format(n=n)),
        ]


@pytest.mark.parametrize("foot", ["{n}", "Page {n} of 4", "第 {n} 页 共 4 页", "- {n} -"])
def test_running_heads_and_page_numbers_are_left_out(foot: str) -> None:
    text = pdf_text(pdf(*_book(4, "Contract 17", foot)))
    assert text == "\n\n".join(f"Body of page {n * 7}. It goes on." for n in range(1, 5))


def test_what_is_not_clearly_a_running_head_stays() -> None:
    heads = ["Chapter 1", "Chapter 2", "", "", "Chapter 3", "", ""]
    pages = [[(LEFT, 800.0, 14.0, head)] if head else [] for head in heads]
    text = pdf_text(pdf(*([*page, *lines(f"Text {n * n}.")] for n, page in enumerate(pages))))
    assert all(f"Chapter {n}" in text for n in (1, 2, 3))
    assert "Contract 17" in pdf_text(pdf(*_book(2, "Contract 17", "{n}")))


def test_a_line_at_the_edge_that_belongs_to_the_text_stays() -> None:
    page = lines("Yes.", "Yes.", "Yes.")
    assert pdf_text(pdf(page, page, page)).count("Yes.") == 9


def test_pages_that_are_all_alike_are_not_all_left_out() -> None:
    page = [*lines("Certificate."), *lines("Valid.", y=500)]
    assert pdf_text(pdf(page, page, page)).count("Valid.") == 3


def test_ligatures_and_radicals_are_the_letters_that_they_look_like() -> None:
    assert pdf_text(pdf(lines("the \ufb01rst", "\u2f64\u6237 \u2ed4"))) == "the first用户 门"


def test_a_hyphen_that_divides_a_word_goes() -> None:
    page = lines(
        "The installation begins; a well-known and single track,", "and the instal-", "lation of a well-"
    )
    page += lines("known single-", "track line ends in 2026-", "04.", y=700 - 3 * PITCH)
    assert pdf_text(pdf(page)).endswith("the installation of a well-known single-track line ends in 2026-04.")


def test_an_encrypted_pdf_is_refused() -> None:
    writer = PdfWriter(BytesIO(pdf(lines("secret"))))
    writer.encrypt("key", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    with pytest.raises(CannotMake, match="is encrypted; save it without a password"):
        pdf_text(out.getvalue())


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    writer = PdfWriter(BytesIO(pdf(lines("not secret"))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    assert pdf_text(out.getvalue()) == "not secret"


def test_a_scan_is_refused_with_the_remedy() -> None:
    scan = pdf([], [], content=b"q 100 0 0 100 0 0 cm /X0 Do Q", objects=[IMAGE])
    with pytest.raises(
        CannotMake, match="has no text on 2 of its 2 pages, as a scan has none; recognise its text"
    ):
        pdf_text(scan)


def test_a_cover_may_be_a_picture_but_not_every_third_page() -> None:
    def bound(pages: int) -> bytes:
        texts = [lines(f"Page {n * n}.") for n in range(1, pages)]
        return pdf([], *texts, content=b"/X0 Do", objects=[IMAGE])

    assert "Page 9." in pdf_text(bound(4))
    with pytest.raises(CannotMake, match="has no text on 1 of its 3 pages"):
        pdf_text(bound(3))


def test_empty_pages_alone_are_no_document() -> None:
    with pytest.raises(CannotMake, match="has no text on 1 of its 1 pages"):
        pdf_text(pdf([]))


def test_a_font_that_hides_its_letters_is_refused() -> None:
    with pytest.raises(
        CannotMake, match="fonts that do not say which letters they draw: 20 of 23 are unknown"
    ):
        pdf_text(pdf(lines("\ue001" * 20 + " ab")))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"no pdf at all" * 99, pdf(lines("x"))[:300]])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(CannotMake, match=r"is not a PDF that can be read|has no text on"):
        pdf_text(data)


def test_too_many_pages_are_refused() -> None:
    data = pdf(lines("x"))
    many = b"/Count 5001 /Kids [" + b"7 0 R " * 5001 + b"]"
    with pytest.raises(CannotMake, match="has 5,001 pages, and at most 5,000 are read"):
        pdf_text(data.replace(b"/Count 1 /Kids [7 0 R]", many))


def test_a_stream_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(CannotMake, match="is not a PDF that can be read"):
        pdf_text(pdf([], content=b" " * 80_000_000))


def test_drawing_without_end_is_stopped() -> None:
    forms = [
        stream(b"/X1 Do " * 100, b"/Type /XObject /Subtype /Form /Resources << /XObject << /X1 8 0 R >> >>"),
        stream(b"/X2 Do " * 100, b"/Type /XObject /Subtype /Form /Resources << /XObject << /X2 9 0 R >> >>"),
        stream(b"q Q " * 100, b"/Type /XObject /Subtype /Form /Resources << >>"),
    ]
    ticks = count()
    with pytest.raises(CannotMake, match="takes more than 600 s to read"):
        pdf_text(pdf([], content=b"/X0 Do " * 100, objects=forms), clock=lambda: float(next(ticks)))
    assert next(ticks) < 1000
