"""Filler is as long, as varied and as dull as it says, and the same bytes everywhere."""

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from math import ceil
from pathlib import Path

import pytest

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Tokenizer
from scenarios.documents.fillers.english import finished, inflected
from scenarios.documents.fillers.find import find_filler
from scenarios.documents.fillers.natural import python_docs, split_sentences
from scenarios.documents.fillers.synthetic import Writer, synthetic_prose
from scenarios.documents.tokenizers import find_tokenizer
from scenarios.language import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
DATA = Path(__file__).parents[3] / "scenarios" / "documents" / "fillers" / "data"

GOLDEN = {
    "en": "0b1fdb4f865b6e86b260250cc35866afc940cd015bb1024ae487fa832f15e994",
    "zh": "9bd74832d858a50107f8535277b0887614ae9d3bc434ad05543112cfeaa2d036",
}
"""SHA-256 of a stretch by a tokenizer that counts characters; other bytes mean another `VERSION`."""


class Characters:
    """Counts every character, so that nothing here depends on an engine."""

    identity = "characters"

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def tail(self, text: str, tokens: int) -> str:
        return text[-tokens:]


@cache
def whole(language: Language) -> list[str]:
    prose = synthetic_prose(language)
    return prose.write(prose.pools[-1])


@cache
def o200k() -> Tokenizer:
    return find_tokenizer("o200k_base")


def stretch(language: Language, tokens: int, name: str = "a") -> list[str]:
    return find_filler("synthetic", language, Characters(), None).sentences(Dice(name), tokens).sentences


