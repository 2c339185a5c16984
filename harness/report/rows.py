"""One row a trial: for spreadsheets as CSV, and for data frames as plain values.

The CSV is written for spreadsheets, which decides three things. It begins with a byte order mark, since
without it Excel takes UTF-8 for something else and Chinese becomes noise (in Python, open it as `utf-8-sig`).
A text that a spreadsheet would run as a formula gets an apostrophe before it. And an answer is cut at what a
cell holds; the transcript and Parquet have it whole.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from harness.models.pricing import UNPRICED, Tariff, summed
from harness.report.lines import answer_line, failure_line
from harness.report.plain_text import clip, one_line
from harness.report.request_figures import total_tokens
from harness.report.thought import engaged
from harness.runs.store import Trial
from scenarios.exam import Exam
from scenarios.reading import Reading
from scenarios.transcript import Transcript
from scoring.grade import Grade

_DOCUMENT = (
    *("task", "tokens", "tokens_read", "depth", "document", "layout", "after", "lag", "fact"),
    *("fact_kind", "wording"),
)
"""What only questions on documents have: lengths asked for and read, where the evidence stands …"""
_USER = ("user", "stopped", "user_requests", "user_tokens_in", "user_tokens_out", "user_cost_usd")
"""What only conversations with a simulated user have."""
_THEIRS = ("rules", "corrected", "ours", "defects", "data")
"""What only tasks of other benchmarks have: by whose rules `success` is, what those say without their known
defects and what our rules say, which defects explain the difference, and the version and hash of the data."""
COLUMNS = (
    *("timestamp", "run", "model", "suite", "scenario", "repeat", "class", "error", "success", "score"),
    *("latency_ms", "ttft_ms", "tpot_ms", "tokens_in", "tokens_cached", "tokens_out", "tokens_reasoning"),
    *("tokens_written", "cost_usd", "requests_unpriced", "requests_doubtful", "root_cause", "requests"),
    *("attempts", "failed_attempts", "resent", "conceded", "thinking", "thinking_not_engaged", "seconds"),
    *("language", *_THEIRS, *_USER, *_DOCUMENT, "outcome", "answer_line", "answer_snippet", "answer"),
)
_CELL = 32_000
"""Characters; a spreadsheet cell holds 32,767."""
_SNIPPET = 120
_DIGITS = {"cost_usd": 9, "user_cost_usd": 9}
"""Behind the point, where four are not enough: a request may cost a millionth of a dollar."""
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_BYTE_ORDER_MARK = "\ufeff"

TrialRow = dict[str, str | int | float | bool | None]


def trial_row(  # what was asked, what came of it, and what that costs
    run: str,
    trial: Trial,
    exam: Exam,
    transcript: Transcript,
    grade: Grade | None,
    tariffs: Mapping[str, Tariff] | None = None,
) -> TrialRow:
    """The figures of one trial, by column. Times are medians over its requests; unknown is None, and so is
    what only questions on documents have. Requests that gave a document part by part are in no trial's row.

    Without a grade (the trial was only just played) success, score, root cause and outcome are unknown.
    """
    usage, prices = total_tokens(transcript.exchanges), tariffs or {}
    answer = "\n\n".join(record.reply for record in transcript.segments if record.reply)
    return {
        "timestamp": transcript.started,
        "run": run,
        "model": trial.model.label,
        "suite": trial.scenario.partition("/")[0],
        "scenario": trial.scenario,
        "repeat": trial.repeat,
        "class": transcript.ended,
        "error": failure_line(transcript),
        "success": grade.success if grade else None,
        "score": grade.score if grade else None,
        "latency_ms": _median(exchange.ms for exchange in transcript.exchanges),
        "ttft_ms": _median(exchange.ttft_ms for exchange in transcript.exchanges),
        "tpot_ms": _median(exchange.tpot_ms for exchange in transcript.exchanges),
        "tokens_in": usage.input,
        "tokens_cached": usage.cached,
        "tokens_out": usage.output,
        "tokens_reasoning": usage.reasoning,
        "tokens_written": usage.written,
        "root_cause": grade.root_cause if grade else None,
        **_requests(trial, transcript, prices.get(trial.model.label, UNPRICED)),
        **_theirs(exam, grade),
        **_users(transcript, prices),
        "seconds": transcript.seconds,
        "language": exam.scenario.language,
        **_about_document(exam.scenario.reading),
        "outcome": grade.line.outcome if grade and grade.line else None,
        "answer_line": answer_line(exam.scenario, transcript),
        "answer_snippet": one_line(answer, _SNIPPET),
        "answer": answer,
    }


def _requests(trial: Trial, transcript: Transcript, tariff: Tariff) -> TrialRow:
    """What its requests cost and what became of them."""
    exchanges = transcript.exchanges
    cost = summed(exchanges, tariff)
    failed = [one.kind for exchange in exchanges for one in exchange.failed]
    failed += [one.kind for one in transcript.failed]
    thought = engaged(trial.model, transcript)
    return {
        "cost_usd": cost.total,
        "requests_unpriced": sum(cost.untold.values()),
        "requests_doubtful": sum(bool(exchange.usage.doubt) for exchange in exchanges),
        "requests": len(exchanges),
        "attempts": len(exchanges) + len(failed),
        "failed_attempts": ", ".join(f"{kind} {n}" for kind, n in Counter(failed).items()),
        "resent": transcript.resent,
        "conceded": "; ".join(dict.fromkeys(one for exchange in exchanges for one in exchange.conceded)),
        "thinking": trial.model.thinking,
        "thinking_not_engaged": None if thought is None else not thought,
    }


def _theirs(exam: Exam, grade: Grade | None) -> TrialRow:
    """Another benchmark's verdict beside ours."""
    theirs = exam.scenario.theirs
    if theirs is None:
        return dict.fromkeys(_THEIRS)
    verdict = grade.theirs if grade else None
    ours = grade.scores.get("ours") if grade else None
    differs = verdict is not None and verdict.corrected not in {None, verdict.success}
    return {
        "rules": theirs.benchmark,
        "corrected": verdict.corrected if verdict else None,
        "ours": None if ours is None or ours.value is None else bool(ours.value),
        "defects": ", ".join(verdict.defects) if verdict and differs else None,
        "data": theirs.source,
    }


