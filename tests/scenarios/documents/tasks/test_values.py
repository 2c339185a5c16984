"""What facts are made of never collides."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake
from scenarios.documents.tasks import values
from scenarios.language import Language

Draw = Callable[[Dice, int], list[str]]
KINDS: dict[str, tuple[Draw, str]] = {
    "numbers": (values.numbers, r"[1-9]\d{6}"),
    "uuids": (values.uuids, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "hashes": (values.hashes, r"[0-9a-f]{10}"),
    "codes": (values.codes, r"[B-Z]{5}"),
    "words-en": (lambda dice, count: values.words(dice, "en", count), r"[a-z]{6}"),
    "words-zh": (lambda dice, count: values.words(dice, "zh", count), r"[一-鿿]{2}"),
    "keys-en": (lambda dice, count: values.keys(dice, "en", count), r"[a-z]+-[a-z]+"),
    "keys-zh": (lambda dice, count: values.keys(dice, "zh", count), r"[一-鿿]{4}"),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_values_are_different_and_none_is_part_of_another(kind: str, seed: int) -> None:
    draw, form = KINDS[kind]
    drawn = draw(Dice(f"values {seed}"), 60)
    assert len(set(drawn)) == 60
    assert all(re.fullmatch(form, value) for value in drawn)
    assert not any(a in b for a in drawn for b in drawn if a != b)
    assert drawn == draw(Dice(f"values {seed}"), 60)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_more_words_begin_with_the_same_ones(language: Language) -> None:
    assert values.words(Dice("w"), language, 500)[:100] == values.words(Dice("w"), language, 100)


def test_many_words_are_drawn_without_one_twice() -> None:
    assert len(set(values.words(Dice("many"), "en", 200_000))) == 200_000
    assert len(set(values.words(Dice("many"), "zh", 100_000))) == 100_000
    with pytest.raises(CannotMake, match=r"200,000 different words are needed, and 129,600 can be coined"):
        values.words(Dice("many"), "zh", 200_000)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_key_can_be_part_of_another(language: Language) -> None:
    keys = values.keys(Dice("all"), language, 2000)
    assert len(set(keys)) == 2000
    if language == "en":
        endings = {key.split("-")[1] for key in keys}
        assert not any(a != b and b.startswith(a) for a in endings for b in endings)
    else:
        assert {len(key) for key in keys} == {4}


def test_uuids_are_of_version_four() -> None:
    drawn = [UUID(text) for text in values.uuids(Dice("uuids"), 50)]
    assert {one.version for one in drawn} == {4}
    assert {one.variant for one in drawn} == {"specified in RFC 4122"}
