"""What the user gives away of its instructions, and where it falls out of its part.

Words that it shares with its own brief in a row, where the brief speaks of how to play and not of what
happened; talk of prompts, parts and tools; sentences that only an agent says; and marks that end nothing.
"""

import re
from collections.abc import Iterator

from scoring.user_faults import phrases
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard

_ROW = {"en": 7, "zh": 12}
"""So many words (letters in Chinese) in a row are no chance."""
_SPEAKS_TO_IT = re.compile(r"\byou(?:r|rs)?\b|你")
"""A brief speaks to whoever plays it; a person who tells the same of itself says I."""


def leaks(talk: Heard) -> Iterator[UserFault]:
    how = _grams("\n".join((talk.user.persona, *talk.user.never, talk.user.prompt)), talk.language)
    told = how | {run for run in _grams(talk.user.goal, talk.language) if _SPEAKS_TO_IT.search(run)}
    for turn in talk.turns:
        heard = _grams(turn.heard, talk.language)
        shared = (_grams(turn.text, talk.language) & told) - heard
        if shared:
            why = f"repeats its brief: {next(iter(sorted(shared)))!r}"
        elif found := _out_of_part(turn.text):
            why = f"falls out of its part: {found!r}"
        else:
            continue
        yield UserFault(kind="leak", turn=turn.number, why=why)


def _out_of_part(text: str) -> str:
    patterns = (phrases.SPEAKS_OF_ITS_PART, phrases.AGENTS_WORDS, phrases.TOOL_NAME, phrases.MARK)
    for pattern in patterns:
        if said := pattern.search(text):
            return said[0]
    return ""


def _grams(text: str, language: str) -> set[str]:
    """Runs of words; where a sentence ends, a run ends."""
    size, found = _ROW[language], set[str]()
    for sentence in re.split(r"[.!?;:。！？；：\n]", text.lower()):
        if language == "zh":
            letters = "".join(re.findall(r"[\u4e00-\u9fffa-z0-9]", sentence))
            found |= {letters[n : n + size] for n in range(len(letters) - size + 1)}
        else:
            words = re.findall(r"[a-z0-9']+", sentence)
            found |= {" ".join(words[n : n + size]) for n in range(len(words) - size + 1)}
    return found
