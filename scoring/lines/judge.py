"""The verdict on a reply about a document, whatever kind of line it must hold.

An answer that is not in the form that was asked for scores 0 and is counted as unparsed; whether it would
have been right with the form overlooked stands beside it.
"""

from scenarios.language import Language
from scenarios.line import Conflict, Copy, Insights, Line, Names, Number, Passage, Sequence, Summary, Value
from scoring.lines.copies import judge_copy, judge_passage
from scoring.lines.insights import judge_insights
from scoring.lines.names import judge_names, judge_sequence
from scoring.lines.number import judge_number
from scoring.lines.reply import Read, read_reply
from scoring.lines.summary import judge_summary
from scoring.lines.value import judge_conflict, judge_value
from scoring.lines.verdict import LineVerdict

Short = Value | Conflict | Names | Number | Sequence
"""Lines whose answer stands behind `ANSWER:`; of the others the whole reply is the answer."""

_LONGEST_ANSWER, _LONGEST_LIST = 4_000, 100_000
"""Letters of an answer that are read; what is longer is wrong already."""


def judge_line(line: Line, reply: str, language: Language) -> LineVerdict:
    """Pure. Raises `NotInstalled` where a kind needs a package that is not there."""
    read = read_reply(reply)
    match line:
        case Copy():
            return judge_copy(line, read, language)
        case Passage():
            return judge_passage(line, read)
        case Insights():
            return judge_insights(line, read, language)
        case Summary():
            return judge_summary(line, read, language)
    return _judge_short(line, read, language)


def _judge_short(line: Short, read: Read, language: Language) -> LineVerdict:
    longest = _LONGEST_LIST if isinstance(line, Names | Sequence) else _LONGEST_ANSWER
    judged = _judge_answer(line, (read.flexible or "")[:longest], language)
    parsed = read.strict is not None and judged.outcome != "unparsed"
    beside = {
        "parsed": float(parsed),
        "flexible": float(judged.right and bool(read.flexible)),
    }
    if isinstance(line, Value | Names) and line.ruler:
        beside["ruler"] = _ruler(line.ruler, read.said)
    if parsed:
        return judged.model_copy(update={"figures": judged.figures | beside})
    return LineVerdict(
        answer=None,
        outcome="unparsed",
        value=0.0,
        right=False,
        figures=dict.fromkeys(judged.figures, 0.0) | beside,
        why=_why_unparsed(read, judged),
    )


def _why_unparsed(read: Read, judged: LineVerdict) -> str:
    if read.strict is not None:
        return judged.why
    why = "the reply has no line `ANSWER: …`"
    return f"{why}; with the form overlooked: {judged.why}" if read.flexible else why


def _judge_answer(line: Short, answer: str, language: Language) -> LineVerdict:
    match line:
        case Value():
            return judge_value(line, answer, language)
        case Conflict():
            return judge_conflict(line, answer, language)
        case Names():
            return judge_names(line, answer)
        case Number():
            return judge_number(line, answer)
        case Sequence():
            return judge_sequence(line, answer)


def _ruler(references: tuple[str, ...], said: str) -> float:
    """RULER's `string_match_all` of one sample: the share of the references that stand in the reply."""
    plain = said.lower()
    return sum(reference.lower() in plain for reference in references) / len(references)
