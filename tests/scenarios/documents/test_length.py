"""Lengths are read as people write them."""

import pytest

from scenarios.documents.length import parse_length, spell_length


@pytest.mark.parametrize(
    ("written", "tokens"),
    [("4k", 4096), ("1M", 1_048_576), ("1.5k", 1536), (" 64K ", 65_536), (4096, 4096), ("7", 7)],
)
def test_a_length_means_so_many_tokens(written: object, tokens: int) -> None:
    assert parse_length(written) == tokens


@pytest.mark.parametrize("written", ["", "k", "4kb", "-4k", True, None, 1.5])
def test_what_is_no_length_is_said(written: object) -> None:
    with pytest.raises(ValueError, match="such as 4k"):
        parse_length(written)


@pytest.mark.parametrize("tokens", [1, 1000, 1024, 4096, 1_048_576, 3_145_728])
def test_a_length_is_spelt_so_that_it_is_read_again(tokens: int) -> None:
    assert parse_length(spell_length(tokens)) == tokens
