"""`longspan grade`: repeat the grading of a run from its files alone."""

from pathlib import Path
from typing import Annotated

import typer

from harness.store import RunFolder
from harness.verbs.reporting import PricesOption, tell
from harness.verbs.setting import JsonFlag, consoles, spoken_errors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def grade(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    *,
    registry: PricesOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Grade every transcript again and rewrite scores and report; no model and no server is asked."""
    out, err = consoles()
    with spoken_errors():
        tell(RunFolder(run), out=out, err=err, as_json=as_json, registry=registry)
