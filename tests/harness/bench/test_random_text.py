"""Random prompts are as long as was asked, and have no beginning in common."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.bench.random_text import PROBES, Lengths, calibrated, parse_lengths, random_talks


def prompts(words: int, seed: str, many: int = 20) -> list[str]:
    return [talk.turns[0].messages[0].text for talk in islice(random_talks(words, 8, seed), many)]


@pytest.mark.parametrize(("text", "lengths"), [("1024/128", (1024, 128)), ("4k/1", (4096, 1))])
def test_lengths_are_tokens_of_prompt_and_reply(text: str, lengths: tuple[int, int]) -> None:
    assert parse_lengths(text) == Lengths(input=lengths[0], output=lengths[1])


@pytest.mark.parametrize("text", ["", "12", "1/2/3", "0/8", "8/0", "a/b", "-1/2"])
def test_what_is_no_pair_of_lengths_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|at least|length"):
        parse_lengths(text)


@given(st.integers(1, 5000), st.integers(1, 4), st.integers(0, 5000))
def test_two_counts_tell_how_many_words_make_the_prompt_and_what_the_template_adds(
    wanted: int, tokens_of_a_word: int, template: int
) -> None:
    counted = tuple(template + words * tokens_of_a_word for words in PROBES)

    found = calibrated(Lengths(input=wanted, output=1), (counted[0], counted[1]))

    assert abs(found.words * tokens_of_a_word - wanted) <= tokens_of_a_word
    assert found.overhead == template


@pytest.mark.parametrize("counted", [(None, 5), (5, None), (9, 9), (None, None)])
def test_where_nobody_counts_a_word_is_taken_for_a_token(counted: tuple[int | None, int | None]) -> None:
    found = calibrated(Lengths(input=77, output=1), counted)

    assert (found.words, found.overhead) == (77, None)


@pytest.mark.parametrize("words", [1, 64, 65, 500])
def test_a_prompt_has_so_many_words_and_the_same_seed_gives_the_same(words: int) -> None:
    found = prompts(words, "seed")

    assert {len(prompt.split()) for prompt in found} == {words}
    assert found == prompts(words, "seed")
    assert found != prompts(words, "another")


def test_no_two_prompts_share_a_beginning_that_a_cache_could_keep() -> None:
    found = prompts(400, "x", 50)

    assert len({tuple(prompt.split()[:8]) for prompt in found}) == 50
