"""Items as a reply lists them: a JSON array, or names with commas, arrows or `and` between them."""

import json
import re
from collections.abc import Collection, Set

from scoring.lines.normal import abstains, normal_items, without_asides

_SEPARATOR = re.compile(r",(?!\d{3}(?!\d))|[，、;；]|\n|→|->|=>|(?<=\s)[<>](?=\s)")
_AND = re.compile(r"\band\b|&|和|以及|与|及")
_BETWEEN = re.compile(rf"{_AND.pattern}|(?<=\s)/(?=\s)")
_BRACKETS = str.maketrans("【】", "[]")
_QUOTES = str.maketrans("“”", '""')
_NUMBERED = re.compile(r"\A\s*(?:\(?\d{1,3}[.)）、]\s*|[-*•]\s+)(?=\D)")
_MARK = re.compile(r"(?:\A|(?<=\s))\(?\d{1,2}[.)）、](?=\s*[^\s\d])|[①-⑳]")
"""Before each item of `1. a 2. b` and `① a ② b`."""
_NOTHING = re.compile(
    r"\W*(?:none|nothing|empty|no (?:items?|names?|one|such .{0,40})|空|无|没有)\W*", re.IGNORECASE
)


def read_items(answer: str) -> list[str] | None:
    """The items as written; empty for `[]` and `none`; None when no item can be made out."""
    text = answer.strip().translate(_BRACKETS)
    if not text:
        return None
    first, last = text.find("["), text.rfind("]")
    if 0 <= first < last:
        array = _json_array(text[first : last + 1])
        if array is not None:
            return array
        text = text[first + 1 : last]
    if not text.strip() or _NOTHING.fullmatch(text) or abstains(text):
        return []
    separator = _MARK if _MARK.match(text) and len(_MARK.findall(text)) > 1 else _SEPARATOR
    items = (_NUMBERED.sub("", item).strip(" \t\n,，、;；") for item in separator.split(text))
    return [item for item in items if item] or None


def parts_of(text: str) -> list[str]:
    """What stands between commas, slashes and the word `and`."""
    parts = (part for item in _SEPARATOR.split(text) for part in _BETWEEN.split(item))
    return [part.strip() for part in parts if part.strip()]


def matched_items(answer: str, gold: Collection[str]) -> list[str] | None:
    """The items in their one spelling, without the remarks behind them where that meets more of what is
    wanted: `A (in May), B (in June)`.
    """
    wanted = set(normal_items(gold))
    readings = [_matched(text, wanted) for text in (answer, without_asides(answer))]
    return max(readings, key=lambda found: len(wanted & set(found or ())))


def _matched(answer: str, wanted: Set[str]) -> list[str] | None:
    """`A and B` is two items where one of the two is wanted and the whole is not, since names may have an
    `and` in them.
    """
    written = read_items(answer)
    if written is None:
        return None
    found: list[str] = []
    for item in written:
        (whole,) = normal_items([item])
        split = _AND.split(item) if whole not in wanted else []
        parts = [part for part in normal_items(split) if part] if len(split) > 1 else []
        found += parts if wanted & set(parts) else [whole]
    return [item for item in found if item] or (None if written else [])


def _json_array(text: str) -> list[str] | None:
    try:
        array = json.loads(text.translate(_QUOTES))
    except (ValueError, RecursionError):
        return None
    if not isinstance(array, list):
        return None
    return [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in array]
