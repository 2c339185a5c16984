"""`longspan list`: what there is to run, and what was run."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from harness.reference import REFERENCE_MODELS
from harness.store import RunError, RunFolder
from harness.verbs.setting import JsonFlag, consoles, spoken_errors
from local_models.catalog import load_catalog
from scenarios.load import find_suite, library_suites, load_suite

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

Row = dict[str, str | int]


@app.command("list")
def listing(
    what: Annotated[Literal["suites", "scenarios", "models", "runs"], typer.Argument(help="What to list.")],
    suite: Annotated[list[str] | None, typer.Argument(help="Of these suites only (for scenarios).")] = None,
    *,
    runs: Annotated[Path, typer.Option(help="The folder of run folders.")] = Path("runs"),
    as_json: JsonFlag = False,
) -> None:
    """List suites, scenarios, models or runs."""
    with spoken_errors():
        found: Mapping[str, Callable[[], list[Row]]] = {
            "suites": _suites,
            "scenarios": lambda: _scenarios(suite or list(library_suites())),
            "models": _models,
            "runs": lambda: _runs(runs),
        }
        rows = found[what]()
    if as_json:
        typer.echo(json.dumps({what: rows}, ensure_ascii=False))
        return
    out, err = consoles()
    if not rows:
        err.print(f"There are no {what} yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(str, row.values()))
    out.print(table)


def _suites() -> list[Row]:
    suites = [load_suite(find_suite(name)) for name in library_suites()]
    return [
        {"suite": s.name, "scenarios": len(s.scenarios), "title": s.title, "needs": s.needs} for s in suites
    ]


def _scenarios(suites: list[str]) -> list[Row]:
    return [
        {"scenario": s.name, "language": s.language, "tags": " ".join(s.tags), "title": s.title}
        for name in suites
        for s in load_suite(find_suite(name)).scenarios
    ]


def _models() -> list[Row]:
    rows: list[Row] = [
        {"model": f"reference/{name}", "title": f"{about} (SIMULATED: no model)"}
        for name, about in REFERENCE_MODELS.items()
    ]
    rows += [{"model": f"local/{name}", "title": model.title} for name, model in load_catalog().items()]
    return [*rows, {"model": "chat:ID@BASE_URL", "title": "any OpenAI-compatible endpoint"}]


def _runs(runs: Path) -> list[Row]:
    rows: list[Row] = []
    for file in sorted(runs.glob("*/run.yaml"), key=lambda path: path.stat().st_mtime):
        try:
            record = RunFolder(file.parent).record
        except RunError as error:
            rows.append(
                {"run": str(file.parent), "created": "", "models": f"unreadable: {error}", "suites": ""}
            )
            continue
        models = " ".join(model.label for model in record.models)
        rows.append(
            {
                "run": str(file.parent),
                "created": record.created[:19],
                "models": models,
                "suites": " ".join(record.suites),
            }
        )
    return rows
