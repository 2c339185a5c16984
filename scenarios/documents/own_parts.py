"""How a text of one's own is cut into parts, and where a quote stands in them."""

import re
from collections.abc import Iterator, Sequence

from scenarios.documents.document import Tokenizer


def split_parts(text: str, longest: int, tokenizer: Tokenizer) -> tuple[str, ...]:
    """Cut a text where paragraphs end, into parts of at most `longest` tokens; joined, they are the text
    again.

    A paragraph that is longer by itself is cut at lines, sentences and at last anywhere.
    """
    pieces = [text]
    for border in (r"(?<=\n\n)(?=\S)", r"(?<=\n)", r"(?<=[.!?] )|(?<=[。!?])", r"(?<=\s)|(?<=[,;、])"):
        counts = tokenizer.counts(pieces)
        pieces = [
            piece
            for whole, count in zip(pieces, counts, strict=True)
            for piece in ([whole] if count <= longest else filter(None, re.split(border, whole)))
        ]
    counts = tokenizer.counts(pieces)
    parts: list[str] = []
    room = 0
    for piece, count in zip(pieces, counts, strict=True):
        if count > room or not parts:
            parts.append("")
            room = longest
        parts[-1] += piece
        room -= count
    return tuple(parts)


def find_quote(quote: str, parts: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Each place of a quote: part (from 1), character in it, and the text there; spaces and line breaks are
    alike.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
    loose = (
        re.compile(r"\s*".join(re.escape(c) for c in quote if not c.isspace()))
        if not quote.isascii()
        else pattern
    )
    for number, part in enumerate(parts, start=1):
        for match in (pattern if pattern.search(part) else loose).finditer(part):
            yield number, match.start(), match[0]
