"""One row a trial: for spreadsheets as CSV, and for data frames as plain values.

The CSV is written for spreadsheets, which decides three things. It begins with a byte order mark, since
without it Excel takes UTF-8 for something else and Chinese becomes noise (in Python, open it as `utf-8-sig`).
A text that a spreadsheet would run as a formula gets an apostrophe before it. And an answer is cut at what a
cell holds; the transcript and Parquet have it whole.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any

from harness.report.lines import answer_line, failure_line
from harness.report.plain_text import clip, one_line
from harness.store import Trial
from scenarios.exam import Exam
from scenarios.reading import Reading
from scenarios.transcript import Exchange, Transcript, Usage
from scoring.grade import Grade

_DOCUMENT = (
    *("task", "tokens", "tokens_read", "depth", "document", "layout", "after", "lag", "fact"),
    *("fact_kind", "wording"),
)
"""What only questions on documents have: lengths asked for and read, where the evidence stands …"""
COLUMNS = (
    *("timestamp", "run", "model", "suite", "scenario", "repeat", "class", "error", "success", "score"),
    *("latency_ms", "ttft_ms", "tpot_ms", "tokens_in", "tokens_cached", "tokens_out", "tokens_reasoning"),
    *("cost_usd", "root_cause", "requests", "seconds"),
    *("language", *_DOCUMENT, "outcome", "answer_line", "answer_snippet", "answer"),
)
_CELL = 32_000
"""Characters; a spreadsheet cell holds 32,767."""
_SNIPPET = 120
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_BYTE_ORDER_MARK = "\ufeff"

TrialRow = dict[str, str | int | float | bool | None]


def trial_row(run: str, trial: Trial, exam: Exam, transcript: Transcript, grade: Grade | None) -> TrialRow:
    """The figures of one trial, by column. Times are medians over its requests; unknown is None, and so is
    what only questions on documents have.

    Without a grade (the trial was only just played) success, score, root cause and outcome are unknown.
    """
    usage = total_usage(transcript.exchanges)
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
        "cost_usd": None,
        "root_cause": grade.root_cause if grade else None,
        "requests": len(transcript.exchanges),
        "seconds": transcript.seconds,
        "language": exam.scenario.language,
        **_about_document(exam.scenario.reading),
        "outcome": grade.line.outcome if grade and grade.line else None,
        "answer_line": answer_line(exam.scenario, transcript),
        "answer_snippet": one_line(answer, _SNIPPET),
        "answer": answer,
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
    return _csv(_cell(row[column]) for column in COLUMNS).encode()


def total_usage(exchanges: Iterable[Exchange]) -> Usage:
    """The sum of what was reported; None for what no request reported."""
    reported = [exchange.usage for exchange in exchanges]
    return Usage(
        input=_sum(reported, lambda usage: usage.input),
        cached=_sum(reported, lambda usage: usage.cached),
        output=_sum(reported, lambda usage: usage.output),
        reasoning=_sum(reported, lambda usage: usage.reasoning),
    )


def _sum(reported: list[Usage], field: Callable[[Usage], int | None]) -> int | None:
    counts = [count for usage in reported if (count := field(usage)) is not None]
    return sum(counts) if counts else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _csv(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: str | float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    text, _ = clip(value, _CELL)
    return "'" + text if text.startswith(_FORMULA) else text
