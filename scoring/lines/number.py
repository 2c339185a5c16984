"""A count or a sum: right within a tolerance, and near by `max(0, 1 − |a − g| / |g|)`."""

import re
from math import isfinite

from scenarios.amounts import numbers_in
from scenarios.line import Number
from scenarios.numerals import ENGLISH, english_value
from scenarios.words import fold
from scoring.lines.normal import ABSTAINED, abstains, brief, chinese_value_or_none, without_asides
from scoring.lines.verdict import LineVerdict, Outcome

_NOTHING = re.compile(r"\W*(?:none|nothing|no|空|无|没有)\W*")


def judge_number(line: Number, answer: str) -> LineVerdict:
    numbers = [float(number) for number in amounts(answer) if isfinite(number)]
    if len(set(numbers)) != 1:
        outcome: Outcome = "enumerated" if numbers else "wrong_value"
        if not numbers and abstains(answer):
            outcome = "false_abstention"
        said = ABSTAINED if outcome == "false_abstention" else brief(fold(answer))
        found = f"names {len(set(numbers))} numbers, and one is wanted"
        return _verdict(said, outcome, 0.0, f"{found}: {line.gold:g}")
    (given,) = set(numbers)
    off = abs(given - line.gold)
    right = off <= line.within + 1e-9 * max(1.0, abs(line.gold))
    near = 1.0 if right else max(0.0, 1 - off / abs(line.gold)) if line.gold else 0.0
    shown = str(int(given)) if given.is_integer() else repr(given)
    why = f"{shown} is given and {line.gold:g} ± {line.within:g} wanted: nearness {near:.4f}"
    return _verdict(shown, "right" if right else "wrong_value", near, why)


def amounts(answer: str) -> list[float]:
    """The numbers of an answer; the last of `12 + 30 = 42`, those before `(12 + 30)`, and what a lone `one`
    or `none` means.
    """
    bare = without_asides(answer)
    answer = bare if numbers_in(bare) else answer
    _, equals, result = answer.rpartition("=")
    found = numbers_in(result if equals and numbers_in(result) else answer)
    plain = fold(answer).strip(" .。")
    if found:
        return found
    if ENGLISH.fullmatch(plain):
        return [float(english_value(plain))]
    chinese = chinese_value_or_none(plain.rstrip("个件条次人项"))
    if chinese is not None:
        return [float(chinese)]
    return [0.0] if _NOTHING.fullmatch(plain) else []


def _verdict(answer: str, outcome: Outcome, near: float, why: str) -> LineVerdict:
    right = outcome == "right"
    return LineVerdict(
        answer=answer,
        outcome=outcome,
        value=near,
        right=right,
        figures={"exact": float(right), "closeness": near},
        why=why,
    )
