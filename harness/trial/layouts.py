"""What a model is shown of a document before it is asked: the six layouts, as messages.

Every plan starts with the document and ends with the question, so that all questions on one reading share
their beginning, which is computed, and paid, once.
"""

from collections.abc import Iterator, Sequence

from scenarios.documents.document import Document
from scenarios.documents.wording import OK, turn
from scenarios.language import Language
from scenarios.reading import Layout
from scenarios.transcript import AssistantMessage, Message, UserMessage

IN_TURNS: frozenset[Layout] = frozenset({"segmented", "recap", "carry"})
"""Layouts in which the model itself replies to each part."""


def part_prompt(layout: Layout, document: Document, part: int, replies: Sequence[str], lang: Language) -> str:
    """What the user says with one part (counted from 1), after the model's replies to the parts before it."""
    words = {"n": part, "of": len(document.parts), "text": document.parts[part - 1]}
    if layout == "carry":
        notes = (replies[part - 2].strip() if part > 1 else "") or turn("no notes", lang)
        return turn("carry", lang, notes=notes, **words)
    return turn("segmented", lang, **words)


def line(
    layout: Layout, document: Document, until: int, replies: Sequence[str], lang: Language
) -> tuple[Message, ...]:
    """The conversation up to a part that is about to be given, or that was answered: whatever `replies`
    tells.
    """
    first = until if layout == "carry" else 1
    said: list[Message] = []
    for part in range(first, until + 1):
        said.append(UserMessage(text=part_prompt(layout, document, part, replies, lang)))
        if part <= len(replies):
            said.append(AssistantMessage(text=replies[part - 1]))
    return tuple(said)


def whole(layout: Layout, document: Document, lang: Language) -> tuple[Message, ...]:
    """The document given in one turn, and the fixed reply to it."""
    of = len(document.parts)
    text = "\n\n".join(document.parts) if layout == "single" else "\n\n".join(_headed(document, lang))
    return UserMessage(text=turn(layout, lang, of=of, text=text)), AssistantMessage(text=OK)


def _headed(document: Document, lang: Language) -> Iterator[str]:
    for n, part in enumerate(document.parts, start=1):
        yield f"{turn('heading', lang, n=n, of=len(document.parts))}\n{part}"
