"""A run as two tables for data frames: `trials`, one row a trial, and `calls`, one row a call.

Rows go to disk as they are read, so a run of any size fits. Unlike in the CSV, every text is as it was
written.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from harness.models.pricing import tariffs
from harness.report.plain_text import visible
from harness.report.rows import COLUMNS, TrialRow, trial_row
from harness.runs.record import RunRecord
from harness.runs.store import RunError, Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade

Format = Literal["parquet", "datasets"]

_WHOLE = {"repeat", "tokens_in", "tokens_cached", "tokens_out", "tokens_reasoning", "requests", "position"}
_WHOLE |= {"tokens", "tokens_read", "after", "lag", "wording", "tokens_written"}
_WHOLE |= {"attempts", "requests_unpriced", "requests_doubtful", "resent"}
_WHOLE |= {"user_requests", "user_tokens_in", "user_tokens_out"}
_TRUTH = {"success", "corrected", "ours", "thinking_not_engaged"}
_REAL = {"score", "latency_ms", "ttft_ms", "tpot_ms", "cost_usd", "seconds", "ms", "depth"}
_REAL |= {"user_cost_usd"}
_KEYS = ("run", "model", "suite", "scenario", "repeat")
CALL_COLUMNS = (
    *(*_KEYS, "segment", "position", "tool", "arguments_json", "problem", "detail", "code", "gold", "why"),
    *("result", "ms"),
)


def export(
    record: RunRecord, trials: Iterable[tuple[Trial, Exam, Transcript, Grade]], place: Path, form: Format
) -> list[Path]:
    """Write both tables below `place` and name what was written: `trials.parquet` and `calls.parquet`, or
    one folder that `datasets.load_from_disk` reads.

    Raises `RunError` when the `datasets` library is not installed.
    """
    try:
        datasets = import_module("datasets")
        writer = import_module("datasets.arrow_writer").ArrowWriter
    except ModuleNotFoundError as error:
        raise RunError(f"exporting as {form} needs {error.name}: pip install 'longspan[datasets]'") from error
    place.mkdir(parents=True, exist_ok=True)
    prices = tariffs(record)
    with TemporaryDirectory(dir=place) as scratch:
        files = {name: str(Path(scratch) / f"{name}.arrow") for name in ("trials", "calls")}
        trial_table = writer(path=files["trials"], features=_features(datasets, COLUMNS))
        call_table = writer(path=files["calls"], features=_features(datasets, CALL_COLUMNS))
        with trial_table, call_table:
            for trial, exam, transcript, grade in trials:
                row = trial_row(record.id, trial, exam, transcript, grade, prices)
                trial_table.write(row)
                for call in call_rows(row, transcript, grade):
                    call_table.write(call)
            trial_table.finalize()
            call_table.finalize()
        tables = {name: datasets.Dataset.from_file(file) for name, file in files.items()}
        return _saved(datasets, tables, place, form)


def call_rows(trial: TrialRow, transcript: Transcript, grade: Grade) -> Iterator[Mapping[str, object]]:
    """Every call of a trial with what it was judged to be."""
    verdicts = {verdict.position: verdict for verdict in grade.calls}
    for position, (segment, call, back) in enumerate(transcript.calls):
        verdict = verdicts.get(position)
        yield {key: trial[key] for key in _KEYS} | {
            "segment": segment,
            "position": position,
            "tool": call.name,
            "arguments_json": call.arguments_json,
            "problem": back.problem if back else None,
            "detail": back.detail if back else None,
            "code": verdict.code if verdict else None,
            "gold": verdict.gold if verdict else None,
            "why": visible(verdict.why) if verdict else None,
            "result": back.text if back else None,
            "ms": back.ms if back else None,
        }


def _saved(datasets: Any, tables: Mapping[str, Any], place: Path, form: Format) -> list[Path]:
    if form == "datasets":
        datasets.DatasetDict(tables).save_to_disk(str(place))
        return [place]
    for name, table in tables.items():
        table.to_parquet(str(place / f"{name}.parquet"))
    return [place / f"{name}.parquet" for name in tables]


def _features(datasets: Any, columns: Iterable[str]) -> Any:
    def kind(column: str) -> str:
        if column in _TRUTH:
            return "bool"
        return "int64" if column in _WHOLE else "float64" if column in _REAL else "string"

    return datasets.Features({column: datasets.Value(kind(column)) for column in columns})
