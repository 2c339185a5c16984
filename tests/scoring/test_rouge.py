"""ROUGE: one value whatever computes it, Chinese included, and always with what computed it."""

import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.extras import NotInstalled, optional
from scoring.overlap import score_overlap
from scoring.rouge import MEASURES, Backend, Measure, Overlap, TooLong, score_rouge
from scoring.rouge_tokens import Characters, TokenizerName, one_sentence_a_line, own_tokenizer

NAMES: tuple[TokenizerName, ...] = ("words", "words-stemmed", "characters", "jieba")
CHINESE: tuple[TokenizerName, ...] = ("characters", "jieba")
BACKENDS: tuple[Backend, ...] = ("fast", "rouge_score")
WORDS = (
    *("the", "running", "runner", "runs", "dogs", "Dog", "3.5", "re-used", "naïve", "GPT-4", "１２", "a"),
    *("今天", "天气", "很好", ".", ",", "。", "\n", "\n\n"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def peer(reference: str, candidate: str, tokenizer: TokenizerName) -> dict[Measure, tuple[float, ...]]:
    """What rouge_score itself says."""
    scorer: Any = optional("rouge_score.rouge_scorer").RougeScorer(
        list(MEASURES), use_stemmer=tokenizer == "words-stemmed", tokenizer=own_tokenizer(tokenizer)
    )
    found = scorer.score(reference, candidate)
    return {measure: tuple(found[measure]) for measure in MEASURES}


def values(scores: dict[Measure, Overlap]) -> dict[Measure, tuple[float, ...]]:
    return {measure: (score.precision, score.recall, score.f) for measure, score in scores.items()}


@pytest.mark.parametrize("tokenizer", NAMES)
@settings(max_examples=100, deadline=None)
@given(reference=TEXTS, candidate=TEXTS)
def test_the_fast_path_gives_the_values_of_rouge_score(
    tokenizer: TokenizerName, reference: str, candidate: str
) -> None:
    fast = score_rouge(reference, candidate, tokenizer=tokenizer, backend="fast")

    assert values(fast.scores) == peer(reference, candidate, tokenizer)


@pytest.mark.parametrize("tokenizer", ["words-stemmed", "characters"])
@settings(max_examples=100, deadline=None)
@given(reference=st.text(), candidate=st.text())
def test_so_it_does_for_any_text(tokenizer: TokenizerName, reference: str, candidate: str) -> None:
    fast = score_rouge(reference, candidate, tokenizer=tokenizer, backend="fast")

    assert values(fast.scores) == peer(reference, candidate, tokenizer)


@pytest.mark.parametrize("tokenizer", ["words", "characters"])
def test_so_it_does_for_texts_of_some_length(tokenizer: TokenizerName) -> None:
    dice = random.Random(7)  # noqa: S311 # a test text
    words = (
        [f"word{n}" for n in range(60)] if tokenizer == "words" else list("天地玄黄宇宙洪荒日月盈昃辰宿列张")
    )
    reference = [dice.choice(words) for _ in range(400)]
    candidate = [dice.choice(words) if dice.random() < 0.3 else word for word in reference]
    text, other = (
        "\n".join(" ".join(row[n : n + 20]) for n in range(0, 400, 20)) for row in (reference, candidate)
    )

    for backend in BACKENDS:
        found = score_rouge(text, other, tokenizer=tokenizer, backend=backend)
        assert values(found.scores) == peer(text, other, tokenizer)


def test_short_texts_go_to_rouge_score_and_long_ones_do_not() -> None:
    short = score_rouge("a short text", "a shorter text", tokenizer="words")
    long = score_rouge("a long text " * 100, "a longer text " * 100, tokenizer="words")

    assert re.fullmatch(r"words by rouge-score [\d.]+", short.source)
    assert re.fullmatch(r"words by rapidfuzz [\d.]+ \+ rouge-score-rs [\d.]+", long.source)


def test_identical_chinese_texts_score_1() -> None:
    text = "今天天气很好。\n我们去了公园。"

    for tokenizer in CHINESE:
        scores = score_rouge(text, text, tokenizer=tokenizer).scores
        assert {score.f for score in scores.values()} == {1.0}
    assert score_rouge(text, text, tokenizer="words").scores["rouge1"].f == 0.0


def test_chinese_scores_can_be_worked_out_by_hand() -> None:
    scores = score_rouge("今天天气很好", "今天天气不错", tokenizer="characters").scores

    assert scores["rouge1"].f == scores["rougeL"].f == pytest.approx(4 / 6)
    assert scores["rouge2"].f == pytest.approx(3 / 5)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("今天用 GPT-4 跑了3.5秒。", ["今", "天", "用", "gpt", "4", "跑", "了", "3.5", "秒"]),
        ("１２，０００元", ["12,000", "元"]),
        ("Łódź 和北京", ["łódź", "和", "北", "京"]),
        ("mp3播放器", ["mp", "3", "播", "放", "器"]),
        ("……！", []),
    ],
)
def test_characters_are_tokens_and_words_and_numbers_stay_whole(text: str, tokens: list[str]) -> None:
    assert Characters().tokenize(text) == tokens


