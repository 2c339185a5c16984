"""Wrong replies about a document, each with the outcomes that it must be given: what proves the line scorers.

Every mutant is the oracle's reply with one thing wrong with it. One that cannot be made says why not.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Row
from typing import Literal

from pydantic import JsonValue

from scenarios.documents.wording import NOT_STATED
from scenarios.language import Language
from scenarios.line import Conflict, Copy, Insights, Line, Names, Number, Passage, Sequence, Summary, Value
from scenarios.record import Record
from scoring.lines.gold import answer_line, bullet, copied, gold_line
from scoring.lines.normal import named, normal, wordings
from scoring.lines.summary import length_of, longest_summary
from scoring.lines.verdict import Outcome
from scoring.rouge_tokens import one_sentence_a_line

__all__ = ["LineMutant", "LineOperator", "gold_line", "line_mutants", "wrong_line"]

LineOperator = Literal[
    "say_nothing",
    "refuse",
    "no_answer_line",
    "alter_value",
    "give_decoy",
    "give_stale",
    "add_decoy",
    "add_stale",
    "leave_open",
    "run_on",
    "abstain",
    "invent",
    "drop_item",
    "add_item",
    "alter_items",
    "swap_order",
    "change_word",
    "change_unique",
    "move_unique",
    "drop_word",
    "add_word",
    "drop_prefix",
    "other_instance",
    "drop_citation",
    "add_citation",
    "drop_point",
]


class LineMutant(Record):
    operator: LineOperator
    reply: str = ""
    predicted: tuple[Outcome, ...] = ()
    """Outcomes, of which it has to be given one."""
    equivalent: str | None = None
    """Why there is no such mutant, or why it cannot matter."""


_REFUSALS: dict[Language, str] = {
    "en": "I am sorry, but I cannot help with that.",
    "zh": "抱歉，这件事我帮不上忙。",
}
_STRANGERS = ("Quorvex", "Thaldune", "阙如斋", "杳然阁")
"""Names that no document has."""


def line_mutants(line: Line, language: Language) -> Iterator[LineMutant]:
    """The same line gives the same ones in one order."""
    yield _mutant("say_nothing", "", "unparsed")
    yield from _by_kind(line, language)
    if isinstance(line, Copy | Passage | Insights | Summary):
        yield _mutant("refuse", _REFUSALS[language], "wrong_value", "unparsed")
        return
    yield _mutant("refuse", _REFUSALS[language], "unparsed")
    yield _mutant("no_answer_line", gold_line(line, language).removeprefix("ANSWER: "), "unparsed")


def wrong_line(line: Line, language: Language) -> str:
    """One wrong answer in the right form, the same whenever the same is asked."""
    wrong = ("alter_value", "invent", "alter_items", "change_unique", "drop_prefix", "refuse")
    made = {mutant.operator: mutant for mutant in line_mutants(line, language) if mutant.equivalent is None}
    return next(made[operator].reply for operator in wrong if operator in made)


def _by_kind(line: Line, language: Language) -> Iterable[LineMutant]:
    match line:
        case Value():
            return _of_silence(line, language) if line.gold is None else _of_value(line, language)
        case Conflict():
            return _of_conflict(line, language)
        case Names():
            return _of_names(line)
        case Number():
            return _of_number(line, language)
        case Sequence():
            return _of_sequence(line)
        case Copy():
            return _of_copy(line, language)
        case Passage():
            return _of_passage(line)
        case Insights():
            return _of_insights(line, language)
        case Summary():
            return _of_summary(line, language)


def _of_value(line: Value, language: Language) -> Iterator[LineMutant]:
    gold = wordings(line.gold)[0]
    others = [*line.decoys, *(words for old in line.stale for words in wordings(old))]
    altered = _altered(gold, [line.gold, *line.decoys, *line.stale])
    decoy = next((d for d in line.decoys if not _hides(line, d) and not named(d, gold)), None)
    stale = next((words for old in line.stale if not named(line.gold, words := wordings(old)[0])), None)
    yield _mutant("alter_value", answer_line(altered), "wrong_value")
    if decoy is None:
        why = "no other value of its form is known that could be told from it"
        yield from (_none(operator, why) for operator in ("give_decoy", "add_decoy"))
    else:
        yield _mutant("give_decoy", answer_line(decoy), "decoy")
        yield _mutant("add_decoy", answer_line(f"{gold}, {decoy}"), "enumerated")
    if stale is None:
        yield from (_none(operator, "no other value held before") for operator in ("give_stale", "add_stale"))
    else:
        yield _mutant("give_stale", answer_line(stale), "stale")
        yield _mutant("add_stale", answer_line(f"{gold}, {stale}"), "mixed")
    if re.search(r"\bor\b|/|\||或|还是", gold):
        yield _none("leave_open", "the value itself is worded as a choice")
    else:
        joint = "或" if language == "zh" else " or "
        yield _mutant("leave_open", answer_line(f"{gold}{joint}{altered}"), "enumerated")
    yield _mutant("run_on", answer_line(f"{gold} {_ramble(line, others, language)}"), "too_long")
    yield _mutant("abstain", answer_line(NOT_STATED[language]), "false_abstention")


def _of_silence(line: Value, language: Language) -> Iterator[LineMutant]:
    invented = line.decoys[0] if line.decoys else _STRANGERS[0]
    yield _mutant("invent", answer_line(invented), "false_answer")
    if line.decoys:
        yield _mutant("add_decoy", answer_line(f"{NOT_STATED[language]}; {invented}"), "false_answer")
    else:
        yield _none("add_decoy", "no other value of its form is known")


def _of_conflict(line: Conflict, language: Language) -> Iterator[LineMutant]:
    golds = [wordings(gold)[0] for gold in line.golds]
    strangers = [_altered(words, line.golds) for words in golds]
    for place, words in enumerate(golds):
        kept = [*golds[:place], *golds[place + 1 :]]
        if all(any(named(gold, said) for said in kept) for gold in line.golds):
            yield _none("drop_item", f"naming the others names {words}")
        else:
            yield _mutant("drop_item", answer_line(kept), "incomplete")
    yield _mutant("add_item", answer_line([*golds, strangers[0]]), "extra")
    yield _mutant("alter_items", answer_line(strangers), "wrong_value")
    yield _mutant("abstain", answer_line(NOT_STATED[language]), "false_abstention")


def _of_names(line: Names) -> Iterator[LineMutant]:
    gold = list(dict.fromkeys(line.gold))
    stranger = next(name for name in _STRANGERS if normal(name) not in map(normal, gold))
    if not gold:
        yield _none("drop_item", "nothing is wanted")
        yield _mutant("add_item", answer_line([stranger]), "false_answer")
        return
    yield _mutant("drop_item", answer_line(gold[:-1]), "incomplete" if len(gold) > 1 else "false_abstention")
    yield _mutant("add_item", answer_line([*gold, stranger]), "extra")
    yield _mutant("alter_items", answer_line([stranger]), "wrong_value")


def _of_number(line: Number, language: Language) -> Iterator[LineMutant]:
    wrong = line.gold + max(1.0, 2 * line.within)
    yield _mutant("alter_value", answer_line(wrong), "wrong_value")
    choice = "{}或{}" if language == "zh" else "{} or {}"
    numbers = (answer_line(number).removeprefix("ANSWER: ") for number in (line.gold, wrong))
    yield _mutant("leave_open", answer_line(choice.format(*numbers)), "enumerated")
    yield _mutant("abstain", answer_line(NOT_STATED[language]), "false_abstention")


def _of_sequence(line: Sequence) -> Iterator[LineMutant]:
    gold = list(line.gold)
    stranger = next(name for name in _STRANGERS if name not in gold)
    places = [n for n in range(len(gold) - 1) if normal(gold[n]) != normal(gold[n + 1])]
    if not gold:
        yield _none("drop_item", "nothing is wanted")
        yield _mutant("add_item", answer_line([stranger]), "false_answer")
        return
    if places:
        n = places[len(places) // 2]
        swapped = [*gold[:n], gold[n + 1], gold[n], *gold[n + 2 :]]
        yield _mutant("swap_order", answer_line(swapped), "wrong_order")
    else:
        yield _none("swap_order", "there are no two different items to swap")
    yield _mutant("drop_item", answer_line(gold[:-1]), "incomplete" if len(gold) > 1 else "false_abstention")
    yield _mutant("add_item", answer_line([*gold, stranger]), "extra")
    yield _mutant("alter_items", answer_line([stranger]), "wrong_value")


def _of_copy(line: Copy, language: Language) -> Iterator[LineMutant]:
    gold = [line.common] * line.place + [line.unique] + [line.common] * (line.count - line.place - 1)
    stranger = _STRANGERS[2 if language == "zh" else 0]
    other = (line.place + 1) % line.count
    same = line.model_copy(update={"unique": line.common})
    yield _mutant("change_unique", copied(same), "wrong_value")
    if other == line.place:
        yield from (
            _none(name, "it is the only word") for name in ("change_word", "drop_word", "move_unique")
        )
    else:
        changed = [*gold[:other], stranger, *gold[other + 1 :]]
        kept = [*gold[:other], *gold[other + 1 :]]
        moved = line.model_copy(update={"place": other})
        yield _mutant("change_word", " ".join(changed), "partly")
        yield _mutant("drop_word", " ".join(kept), "incomplete")
        yield _mutant("move_unique", copied(moved), "wrong_order")
    yield _mutant("add_word", " ".join([*gold, line.common]), "extra")


def _of_passage(line: Passage) -> Iterator[LineMutant]:
    gold = line.gold.removeprefix(line.prefix)
    other = next(
        (text for text in line.others if text.removeprefix(line.prefix).split() != gold.split()), None
    )
    if line.prefix:
        yield _mutant("drop_prefix", gold, "unparsed")
    else:
        yield _none("drop_prefix", "no prefix is asked for")
    if other is None:
        yield _none("other_instance", "there is no other text")
    else:
        yield _mutant("other_instance", line.prefix + other, "decoy")
    yield _mutant("change_word", f"{line.prefix}{gold} {_STRANGERS[0]}", "partly")


def _of_insights(line: Insights, language: Language) -> Iterator[LineMutant]:
    first, *rest = line.insights
    cited = max(max(insight.cites, default=0) for insight in line.insights)

    def with_first(**change: object) -> str:
        altered = first.model_copy(update=change)
        return "\n".join(bullet(insight, language) for insight in (altered, *rest))

    without = "\n".join(bullet(insight, language) for insight in rest)
    yield _mutant("drop_item", without, "incomplete" if rest else "unparsed")
    yield _mutant("drop_citation", with_first(cites=first.cites[1:]), "miscited")
    yield _mutant("add_citation", with_first(cites=(*first.cites, cited + 1)), "miscited")
    if re.search(r"\d", first.value):
        wrong = _altered(first.value, [insight.value for insight in line.insights])
        yield _mutant("alter_value", with_first(value=wrong), "contradicts")
    else:
        yield _none("alter_value", "a wrong value in words cannot be told from no value")


def _of_summary(line: Summary, language: Language) -> Iterator[LineMutant]:
    gold = gold_line(line, language)
    ramble = " ".join([gold] * (2 + longest_summary(line, language) // max(1, length_of(gold, language))))
    for point in line.points:
        kept = [one for one in one_sentence_a_line(gold).split("\n") if not named(point, one)]
        text = "\n".join(kept)
        if named(point, text) or not text:
            yield _none("drop_point", "its sentences cannot be left out alone")
        else:
            yield _mutant("drop_point", text, "incomplete", "wrong_value")
    yield _mutant("run_on", ramble, "too_long")


def _ramble(line: Value, others: Row[str], language: Language) -> str:
    """Words that say nothing, longer than an answer may be."""
    words = "如上所述，" if language == "zh" else "as it is told there and nowhere else, "
    return words * (2 + (200 + 2 * max(map(len, [*wordings(line.gold), *others]))) // len(words))


def _hides(line: Value, decoy: str) -> bool:
    """Whether naming the decoy names the gold value as well."""
    return named(line.gold, decoy)


def _altered(words: str, taken: Iterable[JsonValue]) -> str:
    """A value of the same form that is none of those taken."""
    candidates = [
        *(words.translate({48 + digit: str((digit + n) % 9 + 1) for digit in range(10)}) for n in range(8)),
        words[::-1],
        *_STRANGERS,
    ]
    known = list(taken)
    return next(
        candidate
        for candidate in candidates
        if normal(candidate) != normal(words) and not any(named(one, candidate) for one in known)
    )


def _mutant(operator: LineOperator, reply: str, *predicted: Outcome) -> LineMutant:
    return LineMutant(operator=operator, reply=reply, predicted=predicted)


def _none(operator: LineOperator, why: str) -> LineMutant:
    return LineMutant(operator=operator, equivalent=why)
