"""A summary: the points that it states, and how like it is to a reference.

It is right when it states every point. One that is more than three times as long as the reference is no
summary, since a copy of the whole document states everything; its value shrinks as its length grows. Without
points there is only likeness: ROUGE-Lsum is the value, and from 0.3 on it counts as right. That is a
convention, about what good summaries reach against one reference that somebody else wrote, and no more.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from scenarios.language import Language
from scenarios.line import Summary
from scenarios.matching import describe
from scenarios.words import fold
from scoring.lines.likeness import likeness
from scoring.lines.normal import brief, named, no_refs
from scoring.lines.reply import Read
from scoring.lines.verdict import LineVerdict, Outcome

RIGHT_FROM = 0.3
LONGEST = 3
"""Times the reference's length that a summary may have."""
_SHORTEST_LIMIT = 150
"""Words (Chinese: characters) that are always allowed."""


def judge_summary(line: Summary, read: Read, language: Language) -> LineVerdict:
    said = read.said
    missed = [point for point in line.points if not named(point, said)]
    length, limit = length_of(said, language), longest_summary(line, language)
    like = likeness(line.reference, said, language)
    stated = 1 - len(missed) / len(line.points) if line.points else like.figures["rougeLsum_f"]
    value = stated * min(1.0, limit / length) if length else 0.0
    outcome = _outcome(line, missed, stated, said=bool(said), fits=length <= limit)
    right = outcome == "right"
    figures = {"exact": float(right), "words": float(length)}
    if line.points:
        figures["points"] = stated
    return LineVerdict(
        answer=brief(fold(said)) if said else None,
        outcome=outcome,
        value=value,
        right=right,
        figures=figures | {"parsed": float(bool(said)), "flexible": float(right)} | like.figures,
        tokenizer=like.tokenizer,
        signatures=like.signatures,
        why=_why(line, missed, stated) + (f"; {length} words, of at most {limit}" if length > limit else ""),
    )


def length_of(text: str, language: Language) -> int:
    """Words; in Chinese, characters."""
    return sum(not sign.isspace() for sign in text) if language == "zh" else len(text.split())


def longest_summary(line: Summary, language: Language) -> int:
    return max(LONGEST * length_of(line.reference, language), _SHORTEST_LIMIT)


def _outcome(line: Summary, missed: Sequence[JsonValue], stated: float, *, said: bool, fits: bool) -> Outcome:
    if not said:
        return "unparsed"
    if not fits:
        return "too_long"
    if not line.points:
        return "right" if stated >= RIGHT_FROM else "wrong_value"
    if not missed:
        return "right"
    return "incomplete" if len(missed) < len(line.points) else "wrong_value"


def _why(line: Summary, missed: Sequence[JsonValue], stated: float) -> str:
    if not line.points:
        return f"no points to check: ROUGE-Lsum {stated:.4f}, right from {RIGHT_FROM} on"
    why = f"{len(line.points) - len(missed)} of {len(line.points)} points stated"
    return why + "".join(f"; missing {describe(point, no_refs)}" for point in missed)
