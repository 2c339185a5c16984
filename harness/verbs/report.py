"""`longspan report`: write a run's report again, or export it for data frames."""

import json
from typing import Annotated, Literal

import typer

from harness.exams.grading import graded_trials
from harness.report.dataset import export
from harness.runs.addresses import place_of
from harness.runs.places import files_of
from harness.runs.store import RunFolder
from harness.verbs.hosting import BenchOption, GpuHourOption
from harness.verbs.reporting import PricesOption, Reckoning, priced_by, tell
from harness.verbs.setting import JsonFlag, RunArgument, consoles, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def report(
    run: RunArgument,
    *,
    form: Annotated[
        Literal["report", "parquet", "datasets"],
        typer.Option("--format", help="The report files, or two tables: one row a trial and one row a call."),
    ] = "report",
    to: Annotated[str | None, typer.Option(help="Where tables go; below the run if not said.")] = None,
    registry: PricesOption = None,
    gpu_hour: GpuHourOption = None,
    bench: BenchOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write report.html, report.md, report.json and report.csv again, or export the run."""
    out, err = consoles()
    with spoken_errors():
        folder = RunFolder(place_of(run))
        if form == "report":
            asked = Reckoning(registry=registry, gpu_hours=gpu_hour or (), benches=bench or ())
            tell(folder, out=out, err=err, as_json=as_json, reckoning=asked)
            return
        record = priced_by(folder.record, registry)
        place = place_of(to) if to else folder.root / form
        with files_of(place).local("") as here:
            made = export(record, graded_trials(folder, record), here, form)
        files = [str(place if file == here else place / file.name) for file in made]
    if as_json:
        typer.echo(json.dumps({"run": str(folder), "files": files}, ensure_ascii=False))
    for file in files:
        err.print(f"Wrote {file}", markup=False, highlight=False, soft_wrap=True)
