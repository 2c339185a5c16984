"""`longspan list`: what there is to run, and what was run."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.environment import read_environment
from harness.exams.reference import REFERENCE_MODELS
from harness.exams.reference_reading import READERS
from harness.exams.suites import suite_loaders
from harness.registry.knowledge import Knowledge, load_knowledge
from harness.runs.addresses import place_of
from harness.runs.places import Bucket
from harness.runs.store import RunError, runs_in
from harness.verbs.foreign import Tau2DataOption, foreign_data
from harness.verbs.local_facts import local_lines, local_rows
from harness.verbs.model_facts import Row, hosted_lines, hosted_rows
from harness.verbs.setting import JsonFlag, RunsOption, consoles, spoken_errors
from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.documents.tasks.registry import TASKS
from scenarios.foreign_suites import foreign_names, named_suite
from scenarios.load import library_suites
from scenarios.problem import ScenarioError

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command("list")
def listing(
    what: Annotated[
        Literal["suites", "scenarios", "tasks", "models", "runs"], typer.Argument(help="What to list.")
    ],
    suite: Annotated[list[str] | None, typer.Argument(help="Of these suites only (for scenarios).")] = None,
    *,
    runs: RunsOption = "runs",
    tau2_data: Tau2DataOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List suites, scenarios, tasks of generated documents, models or runs."""
    data = foreign_data(tau2_data)
    with spoken_errors():
        found: Mapping[str, Callable[[], list[Row]]] = {
            "suites": lambda: _suites(data),
            "scenarios": lambda: _scenarios(suite or list(library_suites()), data),
            "tasks": _tasks,
            "models": lambda: [*_models_here(), *local_rows(_catalog()), *hosted_rows(_knowledge())],
            "runs": lambda: _runs(place_of(runs)),
        }
        rows = found[what]()
    if as_json:
        typer.echo(json.dumps({what: rows}, ensure_ascii=False))
        return
    out, err = consoles()
    if not rows:
        err.print(f"There are no {what} yet.")
    elif what == "models":
        _print_models(out, err)
    elif what == "suites":
        _print_suites(rows, out)
    else:
        out.print(_table(rows))


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("–" if value is None else str(value)) for value in row.values()))
    return table


def _print_models(out: Console, err: Console) -> None:
    """What is asked in process, what we serve and what others serve, each in its table; names that have ended
    are left out.
    """
    known = _knowledge()
    lines = hosted_lines(known)
    for rows in (_models_here(), local_lines(_catalog()), lines):
        out.print(_table(rows))
        out.print()
    ended = len(hosted_rows(known)) - len(lines)
    err.print(
        "Of ours: parameters, those that each token passes, tokens read as trained and stretched by YaRN; in "
        "brackets what vLLM cannot stretch them to. `longspan models fit NAME` says what fits.",
        markup=False,
    )
    err.print(
        f"Prices of a million tokens as of {known.registry.as_of}, at the dearest hours; + where long "
        f"prompts cost more. {ended} names have ended: `longspan models show NAME` says what replaces one, "
        "and all else that is known.",
        markup=False,
    )


def _suites(data: Mapping[str, Path]) -> list[Row]:
    shelf, loaders = _shelf(), suite_loaders(read_environment().home)

    def row(name: str, *, foreign: bool) -> Row:
        """A suite in a line; one that needs what is not installed says so."""
        try:
            suite = named_suite(name, shelf, data=data, loaders=loaders)
        except ScenarioError as error:
            return {"suite": name, "scenarios": None, "title": "", "needs": error.problems[0].message}
        # What a suite of others needs is what it was loaded from.
        needs = "" if foreign else suite.needs
        return {"suite": name, "scenarios": len(suite.scenarios), "title": suite.title, "needs": needs}

    return [
        *(row(name, foreign=False) for name in library_suites()),
        *(row(name, foreign=True) for name in foreign_names(loaders)),
    ]


def _print_suites(rows: list[Row], out: Console) -> None:
    """What can be played here, and what the others are missing: once for all that miss it."""
    here = [row for row in rows if row["scenarios"] is not None]
    if here:
        out.print(_table(here))
    missing: dict[str, list[str]] = {}
    for row in rows:
        if row["scenarios"] is None:
            missing.setdefault(str(row["needs"]), []).append(str(row["suite"]))
    for why, names in missing.items():
        out.print(f"\nNot here: {', '.join(names)}:\n  {why}", markup=False, highlight=False, soft_wrap=True)


def _scenarios(suites: list[str], data: Mapping[str, Path]) -> list[Row]:
    shelf, loaders = _shelf(), suite_loaders(read_environment().home)
    return [
        {"scenario": s.name, "language": s.language, "tags": " ".join(s.tags), "title": s.title}
        for name in suites
        for s in named_suite(name, shelf, data=data, loaders=loaders).scenarios
    ]


def _tasks() -> list[Row]:
    return [{"task": task.name, "title": task.title} for task in TASKS.values()]


def _shelf() -> Shelf:
    return Shelf(DocumentSettings(cache=read_environment().fillers))


def _knowledge() -> Knowledge:
    return load_knowledge(None, datetime.now(UTC).date())


def _catalog() -> Path:
    """Where models of one's own are described."""
    return read_environment().catalog


def _models_here() -> list[Row]:
    """What is asked in process, and how to name what others serve elsewhere."""
    rows: list[Row] = [
        {"model": f"reference/{name}", "title": f"{about} (SIMULATED: no model)"}
        for name, about in REFERENCE_MODELS.items()
    ]
    rows += [
        {"model": f"reference/{name}", "title": f"{about} (SIMULATED)"} for name, about in READERS.items()
    ]
    return [
        *rows,
        {"model": "FORMAT:ID@BASE_URL", "title": "any endpoint that speaks chat, responses or messages"},
    ]


def _runs(runs: Path | Bucket) -> list[Row]:
    """The runs of a folder, the latest begun last."""
    rows: list[Row] = []
    for folder, record in runs_in(runs):
        row: Row = {"run": str(folder), "created": "", "models": "", "suites": ""}
        if isinstance(record, RunError):
            row["models"] = f"unreadable: {record}"
        else:
            row["created"] = record.created[:19]
            row["models"] = " ".join(model.label for model in record.models)
            row["suites"] = " ".join(record.suites)
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["created"]))
