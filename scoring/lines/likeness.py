"""How alike a summary and a reference are, in the figures that a verdict has: ROUGE, BLEU and chrF."""

from dataclasses import dataclass

from scenarios.language import Language
from scoring.overlap import score_overlap
from scoring.rouge import score_rouge
from scoring.rouge_tokens import DEFAULT, one_sentence_a_line


@dataclass(frozen=True, kw_only=True)
class Likeness:
    figures: dict[str, float]
    tokenizer: str
    """Of ROUGE, and the packages that computed it."""
    signatures: dict[str, str]


def likeness(reference: str, candidate: str, language: Language) -> Likeness:
    """ROUGE over sentences on lines of their own, by F; BLEU and chrF in [0, 1]. Raises `NotInstalled`."""
    rouge = score_rouge(
        one_sentence_a_line(reference), one_sentence_a_line(candidate), tokenizer=DEFAULT[language]
    )
    overlap = score_overlap(reference, candidate, language)
    return Likeness(
        figures={
            **{f"{measure}_f": score.f for measure, score in rouge.scores.items()},
            "bleu": overlap.bleu,
            "chrf": overlap.chrf,
        },
        tokenizer=rouge.source,
        signatures={"bleu": overlap.bleu_signature, "chrf": overlap.chrf_signature},
    )
