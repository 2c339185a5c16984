"""The document behind tools shows what stands there, and says no in words."""

import pytest

from tools.servers.reader import open_part, outline, search
from tools.world import Refused

STATE = {"parts": ["The Pump stands in hall 3.\n\nIt hums.", "A second pump was sold."]}


def test_the_outline_names_every_part_with_its_length() -> None:
    assert outline(STATE) == [
        {"part": 1, "characters": 36, "begins": "The Pump stands in hall 3. It hums."},
        {"part": 2, "characters": 23, "begins": "A second pump was sold."},
    ]


def test_a_search_finds_a_word_whatever_its_case_and_counts_all_hits() -> None:
    found = search(STATE, "PUMP", limit=1)
    assert found == {"total": 2, "hits": [{"part": 1, "at": 4, "text": STATE["parts"][0]}]}


def test_a_search_may_be_kept_to_one_part() -> None:
    found = search(STATE, "pump", part=2)
    assert isinstance(found, dict)
    assert found["total"] == 1


def test_a_phrase_is_found_across_a_line_break() -> None:
    found = search({"parts": ["it stands\nin hall 3"]}, "stands in  hall")
    assert isinstance(found, dict)
    assert found["total"] == 1


def test_a_query_is_no_pattern() -> None:
    assert search(STATE, "(.*)+$") == {"total": 0, "hits": []}


def test_a_stretch_is_what_stands_there() -> None:
    found = open_part(STATE, 1, start=4, length=4)
    assert found == {"part": 1, "start": 4, "end": 8, "characters": 36, "text": "Pump"}


@pytest.mark.parametrize("part", [0, 3])
def test_a_part_that_is_not_there_is_refused(part: int) -> None:
    with pytest.raises(Refused, match="parts 1 to 2"):
        open_part(STATE, part)


def test_a_start_behind_the_end_is_refused() -> None:
    with pytest.raises(Refused, match="23 characters"):
        open_part(STATE, 2, start=23)
