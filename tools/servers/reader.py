"""A long document behind tools: look at its outline, search it, open a stretch of it.

The agentic way to read: the model decides what it sees. State: `{"parts": ["…", …]}`.
"""

import re

from pydantic import JsonValue

from tools.world import Refused, State, World, reads

_SNIPPET = 160
"""Characters on each side of a hit."""
_MOST_HITS = 20
_MOST_CHARACTERS = 8000


def outline(state: State) -> JsonValue:
    """List the document's parts with their lengths in characters and how each begins."""
    return [
        {"part": n, "characters": len(part), "begins": " ".join(part[:120].split())}
        for n, part in enumerate(state.get("parts", []), start=1)
    ]


def search(state: State, query: str, part: int | None = None, limit: int = 10) -> JsonValue:
    """Find a word or phrase (case and line breaks do not matter) and show what stands around each hit.

    Give `part` to search one part only. At most 20 hits are shown; `total` says how many there are.
    """
    if not query.strip():
        raise Refused("Give a word or a phrase to search for.")
    pattern = re.compile(r"\s+".join(map(re.escape, query.split())), re.IGNORECASE)
    texts = _parts(state) if part is None else {part: _part(state, part)}
    hits: list[JsonValue] = []
    total = 0
    for number, text in texts.items():
        for match in pattern.finditer(text):
            total += 1
            if len(hits) < max(1, min(limit, _MOST_HITS)):
                start = max(0, match.start() - _SNIPPET)
                around = text[start : match.end() + _SNIPPET]
                hits.append({"part": number, "at": match.start(), "text": around})
    return {"total": total, "hits": hits}


def open_part(state: State, part: int, start: int = 0, length: int = 4000) -> JsonValue:
    """Read a stretch of one part, from character `start` on; at most 8,000 characters at a time."""
    text = _part(state, part)
    if not 0 <= start < max(1, len(text)):
        raise Refused(f"Part {part} has {len(text)} characters; `start` must lie in it.")
    end = min(len(text), start + max(1, min(length, _MOST_CHARACTERS)))
    return {"part": part, "start": start, "end": end, "characters": len(text), "text": text[start:end]}


def _parts(state: State) -> dict[int, str]:
    return dict(enumerate(state.get("parts", []), start=1))


def _part(state: State, number: int) -> str:
    parts = _parts(state)
    if number not in parts:
        raise Refused(f"There is no part {number}; the document has parts 1 to {len(parts)}.")
    return parts[number]


READER = World(
    name="reader",
    title="A long document: its outline, a search, and any stretch of it",
    tools=(reads(outline), reads(search), reads(open_part)),
)
