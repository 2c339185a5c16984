"""A word over and over, and once another."""

import pytest

from scenarios.documents.tasks.repeated_words import REPEATED_WORDS
from scenarios.language import Language
from scenarios.line import Copy
from tests.scenarios.documents.little_filler import order


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("number", range(11))
def test_one_word_differs_and_the_gold_says_which_and_where(language: Language, number: int) -> None:
    document = REPEATED_WORDS.make(order(language, 1200, parts=2, number=number))
    (probe,) = document.probes
    assert isinstance(probe.line, Copy)
    words = " ".join(document.parts).split(" ")
    assert len(words) == probe.line.count
    assert words.pop(probe.line.place) == probe.line.unique
    assert set(words) == {probe.line.common}
    assert probe.line.place / (probe.line.count - 1) == pytest.approx(probe.cell.depth, abs=0.005)


def test_the_odd_word_goes_round_its_places() -> None:
    depths = {REPEATED_WORDS.make(order(tokens=1000, number=n)).probes[0].cell.depth for n in range(10)}
    assert depths == {round(n / 9, 4) for n in range(10)}


def test_there_is_room_to_write_the_whole_document() -> None:
    (probe,) = REPEATED_WORDS.make(order(tokens=3000)).probes
    assert probe.output_tokens > 3000
