"""ROUGE, BLEU and chrF: values and CPU time beside rouge_score, in one run.

    python scripts/bench/rouge.py [--tokens 500 2000 10000 50000] [--language en|zh] [--most-cells 5000000]

Two texts share 60 % of their sentences, and a tenth of the words of those are changed. What rouge_score would
need more than `--most-cells` cells of its table for is not asked of it, and its column says so. Every value
of ours is compared with it where both exist; a difference ends the bench with status 1.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from scenarios.language import Language
from scoring.overlap import score_overlap
from scoring.rouge import MEASURES, Backend, Measure, Rouge, score_rouge
from scoring.rouge_tokens import DEFAULT, TokenizerName

T = TypeVar("T")
BUDGET_TOKENS, BUDGET = 50_000, 0.6
"""CPU seconds that ROUGE-L of two texts of so many tokens may take."""
BACKENDS: tuple[Backend, ...] = ("fast", "rouge_score")
ONSETS, ENDS = "bdfgklmnprst", "bdfgklmnprstvz"
SENTENCE = 20
"""Tokens."""
SHARED, NOISE = 0.6, 0.1


def texts(tokens: int, language: Language) -> tuple[str, str]:
    """A reference and a candidate of so many tokens, one sentence a line."""
    dice = random.Random(f"rouge {tokens} {language}")  # noqa: S311 # the same in every run
    if language == "zh":
        words, between = [chr(0x4E00 + n) for n in range(3000)], ""
    else:
        words, between = [f"{a}{b}{c}" for a in ONSETS for b in "aeiou" for c in ENDS], " "
    weights = [1 / (n + 3) for n in range(len(words))]

    def sentence() -> list[str]:
        return dice.choices(words, weights, k=SENTENCE)

    reference = [sentence() for _ in range(tokens // SENTENCE)]
    candidate = [
        [dice.choice(words) if dice.random() < NOISE else word for word in one]
        if dice.random() < SHARED
        else sentence()
        for one in reference
    ]
    written = ["\n".join(between.join(one) for one in each) for each in (reference, candidate)]
    return written[0], written[1]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and its CPU seconds."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def row(
    pair: tuple[str, str], measure: Measure, tokens: int, arguments: argparse.Namespace
) -> tuple[float, bool]:
    """One line of the table; our CPU seconds, and whether our value is the peer's where there is one."""
    tokenizer: TokenizerName = DEFAULT[arguments.language]

    def scored(backend: Backend) -> tuple[Rouge, float]:
        return timed(
            lambda: score_rouge(pair[0], pair[1], tokenizer=tokenizer, backend=backend, measures=[measure])
        )

    ours, seconds = scored("fast")
    left = f"{tokens:>7,} {measure:10} {ours.scores[measure].f:8.4f} {seconds:8.4f}"
    cells = 0 if measure in {"rouge1", "rouge2"} else tokens**2
    if cells > arguments.most_cells:
        print(f"{left} {'–':>8}  {'–':>6}  {cells:,} cells are too many for rouge_score")
        return seconds, True
    theirs, slow = scored("rouge_score")
    equal = theirs.scores == ours.scores
    print(f"{left} {slow:8.4f} {slow / max(seconds, 1e-6):6.0f}×  {'identical' if equal else 'DIFFERENT'}")
    return seconds, equal


def overlap_row(pair: tuple[str, str], tokens: int, language: Language) -> None:
    overlap, seconds = timed(lambda: score_overlap(pair[0], pair[1], language))
    print(f"{tokens:>7,} BLEU, chrF {overlap.bleu:7.4f} {seconds:8.4f} {'':17} chrF {overlap.chrf:.4f}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Values and CPU time beside rouge_score.")
    parser.add_argument("--tokens", type=int, nargs="+", default=[500, 2000, 10_000, BUDGET_TOKENS])
    parser.add_argument("--language", choices=["en", "zh"], default="en")
    parser.add_argument("--most-cells", type=int, default=5_000_000)
    arguments = parser.parse_args()
    warm = [
        score_rouge("a b", "a c", tokenizer=DEFAULT[arguments.language], backend=backend)
        for backend in BACKENDS
    ]
    print(
        f"tokenizer {warm[0].tokenizer}; ours: {warm[0].backend}; the peer: {warm[1].backend}; CPU seconds\n"
    )
    print(f"{'tokens':>7} {'measure':10} {'F':>8} {'ours':>8} {'peer':>8} {'ratio':>7}  values")
    same = within = True
    for tokens in arguments.tokens:
        pair = texts(tokens, arguments.language)
        for measure in MEASURES:
            seconds, equal = row(pair, measure, tokens, arguments)
            same &= equal
            within &= measure != "rougeL" or tokens != BUDGET_TOKENS or seconds <= BUDGET
        overlap_row(pair, tokens, arguments.language)
    print(f"\npeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print(f"ROUGE-L of {BUDGET_TOKENS:,} tokens within {BUDGET} s: {'yes' if within else 'NO'}")
    print(f"values: {'identical wherever both were computed' if same else 'DIFFERENT'}")
    return 0 if same and within else 1


if __name__ == "__main__":
    sys.exit(main())
