"""However a text is set, its words come back in their order."""

from textwrap import wrap

from hypothesis import given
from hypothesis import strategies as st

from scenarios.documents.formats.joining import Joiner
from scenarios.documents.formats.lines import Line, Piece, lines_of
from scenarios.documents.formats.paragraphs import paragraphs_of
from scenarios.documents.formats.running_lines import without_running_lines

words = st.text(alphabet="abcdefghijkl", min_size=1, max_size=12)
prose = st.lists(st.lists(words, min_size=1, max_size=40).map(" ".join), min_size=1, max_size=6)


def pages_of(paragraphs: list[str], width: int, gap: float, height: int) -> list[list[Line]]:
    pieces: list[list[Piece]] = [[]]
    y = 800.0
    for paragraph in paragraphs:
        for text in wrap(paragraph, width):
            if len(pieces[-1]) == height:
                pieces.append([])
                y = 800.0
            pieces[-1].append(Piece(text=text, x=72, y=y, size=10))
            y -= 12
        y -= gap
    return [lines_of(page) for page in pieces]


@given(prose, st.integers(20, 80), st.sampled_from([0.0, 6.0]), st.integers(3, 40))
def test_no_word_is_lost(paragraphs: list[str], width: int, gap: float, height: int) -> None:
    found = paragraphs_of(pages_of(paragraphs, width, gap, height))
    assert " ".join(found).split() == " ".join(paragraphs).split()


@given(st.lists(words, min_size=60, max_size=60), st.integers(30, 80))
def test_a_paragraph_is_one_paragraph_again(of: list[str], width: int) -> None:
    told = f"{' '.join(of).capitalize()}."
    assert list(paragraphs_of(pages_of([told, told], width, 12, 99))) == [told, told]


def test_a_sentence_may_run_on_in_lines_that_are_far_apart() -> None:
    texts = ["The pump that was bought", "in May stands in hall 3.", "Ada Brandt keeps it."]
    pieces = [Piece(text=text, x=72, y=700 - 22 * n, size=10) for n, text in enumerate(texts)]
    pieces += [Piece(text="A line.", x=72, y=600 - 12 * n, size=10) for n in range(4)]
    assert list(paragraphs_of([lines_of(pieces)]))[:2] == [f"{texts[0]} {texts[1]}", texts[2]]


def test_a_text_that_is_drawn_twice_to_look_bold_is_told_once() -> None:
    heavy = [Piece(text="Title", x=72 + aside, y=700, size=10) for aside in (0, 0.3, 0.6)]
    assert [line.text for line in lines_of(heavy)] == ["Title"]


def test_a_pen_that_changes_its_font_goes_on_where_it_is() -> None:
    run = [Piece(text=text, x=72, y=700, size=10) for text in ("In ", "bold", " and ", "plain", ".")]
    assert [line.text for line in lines_of(run)] == ["In bold and plain."]


@given(st.lists(st.lists(words, min_size=1, max_size=9).map(" ".join), min_size=3, max_size=9))
def test_only_the_running_head_is_left_out(bodies: list[str]) -> None:
    pages = [
        lines_of(
            [
                Piece(text=f"Report of {n + 4}", x=72, y=810, size=8),
                Piece(text=body, x=72, y=700 - n, size=10),
                Piece(text=f"{n} end", x=72, y=600 - 13 * n, size=10),
            ]
        )
        for n, body in enumerate(bodies)
    ]
    assert without_running_lines(pages) == [page[1:] for page in pages]


@given(st.text(alphabet="中文字，。", min_size=1, max_size=60), st.integers(1, 20))
def test_lines_of_chinese_are_the_text_again(text: str, width: int) -> None:
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert Joiner(lines).join(lines) == text


def test_spaces_between_chinese_and_other_letters_follow_the_document() -> None:
    apart = ["用 PDF 写的", "文件和", "Word 文件"]
    assert Joiner(apart).join(apart) == "用 PDF 写的文件和 Word 文件"
    close = ["用PDF写的", "文件和", "Word文件"]
    assert Joiner(close).join(close) == "用PDF写的文件和Word文件"
