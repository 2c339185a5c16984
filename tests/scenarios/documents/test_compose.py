"""Documents are as long as they were ordered, and hold what was planted where it was planted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.compose import (
    EXACT_UP_TO,
    Composed,
    Planted,
    compose,
    compose_blocks,
    part_order,
    rearranged,
    whole_depth,
    with_probes,
)
from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Probe, Stretch
from scenarios.language import Language
from scenarios.line import Number
from scenarios.reading import Cell
from tests.scenarios.documents.little_filler import LittleFiller, Pieces, order

LANGUAGES: Sequence[Language] = ("en", "zh")


def facts(language: Language, depths: Sequence[float], parts: int = 1) -> list[Planted]:
    told = {"en": "Box number {n} holds {value} nails.", "zh": "第{n}箱装有{value}枚钉子。"}[language]
    found = []
    for n, depth in enumerate(depths):
        part, inside = whole_depth(depth, parts)
        value = str(7_100_001 + 91 * n)
        found.append(
            Planted(
                id=f"f{n}",
                text=told.format(n=n + 500, value=value),
                part=part,
                depth=inside,
                values=(value,),
            )
        )
    return found


def exact(composed: Composed) -> list[int]:
    return Pieces().counts(composed.parts)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=25, deadline=None)
@given(
    tokens=st.integers(1000, 12_000),
    parts=st.integers(1, 8),
    seed=st.integers(0, 99),
    needles=st.integers(0, 10),
)
def test_a_document_fills_its_length_and_never_more(
    language: Language, tokens: int, parts: int, seed: int, needles: int
) -> None:
    planted = facts(language, [n / 10 for n in range(needles)], parts)
    made = compose(order(language, tokens, parts=parts, seed=seed), planted)
    assert list(made.tokens) == exact(made)
    assert 0.99 * tokens <= sum(made.tokens) <= tokens
    assert len(made.parts) == parts


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_sent_as_one_text_are_not_over_either(language: Language) -> None:
    made = compose(order(language, 4096, parts=8), facts(language, [0.1, 0.9], 8))
    assert Pieces().counts(["\n\n".join(made.parts)])[0] <= 4096


def test_parts_are_about_equally_long() -> None:
    made = compose(order(tokens=16_384, parts=8), facts("en", [0.3, 0.31, 0.32, 0.33], 8))
    assert all(abs(tokens - 2048) < 60 for tokens in made.tokens)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_order_gives_the_same_bytes(language: Language) -> None:
    asked = order(language, 3000, parts=3)
    planted = facts(language, [0, 0.5, 1], 3)
    assert compose(asked, planted).parts == compose(asked, planted).parts


def test_another_seed_number_or_length_gives_another_text() -> None:
    asked = order(tokens=3000)
    others = (replace(asked, seed=2), replace(asked, number=1), replace(asked, tokens=3001))
    texts = [compose(other, []).parts[0][:200] for other in (asked, *others)]
    assert len(set(texts)) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("parts", [1, 5])
def test_a_planted_sentence_stands_at_its_depth(language: Language, parts: int) -> None:
    depths = [n / 10 for n in range(11)]
    made = compose(order(language, 10_000, parts=parts), facts(language, depths, parts))
    for n, depth in enumerate(depths):
        assert made.depth(f"f{n}") == pytest.approx(depth, abs=0.006)


@pytest.mark.parametrize("language", LANGUAGES)
def test_evidence_says_how_many_tokens_stand_before_it(language: Language) -> None:
    made = compose(order(language, 6000, parts=3), facts(language, [0, 0.2, 0.4, 0.6, 0.8, 1], 3))
    for found in made.evidence.values():
        text = made.parts[found.part - 1]
        assert text.count(found.text) == 1
        inside = Pieces().counts([text[: text.index(found.text)]])[0]
        assert abs(sum(made.tokens[: found.part - 1]) + inside - found.token) <= 3


def test_the_first_and_the_last_sentence_can_be_planted_ones() -> None:
    first, last = facts("en", [0, 1])
    (text,) = compose(order(), [first, last]).parts
    assert text.startswith(first.text)
    assert text.endswith(last.text)


def test_sentences_planted_at_one_depth_keep_their_order() -> None:
    planted = facts("en", [0.5, 0.5, 0.5])
    (text,) = compose(order(), planted).parts
    assert [text.index(item.text) for item in planted] == sorted(text.index(item.text) for item in planted)


@pytest.mark.parametrize(("language", "stop"), [("en", r"\.(?: |$)"), ("zh", "。")])
def test_paragraphs_have_five_to_eight_sentences(language: Language, stop: str) -> None:
    (text,) = compose(order(language, 5000), []).parts
    lengths = [len(re.findall(stop, paragraph)) for paragraph in text.split("\n\n")]
    assert set(lengths[:-1]) == {5, 6, 7, 8}
    assert "  " not in text


def test_a_value_that_stands_in_the_filler_too_is_refused() -> None:
    clash = Planted(id="a", text="The tide table is on page 9.", part=1, depth=0.5, values=(".",))
    with pytest.raises(CannotMake, match=r"'\.' was planted 1 times and occurs \d+ times"):
        compose(order(), [clash])


def test_a_value_may_be_declared_by_several_sentences() -> None:
    planted = [
        Planted(id="a", text="Kobaltine is a town.", part=1, depth=0.2, values=("Kobaltine",)),
        Planted(id="b", text="It rains in Kobaltine.", part=1, depth=0.6, values=("Kobaltine",)),
    ]
    assert compose(order(), planted).parts[0].count("Kobaltine") == 2
    with pytest.raises(CannotMake, match="'Kobaltine' was planted 1 times and occurs 2 times"):
        compose(order(), [planted[0], replace(planted[1], values=())])


def test_a_declared_value_has_to_be_said() -> None:
    with pytest.raises(CannotMake, match="does not say it"):
        compose(order(), [Planted(id="a", text="Nothing.", part=1, depth=0.5, values=("Kobaltine",))])


def test_a_sentence_that_is_planted_twice_is_refused() -> None:
    twice = [Planted(id=name, text="Kobaltine is a town.", part=1, depth=0.5) for name in ("a", "b")]
    with pytest.raises(CannotMake, match="a occurs 2 times and not once"):
        compose(order(), twice)


@pytest.mark.parametrize("part", [0, 3])
def test_a_part_that_does_not_exist_is_refused(part: int) -> None:
    with pytest.raises(CannotMake, match="the document has parts 1 to 2"):
        compose(order(parts=2), [Planted(id="a", text="Here.", part=part, depth=0.5)])


def test_more_facts_than_fit_are_refused_with_the_numbers() -> None:
    with pytest.raises(CannotMake, match=r"part 1 of 4 has room for 256 tokens, .* need [3-9]\d\d"):
        compose(order(tokens=1024, parts=4), facts("en", [0.1] * 40, 4))


def test_a_form_feed_in_the_filler_is_refused() -> None:
    told = [f"Sentence {n} has a\fform feed." for n in range(2000)]
    with pytest.raises(CannotMake, match="form feed"):
        compose(order(filler=LittleFiller("en", Pieces(), told)), [])


class Misjudged:
    """Filler whose counts are wrong by a factor, which may change over the document."""

    def __init__(self, *factors: float) -> None:
        self.identity = "misjudged"
        self._factors = factors
        self._plain = LittleFiller(
            "en", Pieces(), [f"Line {n} of a long and windy tale." for n in range(20_000)]
        )

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        plain = self._plain.sentences(dice, int(tokens * 1.2))
        factors = np.resize(np.repeat(self._factors, 100), len(plain.counts))
        counts = np.rint(plain.counts * factors).astype(np.int64)
        return replace(plain, counts=counts, openings=counts + 1)


@pytest.mark.parametrize("tokens", [EXACT_UP_TO, EXACT_UP_TO + 10_000])
@pytest.mark.parametrize("factors", [(1.0,), (1.1,), (0.8, 1.2, 1.0)], ids=["right", "high", "uneven"])
def test_a_long_document_is_not_over_even_where_the_filler_counts_wrong(
    tokens: int, factors: tuple[float, ...]
) -> None:
    made = compose(order(tokens=tokens, filler=Misjudged(*factors)), facts("en", [0, 0.5, 1]))
    real = sum(exact(made))
    assert 0.99 * tokens <= real <= tokens
    assert sum(made.tokens) == pytest.approx(real, rel=0.001)


@given(depth=st.floats(0, 1), parts=st.integers(1, 64))
def test_a_depth_of_the_whole_is_a_part_and_a_depth_in_it(depth: float, parts: int) -> None:
    part, inside = whole_depth(depth, parts)
    assert 1 <= part <= parts
    assert 0 <= inside <= 1
    assert (part - 1 + inside) / parts == pytest.approx(depth)


def test_every_permutation_is_another_order_of_the_same_parts() -> None:
    asked = order(tokens=2000, parts=3)
    orders = [part_order(replace(asked, permutation=n)) for n in range(6)]
    assert orders[0] == (1, 2, 3)
    assert len(set(orders)) == 6
    with pytest.raises(CannotMake, match="3 parts have 6 orders; number 7"):
        part_order(replace(asked, permutation=6))


@given(permutation=st.integers(0, 23))
@settings(max_examples=10, deadline=None)
def test_rearranging_moves_the_evidence_with_its_part(permutation: int) -> None:
    asked = order(tokens=2000, parts=4, permutation=permutation)
    told = compose(asked, facts("en", [0.1, 0.4, 0.6, 0.95], 4))
    read = rearranged(told, asked)
    assert sorted(read.parts) == sorted(told.parts)
    assert list(read.tokens) == exact(read)
    for name, found in read.evidence.items():
        assert found.text in read.parts[found.part - 1]
        inside = told.evidence[name].token - sum(told.tokens[: told.evidence[name].part - 1])
        assert found.token == sum(read.tokens[: found.part - 1]) + inside


def test_a_question_that_stands_in_the_document_is_refused() -> None:
    asked = Planted(id="a", text="How many nails are there?", part=1, depth=0.5)
    made = compose(order(), [asked])
    probe = Probe(
        id="nails",
        question="How many nails are there?\nAnswer.",
        line=Number(gold=1),
        after=1,
        cell=Cell(task="t"),
    )
    with pytest.raises(CannotMake, match="the question 'nails' stands in the document"):
        with_probes(made, [probe])


def lines() -> Iterator[str]:
    return (f"entry {n} of {'a rather ' * (n % 4)}long list" for n in count(1))


@settings(max_examples=25, deadline=None)
@given(tokens=st.integers(1000, 9000), parts=st.integers(1, 5))
def test_lines_are_drawn_until_the_document_is_full(tokens: int, parts: int) -> None:
    made = compose_blocks(order(tokens=tokens, parts=parts), lines())
    assert list(made.tokens) == exact(made)
    assert 0.99 * tokens <= sum(made.tokens) <= tokens
    told = [line for part in made.parts for line in part.split("\n")]
    drawn = list(islice(lines(), len(told) + 100))
    places = [drawn.index(line) for line in told]
    assert places == sorted(set(places))
    assert told[:-24] == drawn[: len(told[:-24])]


def test_facts_can_be_planted_among_lines() -> None:
    planted = facts("en", [0, 0.5, 1], 2)
    made = compose_blocks(order(parts=2), lines(), planted=planted)
    told = [line for part in made.parts for line in part.split("\n")]
    assert (told[0], told[-1]) == (planted[0].text, planted[2].text)
    assert made.depth("f1") == pytest.approx(0.5, abs=0.01)


def test_a_separator_stands_between_all_of_them() -> None:
    (text,) = compose_blocks(order(tokens=1000), repeat("word"), separator=" ").parts
    assert set(text.split(" ")) == {"word"}


def test_lines_that_end_too_early_are_refused_with_the_numbers() -> None:
    few = islice(lines(), 20)
    with pytest.raises(CannotMake, match=r"4,096 tokens .* the pieces at hand give \d+"):
        compose_blocks(order(tokens=4096), few)


def test_a_longer_row_of_lines_that_ends_too_early_is_refused_too() -> None:
    few = islice(lines(), 5000)
    with pytest.raises(CannotMake, match="the pieces at hand give"):
        compose_blocks(order(tokens=2 * EXACT_UP_TO), few)


def test_a_line_that_is_longer_than_what_is_missing_is_left_out() -> None:
    def some() -> Iterator[str]:
        yield from ("plain" for _ in range(650))
        yield "long " * 600
        yield from ("short" for _ in range(300))

    (text,) = compose_blocks(order(tokens=2000), some()).parts
    assert "long" not in text
    assert "short" in text