def templates(language: Language) -> list[str]:
    lines = (DATA / f"{language}-sentences.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def words(language: Language) -> set[str]:
    text = (DATA / f"{language}-words.txt").read_text(encoding="utf-8")
    listed = " ".join(line for line in text.splitlines() if not line.startswith("#"))
    return set(re.findall(r"[a-z]{3,}", listed)) if language == "en" else set(listed.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_dice_give_the_same_bytes_as_ever(language: Language) -> None:
    text = "\n".join(stretch(language, 40_000, "golden"))

    assert hashlib.sha256(text.encode()).hexdigest() == GOLDEN[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_repeated_in_well_over_a_million_tokens(language: Language) -> None:
    sentences = whole(language)
    few = sentences[::41]

    assert len(set(sentences)) == len(sentences)
    assert sum(o200k().counts(few)) / len(few) * len(sentences) > 1_200_000


@pytest.mark.parametrize("name", ["cl100k_base", "qwen", "qwen3.5", "deepseek"])
def test_there_is_enough_by_every_vocabulary(name: str) -> None:
    tokenizer = find_tokenizer(name)
    for language in LANGUAGES:
        few = whole(language)[::41]
        assert sum(tokenizer.counts(few)) / len(few) * len(whole(language)) > 1_200_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_many_templates_of_varied_structure(language: Language) -> None:
    skeletons = {re.sub(r"\[[\w.]+\]", "_", template) for template in templates(language)}
    beginnings = {template[: 12 if language == "en" else 5] for template in templates(language)}

    assert len(skeletons) == len(templates(language)) == synthetic_prose(language).run > 260
    assert len(beginnings) > 150


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tokens", [30_000, 100_000, 700_000])
def test_no_template_makes_more_than_half_a_percent(language: Language, tokens: int) -> None:
    prose = synthetic_prose(language)
    place = {sentence: n % prose.run for n, sentence in enumerate(whole(language))}
    drawn = stretch(language, tokens)
    most = Counter(place[sentence] for sentence in drawn).most_common(1)[0][1]

    assert most <= ceil(len(drawn) / prose.run)
    assert most <= max(1, ceil(0.005 * len(drawn)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_several_thousand_content_words(language: Language) -> None:
    assert len(words(language)) > 3_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_hold_nothing_that_tasks_plant_or_layouts_need(language: Language) -> None:
    stop = {"en": ".", "zh": "。"}[language]
    for sentence in whole(language):
        assert sentence.endswith(stop)
        assert sentence == sentence.strip()
        assert sentence.count(stop) == 1
    text = "".join(whole(language))
    assert not re.search(r"\d|[\[\]_\f\n×]|  ", text)
    assert language == "zh" or text.isascii()
    assert language == "en" or not re.search(r"[A-Za-z ]", text)


def test_english_articles_fit_the_words_after_them() -> None:
    text = " ".join(whole("en"))

    assert not re.search(r"\b[Aa] [aeio]", text)
    assert not re.search(r"\b[Aa]n [^aeiouAEIO]", text.replace("an hour", ""))
    assert not re.search(r"\b(\w{3,}) \1\b", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_pool_is_the_beginning_of_the_long_one(language: Language) -> None:
    prose = synthetic_prose(language)

    assert prose.write(prose.pools[0]) == whole(language)[: prose.pools[0]]
    assert prose.write(10) == whole(language)[:10]


def test_a_template_with_too_few_words_is_refused() -> None:
    writer = Writer(language="en", lexicon={"tree": ["elm", "oak"]}, templates=["An [tree] by an [tree]."])

    with pytest.raises(ValueError, match="gives 2 different sentences, and 3 are needed"):
        writer.write(3)


def _docs() -> str:
    """Python's documentation, its sentences in another order."""
    prose = python_docs("en")
    return " ".join(Dice("docs").shuffled(prose.write(prose.pools[0])))


def _distinct(found: list[str]) -> list[int]:
    return [len(set(found[:count])) for count in (1_000, 3_000, 10_000)]


def _compressed(text: str) -> list[float]:
    data = text.encode()
    return [len(zlib.compress(data[:size], 9)) / size for size in (4_000, 16_000, 64_000, 256_000)]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def test_english_prose_is_about_as_varied_as_a_text() -> None:
    docs, ours = _docs(), " ".join(stretch("en", 300_000))
    words_of = [re.findall(r"[a-z]+", text.lower()) for text in (ours, docs)]

    assert all(0.95 < ratio < 1.45 for ratio in _ratios(*map(_distinct, words_of)))
    assert all(0.85 < ratio < 1.15 for ratio in _ratios(_compressed(ours), _compressed(docs)))


def test_chinese_prose_is_about_as_varied_as_a_text() -> None:
    docs, ours = _docs(), "".join(stretch("zh", 100_000))
    jieba = import_module("jieba")
    jieba.setLogLevel("ERROR")
    found = [word for word in jieba.cut(ours[:20_000]) if re.match("[一-鿿]", word)]

    assert all(
        1.3 < ratio < 2 for ratio in _ratios(_distinct(found), _distinct(re.findall(r"[a-z]+", docs.lower())))
    )
    assert all(0.95 < ratio < 1.4 for ratio in _ratios(_compressed(ours), _compressed(docs)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_add_up_to_what_the_engine_counts_in_the_text(language: Language) -> None:
    drawn = find_filler("synthetic", language, o200k(), None).sentences(Dice("sums"), 30_000)
    gap = {"en": " ", "zh": ""}[language]
    paragraphs = [gap.join(drawn.sentences[n : n + 6]) for n in range(0, len(drawn.sentences), 6)]
    added = sum(int((drawn.counts if n % 6 else drawn.openings)[n]) for n in range(len(drawn.sentences)))

    assert abs(o200k().counts(["\n\n".join(paragraphs)])[0] - added) <= 1


@pytest.mark.parametrize(
    ("word", "form", "found"),
    [
        ("box", "s", "boxes"),
        ("lady", "s", "ladies"),
        ("tray", "s", "trays"),
        ("knife/knives", "s", "knives"),
        ("knife/knives", None, "knife"),
        ("carry", "ed", "carried"),
        ("dye", "ing", "dyeing"),
        ("move", "ing", "moving"),
        ("move", "ed", "moved"),
        ("sweep/swept/sweeping", "ed", "swept"),
        ("sweep/swept/sweeping", "ing", "sweeping"),
        ("mend", "ing", "mending"),
    ],
)
def test_english_words_have_their_forms(word: str, form: str | None, found: str) -> None:
    assert inflected(word, form) == found


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no form `er`"):
        inflected("mend", "er")


def test_a_sentence_is_finished_with_its_articles_and_a_capital() -> None:
    assert finished("a old urn, a useful unit, a uneven oar") == "An old urn, a useful unit, an uneven oar"


def test_python_docs_are_about_seventy_thousand_tokens_and_no_more() -> None:
    filler = find_filler("python-docs", "en", o200k(), None)
    drawn = filler.sentences(Dice("docs"), 60_000)

    assert filler.identity.startswith("python-docs 3.")
    assert not any(sentence[-1].isalnum() for sentence in drawn.sentences)
    with pytest.raises(CannotMake, match=r"python-docs .* has [67]\d,\d{3} tokens .* 200,000 are needed"):
        filler.sentences(Dice("docs"), 200_000)


def test_python_docs_are_english() -> None:
    with pytest.raises(CannotMake, match="is English"):
        find_filler("python-docs", "zh", Characters(), None)


def test_an_unknown_filler_is_told_what_exists() -> None:
    with pytest.raises(CannotMake, match="synthetic, python-docs"):
        find_filler("essays", "en", Characters(), None)


def test_sentences_of_a_text_lose_its_layout_and_keep_its_words() -> None:
    text = (
        'Rain\n====\n\nIt rained\nall day (so she said.) Then: "No more." He left.\n\n'
        "    x = 1\n\nIt   was over!"
    )

    assert split_sentences(text, "en") == [
        "Rain It rained all day (so she said.)",
        'Then: "No more."',
        "He left. x = 1 It was over!",
    ]


def test_chinese_sentences_keep_their_closing_quotes() -> None:
    text = "天气\n\n他说：“今天不会\n下雨。”可是下了雨！！谁也\n没有带伞……第二天晴了。"

    assert split_sentences(text, "zh") == [
        "天气他说：“今天不会下雨。”",
        "可是下了雨！！",
        "谁也没有带伞……",
        "第二天晴了。",
    ]


def folder_of(folder: Path, **texts: str) -> str:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder)


def test_a_folder_of_texts_is_a_filler_in_the_order_of_its_paths(tmp_path: Path) -> None:
    name = folder_of(
        tmp_path,
        b_md="# Second\n\nThe second file tells this. The second file tells that.",
        a__x_txt="The first file tells a story. The first file tells a story.",
        c_rst="The third file is the last one.",
        d_py="raise ValueError('not a text at all.')",
    )
    drawn = find_filler(name, "en", Characters(), None).sentences(Dice("folder"), 100)

    assert drawn.sentences == [
        "The first file tells a story.",
        "# Second The second file tells this.",
        "The second file tells that.",
        "The third file is the last one.",
    ]


def test_a_folder_is_known_by_its_contents_and_not_by_its_place(tmp_path: Path) -> None:
    texts = {"a_txt": "The first file tells a story."}
    names = [folder_of(tmp_path / place / "texts", **texts) for place in ("here", "there")]
    same = {find_filler(name, "en", Characters(), None).identity for name in names}
    folder_of(Path(names[1]), b_txt="And there is another one here.")

    assert len(same) == 1
    assert find_filler(names[1], "en", Characters(), None).identity not in same


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotMake, match=r"no file that ends in \.txt, \.md, \.rst"):
        find_filler(str(tmp_path), "en", Characters(), None)
    folder_of(tmp_path, a_txt="no mark of punctuation")
    with pytest.raises(CannotMake, match="has no sentence"):
        find_filler(str(tmp_path), "en", Characters(), None)


def test_a_text_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("Caf\xe9 culture is old.".encode("latin-1"))

    with pytest.raises(CannotMake, match=r"old\.txt is not UTF-8 \(byte 3\)"):
        find_filler(str(tmp_path), "en", Characters(), None)
