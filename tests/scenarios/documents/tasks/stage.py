"""What every document has to keep to, whatever its task."""

import re
from typing import Any

from scenarios.documents.document import Document, Order
from scenarios.language import Language
from scenarios.reading import Evidence
from tests.scenarios.documents import little_filler


def order(language: Language = "en", tokens: int = 4096, **changes: Any) -> Order:  # fields of Order
    """For a little document in four parts."""
    return little_filler.order(language, tokens, **({"parts": 4} | changes))


def check_document(document: Document, asked: Order) -> None:
    """Its length, its parts, its evidence, and that it does not hold its own questions."""
    assert asked.tokens * 0.99 <= sum(asked.tokenizer.counts(document.parts)) <= asked.tokens
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
