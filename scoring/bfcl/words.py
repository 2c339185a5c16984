"""When two texts say the same: BFCL's rule, which drops what stands between letters, and ours, which reads
words.

Ours forgives what BFCL wants forgiven (`April 1,2024`, `Washington D.C.`, `living_room`) and keeps what
carries meaning: the point and the sign of a number, the slashes of a path, the dot of a file name, where a
word ends.
"""

import re
import unicodedata

from scoring.bfcl.defects import Kept

_DROPPED = str.maketrans("", "", " ,./-_*^")
_QUOTES = str.maketrans("'‘’“”", '"""""')
_INITIALS = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"(?<![^\W_])[-+]?\d+(?:\.\d+)*|[^\W_]+(?:\.[^\W_]+)*|[^\s\w,.\-]")


def same_text(given: str, wanted: str, kept: Kept) -> bool:
    """Whether a text is the wanted one."""
    if "blind_text" in kept:
        return blind(given) == blind(wanted)
    words = _words(given)
    return words == _words(wanted) if words else given == wanted


def blind(text: str) -> str:
    """What BFCL compares."""
    return text.translate(_DROPPED).lower().replace("'", '"')


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text).casefold().translate(_QUOTES)
    plain = _INITIALS.sub(lambda found: found[0].replace(".", ""), plain)
    return _WORD.findall(_GROUPS.sub("", plain))
