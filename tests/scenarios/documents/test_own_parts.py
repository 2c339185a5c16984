"""A text is cut where paragraphs end, and a quote is found however its lines are broken."""

from hypothesis import given
from hypothesis import strategies as st

from scenarios.documents.own_parts import find_quote, split_parts
from tests.scenarios.documents.paper import TEXT, Words

letters = st.text(alphabet="ab。. \n", max_size=400)


@given(text=letters, longest=st.integers(1, 30))
def test_the_parts_joined_are_the_text_again(text: str, longest: int) -> None:
    assert "".join(split_parts(text, longest, Words())) == text


@given(
    words=st.lists(st.sampled_from(["a", "bb", "c.", "d\n", "e\n\n"]), min_size=1), longest=st.integers(1, 9)
)
def test_no_part_is_longer_than_asked(words: list[str], longest: int) -> None:
    text = " ".join(words)
    assert max(Words().counts(split_parts(text, longest, Words()))) <= longest


def test_a_part_ends_where_a_paragraph_does() -> None:
    parts = split_parts(TEXT, 20, Words())
    assert len(parts) > 3
    assert all(part.endswith("\n") for part in parts)


def test_a_quote_is_found_across_a_line_break() -> None:
    found = list(find_quote("stands in hall 3", ["It\nstands   in\nhall 3."]))
    assert found == [(1, 3, "stands   in\nhall 3")]


def test_a_chinese_quote_is_found_where_a_line_was_broken_in_it() -> None:
    assert [part for part, _, _ in find_quote("水泵在三号厅", ["甲方。", "水泵在\n三号厅。"])] == [2]


def test_every_place_of_a_quote_is_found() -> None:
    assert len(list(find_quote("a b", ["a b a b", "a b"]))) == 3
