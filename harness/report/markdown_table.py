"""Tables in Markdown, and text in them that stays text."""

import re
from collections.abc import Iterable, Sequence

from harness.report.plain_text import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~!])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    flat = " ".join(visible(text).split())
    plain = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The cells are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
