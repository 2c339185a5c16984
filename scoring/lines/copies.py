"""Texts that are to be given back as they are: repeated words of which one differs, and one of several
passages.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from scenarios.language import Language
from scenarios.line import Copy, Passage
from scenarios.words import fold
from scoring.extras import optional
from scoring.lines.normal import brief
from scoring.lines.reply import Read
from scoring.lines.verdict import LineVerdict, Outcome

_SOME = 0.5
"""From this ratio on a reply is taken for the instance that it is nearest to."""
_MOST = 4
"""So many times the passage's own length are matched; difflib is quadratic at its worst."""


def judge_copy(line: Copy, read: Read, language: Language) -> LineVerdict:
    """1 − Levenshtein distance / length of the longer text, by letters, as in Context Rot (Chroma 2025);
    beside it whether the odd word is there, and whether it is where it was.
    """
    between = "" if language == "zh" else " "
    gold = [line.common] * line.place + [line.unique] + [line.common] * (line.count - line.place - 1)
    given = _words(read.after, line, language)
    near = optional("rapidfuzz.distance").Levenshtein.normalized_similarity(
        between.join(map(fold, gold)), between.join(given)
    )
    unique = fold(line.unique)
    present, placed = unique in given, given.count(unique) == 1 and given.index(unique) == line.place
    right = given == list(map(fold, gold))
    outcome = _copied(line, given, right=right, present=present, placed=placed)
    figures = {
        "exact": float(right),
        "closeness": float(near),
        "present": float(present),
        "placed": float(placed),
        "words": len(given) / line.count,
    }
    said = bool(given)
    return LineVerdict(
        answer=brief(between.join(given)) if said else None,
        outcome=outcome,
        value=float(near),
        right=right,
        figures={
            "exact": float(right),
            "closeness": float(near),
            **figures,
            **_form(parsed=said, right=right),
        },
        why=f"{len(given)} of {line.count} words, the odd one {'there' if present else 'not there'}"
        f"{' in its place' if placed else ''}: 1 − edit distance {near:.4f}",
    )


def judge_passage(line: Passage, read: Read) -> LineVerdict:
    """0 unless the reply begins with the prefix; then difflib's ratio of what follows it, as in OpenAI's
    MRCR.
    """
    gold = line.gold.removeprefix(line.prefix)
    kept = bool(read.said) and read.said.startswith(line.prefix)
    given = read.said[max(0, read.said.find(line.prefix)) :].removeprefix(line.prefix)
    ratio = _ratio(given, gold)
    others = [_ratio(given, other.removeprefix(line.prefix)) for other in line.others]
    instance = _nearest([ratio, *others])
    exact = given.split() == gold.split()
    right = kept and exact
    outcome: Outcome = "unparsed" if not kept else "right" if right else _returned(instance)
    value = 1.0 if right else ratio if kept else 0.0
    return LineVerdict(
        answer=brief(" ".join(given.split())) if kept else None,
        outcome=outcome,
        value=value,
        right=right,
        figures={
            "exact": float(right),
            "ratio": ratio,
            "instance": float(instance),
            "gold_instance": float(instance == 0),
            **_form(parsed=kept, right=exact),
        },
        why=f"the prefix is {'kept' if kept else 'missing'}, and the ratio to the passage is {ratio:.4f}; "
        + (
            f"nearest: {'the right one' if instance == 0 else f'other {instance}'}"
            if instance >= 0
            else "near none"
        ),
    )


def _words(text: str, line: Copy, language: Language) -> list[str]:
    """The words of a reply; in Chinese, with no space between them, cut at the two that exist."""
    plain = fold(text).strip("\"'`*_ ")
    if language == "en":
        return plain.split()
    longer, shorter = sorted((fold(line.common), fold(line.unique)), key=len, reverse=True)
    pieces = re.split(f"({re.escape(longer)}|{re.escape(shorter)})", plain)
    return [piece for part in pieces for piece in part.split()]


def _copied(line: Copy, given: Sequence[str], *, right: bool, present: bool, placed: bool) -> Outcome:
    if right or not given:
        return "right" if right else "unparsed"
    if not present:
        return "wrong_value"
    if len(given) != line.count:
        return "incomplete" if len(given) < line.count else "extra"
    return "partly" if placed else "wrong_order"


def _ratio(given: str, gold: str) -> float:
    """`SequenceMatcher(None, given, gold).ratio()`, of which the end of a reply that never ends is not
    matched.
    """
    blocks = SequenceMatcher(None, given[: _MOST * len(gold) + 1000], gold).get_matching_blocks()
    length = len(given) + len(gold)
    return 2.0 * sum(block.size for block in blocks) / length if length else 1.0


def _nearest(ratios: Sequence[float]) -> int:
    """Which instance was returned: 0 is the right one, −1 none."""
    best = max(range(len(ratios)), key=ratios.__getitem__)
    return best if ratios[best] >= _SOME else -1


def _returned(instance: int) -> Outcome:
    return "partly" if instance == 0 else "decoy" if instance > 0 else "wrong_value"


def _form(*, parsed: bool, right: bool) -> dict[str, float]:
    return {"parsed": float(parsed), "flexible": float(right)}
