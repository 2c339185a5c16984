"""Grade a run, write its reports and tell the user: the common end of `run`, `demo`, `grade` and `report`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness.evaluation import Outcome
from harness.exams.floors import read_floors
from harness.exams.grading import graded_trials, keeping_scores
from harness.models.pricing import repriced
from harness.registry.entry import Registry
from harness.registry.provider import load_providers
from harness.report.terminal import print_report
from harness.report.write import write_reports
from harness.runs.record import RunRecord
from harness.runs.store import RunFolder
from harness.verbs.hosting import read_benches, rehosted
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml

PricesOption = Annotated[
    Path | None,
    typer.Option(
        "--registry", help="A registry file: its models are reckoned at its prices, not at those of the run."
    ),
]


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """What a report is asked to reckon with, instead of what the run was told."""

    registry: Path | None = None
    """Its models are reckoned at its prices."""
    gpu_hours: Sequence[str] = ()
    """`LOCAL/NAME=DOLLARS`."""
    benches: Sequence[Path] = ()
    """What models of ours can do at most."""


AS_TOLD = Reckoning()


def tell(
    folder: RunFolder, *, out: Console, err: Console, as_json: bool, reckoning: Reckoning = AS_TOLD
) -> None:
    """Rebuild scores and reports from the transcripts, then print them.

    Raises `RunError` and `ScenarioError`.
    """
    record = rehosted(priced_by(folder.record, reckoning.registry), reckoning.gpu_hours)
    benches = read_benches(reckoning.benches, record)
    trials = keeping_scores(folder, graded_trials(folder, record))
    report = write_reports(folder, record, trials, read_floors(folder), benches=benches)
    if as_json:
        typer.echo(json.dumps({"run": str(folder), "report": report.as_json()}, ensure_ascii=False))
        return
    print_report(report, out)
    err.print(
        f"\nReport: {folder.files.address('report.html')}", markup=False, highlight=False, soft_wrap=True
    )
    if left := report.planned - report.trials + report.excluded_trials:
        said = f"{left} of {report.planned} trials are left to play; go on with: {record.command}"
        err.print(said, markup=False, highlight=False, soft_wrap=True)


def priced_by(record: RunRecord, registry: Path | None) -> RunRecord:
    """The record at the prices of a registry of one's own; models that it does not price keep theirs."""
    if registry is None:
        return record
    own = read_record(Registry, read_yaml(registry))
    return repriced(record, own, load_providers(own.providers))


def tell_outcome(outcome: Outcome, *, out: Console, err: Console, as_json: bool) -> None:
    """Like `tell`, and leave with status 1 when a trial ended in a bug of ours."""
    tell(outcome.folder, out=out, err=err, as_json=as_json)
    if outcome.has_bugs:
        said = "a trial ended in a bug of Longspan: `harness` in the report; `longspan show` says where"
        err.print(f"error: {said}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1)
