"""A file's text is read by what its name says it is; what cannot be read names the file and the remedy."""

from pathlib import Path

import pytest

from scenarios.documents.document import CannotMake
from scenarios.documents.extract import read_document, read_text
from tests.scenarios.documents.formats.little_files import lines, paragraph, pdf, word

TEXT = "The pump stands in hall 3. 水泵放在三号厅。"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", TEXT.encode()),
        ("a.MD", TEXT.encode("utf-8-sig")),
        ("a.py", TEXT.encode("utf-16")),
        ("a.html", f"<p>{TEXT}</p>".encode()),
        ("a.HTM", f'<meta charset="gbk">{TEXT}'.encode("gbk")),
        ("a.docx", word(paragraph(TEXT))),
        ("a.Pdf", pdf(lines(TEXT))),
        ("LICENSE", TEXT.encode()),
    ],
)
def test_the_text_is_the_same_in_every_format(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert read_text(tmp_path / name) == TEXT


def test_line_ends_are_plain_and_form_feeds_gone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\x0cfour")
    assert read_text(tmp_path / "a.txt") == "one\ntwo\nthree\nfour"


def test_files_of_a_folder_stand_under_their_paths(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x = 1\n\n", "utf-8")
    (tmp_path / "b.md").write_text("text", "utf-8")
    files = [tmp_path / "b.md", tmp_path / "src" / "a.py"]
    assert read_document(files, str(tmp_path)) == ("=== b.md ===\ntext\n\n", "=== src/a.py ===\nx = 1\n\n")
    assert read_document(files) == ("text", "x = 1\n\n")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "a.txt has no text in it"),
        ("a.md", b" \n\t\n", "a.md has no text in it"),
        ("a.txt", "水泵".encode("gbk"), "a.txt is not UTF-8 text: .*; save it as UTF-8"),
        ("a.c", b"int x;\0\0", "a.c is not text: it holds NUL characters"),
        ("a.rtf", b"{\\rtf1 hello}", r"a.rtf is in a format that is not read \(.rtf\); save it as .docx"),
        ("a.DOC", b"hello", r"a.DOC is in a format that is not read \(.DOC\); save it as .docx"),
        ("a.docx", b"hello", "a.docx is not a Word document, which is a zip archive"),
        ("a.docx", word("<w:p/>"), "a.docx has no text in it"),
        ("a.pdf", b"hello", "a.pdf is not a PDF that can be read"),
        ("a.html", b"<script>hello</script>", "a.html has no text in it"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CannotMake, match=said):
        read_text(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotMake, match=r"cannot read gone\.txt"):
        read_text(tmp_path / "gone.txt")


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(70 * 2**20)
    with pytest.raises(CannotMake, match=r"a\.pdf has 70 MiB, and at most 64 MiB are read; divide it"):
        read_text(tmp_path / "a.pdf")


def test_too_long_a_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * 20_000_001)
    with pytest.raises(CannotMake, match="has 20,000,001 characters, and at most 20,000,000 are read"):
        read_text(tmp_path / "a.txt")
