"""ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum (Lin 2004), with the values of `rouge_score` to the last bit.

`rouge_score` fills a Python table of m × n cells, which is slow for two pages and impossible for two books.
So it scores short texts, and two faster packages score long ones: rapidfuzz the longest common subsequence,
bit-parallel over numbers that stand for tokens, and rouge-score-rs all else. ROUGE-Lsum is never put together
from alignments of our own: which of several longest subsequences is taken changes its value.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from scenarios.record import Record
from scoring.extras import named_version, optional
from scoring.rouge_tokens import TokenizerName, described, own_tokenizer

Measure = Literal["rouge1", "rouge2", "rougeL", "rougeLsum"]
MEASURES: tuple[Measure, ...] = ("rouge1", "rouge2", "rougeL", "rougeLsum")

Backend = Literal["auto", "rouge_score", "fast"]
"""`auto` takes `rouge_score` for short texts and `fast` for all others; both give the same values."""

SHORT = 40_000
"""Cells of the table, reference × candidate tokens, up to which `auto` takes `rouge_score`."""
MOST = 200_000_000
"""Cells of one pair of sentences in ROUGE-Lsum, which takes four bytes for each."""

_Share = Annotated[float, Field(ge=0, le=1)]


class TooLong(ValueError):
    """Two sentences whose ROUGE-Lsum would not fit in memory; the message says how to break them up."""


class Overlap(Record):
    """One measure of one pair of texts."""

    precision: _Share
    recall: _Share
    f: _Share


class Rouge(Record):
    tokenizer: str
    """A name of `rouge_tokens`; scores of different tokenizers are not comparable."""
    backend: str
    """The packages that computed it, with their versions."""
    scores: dict[Measure, Overlap]

    @property
    def source(self) -> str:
        return f"{self.tokenizer} by {self.backend}"


def score_rouge(
    reference: str,
    candidate: str,
    *,
    tokenizer: TokenizerName,
    backend: Backend = "auto",
    measures: Sequence[Measure] = MEASURES,
) -> Rouge:
    """ROUGE of a candidate against one reference; for Lsum a line is a sentence.

    Raises `NotInstalled` without the packages, and `TooLong`.
    """
    short = _units(reference, tokenizer) * _units(candidate, tokenizer) <= SHORT
    if backend == "rouge_score" or (backend == "auto" and short):
        scorer = optional("rouge_score.rouge_scorer")
        return Rouge(
            tokenizer=described(tokenizer),
            backend=named_version("rouge-score"),
            scores=_scored(scorer, reference, candidate, tokenizer, measures),
        )
    return Rouge(
        tokenizer=described(tokenizer),
        backend=f"{named_version('rapidfuzz')} + {named_version('rouge-score-rs')}",
        scores=_fast(reference, candidate, tokenizer, measures),
    )


def _fast(
    reference: str, candidate: str, tokenizer: TokenizerName, measures: Sequence[Measure]
) -> dict[Measure, Overlap]:
    by_lcs = {"rougeL", "rougeLsum"} if _one_sentence(reference, candidate) else {"rougeL"}
    rest = [measure for measure in measures if measure not in by_lcs]
    if "rougeLsum" in rest:
        _check_sentences(reference, candidate, tokenizer)
    scorer = optional("rouge_score_rs.rouge_scorer")
    scores = _scored(scorer, reference, candidate, tokenizer, rest) if rest else {}
    if len(rest) < len(measures):
        subsequence = _rouge_l(_tokens(reference, tokenizer), _tokens(candidate, tokenizer))
        scores |= {measure: subsequence for measure in measures if measure in by_lcs}
    return {measure: scores[measure] for measure in measures}


def _scored(
    package: Any, reference: str, candidate: str, tokenizer: TokenizerName, measures: Sequence[Measure]
) -> dict[Measure, Overlap]:
    """By either package, since one speaks as the other does."""
    scorer = package.RougeScorer(
        list(measures), use_stemmer=tokenizer == "words-stemmed", tokenizer=own_tokenizer(tokenizer)
    )
    found = scorer.score(reference, candidate)
    return {
        measure: Overlap(
            precision=found[measure].precision, recall=found[measure].recall, f=found[measure].fmeasure
        )
        for measure in measures
    }


def _rouge_l(reference: list[str], candidate: list[str]) -> Overlap:
    if not reference or not candidate:
        return Overlap(precision=0, recall=0, f=0)
    numbers: dict[str, int] = {}
    length = optional("rapidfuzz.distance").LCSseq.similarity(
        [numbers.setdefault(token, len(numbers)) for token in reference],
        [numbers.setdefault(token, len(numbers)) for token in candidate],
    )
    precision, recall = length / len(candidate), length / len(reference)
    f = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
    return Overlap(precision=precision, recall=recall, f=f)


def _tokens(text: str, tokenizer: TokenizerName) -> list[str]:
    own = own_tokenizer(tokenizer)
    if own is not None:
        return own.tokenize(text)
    words = optional("rouge_score_rs.tokenizers").DefaultTokenizer(use_stemmer=tokenizer == "words-stemmed")
    return list(words.tokenize(text))


def _one_sentence(reference: str, candidate: str) -> bool:
    """Then Lsum is L: the union over one pair is the subsequence itself, and no token is counted twice."""
    return "\n" not in reference and "\n" not in candidate


def _check_sentences(reference: str, candidate: str, tokenizer: TokenizerName) -> None:
    longest = [
        max((_units(line, tokenizer) for line in text.split("\n")), default=0)
        for text in (reference, candidate)
    ]
    if longest[0] * longest[1] > MOST:
        raise TooLong(
            f"ROUGE-Lsum takes lines for sentences, and these texts have lines of {longest[0]:,} and "
            f"{longest[1]:,} tokens; put each sentence on a line of its own (`one_sentence_a_line`)"
        )


def _units(text: str, tokenizer: TokenizerName) -> int:
    """About how many tokens, without cutting it into them."""
    return len(text.split()) if tokenizer in {"words", "words-stemmed"} else len(text)
