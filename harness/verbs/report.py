"""`longspan report`: write a run's report again, or export it for data frames."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.grading import graded_trials
from harness.report.dataset import export
from harness.store import RunFolder
from harness.verbs.reporting import PricesOption, priced_by, tell
from harness.verbs.setting import JsonFlag, consoles, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    *,
    form: Annotated[
        Literal["report", "parquet", "datasets"],
        typer.Option("--format", help="The report files, or two tables: one row a trial and one row a call."),
    ] = "report",
    to: Annotated[Path | None, typer.Option(help="Where tables go; below the run if not said.")] = None,
    registry: PricesOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write report.html, report.md, report.json and report.csv again, or export the run."""
    out, err = consoles()
    folder = RunFolder(run)
    with spoken_errors():
        if form == "report":
            tell(folder, out=out, err=err, as_json=as_json, registry=registry)
            return
        record = priced_by(folder.record, registry)
        files = export(record, graded_trials(folder, record), to or run / form, form)
    if as_json:
        typer.echo(json.dumps({"run": str(run), "files": [str(file) for file in files]}, ensure_ascii=False))
    for file in files:
        err.print(f"Wrote {file}", markup=False, highlight=False, soft_wrap=True)
