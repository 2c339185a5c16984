"""Leaving early, and saying the same again and again."""

import re
import unicodedata
from collections.abc import Iterator

from scenarios.words import asks
from scoring.user_faults import phrases
from scoring.user_faults.claims import names
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard, Turn

_ALIKE = 0.9
_TIMES = 3
"""So often the same is a loop."""
_SHORTEST = {"en": 12, "zh": 4}
"""Letters; what is shorter, such as yes, may be said as often as it is asked for."""
_INSIDE = 0.5
"""A text that is so much of another one, and stands in it, says the same."""
_LONGEST = 2_000
"""Letters of what was said that are compared."""
_WORDS = 4
"""So many words (letters in Chinese) beside thanks and goodbye are an answer."""


def endings(talk: Heard) -> Iterator[UserFault]:
    """It leaves although something is wanted of it, or for a reason that nobody gave."""
    last = talk.turns[-1] if talk.turns else None
    if last is None or talk.stopped not in {"user_done", "user_transfer", "user_out_of_scope"}:
        return
    if why := _early(last, talk):
        yield UserFault(kind="early_end", turn=last.number, why=why)


def loops(talk: Heard) -> Iterator[UserFault]:
    """The same words again and again, although the agent does not repeat itself."""
    turns = [turn for turn in talk.turns if len(_folded(turn.text)) >= _SHORTEST[talk.language]]
    for turn in turns:
        again = [one for one in turns if _alike(one.text, turn.text)]
        if len(again) >= _TIMES and _differ([one.heard for one in again]):
            why = f"says {turn.text[:60]!r} {len(again)} times"
            yield UserFault(kind="loop", turn=again[_TIMES - 1].number, why=why)
            return


def _early(last: Turn, talk: Heard) -> str:
    if last.number == 0 and not last.heard:
        return "ends the conversation before it has begun"
    if talk.stopped == "user_transfer":
        return (
            ""
            if phrases.HANDS_OVER.search(last.heard)
            else "leaves as handed over, and nobody has handed it over"
        )
    wanted = _wanted(last.heard)
    if talk.stopped == "user_out_of_scope":
        known = [label for label in talk.user.knows if names(label, wanted)]
        return f"leaves as out of scope, and is asked for {known[0]!r}, which it knows" if known else ""
    if wanted and not last.actions and not _answers(last, wanted):
        return f"leaves although the agent wants something of it: {wanted[:80]!r}"
    at_work = [one for one in _sentences(last.heard)[-2:] if phrases.AT_WORK.search(one)]
    if at_work and not phrases.OUTCOME.search(last.heard):
        return "leaves while the agent is at work"
    return ""


def _wanted(text: str) -> str:
    """The agent's last sentences, where they ask or order something that is no closing."""
    for sentence in reversed(_sentences(text)[-3:]):
        if phrases.CLOSING.search(sentence) or phrases.LATER.search(sentence):
            continue
        if asks(sentence) or phrases.ORDERS.search(sentence):
            return sentence
    return ""


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", text) if one.strip()]


def _answers(turn: Turn, wanted: str) -> bool:
    """Whether its last words hold more than thanks and goodbye; for a yes or no these are enough."""
    if phrases.YES_OR_NO.search(wanted) and phrases.DECIDES.search(turn.text):
        return True
    plain = phrases.FAREWELL.sub("", turn.text)
    return len(re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", plain.lower())) >= _WORDS


def _alike(one: str, other: str) -> bool:
    short, long = sorted((_folded(one), _folded(other)), key=len)
    if not short:
        return False
    inside = short in long and len(short) >= _INSIDE * len(long)
    letters = (len(short) + len(long)) / 2
    if inside or len(short) < (2 * _ALIKE - 1) * letters:
        return inside
    return _common(short, long) >= _ALIKE * letters


def _common(one: str, other: str) -> int:
    """The length of the longest common subsequence, a row of its table at a time as bits of a number (Hyyrö,
    Australasian Workshop on Combinatorial Algorithms, 2004): a user may say thousands of letters again and
    again.
    """
    places: dict[str, int] = {}
    for place, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << place
    whole = (1 << len(one)) - 1
    row = whole
    for letter in other:
        matched = row & places.get(letter, 0)
        row = ((row + matched) | (row - matched)) & whole
    return len(one) - row.bit_count()


def _differ(texts: list[str]) -> bool:
    """Whether what was said to it changed, and was not one thing or nothing again and again."""
    different: list[str] = []
    for text in texts:
        if text and not any(_alike(text, one) for one in different):
            different.append(text)
    return len(different) >= _TIMES - 1


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text[:_LONGEST]).lower()).strip()