def _users(transcript: Transcript, prices: Mapping[str, Tariff]) -> TrialRow:
    """Who played the user, how that ended, and what the user's own requests cost."""
    if transcript.user is None:
        return dict.fromkeys(_USER)
    asked = transcript.user_exchanges
    usage = total_tokens(asked)
    return {
        "user": transcript.user,
        "stopped": transcript.stopped,
        "user_requests": len(asked),
        "user_tokens_in": usage.input,
        "user_tokens_out": usage.output,
        "user_cost_usd": summed(asked, prices.get(transcript.user, UNPRICED)).total,
    }


def _about_document(reading: Reading | None) -> TrialRow:
    if reading is None:
        return dict.fromkeys(_DOCUMENT)
    cell = reading.cell
    return {
        "task": cell.task,
        "tokens": cell.tokens,
        "tokens_read": reading.tokens,
        "depth": cell.depth,
        "document": reading.document.name,
        "layout": reading.layout,
        "after": reading.after,
        "lag": cell.lag,
        "fact": cell.fact or None,
        "fact_kind": cell.fact_kind,
        "wording": cell.wording,
    }


def csv_header() -> bytes:
    """What a CSV file of trials begins with."""
    return (_BYTE_ORDER_MARK + _csv(COLUMNS)).encode()


def csv_line(row: Mapping[str, Any]) -> bytes:
    """One row for a CSV file of trials; may be appended while a run goes on."""
    return _csv(_cell(row[column], _DIGITS.get(column, 4)) for column in COLUMNS).encode()


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _csv(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: str | float | bool | None, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.{digits}f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    text, _ = clip(value, _CELL)
    return "'" + text if text.startswith(_FORMULA) else text
