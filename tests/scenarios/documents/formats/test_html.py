"""A web page's text is what is written in it, block by block; markup that is no markup is refused."""

import pytest

from scenarios.documents.document import CannotMake
from scenarios.documents.formats.html import html_text


def read(page: str) -> str:
    return html_text(page.encode())


def test_headings_paragraphs_and_lists_keep_their_marks() -> None:
    page = """<!DOCTYPE html><html><head><title>Not read</title><style>p {}</style></head><body>
      <h1>A manual</h1><p>The pump stands
      in <b>hall</b> 3.</p><h2>Parts</h2>
      <ul><li>a hose</li><li><p>a lamp</p></li></ul><ol start="3"><li>order</li><li>pay</li></ol>
      <script>var x = "<p>not read</p>";</script></body></html>"""
    assert read(page).split("\n\n") == [
        *(
            "# A manual",
            "The pump stands in hall 3.",
            "## Parts",
            "- a hose",
            "- a lamp",
            "3. order",
            "4. pay",
        )
    ]


def test_a_table_has_a_line_for_each_row() -> None:
    page = """<p>before</p><table><caption>Prices</caption><thead><tr><th>Part</th><th>Price</th></tr></thead>
      <tbody><tr><td><p>seal</p><p>red</p></td><td>14.50</td></tr><tr><td></td><td>7</td></tr></tbody></table>after"""
    assert read(page) == "before\n\nPrices\n\nPart | Price\nseal red | 14.50\n | 7\n\nafter"


def test_tables_that_only_place_things_are_told_one_after_the_other() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"
    assert read(f"<table><tr><td>menu<td>text {inner} rest</table>") == "menu | text\n\na | b\nc | d\n\nrest"


def test_the_end_tags_that_html_lets_one_omit_may_be_omitted() -> None:
    assert read("<p>one<p>two<ul><li>x<li>y</ul>three") == "one\n\ntwo\n\n- x\n\n- y\n\nthree"


def test_lists_within_lists_go_on_counting() -> None:
    page = "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"
    assert read(page).split("\n\n") == ["1. a", "- b", "2. c"]


def test_line_breaks_count_where_they_are_meant() -> None:
    assert read("<p>one<br>two\nthree</p><pre>if x:\n    y\n</pre>") == "one\ntwo three\n\nif x:\n    y"


def test_a_line_of_chinese_may_be_broken_in_the_source() -> None:
    assert (
        read("<p>水泵放在\n      三号厅，重 3 吨。\n  Ada\n管。</p>") == "水泵放在三号厅，重 3 吨。 Ada 管。"
    )


def test_characters_that_are_written_by_name_are_read() -> None:
    assert read("<p>3&nbsp;&lt;&nbsp;5 &amp; &#20013;&#x6587;</p>") == "3 < 5 & 中文"


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="gb2312"><p>镕基</p>'.encode("gb18030"),
        '<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>鎔基</p>'.encode("big5"),
        "<p>镕基</p>".encode("utf-16"),
        "<p>镕基</p>".encode("utf-8-sig"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_names(data: bytes) -> None:
    assert html_text(data) in {"镕基", "鎔基"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<p>\xff\xfe\xfd</p>", "is not text in the encoding utf-8.*save it as UTF-8"),
        (b'<meta charset="klingon">x', "is not text in the encoding klingon"),
        (b"<![<![", "is not HTML that can be read"),
    ],
)
def test_what_is_no_html_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotMake, match=said):
        html_text(data)


@pytest.mark.parametrize("unit", ["<!--", "<a ", "<script>", '<a b="', "<?", "</a "])
def test_markup_that_never_ends_is_refused_and_not_searched(unit: str) -> None:
    with pytest.raises(CannotMake, match="has markup that never ends"):
        html_text(unit.encode() * 100_000)


def test_markup_that_is_too_long_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(CannotMake, match="has markup that never ends: '<!--"):
        html_text(b"<!-- " + b"a=b " * 3_000_000 + b"-->x")


def test_a_page_may_hold_a_long_picture_and_a_long_script() -> None:
    long = "A" * 3_000_000
    assert read(f'<p>one<img src="data:{long}"><script>{long}</script>two') == "onetwo"


def test_elements_within_elements_without_end_are_read() -> None:
    assert read("<div>" * 50_000 + "x" + "<table><tr><td>y" * 5_000) == "x\n\n" + "\n\n".join("y" * 5_000)
