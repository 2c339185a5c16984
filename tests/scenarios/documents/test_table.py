"""A table of counted sentences is made once, kept whole, and drawn from in many orders."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake
from scenarios.documents.table import Prose, Table, TableFiller, find_table, make_table

SENTENCES = [f"Sentence {n} of all has {'very ' * (n % 4)}few words." for n in range(400)]


class Words:
    """Counts words, and each mark and blank line."""

    def __init__(self, identity: str = "words") -> None:
        self.identity = identity
        self.asked = 0

    def counts(self, texts: Sequence[str]) -> list[int]:
        self.asked += len(texts)
        return [len(text.replace(".", " . ").replace("\n\n", " | ").split()) for text in texts]

    def tail(self, text: str, tokens: int) -> str:
        return " ".join(text.split()[-tokens:])


def prose(*, told: bool = False, pools: tuple[int, ...] = (len(SENTENCES),), name: str = "prose") -> Prose:
    return Prose(
        identity=name,
        language="en",
        write=lambda count: SENTENCES[:count],
        pools=pools,
        run=20,
        told=told,
    )


def same(a: Table, b: Table) -> bool:
    return (a.sentences, a.counts.tolist(), a.openings.tolist()) == (
        b.sentences,
        b.counts.tolist(),
        b.openings.tolist(),
    )


@settings(deadline=None)
@given(st.integers(1, 2_000), st.text(max_size=4))
def test_a_stretch_has_as_few_sentences_as_are_enough(tokens: int, name: str) -> None:
    stretch = TableFiller(prose(), Words(), None).sentences(Dice(name), tokens)

    assert sum(stretch.counts) >= tokens
    assert sum(stretch.counts[:-1]) < tokens
    assert len(stretch.sentences) == len(set(stretch.sentences)) == len(stretch.openings)


def test_what_sentences_count_adds_up_to_what_the_text_counts() -> None:
    words = Words()
    stretch = TableFiller(prose(), words, None).sentences(Dice("text"), 900)
    ends = [*range(6, len(stretch.sentences), 6), len(stretch.sentences)]
    paragraphs = [
        " ".join(stretch.sentences[first:last]) for first, last in zip([0, *ends], ends, strict=False)
    ]
    added = sum(
        int(stretch.openings[n]) if n % 6 == 0 else int(count) for n, count in enumerate(stretch.counts)
    )

    assert (
        words.counts(["A beginning.\n\n" + "\n\n".join(paragraphs)])[0] - words.counts(["A beginning."])[0]
        == added
    )


def test_the_same_dice_draw_the_same_and_others_draw_otherwise() -> None:
    filler = TableFiller(prose(), Words(), None)
    first, again, other = (filler.sentences(Dice(name), 500).sentences for name in ("a", "a", "b"))

    assert first == again
    assert first != other


def test_runs_of_a_told_text_stay_together_and_move_against_each_other() -> None:
    drawn = TableFiller(prose(told=True), Words(), None).sentences(Dice("told"), 2_500).sentences
    places = [SENTENCES.index(sentence) for sentence in drawn]
    runs = [places[n : n + 20] for n in range(0, len(places) - 20, 20)]

    assert all(run == list(range(run[0], run[0] + 20)) for run in runs)
    assert [run[0] for run in runs] != sorted(run[0] for run in runs)


def test_runs_of_a_text_that_is_not_told_are_shuffled_within_too() -> None:
    drawn = TableFiller(prose(), Words(), None).sentences(Dice("shuffled"), 2_500).sentences
    places = [SENTENCES.index(sentence) for sentence in drawn]

    assert len({place // 20 for place in places[:20]}) == 1
    assert places[:20] != sorted(places[:20])


def test_a_filler_that_is_too_short_says_how_short() -> None:
    filler = TableFiller(prose(), Words("words 1"), None)
    has = f"{sum(make_table(prose(), len(SENTENCES), Words()).counts):,}"

    with pytest.raises(
        CannotMake, match=f"prose has {has} tokens in 400 .* words 1, and 1,000,000 are needed"
    ):
        filler.sentences(Dice("long"), 1_000_000)


def test_nothing_is_drawn_where_nothing_is_needed() -> None:
    assert TableFiller(prose(), Words(), None).sentences(Dice("none"), -3).sentences == []


def test_a_short_document_counts_no_more_than_the_small_pool() -> None:
    words = Words()
    TableFiller(prose(pools=(40, 400)), words, None).sentences(Dice("short"), 100)
    few = words.asked
    TableFiller(prose(pools=(40, 400)), words, None).sentences(Dice("short"), 1_500)

    assert few < 100
    assert words.asked - few > 400


def test_a_table_is_counted_once_and_read_from_disk_afterwards(tmp_path: Path) -> None:
    words = Words()
    made = find_table(prose(), 400, words, tmp_path / "cache")
    asked = words.asked
    read = find_table(prose(), 400, words, tmp_path / "cache")

    assert same(made, read)
    assert words.asked == asked
    assert [file.suffix for file in (tmp_path / "cache").iterdir()] == [".npz"]


@pytest.mark.parametrize(
    ("text", "tokenizer", "size"), [("prose", "other", 400), ("other", "words", 400), ("prose", "words", 300)]
)
def test_another_text_tokenizer_or_size_has_a_table_of_its_own(
    tmp_path: Path, text: str, tokenizer: str, size: int
) -> None:
    find_table(prose(), 400, Words(), tmp_path)
    other = Words(tokenizer)
    find_table(prose(name=text), size, other, tmp_path)

    assert other.asked
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "emptied", "changed", "replaced"])
def test_a_damaged_table_is_made_again(tmp_path: Path, damage: str) -> None:
    made = find_table(prose(), 400, Words(), tmp_path)
    (file,) = tmp_path.iterdir()
    data = file.read_bytes()
    middle = len(data) // 2
    file.write_bytes(
        {
            "cut": data[:middle],
            "emptied": b"",
            "changed": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "replaced": b"no table",
        }[damage]
    )

    words = Words()
    assert same(find_table(prose(), 400, words, tmp_path), made)
    assert words.asked
    assert file.read_bytes() == data


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")

    assert same(find_table(prose(), 400, Words(), tmp_path / "cache"), make_table(prose(), 400, Words()))
