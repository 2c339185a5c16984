"""`longspan grade`: repeat the grading of a run from its files alone."""

import typer

from harness.runs.addresses import place_of
from harness.runs.store import RunFolder
from harness.verbs.reporting import PricesOption, Reckoning, tell
from harness.verbs.setting import JsonFlag, RunArgument, consoles, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def grade(
    run: RunArgument,
    *,
    registry: PricesOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Grade every transcript again and rewrite scores and report; no model and no server is asked."""
    out, err = consoles()
    with spoken_errors():
        tell(
            RunFolder(place_of(run)),
            out=out,
            err=err,
            as_json=as_json,
            reckoning=Reckoning(registry=registry),
        )
