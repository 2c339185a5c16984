"""A summary of a haystack with citations, after SummHay (Laban et al. 2024), by rules instead of a judge.

An insight is an entity, an attribute and a value. A bullet with its entity and its value covers it, one with
the entity and the attribute alone covers half of it. The best such bullet is held to the documents that tell
it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from scenarios.amounts import numbers_in
from scenarios.days import dates_in
from scenarios.language import Language
from scenarios.line import Insight, Insights
from scenarios.words import fold
from scoring.lines.bullets import Bullet, read_bullets
from scoring.lines.likeness import likeness
from scoring.lines.normal import brief, named
from scoring.lines.reply import Read
from scoring.lines.verdict import LineVerdict, Outcome

_STEM = 4
"""Letters at least by which a word of an attribute is known again, whatever its ending."""


@dataclass(frozen=True, kw_only=True)
class _Covered:
    coverage: float
    citation_f1: float

    @property
    def joint(self) -> float:
        return self.coverage * self.citation_f1


def judge_insights(line: Insights, read: Read, language: Language) -> LineVerdict:
    """Coverage × citation F1, mean over the insights, × the share of bullets that do not contradict."""
    bullets = read_bullets(read.said)
    covered = [_covered(insight, bullets) for insight in line.insights]
    wrong = sum(_contradicts(bullet, line.insights) for bullet in bullets)
    rate = wrong / len(bullets) if bullets else 0.0
    coverage, joint = fmean(each.coverage for each in covered), fmean(each.joint for each in covered)
    cited = [each.citation_f1 for each in covered if each.coverage]
    outcome = _outcome(covered, wrong, said=bool(bullets))
    like = likeness(line.reference, "\n".join(bullet.text for bullet in bullets), language)
    right = outcome == "right"
    return LineVerdict(
        answer=brief(fold(read.said)) if bullets else None,
        outcome=outcome,
        value=joint * (1 - rate),
        right=right,
        figures={
            "exact": float(right),
            "coverage": coverage,
            "citation_f1": fmean(cited) if cited else 0.0,
            "joint": joint,
            "contradiction_rate": rate,
            "bullets": float(len(bullets)),
            "parsed": float(bool(bullets)),
            "flexible": float(right),
            **like.figures,
        },
        tokenizer=like.tokenizer,
        signatures=like.signatures,
        why=f"coverage × citation F1 of {len(covered)} insights is {joint:.4f} on average, and {wrong} of "
        f"{len(bullets)} bullets contradict the documents: {joint:.4f} × {1 - rate:.4f}",
    )


def _covered(insight: Insight, bullets: Sequence[Bullet]) -> _Covered:
    """By the bullet that covers most of it, and of those by the one that cites best."""
    found = [
        _Covered(coverage=share, citation_f1=_f1(bullet.cites, frozenset(insight.cites)))
        for bullet in bullets
        if (share := _coverage(insight, bullet.text))
    ]
    best = max(found, key=lambda each: (each.coverage, each.citation_f1), default=None)
    return best or _Covered(coverage=0.0, citation_f1=0.0)


def _coverage(insight: Insight, text: str) -> float:
    if not named(insight.entity, text):
        return 0.0
    if _gives(insight.value, text):
        return 1.0
    return 0.5 if _speaks_of(insight.attribute, text) else 0.0


def _gives(value: str, text: str) -> bool:
    """Whether the value stands there, be it with another unit's spelling: `412 km`, `412 kilometres`."""
    numbers = numbers_in(value)
    return named(value, text) or (bool(numbers) and set(numbers) <= set(numbers_in(text)))


def _speaks_of(attribute: str, text: str) -> bool:
    """Whether the text has every word of the attribute, by its stem; in Chinese the whole of it."""
    plain = fold(text)
    words = re.findall(r"[a-z0-9]+", fold(attribute))
    if not words:
        return fold(attribute) in plain
    stems = [word[: max(_STEM, len(word) - 3)] for word in words if len(word) >= _STEM] or words
    return all(re.search(rf"(?<![a-z0-9]){stem}", plain) for stem in stems)


def _contradicts(bullet: Bullet, insights: Sequence[Insight]) -> bool:
    """Whether a bullet about a planted entity gives a number that no document gives for it; where values are
    words, whether it gives another insight's value of that attribute instead.

    A number under a hundredth of all that is told of it counts something else: how many documents agree.
    """
    about = [insight for insight in insights if named(insight.entity, bullet.text)]
    if not about:
        return False
    told = " ; ".join(part for one in about for part in (one.entity, one.attribute, one.value))
    numbers = set(numbers_in(told))
    least = min(map(abs, numbers), default=0.0) / 100
    strange = {number for number in numbers_in(bullet.text) if abs(number) >= least} - numbers
    if strange or set(dates_in(bullet.text)) - set(dates_in(told)):
        return True
    return any(
        other.attribute == one.attribute and other.value != one.value and _gives(other.value, bullet.text)
        for one in about
        if not _gives(one.value, bullet.text) and _speaks_of(one.attribute, bullet.text)
        for other in insights
        if other not in about
    )


def _outcome(covered: Sequence[_Covered], wrong: int, *, said: bool) -> Outcome:
    if not said:
        return "unparsed"
    if wrong:
        return "contradicts"
    if all(each.coverage == 1 for each in covered):
        return "right" if all(each.citation_f1 == 1 for each in covered) else "miscited"
    if not any(each.coverage for each in covered):
        return "wrong_value"
    return "incomplete" if all(each.joint in {0, 1} for each in covered) else "partly"


def _f1(given: frozenset[int], gold: frozenset[int]) -> float:
    return 2 * len(given & gold) / (len(given) + len(gold)) if given else 0.0
