"""`longspan grade`: repeat the grading of a run from its files alone, or grade what another runner wrote."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from harness.environment import read_environment
from harness.exams.prepare import world_home
from harness.foreign.tau2_results import Regraded, Results, read_results, regrade, rows, summary
from harness.runs.addresses import place_of
from harness.runs.store import RunFolder
from harness.verbs.foreign import Tau2DataOption, foreign_data
from harness.verbs.reporting import PricesOption, Reckoning, tell
from harness.verbs.setting import JsonFlag, consoles, run_async, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command(epilog="Example: longspan grade runs/3f0c2a91d5b7   or   longspan grade THEIRS.json")
def grade(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|FILE",
            help="A run's folder, or its address such as s3://BUCKET/runs/ID; or a results file of tau2's.",
        ),
    ],
    *,
    registry: PricesOption = None,
    tau2_data: Tau2DataOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Grade every transcript again and rewrite scores and report; no model and no server is asked."""
    out, err = consoles()
    with spoken_errors():
        if run.endswith(".json") and Path(run).is_file():
            results = read_results(Path(run))
            data = foreign_data(tau2_data).get("tau2")
            _tell_theirs(results, run_async(_regraded(results, data)), out, as_json=as_json)
            return
        tell(
            RunFolder(place_of(run)),
            out=out,
            err=err,
            as_json=as_json,
            reckoning=Reckoning(registry=registry),
        )


async def _regraded(results: Results, data: Path | None) -> list[Regraded]:
    with TemporaryDirectory(prefix="longspan-") as work:
        return await regrade(results, world_home(read_environment(), Path(work)), data)


def _tell_theirs(results: Results, found: Sequence[Regraded], out: Console, *, as_json: bool) -> None:
    if as_json:
        whole = {"benchmark": "tau2", "domain": results.domain, "agent": results.agent, "user": results.user}
        typer.echo(json.dumps({**whole, **summary(found), "results": list(rows(found))}, ensure_ascii=False))
        return
    table = Table(title=f"tau2 {results.domain}: {results.agent}, user {results.user}", title_justify="left")
    for name in ("task", "trial", "ended", "recorded", "here", "corrected", "why"):
        table.add_column(name)
    for one in found:
        said = "; ".join([*one.notes, one.verdict.reason, *one.verdict.defects])
        table.add_row(
            one.task,
            str(one.trial),
            one.ended,
            _figure(one.recorded),
            _figure(one.verdict.reward),
            _figure(one.verdict.corrected),
            said,
            style="bold" if one.differs else "",
        )
    out.print(table)
    counts = summary(found)
    out.print(
        f"{counts['trials']} trials: {counts['recorded']} right as recorded, {counts['success']} here by the "
        f"same rules ({counts['differ']} verdicts differ), {counts['corrected']} by the corrected rules"
    )


def _figure(value: float | bool | None) -> str:
    return "–" if value is None else f"{float(value):g}"
