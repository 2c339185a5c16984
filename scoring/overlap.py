"""BLEU and chrF through sacrebleu, each with the signature that says how it was computed."""

from typing import Annotated

from pydantic import Field

from scenarios.language import Language
from scenarios.record import Record
from scoring.extras import optional


class TextOverlap(Record):
    """Of one reply against one reference; in [0, 1] where sacrebleu says 0 to 100."""

    bleu: Annotated[float, Field(ge=0, le=1)]
    """Of a single text: orders of n-grams that it is too short for are left out (`eff:yes`)."""
    chrf: Annotated[float, Field(ge=0, le=1)]
    bleu_signature: str
    chrf_signature: str


def score_overlap(reference: str, candidate: str, language: Language) -> TextOverlap:
    """Raises `NotInstalled` without sacrebleu."""
    metrics = optional("sacrebleu.metrics")
    bleu = metrics.BLEU(tokenize="zh" if language == "zh" else "13a", effective_order=True)
    chrf = metrics.CHRF()
    by_words, by_letters = (metric.sentence_score(candidate, [reference]).score for metric in (bleu, chrf))
    return TextOverlap(
        bleu=min(1.0, by_words / 100),
        chrf=min(1.0, by_letters / 100),
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
    )
