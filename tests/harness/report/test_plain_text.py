from hypothesis import given
from hypothesis import strategies as st

from harness.report.plain_text import clip, one_line, visible, visible_json


@given(st.text(st.characters(codec=None)))
def test_visible_text_can_always_be_written_and_moves_nothing(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not any(ord(sign) < 32 and sign not in "\t\n" for sign in shown)
    assert not set("\x7f\x9b\u202e\u2066") & set(shown)


def test_ordinary_text_in_any_language_stays_as_it_is() -> None:
    text = "Refund 42.50 €\n\t退款：四十二元五角 – \u200fשלום 👍🏽"
    assert visible(text) == text


def test_what_acts_is_shown_as_a_sign() -> None:
    assert visible("a\x00b\x1b[31m\u202ec\ud800") == "a␀b␛[31m⟨U+202E⟩c�"


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    shown, left_out = clip("a" * 500 + "z" * 500, 100)
    assert left_out == 900
    assert shown.startswith("a" * 75)
    assert shown.endswith("z" * 25)
    assert "900" in shown


def test_a_snippet_is_one_line() -> None:
    assert one_line("first\n\n  second", 40) == "first second"
    assert one_line("x" * 200, 20) == "x" * 19 + "…"


def test_every_text_in_json_is_made_visible() -> None:
    assert visible_json({"a\x00": ["\x1b", 1, None]}) == {"a␀": ["␛", 1, None]}
