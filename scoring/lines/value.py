"""One value, or several that contradict each other, on one line.

Naming many candidates is no answer: what stands beside the right value may be neither one that holds no more
nor one of the same form from elsewhere, nor may the line leave a choice open or run on.
"""

import json
import re

from pydantic import JsonValue

from scenarios.amounts import numbers_in
from scenarios.language import Language
from scenarios.line import Conflict, Value
from scenarios.matchers import spec_of
from scenarios.matching import describe
from scenarios.words import fold
from scoring.lines.items import parts_of, read_items
from scoring.lines.normal import (
    ABSTAINED,
    abstains,
    brief,
    named,
    no_refs,
    normal,
    without_asides,
    wordings,
)
from scoring.lines.verdict import LineVerdict, Outcome

_CHOICE = re.compile(r"\bor\b|(?<=\s)/(?=\s)(?![^=]*=)|\|或者|还是|或")
"""`60 / 2.4 = 25` is none."""
_ROW_OF_NUMBERS = re.compile(r"[\d.]+(?:(?:[,;、，；/\s]|\band\b|和)+[\d.]+)+")
_UNIT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,12}(?=\W*\Z)")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_AMOUNT = re.compile(r"\W*\d[\d.,']*(?: ?[^\W\d]{1,12}){0,2}\W*")
_LONG_NUMBER = 7
"""Digits of a number that nobody writes in words."""
_ALLOWANCE: dict[Language, int] = {"en": 120, "zh": 60}
"""Letters that an answer may be longer than twice the value."""


def judge_value(line: Value, answer: str, language: Language) -> LineVerdict:
    exact = line.gold is not None and normal(answer) in map(normal, wordings(line.gold))
    outcome = "right" if exact else _outcome(line, answer, language)
    right = outcome == "right"
    gold = ABSTAINED if line.gold is None else describe(line.gold, no_refs)
    return LineVerdict(
        answer=_answer(line, answer, outcome),
        outcome=outcome,
        value=float(right),
        right=right,
        figures={"exact": float(exact or (right and line.gold is None))},
        why=f"{gold} is wanted, and the line says {brief(answer)!r}: {outcome}",
    )


def judge_conflict(line: Conflict, answer: str, language: Language) -> LineVerdict:
    """F1 of the values named, by the items of a list; without a list, all but further numbers belongs."""
    met = [gold for gold in line.golds if named(gold, answer)]
    items = read_items(answer) or []
    listed = answer.lstrip().startswith("[") and bool(items)
    fit = sum(any(named(gold, item) for gold in line.golds) for item in items) if listed else len(met)
    said = len(items) if listed else len(met) + _strangers(line, answer)
    recall = len(met) / len(line.golds)
    precision = fit / said if said else 0.0
    f1 = 2 * precision * recall / (precision + recall) if met else 0.0
    if len(answer) > sum(_longest(gold, language) for gold in line.golds):
        outcome: Outcome = "too_long"
    elif not met:
        outcome = "false_abstention" if abstains(answer) else "wrong_value"
    elif recall < 1:
        outcome = "incomplete"
    else:
        outcome = "right" if precision == 1 else "extra"
    value = 0.0 if outcome == "too_long" else f1
    return LineVerdict(
        answer=json.dumps([normal(wordings(gold)[0]) for gold in met], ensure_ascii=False)
        if met
        else brief(normal(answer)),
        outcome=outcome,
        value=value,
        right=outcome == "right",
        figures={"f1": f1, "precision": precision, "recall": recall, "exact": float(outcome == "right")},
        why=f"names {len(met)} of {len(line.golds)} values that contradict each other, and {said} in all",
    )


def _strangers(line: Conflict, answer: str) -> int:
    """Numbers by themselves that are none of the values: the third of `386, 403 and 171 people`."""
    if not all(_PLAIN.fullmatch(wordings(gold)[0]) for gold in line.golds):
        return 0
    amounts = filter(_AMOUNT.fullmatch, parts_of(without_asides(fold(answer))))
    return sum(not any(named(gold, amount) for gold in line.golds) for amount in amounts)


def _outcome(line: Value, answer: str, language: Language) -> Outcome:
    bare = _bare(answer)
    decoys = [
        decoy
        for decoy in line.decoys
        if not _surely_absent(decoy, bare) and _tells_apart(decoy, line) and named(decoy, answer)
    ]
    stale = [old for old in line.stale if _tells_apart(wordings(old)[0], line) and named(old, answer)]
    if line.gold is None:
        return "right" if abstains(answer) and not decoys and not stale else "false_answer"
    if named(line.gold, _without_longer(answer, line, decoys)):
        if stale:
            return "mixed"
        if decoys or abstains(answer) or _leaves_open(line.gold, answer):
            return "enumerated"
        return "right" if len(answer) <= _longest(line.gold, language) else "too_long"
    if stale or decoys:
        return "stale" if stale else "decoy"
    return "false_abstention" if abstains(answer) else "wrong_value"


def _answer(line: Value, answer: str, outcome: Outcome) -> str:
    """The gold's or the old value's own spelling where the line names it and nothing else."""
    if outcome == "right":
        return ABSTAINED if line.gold is None else normal(wordings(line.gold)[0])
    if outcome == "stale":
        return normal(next(wordings(old)[0] for old in line.stale if named(old, answer)))
    if outcome == "decoy":
        return normal(next(decoy for decoy in line.decoys if named(decoy, answer)))
    return brief(normal(answer) if outcome in {"wrong_value", "false_abstention"} else fold(answer))


def _tells_apart(other: str, line: Value) -> bool:
    """Whether naming it is not already part of naming the gold value."""
    return line.gold is None or not any(named(other, words) for words in wordings(line.gold))


def _surely_absent(decoy: str, bare: str) -> bool:
    """Whether a look at the letters and digits is enough, which it is but for dates, times, small numbers and
    letters with accents. A question may have hundreds of decoys.
    """
    digits = not any(sign.isalpha() for sign in decoy)
    if not decoy.isascii() or ":" in decoy or (digits and (len(decoy) < _LONG_NUMBER or "-" in decoy)):
        return False
    return _bare(decoy) not in bare


def _bare(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())


def _without_longer(answer: str, line: Value, decoys: list[str]) -> str:
    """The answer without the decoys that contain the gold value: `Ina Ravn` does not say `Ravn`."""
    plain = answer
    for decoy in decoys:
        if named(line.gold, decoy):
            plain = fold(plain).replace(fold(decoy), " ")
    return plain


def _leaves_open(gold: JsonValue, answer: str) -> bool:
    """`4 or 5`, a list of several, a row of numbers, a sum of which the value is only a part; unless the gold
    value itself is worded so.
    """
    said = wordings(gold)
    plain = without_asides(fold(answer))
    if _CHOICE.search(plain) and not any(_CHOICE.search(fold(words)) for words in said):
        return True
    if _is_operand(gold, plain):
        return True
    if plain.startswith("[") and spec_of(gold)[0] != "set" and len(set(read_items(answer) or ())) > 1:
        return True
    row = _ROW_OF_NUMBERS.fullmatch(_without_unit(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)).strip(" ."))
    return row is not None and len(set(re.findall(r"[\d.]+", row[0]))) > 1 and fold(said[0]) != plain


def _is_operand(gold: JsonValue, plain: str) -> bool:
    """Whether the value only takes part in a calculation: the 16,450 of `264,900 + 16,450 = 281,350`."""
    terms, *results = (numbers_in(side) for side in plain.split("="))
    given = [numbers[0] for numbers in results if numbers]
    return len(terms) > 1 and bool(given) and not any(named(gold, f"{number:.15g}") for number in given)


def _without_unit(plain: str) -> str:
    """`30 and 40 metres`, or `30 metres and 40 metres`, as `30 and 40`."""
    unit = _UNIT.search(plain)
    return re.sub(rf"(?<=\d) ?{unit[0]}(?![a-z])", "", plain) if unit else plain


def _longest(gold: JsonValue, language: Language) -> int:
    return _ALLOWANCE[language] + 2 * max(map(len, wordings(gold)))
