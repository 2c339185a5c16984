"""Orders for little documents, and what every document has to keep to whatever its task."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.document import Document, Order, Stretch
from scenarios.language import Language
from scenarios.reading import Evidence

_TOKEN = re.compile(r"[A-Za-z]+|[0-9]{1,3}|\n+|[^\sA-Za-z0-9]")
_PLOTS: Mapping[Language, str] = {
    "en": "In year {0} the miller ground {1} sacks and sold {2} of them.",
    "zh": "第{0}年磨坊磨了{1}袋面，卖出{2}袋。",
}


class Marks:
    """Counts words, groups of three digits, lines and signs, so that counts add up."""

    identity = "marks 1"

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) for text in texts]

    def tail(self, text: str, tokens: int) -> str:
        found = list(_TOKEN.finditer(text))[-tokens:] if tokens else []
        return text[found[0].start() :] if found else ""


class Chronicle:
    """Filler that never says the same twice."""

    identity = "chronicle 1"

    def __init__(self, language: Language) -> None:
        self._plot = _PLOTS[language]

    def sentences(self, dice: Dice, tokens: int) -> Stretch:
        texts = [self._plot.format(n, 2 * n + 3, n + 1) for n in range(tokens // 8 + 64)]
        texts = dice.shuffled(texts)
        counts = np.array(Marks().counts(texts), dtype=np.int64)
        return Stretch(sentences=texts, counts=counts, openings=counts + 1)


def order(language: Language = "en", tokens: int = 4096, **changes: Any) -> Order:
    told: dict[str, Any] = {
        "parts": 4,
        "number": 0,
        "permutation": 0,
        "seed": 1,
        "options": {},
        "filler": Chronicle(language),
        "tokenizer": Marks(),
    }
    return Order(language=language, tokens=tokens, **(told | changes))


def check_document(document: Document, asked: Order) -> None:
    """Its length, its parts, its evidence, and that it does not hold its own questions."""
    assert asked.tokens * 0.99 <= sum(document.tokens) <= asked.tokens
    assert asked.tokens * 0.985 <= sum(asked.tokenizer.counts(document.parts)) <= asked.tokens
    assert len(document.parts) == len(document.tokens) == asked.parts
    assert "\f" not in "".join(document.parts)
    assert len({probe.id for probe in document.probes}) == len(document.probes) > 0
    for probe in document.probes:
        assert re.fullmatch(r"[a-z0-9-]+", probe.id)
        assert probe.question.splitlines()[0] not in document.text
        assert 1 <= probe.after <= asked.parts
        assert probe.cell.tokens == asked.tokens
        for place in probe.evidence:
            check_place(place, document, asked)


def check_place(place: Evidence, document: Document, asked: Order) -> None:
    """That it is told once, where it says."""
    assert document.text.count(place.text) == 1
    part = document.parts[place.part - 1]
    before = asked.tokenizer.counts([part[: part.index(place.text)]])[0]
    assert abs(sum(document.tokens[: place.part - 1]) + before - place.token) <= 0.01 * asked.tokens + 2


def depths(document: Document, places: Sequence[Evidence]) -> list[float]:
    return [place.token / sum(document.tokens) for place in places]
