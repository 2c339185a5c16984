"""Filler and a tokenizer small enough to see through: what the tests of tasks are made of."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake, Order, Stretch, Tokenizer
from scenarios.documents.tokenizers import find_tokenizer
from scenarios.language import Language

_PIECE = re.compile(r"\n+| ?[A-Za-z]{1,4}|\d{1,3}| ?[^\sA-Za-z\d]|\s")
_LEAD = {"en": " ", "zh": ""}
_STOP = {"en": ".", "zh": "。"}


class Pieces:
    """Counts four letters, three digits, or any other sign as one token."""

    identity = "pieces 1"

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [len(_PIECE.findall(text)) for text in texts]

    def tail(self, text: str, tokens: int) -> str:
        found = list(_PIECE.finditer(text))[-tokens:] if tokens else []
        return text[found[0].start() :] if found else ""


class LittleFiller:
    """Six thousand sentences of nonsense."""

    def __init__(
        self, language: Language, tokenizer: Tokenizer, sentences: Sequence[str] | None = None
    ) -> None:
        self.identity = f"little-{language}"
        self._told = list(sentences or _nonsense(language))
        stop, lead = _STOP[language], _LEAD[language]
        before = tokenizer.counts([stop])[0]
        self.counts = np.array(tokenizer.counts([stop + lead + text for text in self._told])) - before
        self.openings = np.array(tokenizer.counts([f"{stop}\n\n{text}" for text in self._told])) - before

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        order = dice.order(len(self._told))
        needed = int(np.searchsorted(np.cumsum(self.counts[order]), tokens)) + 1
        if needed > len(order):
            raise CannotMake(f"the filler has {self.counts.sum()} tokens, and {tokens} are needed")
        chosen = order[:needed]
        return Stretch(
            sentences=[self._told[n] for n in chosen.tolist()],
            counts=self.counts[chosen],
            openings=self.openings[chosen],
        )


@cache
def _nonsense(language: Language) -> Sequence[str]:
    dice = Dice(f"nonsense {language}")
    if language == "zh":
        return [
            "".join(chr(0x4E00 + 3 * dice.below(1000)) for _ in range(dice.between(6, 22))) + "。"
            for _ in range(4000)
        ]
    words = ["".join(dice.choice("etaoinshrdlu") for _ in range(dice.between(2, 9))) for _ in range(800)]
    return [
        " ".join(dice.choice(words) for _ in range(dice.between(5, 20))).capitalize() + "."
        for _ in range(4000)
    ]


@cache
def pieces_filler(language: Language) -> LittleFiller:
    return LittleFiller(language, Pieces())


@cache
def qwen_filler(language: Language) -> tuple[LittleFiller, Tokenizer]:
    """With a tokenizer that is used in earnest."""
    tokenizer = find_tokenizer("qwen")
    return LittleFiller(language, tokenizer), tokenizer


def order(language: Language = "en", tokens: int = 4096, **changes: Any) -> Order:  # fields of Order
    wanted: dict[str, Any] = {
        "parts": 1,
        "number": 0,
        "permutation": 0,
        "seed": 1,
        "options": {},
        "filler": pieces_filler(language),
        "tokenizer": Pieces(),
    }
    return Order(language=language, tokens=tokens, **(wanted | changes))


def qwen_order(language: Language, tokens: int, **changes: Any) -> Order:
    filler, tokenizer = qwen_filler(language)
    return order(language, tokens, filler=filler, tokenizer=tokenizer, **changes)
