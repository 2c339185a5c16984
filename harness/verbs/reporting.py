"""Grade a run, write its reports and tell the user: the common end of `run`, `demo`, `grade` and `report`."""

import json

import typer
from rich.console import Console

from harness.floors import read_floors
from harness.grading import graded_trials, keeping_scores
from harness.report.terminal import print_report
from harness.report.write import write_reports
from harness.store import RunFolder


def tell(folder: RunFolder, *, out: Console, err: Console, as_json: bool) -> None:
    """Rebuild scores and reports from the transcripts, then print them. Raises `RunError`."""
    record = folder.record
    trials = keeping_scores(folder, graded_trials(folder, record))
    report = write_reports(folder, record, trials, read_floors(folder))
    if as_json:
        typer.echo(json.dumps({"run": str(folder.path), "report": report.as_json()}, ensure_ascii=False))
        return
    print_report(report, out)
    err.print(f"\nReport: {folder.path / 'report.html'}", markup=False, highlight=False, soft_wrap=True)
    if report.trials < report.planned:
        err.print(
            f"{report.planned - report.trials} trials are left; go on with: {record.command}", markup=False
        )
