"""Thinking that a server left in the text: split where it is plain, and never guessed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.chat import Chat
from harness.clients.client import Reply
from harness.clients.thinking_tags import Parted, is_unbalanced, part
from harness.registry.provider import Quirks
from tests.harness.clients.endpoint import call, delta

PLAIN = [
    "",
    "Four.",
    "A <think> opens and a </think> closes.",
    "Write <think> before it.",
    "<thinking>is another tag</thinking>",
    "<think",
    "It is 3 < 4.",
]


def streamed(text: str, *cuts: int, thinks: bool = False, finish: str = "stop", **first: str) -> Reply:
    """The reply whose text came in pieces, one each second."""
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=thinks)
    ends = [0, *sorted(cuts), len(text)]
    pieces = [delta(content=text[start:end]) for start, end in pairwise(ends)]
    for now, chunk in enumerate([*([delta(**first)] if first else []), *pieces, delta(finish)], 1):
        assembly.add(chunk, float(now))
    return assembly.reply(99.0, ended=True)


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>hm</think>4", "hm", "4"),
        ("\n<think>\nhm\n</think>\n\n4 is <think> it", "hm", "4 is <think> it"),
        ("<think>\n\n</think>\n\n4", "", "4"),
        ("<think>a</think>\n<think>b</think>4", "a\n\nb", "4"),
        ("<thought>hm</thought>4", "hm", "4"),
        ("<think>why </thought> here?</think>4", "why </thought> here?", "4"),
        ("<think>hm</think>", "hm", ""),
        ("<think>hm</think>4 </think> 5", "hm", "4 </think> 5"),
    ],
)
def test_a_block_at_the_beginning_is_thinking(text: str, thought: str, answer: str) -> None:
    found = part(text, asked=False, cut=False)

    assert found == Parted(thought=thought, answer=answer, begins=len(text) - len(answer))


@pytest.mark.parametrize("text", PLAIN)
@pytest.mark.parametrize("asked", [True, False])
def test_a_text_that_only_speaks_of_tags_stays_untouched(text: str, asked: bool) -> None:
    assert part(text, asked=asked, cut=False) is None
    assert not is_unbalanced(text, apart=False)


def test_a_lone_closing_tag_ends_thinking_that_was_asked_for() -> None:
    assert part("hm</think>\n4", asked=True, cut=False) == Parted(thought="hm", answer="4", begins=11)


@pytest.mark.parametrize("text", ["hm</think>4", "<think>hm", " <think>hm <think>4"])
def test_what_does_not_balance_is_named_and_not_guessed(text: str) -> None:
    assert part(text, asked=False, cut=False) is None
    assert is_unbalanced(text, apart=False)


def test_a_lone_closing_tag_is_a_word_where_thinking_came_apart() -> None:
    assert not is_unbalanced("Write </think> after it.", apart=True)


def test_a_block_that_a_limit_cut_is_thinking() -> None:
    assert part("<think>hm", asked=False, cut=True) == Parted(thought="hm", answer="", begins=9)


def test_a_cut_reply_says_nothing_of_its_thinking_as_text() -> None:
    reply = streamed("<think>hm", finish="length")

    assert (reply.message.text, reply.message.reasoning, reply.cut_short) == ("", "hm", True)


def test_reasoning_that_came_apart_makes_a_closing_tag_a_word() -> None:
    reply = streamed("Write </think> after it.", thinks=True, reasoning="hm")

    assert (reply.message.text, reply.message.reasoning) == ("Write </think> after it.", "hm")


def test_the_first_answer_is_what_follows_the_closing_tag() -> None:
    reply = streamed("<think>hm</think>\n\nFour", 3, 9, 12, 17, 19)

    assert reply.message.text == "Four"
    assert (reply.exchange.ttft_ms, reply.exchange.first_answer_ms) == (1000, 6000)


def test_a_call_after_thinking_in_the_text_is_the_first_answer() -> None:
    assembly = Chat().assembly(0.0, Quirks(), None, thinks=False)
    for now, chunk in enumerate([delta(content="<think>hm</think>"), call(0, "a", "{}", "1")], 1):
        assembly.add(chunk, float(now))

    reply = assembly.reply(9.0, ended=True)

    assert (reply.message.text, reply.message.reasoning) == ("", "hm")
    assert reply.exchange.first_answer_ms == 2000


@given(st.sets(st.integers(0, 26)))
def test_it_does_not_matter_where_chunks_are_cut(cuts: set[int]) -> None:
    text = "<think>2 and 2</think>\nFour"

    reply = streamed(text, *cuts)

    assert (reply.message.text, reply.message.reasoning) == ("Four", "2 and 2")


WORDS = st.sampled_from(["<think>", "</think>", "<thought>", "</thought>", "a ", "b"])


@given(st.lists(WORDS), st.booleans())
def test_nothing_that_was_said_is_lost(words: list[str], cut: bool) -> None:
    text = "".join(words)
    found = part(text, asked=True, cut=cut)

    if found is not None:
        assert text[found.begins :] == found.answer
        assert text.count("a") == (found.thought + found.answer).count("a")


def test_many_blocks_and_tags_are_looked_at_in_no_time() -> None:
    assert part("<think>" * 200_000, asked=True, cut=False) is None
    assert part("<think></think>" * 100_000 + "4", asked=True, cut=False) is not None
    assert not is_unbalanced("<" * 1_000_000, apart=False)
