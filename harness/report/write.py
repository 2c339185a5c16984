"""Writes the reports of a run into its folder, in one pass over its trials."""

import json
from collections.abc import Iterable, Sequence

from harness.bench.record import Bench
from harness.models.pricing import tariffs
from harness.plan.plan import read_plan
from harness.report.figures import Figures, Report
from harness.report.hosting_sums import HostingSums
from harness.report.judge_figures import judge_figures
from harness.report.markdown import FailedTrial, markdown
from harness.report.page import Bounds, Page
from harness.report.rows import csv_header, csv_line, trial_row
from harness.report.server_figures import Watched
from harness.report.spent import read_spent
from harness.report.suite_figures import Floors
from harness.report.view import trial_name
from harness.runs.record import RunRecord
from harness.runs.samples import sessions
from harness.runs.store import RunFolder, Trial
from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.grade import Grade

_NAMED = 100
"""Failed trials that report.md names."""


def write_reports(
    folder: RunFolder,
    record: RunRecord,
    trials: Iterable[tuple[Trial, Exam, Transcript, Grade]],
    floors: Floors,
    bounds: Bounds | None = None,
    benches: Sequence[Bench] = (),
) -> Report:
    """Write report.html, report.md, report.json and report.csv, each whole or not at all. What models of ours
    can do at most is taken from benches of them, where there are any.
    """
    watched = {model.label: Watched(sessions=sessions(folder, model)) for model in record.models}
    figures, hosting = Figures(record, read_plan(folder), watched), HostingSums(record=record)
    page, prices = Page(record, bounds), tariffs(record)
    failed: list[FailedTrial] = []
    with folder.files.growing("report.csv") as table:
        table.write(csv_header())
        for trial, exam, transcript, grade in trials:
            figures.add(trial, exam, transcript, grade)
            hosting.add(trial, exam, transcript, grade)
            page.add(trial, exam, transcript, grade)
            row = trial_row(record.id, trial, exam, transcript, grade, prices)
            table.write(csv_line(row))
            if grade.success is False and len(failed) < _NAMED:
                named = FailedTrial(name=trial_name(trial), root_cause=grade.root_cause, reason=grade.reason)
                failed.append(named)
    for model in record.models:
        for reading in folder.readings(model):
            figures.add_reading(model, reading)
            hosting.add_reading(model, reading)
    report = figures.report(floors, read_spent(folder))
    judges = judge_figures(folder.judgements(), prices)
    of_all = {"hosting": hosting.figures(report, watched, benches), "judges": judges}
    report = report.model_copy(update=of_all)
    folder.files.write("report.html", page.html(report).encode())
    folder.files.write("report.md", markdown(report, record, failed).encode())
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
    folder.files.write("report.json", text.encode())
    return report