def test_jieba_finds_words_and_drops_punctuation() -> None:
    jieba = own_tokenizer("jieba")

    assert jieba is not None
    assert jieba.tokenize("我来到北京清华大学。") == ["我", "来到", "北京", "清华大学"]
    assert score_rouge("北京", "北京", tokenizer="jieba").tokenizer.startswith("jieba 0")


def test_lsum_of_two_single_sentences_is_l() -> None:
    text, other = "a b c d e f g a b", "b a d c f e g b a"

    fast = score_rouge(text, other, tokenizer="words", backend="fast").scores

    assert fast["rougeLsum"] == fast["rougeL"]
    assert values(fast) == peer(text, other, "words")


def test_sentences_whose_table_would_not_fit_are_refused_with_the_numbers() -> None:
    endless = "word " * 20_000

    with pytest.raises(TooLong, match=r"lines of 20,000 and 20,000 tokens; put each sentence on a line"):
        score_rouge(f"{endless}\nend", f"{endless}\nend", tokenizer="words")
    broken = one_sentence_a_line(endless)
    assert score_rouge(broken, broken, tokenizer="words", measures=["rougeL"]).scores["rougeL"].f == 1.0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('He said "Go." Then he left. It was 3.5 km!', ['He said "Go."', "Then he left.", "It was 3.5 km!"]),
        ("“好。”他说。走吧！", ["“好。”", "他说。", "走吧！"]),
        ("One line\nand another", ["One line", "and another"]),
        ("", []),
        ("x" * 2500, ["x" * 1000, "x" * 1000, "x" * 500]),
    ],
)
def test_each_sentence_stands_on_a_line_of_its_own(text: str, lines: list[str]) -> None:
    assert one_sentence_a_line(text).split("\n") == (lines or [""])


def test_bleu_and_chrf_say_how_they_were_computed() -> None:
    english = score_overlap("the cat sat on the mat", "the cat sat on the mat", "en")
    chinese = score_overlap("今天天气很好", "今天天气不错", "zh")

    assert english.bleu == pytest.approx(1.0)
    assert english.chrf == pytest.approx(1.0)
    assert english.bleu_signature.startswith("nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|version:")
    assert english.chrf_signature.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")
    assert "tok:zh" in chinese.bleu_signature
    assert 0 < chinese.bleu < 1
    assert score_overlap("the cat", "", "en").bleu == 0.0


def test_a_package_that_is_not_there_is_named_with_its_remedy() -> None:
    with pytest.raises(NotInstalled, match=r"needs no_such_package: pip install 'longspan\[documents\]'"):
        optional("no_such_package")
